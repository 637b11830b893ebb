"""The one reduction: from inputs that are ready to a state, at once or block by block."""

from math import inf, prod
from typing import Any, NamedTuple

from ._definition import Definition, Form
from ._inputs import Inputs
from ._math import (
    Index,
    Product,
    by_elements,
    in_float64,
    inner,
    multiply,
    stretches,
    sums_of_differences,
    total,
    wide,
    wide_total,
    words_like,
)
from ._sizes import SIZES
from ._state import Mean, TwoWords, additive, merge
from ._typing import Array, Axis, Dtype, Formula, Namespace, State
from ._values import cast, lift, marked, ready, ready_params
from ._xp import Library, cut_for_nothing, size, widest


def resolve_axes(axis: Axis, batch: tuple[int, ...]) -> tuple[int, ...]:
    """The axes of the elements that are used up, ascending."""
    n = len(batch)
    if axis is None:
        return tuple(range(n))
    axes = tuple(axis) if isinstance(axis, tuple) else (axis,)
    if not all(hasattr(a, "__index__") for a in axes):
        raise TypeError(f"`axis` must be a whole number, a tuple of them or None; got {axis!r}.")
    found = sorted({a % n for a in axes if -n <= a < n}) if n else []
    if len(found) != len(axes):
        raise ValueError(f"`axis` must name different axes of the elements, whose shape is {batch}; got {axis}.")
    return tuple(found)


# ---- elements


def elements(form: Form, inputs: Inputs, params: dict[str, Any]) -> Any:
    """What a kernel gives for each element: an array, or a named tuple of them."""
    if form.images:
        about: dict[str, Any] = {"kernel": form.gather, "params": params, "batch": len(inputs.batch)}
        return by_elements(inputs.lib.xp, *inputs.arrays, **about)
    return form.gather(inputs.lib.xp, *inputs.arrays, **params)


def weighted(lib: Library, leaf: Array, weights: Array | None) -> Array:
    """A leaf times its weights; of booleans, the weight where true."""
    if weights is None:
        return leaf
    xp = lib.xp
    weights = lift(lib, weights, leaf.ndim)
    if leaf.dtype == xp.bool:
        return xp.where(leaf, weights, xp.zeros_like(weights))
    # not a bare product: the formula may be undefined on what stands in for the hidden element
    return multiply(xp, weights, leaf)


class Adding(NamedTuple):
    """How a batch becomes a state: for one answer, or to be remembered.

    ``total(xp, array, axes, dtype)`` adds what a kernel gives, ``gather(xp, arrays, form, params, dtype)`` runs a
    summary; ``wide`` says that sums are float64 and counts whole numbers.
    """

    total: Formula
    gather: Formula
    wide: bool = False

    def counts(self, dtype: Dtype) -> Dtype | None:
        """What a count is made that may be NaN: of the widest dtype, None, where it may have more digits than this."""
        return None if self.wide else dtype


def _poisoned(lib: Library, leaf: Any, bad: Array | None, axes: tuple[int, ...], dtype: Dtype | None) -> Any:
    """NaN where a label out of range went in; a count becomes a number of this dtype, or of the widest."""
    if bad is None:
        return leaf
    if isinstance(leaf, TwoWords):
        return leaf._replace(head=_poisoned(lib, leaf.head, bad, axes, dtype))
    xp = lib.xp
    leaf = leaf if xp.isdtype(leaf.dtype, "real floating") else cast(lib, leaf, dtype or widest(xp, leaf))
    return xp.where(lift(lib, xp.any(bad, axis=axes), leaf.ndim), xp.nan, leaf)


COUNTED = 1 << 24
"""Elements up to which float32 counts."""


def _counted(lib: Library, x: Array, adding: Adding) -> bool:
    """Whether a sum of floats loses none of these booleans, and XLA need not look for marks in a pass of its own."""
    return adding is AT_ONCE and lib.name == "jax" and size(x) <= COUNTED


def bare_sums(
    lib: Library, out: Any, batch: tuple[int, ...], axes: tuple[int, ...], dtype: Dtype, adding: Adding
) -> State:
    """The state of what a kernel gives, where all elements weigh alike."""

    def leaf(x: Any) -> Any:
        if isinstance(x, bool):  # of all elements, or of none
            return prod([batch[a] for a in axes]) if x else 0
        if isinstance(x, Product) and adding is not AT_ONCE:
            x = x.written()
        return adding.total(lib.xp, x, axes, dtype)

    return type(out)(*map(leaf, out)) if isinstance(out, tuple) else Mean(leaf(out), leaf(True))


def _kernel_state(
    form: Form, inputs: Inputs, axes: tuple[int, ...], params: dict[str, Any], dtype: Dtype, adding: Adding
) -> State:
    out = elements(form, inputs, params)
    lib, weights = inputs.lib, inputs.weights
    if weights is None and inputs.bad is None:
        return bare_sums(lib, out, inputs.batch, axes, dtype, adding)

    def leaf(x: Any) -> Any:
        if isinstance(x, bool):
            return whole() if x else 0
        x = weighted(lib, x.written() if isinstance(x, Product) else x, weights)
        if x.dtype == lib.xp.bool:
            if inputs.bad is None or not _counted(lib, x, adding):
                added = adding.total(lib.xp, x, axes, dtype)
                return _poisoned(lib, added, inputs.bad, axes, adding.counts(dtype))
            x = cast(lib, x, dtype)
        return adding.total(lib.xp, marked(lib, x, inputs.bad), axes, dtype)

    def whole() -> Any:
        if weights is None:
            return prod([inputs.batch[a] for a in axes])
        given = lib.xp.broadcast_to(lift(lib, weights, len(inputs.batch)), inputs.batch)
        return adding.total(lib.xp, given, axes, dtype)

    return type(out)(*map(leaf, out)) if isinstance(out, tuple) else Mean(leaf(out), whole())


# ---- summaries


def _last(inputs: Inputs, array: Array, axes: tuple[int, ...]) -> Array:
    """The batch axes that are used up, flattened into one after those that are kept."""
    xp, n = inputs.lib.xp, len(inputs.batch)
    if n == 1 and axes == (0,):
        return array
    kept = tuple(a for a in range(n) if a not in axes)
    order = (*kept, *axes, *range(n, array.ndim))
    if order != tuple(range(array.ndim)):
        array = xp.permute_dims(array, order)
    lead = tuple(inputs.batch[a] for a in kept)
    return xp.reshape(array, (*lead, prod([inputs.batch[a] for a in axes]), *array.shape[n:]))


def apart(params: dict[str, Any]) -> tuple[dict[str, Array], tuple[tuple[str, Any], ...]]:
    """Parameters that are arrays, and the others, which may be part of a key."""
    arrayed = {k: v for k, v in params.items() if hasattr(v, "dtype")}
    return arrayed, tuple((k, v) for k, v in params.items() if k not in arrayed)


def _summary_state(
    form: Form, inputs: Inputs, axes: tuple[int, ...], params: dict[str, Any], dtype: Dtype, adding: Adding
) -> State:
    lib = inputs.lib
    weights = inputs.weights
    if weights is not None:
        weights = lib.xp.broadcast_to(lift(lib, weights, len(inputs.batch)), inputs.batch)
        weights = _last(inputs, weights, axes)
    arrays = [None if a is None else _last(inputs, a, axes) for a in inputs.arrays]
    arrayed, others = apart(params)
    state = adding.gather(lib.xp, (arrays, weights, arrayed), form, others, dtype)
    return type(state)(*(_poisoned(lib, x, inputs.bad, axes, adding.counts(dtype)) for x in state))


# ---- states


def _total(xp: Namespace, x: Any, axes: tuple[int, ...], dtype: Dtype) -> Array:
    if isinstance(x, Product):
        return x.total(xp, None if len(axes) == x.left.ndim else axes)
    return total(xp, x, None if len(axes) == x.ndim else axes)


def _gathered(xp: Namespace, given: Any, form: Form, params: Any, dtype: Dtype) -> State:
    arrays, weights, arrayed = given
    return form.gather(xp, *arrays, weights=weights, **dict(params), **arrayed)


AT_ONCE = Adding(_total, _gathered)


def state_of(
    definition: Definition,
    form: Form,
    inputs: Inputs,
    axes: tuple[int, ...],
    params: dict[str, Any],
    adding: Adding = AT_ONCE,
) -> tuple[State, Dtype]:
    """The state of one batch, or of one block of it; and the dtype of the computation."""
    inputs, dtype = ready(inputs.in_order())
    params = ready_params(params, definition, inputs.lib, dtype)
    return _state(form, inputs, axes, params, dtype, adding), dtype


def _state(
    form: Form, inputs: Inputs, axes: tuple[int, ...], params: dict[str, Any], dtype: Dtype, adding: Adding
) -> State:
    return (_kernel_state if form.kernel else _summary_state)(form, inputs, axes, params, dtype, adding)


def floating(lib: Library, state: State, dtype: Dtype) -> State:
    """What a read-out sees: counts as numbers that it may divide, and nothing wider than the result."""
    return type(state)(*(x if isinstance(x, int) else _floating(lib, x, dtype) for x in state))


def _floating(lib: Library, leaf: Array, dtype: Dtype) -> Array:
    narrow = getattr(leaf, "dtype", dtype) in (dtype, lib.plain[0])
    return leaf if narrow else cast(lib, leaf, dtype)


# ---- states that are remembered


def _wide_gathered(xp: Namespace, given: Any, form: Form, params: Any, dtype: Dtype) -> State:
    """Sums, and moments of what was made float64; samples stay what they are."""
    if form.central:
        arrays, weights, arrayed = given
        given = [wide(xp, a) for a in arrays], wide(xp, weights), arrayed
    return _gathered(xp, given, form, params, dtype)


WIDE = Adding(lambda xp, x, axes, dtype: wide_total(xp, x, axes), _wide_gathered, wide=True)
"""Sums in float64, and whole numbers."""


def _two_words(xp: Namespace, x: Array, axes: tuple[int, ...], dtype: Dtype) -> TwoWords:
    return TwoWords.of(xp, wide_total(xp, x, axes), dtype)


def _gathered_in_two_words(xp: Namespace, given: Any, form: Form, params: Any, dtype: Dtype) -> State:
    state = _wide_gathered(xp, given, form, params, dtype)
    return type(state)(*(TwoWords.of(xp, x, dtype) for x in state)) if form.divisible else state


IN_WORDS = Adding(
    lambda xp, x, *options: in_float64(xp, x, _two_words, *options),
    lambda xp, given, *options: in_float64(xp, given, _gathered_in_two_words, *options),
)
"""The same in two words each, for JAX, whose float64 does not last."""


class Asked(NamedTuple):
    """What one metric is to gather of a batch."""

    definition: Definition
    form: Form
    inputs: Inputs
    axes: tuple[int, ...]
    params: dict[str, Any]


def state_of_ready(asked: Asked, inputs: Inputs, adding: Adding) -> State:
    """Of these inputs in place of the others: as they are, in one piece."""
    assert asked.inputs.foreseen is not None
    return _state(asked.form, inputs, asked.axes, asked.params, asked.inputs.foreseen.dtype, adding)


def gathered(asked: Asked) -> tuple[State, Dtype]:
    """One batch, to be added to what is remembered: its leaves are wide, or whole numbers of Python's, or two words;
    and the dtype of the computation.
    """
    definition, form, inputs, axes, params = asked
    if _adds_sooner(asked, wide=True):
        return _mean_of(form.added(inputs.lib, inputs.arrays, params, wide=True), inputs)
    cuts = _blocks(form, inputs, axes, WIDE) if form.kernel and 0 in axes else []
    if len(cuts) > 1:  # what a kernel gives stays in cache
        parts = [_part(definition, form, inputs.cut(index), axes, params, WIDE) for index in cuts]
        leaves = zip(*(state for state, _ in parts), strict=True)
        return type(parts[0][0])(*(sum(x[1:], x[0]) for x in leaves)), parts[0][1]
    return state_of(definition, form, inputs, axes, params, IN_WORDS if inputs.lib.name == "jax" else WIDE)


def gathered_together(several: list[Asked]) -> list[tuple[State, Dtype]]:
    """`gathered` for each, of one batch: losses of the same differences in one walk over these."""
    sums = [one for one in several if _adds_sooner(one, wide=True)]
    if len(sums) < 2 or not all(_same(one.inputs.arrays, sums[0].inputs.arrays) for one in sums):
        return [gathered(one) for one in several]
    inputs = sums[0].inputs
    named = [(one.form.summed.pure.__name__, one.params) for one in sums if one.form.summed is not None]
    found = iter(sums_of_differences(inputs.lib.xp, *inputs.arrays, named))
    return [_mean_of(next(found), inputs) if any(one is x for x in sums) else gathered(one) for one in several]


def _same(some: list[Array], others: list[Array]) -> bool:
    return all(a is b for a, b in zip(some, others, strict=True))


def _mean_of(added: Array, inputs: Inputs) -> tuple[State, Dtype]:
    return Mean(added, prod(inputs.batch)), inputs.first.dtype


def in_words(form: Form, lib: Library, state: State, dtype: Dtype) -> State:
    """The state of one batch, that can be merged any number of times: the same whatever the batches were."""
    if not form.divisible:
        return state
    first = state[0] if isinstance(state[0], TwoWords) else TwoWords.of(lib.xp, state[0], dtype)
    rest = (x if isinstance(x, TwoWords) else TwoWords(*words_like(lib.xp, x, first.head)) for x in state[1:])
    return type(state)(first, *rest)


# ---- blocks


def _block_bytes(form: Form, lib: Library) -> float:
    """torch pays more for a call; summaries make more on the way."""
    if lib.name == "torch":
        return SIZES.torch_bytes if form.kernel else inf
    return SIZES.bytes if form.kernel else SIZES.bytes // 2


def most_at_once(form: Form, inputs: Inputs, axes: tuple[int, ...], adding: Adding = AT_ONCE) -> float:
    """Bytes of the arguments up to which their state is gathered at once; by shape and kind alone, see `_blocks`."""
    if not (form.divisible and inputs.batch) or inputs.lib.name not in ("numpy", "torch") or inputs.lib.compiling():
        return inf
    unwritten = adding is AT_ONCE and len(axes) == len(inputs.batch) and inputs.lib.name in inner.natives
    walked = form.central or (form.lean and unwritten)
    if walked and inputs.weights is None and all(a.dtype in inputs.lib.plain for a in inputs.given()):
        return inf  # its sums walk over the data themselves
    return _block_bytes(form, inputs.lib) if cut_for_nothing(inputs.lib, inputs.given()) else inf


def _blocks(form: Form, inputs: Inputs, axes: tuple[int, ...], adding: Adding = AT_ONCE) -> list[Index]:
    """Where blocks are cut, by the shape alone: arrays that lie otherwise in memory must add up to the same bits."""
    limit = most_at_once(form, inputs, axes, adding)
    if limit == inf or 0 in inputs.batch:
        return []
    weight = sum([a.nbytes for a in inputs.arrays if a is not None])
    if weight <= limit:
        return []
    if form.kernel and len(axes) == len(inputs.batch) and not any(d.event for d in inputs.domains):
        return list(stretches(inputs.batch, max(1, int(limit) * prod(inputs.batch) // weight)))
    rows = max(1, int(limit) * inputs.batch[0] // weight)
    return [(slice(start, start + rows),) for start in range(0, inputs.batch[0], rows)]


def _wide(lib: Library, state: State) -> State:
    """Leaves in float64, to be merged thousands of times."""
    return type(state)(*(wide(lib.xp, x) if hasattr(x, "dtype") else x for x in state))


def _narrow(lib: Library, state: State, dtype: Dtype) -> State:
    """Back in the dtype of the computation."""
    xp = lib.xp
    return type(state)(
        *(cast(lib, x, dtype) if hasattr(x, "dtype") and xp.isdtype(x.dtype, "real floating") else x for x in state)
    )


def _added(xp: Namespace, leaves: tuple[Any, ...]) -> Any:
    """Sum of a leaf over blocks, in float64; whole numbers stay whole."""
    first = leaves[0]
    if isinstance(first, int):
        return sum(leaves)
    return wide_total(xp, xp.stack(leaves), (0,))


def _joined(xp: Any, parts: list[State]) -> State:
    """States of stretches of an axis that is kept, side by side."""
    leaves = zip(*parts, strict=True)
    return type(parts[0])(*(x[0] if isinstance(x[0], int) else xp.concat(list(x), axis=0) for x in leaves))


def may_add(asked: Asked, wide: bool = False) -> bool:
    """Whether the loss has a sum of its own for arrays like these: all of them, of one dtype that needs no cast."""
    _, form, inputs, axes, params = asked
    first = inputs.first
    return (
        form.may_add(inputs.lib, params, wide)
        and inputs.weights is None
        and inputs.ignored is None
        and (not form.takes_labels or any(d.label for d in inputs.domains))
        and len(axes) == len(inputs.batch)
        and first.dtype in inputs.lib.plain
        and all(d.label or a.dtype == first.dtype for a, d in zip(inputs.arrays, inputs.domains, strict=True))
    )


def _adds_sooner(asked: Asked, wide: bool = False) -> bool:
    return may_add(asked, wide) and asked.form.enough(asked.inputs.lib, asked.inputs.first, wide)


def added_sooner(asked: Asked, mean: bool = False) -> Array | None:
    """The sum of all elements, or their mean, by the loss's own form; None where there is none for them."""
    if not _adds_sooner(asked):
        return None
    admitted, _ = ready(asked.inputs)
    if admitted.bad is not None:
        return None
    return asked.form.added(admitted.lib, admitted.arrays, asked.params, mean=mean)


def _bytes_of(state: State) -> int:
    return sum(x.nbytes for x in state if hasattr(x, "nbytes"))


def _joined_cuts(cuts: list[Index], several: int) -> list[Index]:
    """Stretches as large as the state that each of them makes, where that is a table of a million pairs of classes."""
    if several == 1 or not cuts or len(cuts[0]) > 1:
        return cuts
    ends = [(cut[0].start, cut[0].stop) for cut in cuts if isinstance(cut[0], slice)]
    groups = [ends[i : i + 4 * several] for i in range(0, len(ends), 4 * several)]
    return [(slice(group[0][0], group[-1][1]),) for group in groups]


def pooled(
    definition: Definition, form: Form, inputs: Inputs, axes: tuple[int, ...], params: dict[str, Any]
) -> tuple[State, Dtype]:
    """The state of the data: at once, or by blocks where these stay in cache and memory stays flat.

    That merging gives the state of the whole is what makes streaming right; it makes this right too.
    """
    added = added_sooner(Asked(definition, form, inputs, axes, params))
    if added is not None:
        return _mean_of(added, inputs)
    cuts = _blocks(form, inputs, axes)
    if len(cuts) < 2:
        return state_of(definition, form, inputs, axes, params)
    if 0 not in axes:
        return _kept_blocks(inputs.lib, [_part(definition, form, inputs.cut(index), axes, params) for index in cuts])
    state, dtype = _part(definition, form, inputs.cut(cuts[0]), axes, params)
    rest = _joined_cuts(cuts[1:], max(1, _bytes_of(state) // int(_block_bytes(form, inputs.lib))))
    parts = (_part(definition, form, inputs.cut(index), axes, params) for index in rest)
    if additive(state):
        others = (part for part, _ in parts)
        state = type(state)(*(_added(inputs.lib.xp, leaves) for leaves in zip(state, *others, strict=True)))
    else:
        state = _wide(inputs.lib, state)
        for part, _ in parts:
            state = merge(state, _wide(inputs.lib, part))
    return _narrow(inputs.lib, state, dtype), dtype


def _part(
    definition: Definition,
    form: Form,
    block: Inputs,
    axes: tuple[int, ...],
    params: dict[str, Any],
    adding: Adding = AT_ONCE,
) -> tuple[State, Dtype]:
    """The state of one block; of a stretch within rows, these rows are no axis any more."""
    return state_of(definition, form, block, axes[: len(block.batch)], params, adding)


def _kept_blocks(lib: Library, parts: list[tuple[State, Dtype]]) -> tuple[State, Dtype]:
    return _joined(lib.xp, [state for state, _ in parts]), parts[0][1]
