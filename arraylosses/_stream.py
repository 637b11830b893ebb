"""Accumulate over batches: pure functions from a state and a batch to a state."""

from collections.abc import Callable, Hashable
from dataclasses import replace
from threading import Lock
from typing import Any
from weakref import WeakValueDictionary

from ._definition import Form
from ._inputs import Inputs
from ._math import in_float64
from ._metric import Metric
from ._plans import alike, kept, planned
from ._reduce import WIDE, Asked, apart, gathered, in_words, most_at_once, resolve_axes
from ._state import Mean, Samples, TwoWords, merge, widened
from ._typing import Array, Axis, Dtype, Formula, Namespace, State
from ._values import cast
from ._ways import Way, adding_up, gathering, guarded, nowhere, passable, unless_added
from ._xp import COMPILER, LIBRARIES, Library, as_array, cut_for_nothing, library, quietly


class Identity:
    """A parameter that is an array: equal to itself only, so that a stream stays hashable."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Identity) and other.value is self.value


def _frozen(value: Any) -> Any:
    """A parameter as part of a hash."""
    if hasattr(value, "dtype"):
        return Identity(value)
    return tuple(map(_frozen, value)) if isinstance(value, (tuple, list)) else value


KINDS: WeakValueDictionary[Any, type] = WeakValueDictionary()
"""What is remembered, and how -> the class of its states."""
MAKING = Lock()


def _kind(owner: "Stream") -> Any:
    """The class of a stream's states: the same for all that remember alike, and for no others.

    A mean is a mean, whatever of: only so are states of two metrics, or of other parameters, told apart.
    """
    form = owner.metric.definition.form_for(owner.params)
    base: Any = form.kept if isinstance(form.kept, type) and issubclass(form.kept, tuple) else Mean
    given = {name: owner.params.get(name, p.default) for name, p in form.params.items()}
    params = tuple((k, None if hasattr(v, "dtype") else _frozen(v)) for k, v in given.items())
    key = base, owner.metric.remembers(form), params
    body = {"__slots__": (), "__doc__": base.__doc__, "__module__": base.__module__, "owner": owner}
    with MAKING:
        found = KINDS.get(key)
        if found is None:
            KINDS[key] = found = type(base.__name__, (base,), {**body, "__reduce__": _taken_apart})
    return found


def _taken_apart(state: Any) -> Any:
    """For pickle: a class that is made has no address, but what it is made of; else the state is nobody's."""
    if not state.owner.metric.has_an_address:
        return type(state).__base__, tuple(state)
    return _revived, (state.owner, tuple(state))


def _revived(owner: "Stream", leaves: tuple[Any, ...]) -> Any:
    return owner.kind(*leaves)


class Stream:
    """A metric with its parameters, to be computed in parts.

    Frozen, hashable and picklable: `update`, `merge` and `compute` are pure, and may be jitted, scanned and mapped.
    A state is a named tuple of arrays. One stream is equal to another of the same metric and parameters.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> s = al.stream(al.root_mean_squared_error)
    >>> state = s.init(np.zeros(2), np.zeros(2))
    >>> for batch in (np.array([3.0, 1.0]), np.array([1.0, 5.0])):
    ...     state = s.update(state, batch, np.zeros(2))
    >>> print(s.compute(state))
    3.0
    """

    def __init__(self, metric: Metric, axis: Axis, params: dict[str, Any]) -> None:
        self.metric = metric
        self.axis = axis
        self.params = params
        self.frozen_params = tuple((k, _frozen(v)) for k, v in sorted(params.items()))
        self._key = (metric, axis, self.frozen_params)
        self.kind = _kind(self)
        self._ways: dict[Hashable, tuple[Way, Dtype | None]] = {}

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Stream) and self._key == other._key

    def __repr__(self) -> str:
        shown = "".join(f", {k}={v!r}" for k, v in self.params.items())
        return f"stream({self.metric.__name__}{shown})"

    def __reduce__(self) -> Any:
        return Stream, (self.metric, self.axis, self.params)

    def init(self, *arrays: Array, weights: Array | None = None, **named: Array) -> State:
        """The state of no data, for batches that look like these. Weights are given where batches have some."""
        inputs, form, params = self._inputs(arrays, weights, named)
        self._refuse_kept(inputs.batch)
        if cut_for_nothing(inputs.lib, inputs.given()):
            inputs = inputs.cut((slice(1),))  # how long the leading axis is does not show in a state
        if weights is not None:
            nothing = inputs.lib.xp.zeros_like(inputs.weights)  # of labels alone, weights say the dtype
        else:  # samples are let go below, and need no weights of 0
            nothing = None if form.grows else _none(inputs.lib.xp, inputs.first, len(inputs.batch))
        empty = inputs.put(inputs.arrays, nothing)
        state = _as_arrays(inputs.lib, quietly(self._state, inputs.lib, empty, form, params))
        return self._owned(state.emptied()) if isinstance(state, Samples) else state

    def update(self, state: State, *arrays: Array, weights: Array | None = None, **named: Array) -> State:
        """The state of what has come before and of this batch."""
        found = self.updated_briefly(state, arrays, weights, named)
        if found is not None:
            return found
        asked = self.asked(state, arrays, weights, named)
        return quietly(self._updated, asked.inputs.lib, state, asked)

    def updated_briefly(
        self, state: State, arrays: tuple[Array, ...], weights: Array | None, named: dict[str, Array]
    ) -> State | None:
        """`update` by the way of batches alike, where one is known that goes with the state; else None."""
        if weights is not None or named:
            return None
        way = self._ways.get(self._alike(arrays))
        return None if way is None else quietly(self._gone, library(arrays[0]), state, arrays, *way)

    def _gone(self, lib: Library, state: State, arrays: tuple[Array, ...], way: Way, dtype: Dtype) -> State | None:
        self._refuse_others(state)
        batch = way(lib, arrays, None)
        if batch is None or not _alike(lib, state, batch, dtype):
            return None
        return type(state)(*merge(state, batch))

    def _alike(self, arrays: tuple[Array, ...]) -> Hashable:
        lib = LIBRARIES.get(type(arrays[0])) if arrays and not COMPILER.looks_on() else None
        return None if lib is None else alike(lib, arrays, None, (), {}, self.metric.shaped)

    def asked(self, state: State, arrays: tuple[Array, ...], weights: Array | None, named: dict[str, Array]) -> Asked:
        """What is to be gathered of a batch, to be added to this state."""
        self._refuse_others(state)
        inputs, form, params = self._inputs(arrays, weights, named)
        asked = self._asked(inputs, form, params)
        key = None if weights is not None or named else self._alike(arrays)
        if key is not None and key not in self._ways:
            kept(self._ways, key, self._way(asked, arrays))
        return asked

    def _way(self, asked: Asked, arrays: tuple[Array, ...]) -> tuple[Way, Dtype | None]:
        """How batches alike are gathered, to be added to what is remembered, and the dtype of the computation."""
        plan = planned((asked.inputs, asked.form, {}), arrays, None)
        foreseen = None if plan is None else plan.inputs.foreseen
        asked = asked._replace(inputs=replace(asked.inputs, foreseen=foreseen))
        if foreseen is None or not (asked.form.divisible and passable(asked)):
            return nowhere, None
        way = unless_added(asked, adding_up(asked, gathering(asked, WIDE)))
        return guarded(asked, way, most_at_once(asked.form, asked.inputs, asked.axes, WIDE)), foreseen.dtype

    def _updated(self, lib: Library, state: State, asked: Asked) -> State:
        return self.added(lib, state, asked, *gathered(asked))

    def added(self, lib: Library, state: State, asked: Asked, batch: State, dtype: Dtype) -> State:
        """The state with what was gathered of a batch."""
        if _alike(lib, state, batch, dtype):
            return type(state)(*merge(state, batch))
        # labels alone have no dtype of their own: where only some batches have weights, theirs may be another
        new = self._owned(in_words(asked.form, lib, batch, dtype))
        return _merged(lib, state, new, alike=any(True for _ in asked.inputs.real()))

    def merge(self, a: State, b: State, /, *more: State) -> State:
        """One state of two, of two workers for instance; or of many at once, which takes a fifth of the time."""
        for state in (a, b, *more):
            self._refuse_others(state)
        if not more:
            return quietly(_merged, _library_of(a), a, b)
        return quietly(_merged_together, _library_of(a), (a, b, *more))

    def compute(self, state: State, *, made: Formula | None = None) -> Any:
        """The value of all that the state has seen; ``made`` ``(xp, state)`` makes it of one that tells more."""
        if made is None:
            self._refuse_others(state)
        return quietly(self._computed, _library_of(state), state, made)

    def _refuse_kept(self, batch: tuple[int, ...]) -> None:
        if not batch or 0 not in resolve_axes(self.axis, batch):
            what = f"axis={self.axis}" if batch else "shape ()"
            raise ValueError(f"a stream reduces the leading axis of its batches; got {what}.")

    def _refuse_others(self, state: State) -> None:
        owner = getattr(state, "owner", None)
        if owner is not None and type(state) is not self.kind:
            raise TypeError(f"a state of {owner!r} is none of {self!r}, which remembers something else.")

    def _owned(self, state: State) -> State:
        """Of this stream's class, but for what a formula of one's own remembers without saying so."""
        return self.kind(*state) if type(state) is self.kind.__base__ else state

    def _computed(self, lib: Library, state: State, made: Formula | None) -> Any:
        arrayed, others = apart(self._read_params())
        return in_float64(lib.xp, (state, arrayed), _read, self.metric, others, made)

    def _read_params(self) -> dict[str, Any]:
        names = self.metric.definition.read_params
        return {k: v for k, v in self.params.items() if k in names}

    def _inputs(self, arrays: tuple[Array, ...], weights: Array | None, named: dict[str, Array]) -> Any:
        return self.metric.inputs(arrays, weights, {**named, **self.params})

    def _state(self, lib: Library, inputs: Inputs, form: Form, params: dict[str, Any]) -> State:
        return self._owned(in_words(form, lib, *gathered(self._asked(inputs, form, params))))

    def _asked(self, inputs: Inputs, form: Form, params: dict[str, Any]) -> Asked:
        gather, _ = self.metric.split(params, form)
        return Asked(self.metric.definition, form, inputs, resolve_axes(self.axis, inputs.batch), gather)


def _none(xp: Namespace, like: Array, axes: int) -> Array:
    """False for each element, made of the data: it lies where they do, on several devices as well."""
    false = (like != like) & (like == like)
    return xp.any(false, axis=tuple(range(axes, like.ndim))) if like.ndim > axes else false


def _read(xp: Namespace, given: Any, metric: Metric, params: Any, made: Formula | None) -> Any:
    """Read in float64, so that neither the order of samples nor that of operations shows, and rounded once."""
    state, arrayed = given
    dtype = _leaf(state).dtype
    state = widened(xp, state)
    lib = library(_leaf(state))
    state = state if made is None else made(xp, state)
    value = metric.read(lib, state, state[0].dtype, {**dict(params), **arrayed})
    if isinstance(value, tuple):
        return type(value)(*(cast(lib, x, dtype) for x in value))
    return cast(lib, value, dtype)


def _alike(lib: Library, state: State, batch: Any, dtype: Dtype) -> bool:
    """Whether a batch may be added to two words each as it is; `_refuse_unlike_states` says why not."""
    old, new = state[0], batch[0]
    if not isinstance(old, TwoWords) or _plain(state) is not type(batch) or library(old.head).xp is not lib.xp:
        return False
    same = old.head.dtype == dtype and old.head.shape == (new.head if isinstance(new, TwoWords) else new).shape
    return same and not (lib.devices and old.head.device != new.device)


def _merged(lib: Library, a: State, b: State, alike: bool = True) -> State:
    _refuse_unlike_states(lib, a, b, alike)
    return _as_arrays(lib, type(a)(*merge(a, b)))


def _merged_together(lib: Library, states: tuple[State, ...]) -> State:
    """Side by side along a new leading axis, and the one half of them with the other until one is left."""
    for other in states[1:]:
        _refuse_unlike_states(lib, states[0], other)
    if isinstance(states[0], Samples):
        return type(states[0])(*(lib.xp.concat(list(x), axis=-1) for x in zip(*states, strict=True)))
    row = _each(lib.xp.stack, *states)
    while (n := _leaf(row).shape[0]) > 1:
        half = n // 2
        merged = merge(_at(row, slice(half)), _at(row, slice(half, 2 * half)))
        row = _each(lib.xp.concat, merged, _at(row, slice(2 * half, n)))
    return type(states[0])(*_as_arrays(lib, _at(row, 0)))


def _at(state: Any, index: int | slice) -> Any:
    """Of arrays side by side along a leading axis, some."""
    return _each(lambda parts: parts[0][index, ...], state)


def _each(make: Callable[[list[Array]], Array], *states: Any) -> Any:
    """``make`` of the arrays in each place of several states."""
    first = states[0]
    if not isinstance(first, tuple):
        return make(list(states))
    return type(first)(*(_each(make, *parts) for parts in zip(*states, strict=True)))


def _refuse_unlike_states(lib: Library, a: State, b: State, alike: bool = True) -> None:
    first, second = _leaf(a), _leaf(b)
    if _plain(a) is not _plain(b):
        raise TypeError(f"only states of one stream merge; got {type(a).__name__} and {type(b).__name__}.")
    one, other = library(first), library(second)
    if one.xp is not other.xp:
        raise TypeError(f"only states of one library merge; got {one.name} and {other.name}.")
    if alike:
        _refuse_unlike("dtype", first.dtype, second.dtype)
    if lib.devices:
        _refuse_unlike("device", first.device, second.device)
    if not isinstance(a, Samples):
        _refuse_unlike("shape", tuple(first.shape), tuple(second.shape))


def _plain(state: State) -> type:
    return type(state).__base__ if hasattr(state, "owner") else type(state)  # type: ignore[return-value]  # no object


def _refuse_unlike(what: str, one: Any, other: Any) -> None:
    if one != other:
        kind = TypeError if what == "dtype" else ValueError
        raise kind(f"only states {'on' if what == 'device' else 'of'} one {what} merge; got {one} and {other}.")


def _as_arrays(lib: Library, state: State) -> State:
    """Arrays throughout: NumPy's arithmetic of 0-d arrays gives scalars."""
    if lib.name != "numpy":
        return state
    return type(state)(*(_as_arrays(lib, x) if isinstance(x, tuple) else as_array(x) for x in state))


def _leaf(state: State) -> Array:
    if not hasattr(state, "_fields"):
        raise TypeError(f"a state must be a named tuple of arrays, such as `init` gives; got {type(state).__name__}.")
    return state[0][0] if isinstance(state[0], tuple) else state[0]


def _library_of(state: State) -> Library:
    return library(_leaf(state))
