"""The one reduction: from inputs that are ready to a state, at once or block by block."""

from collections.abc import Iterator
from math import ceil, prod
from typing import Any, NamedTuple

import numpy as np

from ._definition import Definition, Form
from ._inputs import Inputs
from ._math import in_float64, multiply, total, wide, wide_total
from ._state import Mean, TwoWords, merge
from ._typing import Array, Axis, Dtype, Formula, Namespace, State
from ._values import cast, lift, ready, ready_params
from ._xp import Library, namespace, on_host

BLOCK_BYTES = 1 << 18
"""What one block of all inputs takes, so that it and the temporaries of a formula stay in a core's cache."""

PLAIN_BLOCK_BYTES = 1 << 20
"""The same for formulas of real arrays alone, which make few temporaries: measured best for both kinds."""


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
    summary.
    """

    total: Formula
    gather: Formula


def _poisoned(lib: Library, leaf: Any, bad: Array | None, axes: tuple[int, ...], dtype: Dtype) -> Any:
    """NaN where a label out of range went in."""
    if bad is None:
        return leaf
    if isinstance(leaf, TwoWords):
        return leaf._replace(head=_poisoned(lib, leaf.head, bad, axes, dtype))
    xp = lib.xp
    leaf = leaf if xp.isdtype(leaf.dtype, "real floating") else cast(lib, leaf, dtype)
    return xp.where(lift(lib, xp.any(bad, axis=axes), leaf.ndim), xp.nan, leaf)


def _kernel_state(
    form: Form, inputs: Inputs, axes: tuple[int, ...], params: dict[str, Any], dtype: Dtype, adding: Adding
) -> State:
    out = elements(form, inputs, params)
    lib, weights = inputs.lib, inputs.weights

    def leaf(x: Array) -> Any:
        added = adding.total(lib.xp, weighted(lib, x, weights), axes, dtype)
        return _poisoned(lib, added, inputs.bad, axes, dtype)

    if isinstance(out, tuple):
        return type(out)(*map(leaf, out))
    if weights is None:
        return Mean(leaf(out), prod([inputs.batch[a] for a in axes]))
    weights = lib.xp.broadcast_to(lift(lib, weights, len(inputs.batch)), inputs.batch)
    return Mean(leaf(out), adding.total(lib.xp, weights, axes, dtype))


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
    return type(state)(*(_poisoned(lib, x, inputs.bad, axes, dtype) for x in state))


# ---- states


def _total(xp: Namespace, x: Array, axes: tuple[int, ...], dtype: Dtype) -> Array:
    return total(xp, x, axes)


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
    make = _kernel_state if form.kernel else _summary_state
    return make(form, inputs, axes, params, dtype, adding), dtype


def floating(lib: Library, state: State, dtype: Dtype) -> State:
    """What a read-out sees: counts as numbers that it may divide, and nothing wider than the result."""
    wider = ("integral", "bool", lib.xp.float64)
    return type(state)(
        *(cast(lib, x, dtype) if hasattr(x, "dtype") and lib.xp.isdtype(x.dtype, wider) else x for x in state)
    )


# ---- states that are remembered


def _two_words(xp: Namespace, x: Array, axes: tuple[int, ...], dtype: Dtype) -> TwoWords:
    return TwoWords.of(xp, wide_total(xp, x, axes), dtype)


def _gathered_in_two_words(xp: Namespace, given: Any, form: Form, params: Any, dtype: Dtype) -> State:
    """Sums, and moments of what was made float64, in two words; samples stay what they are."""
    if form.central:
        arrays, weights, arrayed = given
        given = [wide(xp, a) for a in arrays], wide(xp, weights), arrayed
    state = _gathered(xp, given, form, params, dtype)
    if form.divisible:
        return type(state)(*(TwoWords.of(xp, x, dtype) for x in state))
    return state


REMEMBERED = Adding(
    lambda xp, x, *options: in_float64(xp, x, _two_words, *options),
    lambda xp, given, *options: in_float64(xp, given, _gathered_in_two_words, *options),
)


def _counted(n: int, like: Array) -> TwoWords:
    """A whole number, which may have more digits than one floating word."""
    low = n % (1 << 20) if n >= 1 << 24 else 0
    zero = namespace(like).zeros_like(like)
    return TwoWords(zero + float(n - low), zero + float(low))


def remembered(
    definition: Definition, form: Form, inputs: Inputs, axes: tuple[int, ...], params: dict[str, Any]
) -> State:
    """The state of one batch, that can be merged any number of times: the same whatever the batches were."""
    state, _ = state_of(definition, form, inputs, axes, params, REMEMBERED)
    return type(state)(*(_counted(x, state[0].head) if isinstance(x, int) else x for x in state))


# ---- blocks


Index = tuple[int | slice, ...]


def _stretches(batch: tuple[int, ...], count: int) -> Iterator[Index]:
    """Blocks of some elements, in the order in which memory holds them: one long row is walked over too."""
    axis, inner = len(batch) - 1, 1
    while axis and inner * batch[axis] <= count:
        axis, inner = axis - 1, inner * batch[axis]
    length, step = batch[axis], max(1, count // inner)
    step = ceil(length / ceil(length / step))  # blocks alike, where a last one would be short
    for lead in np.ndindex(batch[:axis]):
        yield from ((*lead, slice(start, start + step)) for start in range(0, length, step))


def _blocks(form: Form, inputs: Inputs, axes: tuple[int, ...]) -> list[Index]:
    """Where blocks are cut, by the shape alone: arrays that lie otherwise in memory must add up to the same bits."""
    if not (form.divisible and inputs.batch and on_host(inputs.first)) or 0 in inputs.batch:
        return []
    weight = sum([a.nbytes for a in inputs.arrays if a is not None])
    limit = PLAIN_BLOCK_BYTES if form.plain else BLOCK_BYTES
    if weight <= limit:
        return []
    if form.plain and len(axes) == len(inputs.batch):
        return list(_stretches(inputs.batch, max(1, limit * prod(inputs.batch) // weight)))
    rows = max(1, limit * inputs.batch[0] // weight)
    return [(slice(start, start + rows),) for start in range(0, inputs.batch[0], rows)]


def _wide(state: State) -> State:
    """Leaves in float64, to be merged thousands of times."""
    return type(state)(*(x.astype("float64") if hasattr(x, "dtype") and x.dtype.kind == "f" else x for x in state))


def _narrow(lib: Library, state: State, dtype: Dtype) -> State:
    """Back in the dtype of the computation."""
    return type(state)(*(cast(lib, x, dtype) if hasattr(x, "dtype") and x.dtype.kind == "f" else x for x in state))


def _joined(xp: Any, parts: list[State]) -> State:
    """States of stretches of an axis that is kept, side by side."""
    leaves = zip(*parts, strict=True)
    return type(parts[0])(*(x[0] if isinstance(x[0], int) else xp.concat(list(x), axis=0) for x in leaves))


def pooled(
    definition: Definition, form: Form, inputs: Inputs, axes: tuple[int, ...], params: dict[str, Any]
) -> tuple[State, Dtype]:
    """The state of the data: at once, or by blocks where these stay in cache and memory stays flat.

    That merging gives the state of the whole is what makes streaming right; it makes this right too.
    """
    cuts = _blocks(form, inputs, axes)
    if len(cuts) < 2:
        return state_of(definition, form, inputs, axes, params)
    parts = (_part(definition, form, inputs.cut(index), axes, params) for index in cuts)
    if 0 not in axes:
        return _kept_blocks(inputs.lib, list(parts))
    state, dtype = next(parts)
    state = _wide(state)
    for part, _ in parts:
        state = merge(state, _wide(part))
    return _narrow(inputs.lib, state, dtype), dtype


def _part(
    definition: Definition, form: Form, block: Inputs, axes: tuple[int, ...], params: dict[str, Any]
) -> tuple[State, Dtype]:
    """The state of one block; of a stretch within rows, these rows are no axis any more."""
    return state_of(definition, form, block, axes[: len(block.batch)], params)


def _kept_blocks(lib: Library, parts: list[tuple[State, Dtype]]) -> tuple[State, Dtype]:
    return _joined(lib.xp, [state for state, _ in parts]), parts[0][1]


def brief_size(x: Array) -> bool:
    """Whether an array is small enough to be reduced at once, and as it lies."""
    return not on_host(x) or (2 * x.nbytes <= PLAIN_BLOCK_BYTES and x.flags.c_contiguous)
