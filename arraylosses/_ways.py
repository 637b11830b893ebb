"""How calls alike go: what the first of them finds out about kinds, shapes and settings, the others are spared.

A way does with values what the call at length does, in the same order and so to the same bits. Whether they lie between
their bounds is asked in every call; where they do not, or take too much to be gathered at once, a way gives None, and
the call at length has a sentence for it, or cuts them.
"""

from collections.abc import Callable
from math import inf, nan, prod
from typing import Any

from ._definition import Form
from ._math import few, total, wide_total
from ._reduce import AT_ONCE, Adding, Asked, bare_sums, may_add, state_of_ready
from ._state import Mean
from ._typing import Array, Dtype, State
from ._values import cast, harmless, lie_between, ready, recast
from ._xp import Library, as_array, library, quietly, readable

Way = Callable[[Library, tuple[Array, ...], Array | None], Any]
"""(library, arrays, weights) -> a value, or a state; None where it has to be found at length."""


def nowhere(lib: Library, arrays: tuple[Array, ...], weights: Array | None) -> None:
    """The way of calls that have none."""


def passable(asked: Asked) -> bool:
    """Whether there may be a way: nothing is put in order, and what is bounded can be looked at."""
    inputs = asked.inputs
    if inputs.foreseen is None or (inputs.lib.name == "numpy" and inputs.in_order() is not inputs):
        return False
    return not inputs.foreseen.bounds or readable(inputs.lib, inputs.first)


def dtype_of(asked: Asked) -> Dtype:
    """Of the computation, where there is a way."""
    assert asked.inputs.foreseen is not None
    return asked.inputs.foreseen.dtype


def quiet(way: Way) -> Way:
    """Without NumPy's warnings, see `quietly`."""
    return lambda lib, arrays, weights: quietly(way, lib, arrays, weights)


def guarded(asked: Asked, way: Way, most: float) -> Way:
    """The way of arrays that take no more than so many bytes, and lie between their bounds, once they are of the dtypes
    that they are computed in; others are cut, or told.
    """
    assert asked.inputs.foreseen is not None
    bounds, casts = asked.inputs.foreseen.bounds, asked.inputs.foreseen.casts

    def run(lib: Library, arrays: tuple[Array, ...], weights: Array | None) -> Any:
        if most < inf and sum([a.nbytes for a in arrays]) > most:
            return None
        given = tuple(recast(lib, arrays, casts))
        return way(lib, given, weights) if lie_between(lib.xp, given, bounds) else None

    return run if bounds or casts or most < inf else way


def gathering(asked: Asked, adding: Adding = AT_ONCE) -> Way:
    """The state of all elements at once."""
    events = len(asked.inputs.domains[0].event)
    absent = [None] * sum(1 for a in asked.inputs.arrays if a is None)
    weights = asked.inputs.weights
    inputs = asked.inputs.put([], None)  # the arrays of the first call are let go
    asked = asked._replace(inputs=inputs)
    if asked.form.kernel and not asked.form.images and weights is None:
        return _adding_leaves(asked, absent, adding)

    def run(lib: Library, arrays: tuple[Array, ...], weights: Array | None) -> State | None:
        shape = arrays[0].shape
        given = inputs.put([*arrays, *absent], weights, batch=tuple(shape[: len(shape) - events]))
        return state_of_ready(asked, given if weights is None else ready(given)[0], adding)

    return run


def _adding_leaves(asked: Asked, absent: list[None], adding: Adding) -> Way:
    """Of what a kernel gives, where all elements weigh alike."""
    gather, axes, params, dtype = asked.form.gather, asked.axes, asked.params, dtype_of(asked)
    events = len(asked.inputs.domains[0].event)

    def run(lib: Library, arrays: tuple[Array, ...], weights: Array | None) -> State | None:
        shape = tuple(arrays[0].shape)
        out = gather(lib.xp, *arrays, *absent, **params)
        return bare_sums(lib, out, shape[: len(shape) - events], axes, dtype, adding)

    return run


def summarising(asked: Asked, otherwise: Way) -> Way:
    """The state that a summary makes of arrays of one axis, which lie as it takes them; else as all do."""
    form, params = asked.form, asked.params
    plain = len(asked.inputs.batch) == 1 and asked.inputs.weights is None and asked.axes
    if form.kernel or not plain or any(a is None for a in asked.inputs.arrays):
        return otherwise
    gather = form.gather

    def run(lib: Library, arrays: tuple[Array, ...], weights: Array | None) -> State | None:
        state: State = gather(lib.xp, *arrays, weights=None, **params)
        return state

    return run


def adding_sooner(asked: Asked, otherwise: Way, value: bool, mean: bool) -> Way:
    """By the loss's own sum, if it has one for calls alike: the value itself, or a state.

    Where there are ways, it is the quicker one of however few elements, see `Form.enough`.
    """
    if not may_add(asked):
        return otherwise
    events, sum_of = len(asked.inputs.domains[0].event), asked.form.adder(asked.inputs.lib, asked.params, mean=mean)

    def run(lib: Library, arrays: tuple[Array, ...], weights: Array | None) -> Any:
        added, shape = sum_of(*arrays), arrays[0].shape
        return added if value else Mean(added, prod(shape[: len(shape) - events]))

    return run


def unless_added(asked: Asked, way: Way) -> Way:
    """The way of a batch, if the loss's own sum is not quicker: losses of one difference share a walk for that."""
    if not may_add(asked, wide=True):
        return way
    form = asked.form

    def run(lib: Library, arrays: tuple[Array, ...], weights: Array | None) -> Any:
        return None if form.enough(lib, arrays[0], wide=True) else way(lib, arrays, weights)

    return run


def _numbers(form: Form) -> bool:
    """Whether a kernel gives one number for each element, and makes it of more than one image at a time."""
    return form.kernel and not (form.images or hasattr(form.kept, "_fields"))


def reducing(asked: Asked, reduction: str, otherwise: Way) -> Way:
    """Of a loss whose elements are numbers of the inputs' dtype; else as all do."""
    form, params, weigh = asked.form, asked.params, _weigher(asked)
    if weigh is None or not _numbers(form):
        return otherwise
    gather, axes, dtype = form.gather, asked.axes, dtype_of(asked)
    everything = len(axes) == len(asked.inputs.batch)

    def run(lib: Library, arrays: tuple[Array, ...], weights: Array | None) -> Any:
        if weights is None:
            values = gather(lib.xp, *arrays, **params)
        else:
            values, weights = weigh(lib, arrays, weights)
        if values.dtype != dtype:
            return otherwise(lib, arrays, weights)
        if reduction == "none":
            return as_array(values)
        added = total(lib.xp, values, None if everything else axes)
        if reduction == "mean":
            added = added / _weight(lib, values, weights, None if everything else axes)
        return as_array(added)

    return run


def adding_up(asked: Asked, otherwise: Way) -> Way:
    """The state of a batch of a loss whose elements are numbers, all of which are added."""
    gather, params, everything = asked.form.gather, asked.params, len(asked.axes) == len(asked.inputs.batch)
    if not (everything and _numbers(asked.form)):
        return otherwise

    def run(lib: Library, arrays: tuple[Array, ...], weights: Array | None) -> Any:
        values = gather(lib.xp, *arrays, **params)
        return Mean(wide_total(lib.xp, values, None), prod(values.shape))

    return run


def _weight(lib: Library, values: Array, weights: Array | None, axes: tuple[int, ...] | None) -> Any:
    """Of what was added: a number of elements, NaN for none, or the sum of weights."""
    if weights is not None:
        return total(lib.xp, weights, axes)
    shape = values.shape
    return (prod(shape) if axes is None else prod([shape[a] for a in axes])) or nan


def _weigher(asked: Asked) -> Callable[..., tuple[Array, Array]] | None:
    """(library, arrays, weights) -> the elements times their weights, and these; None where events are weighed."""
    inputs, gather, params = asked.inputs, asked.form.gather, asked.params
    weights, dtype, domains = inputs.weights, dtype_of(asked), inputs.domains
    if weights is not None and (tuple(weights.shape) != inputs.batch or any(d.event or d.label for d in domains)):
        return None
    seen = weights is not None and readable(inputs.lib, weights)

    def weigh(lib: Library, arrays: tuple[Array, ...], weights: Array) -> tuple[Array, Array]:
        weights = cast(lib, weights, dtype)
        if seen and weights.all():
            return gather(lib.xp, *arrays, **params) * weights, weights
        absent = weights == 0
        values = gather(lib.xp, *harmless(lib, domains, arrays, absent), **params)
        return lib.xp.where(absent, 0.0, values) * weights, weights

    return weigh


def reading(way: Way, read: Callable[[Library, State], Any]) -> Way:
    """The value of the state that a way gathers."""

    def run(lib: Library, arrays: tuple[Array, ...], weights: Array | None) -> Any:
        state = way(lib, arrays, weights)
        return None if state is None else read(lib, state)

    return run


def by_numpy(call: Callable[..., Any], known: Callable[..., Way], most: int, otherwise: Way) -> Way:
    """Of few numbers of torch's, which NumPy computes where they lie, in a half of the time or more.

    Tensors alike lie in arrays alike: the way that is ``known`` of the first of these is held for the others. Where
    something is to be refused, that is said of tensors.
    """
    way: Way | None = None

    def run(lib: Library, arrays: tuple[Array, ...], weights: Array | None) -> Any:
        nonlocal way
        found = few(lib.xp, most, *arrays) if weights is None else few(lib.xp, most, *arrays, weights)
        if found is None:
            return otherwise(lib, arrays, weights)
        host, back = found
        ordered = all(x.flags.c_contiguous for x in host)  # which no key of tensors tells
        given = None if weights is None else host.pop()
        value = way(library(host[0]), tuple(host), given) if way is not None and ordered else None
        try:
            if value is None:
                value = call(tuple(host), given)
                way = known(tuple(host), given) if ordered and way is None else way
            return each(back, value)
        except (TypeError, ValueError):
            return None

    return run


def each(change: Callable[[Any], Any], value: Any) -> Any:
    """A result changed, or each of a named tuple of them."""
    return type(value)(*map(change, value)) if isinstance(value, tuple) else change(value)
