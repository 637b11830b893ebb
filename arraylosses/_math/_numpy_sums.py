"""Sums of kernels of a difference for NumPy: nothing is written but two blocks that stay in cache.

They run at the speed of reading the arguments, or at half of it; element by element, with a new array for each step,
at a fourth. Rows of a block are added by BLAS in lanes, rows and blocks in float64.
"""

from collections.abc import Callable
from math import inf
from typing import Any, NamedTuple

import numpy as np

from .._sizes import SIZES
from .._typing import Array, Namespace
from ._memory import borrowed, kept
from ._threads import Call, each
from .blocks import Index, stretches


def _in_rows(left: Array, right: Array) -> Any:
    """Sums of products (...), in float64, of (..., n)."""
    whole = left.shape[-1] // SIZES.row * SIZES.row
    shape = (*left.shape[:-1], whole // SIZES.row, SIZES.row)
    rows = np.vecdot(left[..., :whole].reshape(shape), right[..., :whole].reshape(shape))
    return np.add.reduce(rows, axis=-1, dtype=np.float64) + np.vecdot(left[..., whole:], right[..., whole:])


def _added(rows: Array) -> Any:
    """Sums (...), in float64, of (..., n)."""
    whole = rows.shape[-1] // SIZES.row * SIZES.row
    parts = np.vecdot(rows[..., :whole].reshape(*rows.shape[:-1], -1, SIZES.row), np.ones(SIZES.row, rows.dtype))
    return np.add.reduce(parts, axis=-1, dtype=np.float64) + np.add.reduce(rows[..., whole:], axis=-1)


def added(x: Array, kept: int) -> Array:
    """Sums over all but the first axes of what lies in order: twice as fast as NumPy's own, which adds by halves."""
    rows = x.reshape(*x.shape[:kept], -1) if kept else x.ravel(order="K")
    return np.asarray(_added(rows)).astype(x.dtype)


def inner(left: Array, right: Array) -> Array:
    """Sums of products along the last axis."""
    return np.asarray(_in_rows(left, right)).astype(left.dtype)


Added = Callable[[Array, Array, Array], Any]
"""The sum of a block of differences, from these and two buffers as large."""


class Terms(NamedTuple):
    """How the terms of a loss are added.

    ``wide`` rounds each as the formula does, and adds them one by one in float64: batches of many and of few may follow
    one another, and no split may show. ``quick`` need not; it may overwrite the differences, and ``buffers`` says how
    many blocks it touches, these among them.
    """

    quick: Added
    wide: Added
    buffers: int


def _one_by_one(terms: Array) -> Any:
    return np.add.reduce(terms, dtype=np.float64)


SQUARE = Terms(
    lambda gap, buffer, spare: _in_rows(gap, gap),
    lambda gap, buffer, spare: _one_by_one(np.multiply(gap, gap, out=buffer)),
    buffers=1,
)
ABSOLUTE = Terms(
    lambda gap, buffer, spare: _added(np.abs(gap, out=gap)),
    lambda gap, buffer, spare: _one_by_one(np.abs(gap, out=buffer)),
    buffers=1,
)


def _bent(width: float, divisor: float) -> Terms:
    """The lesser of a difference and a width, over a divisor, times the difference less half of it.

    NumPy clips three times as fast as it takes the lesser of an array and a number.
    """

    def quick(gap: Array, buffer: Array, spare: Array) -> Any:
        inner = np.clip(gap, -width, width, out=buffer)
        found = (_in_rows(inner, gap) - 0.5 * _in_rows(inner, inner)) / divisor
        # squares may overflow where their halves do not, and would then be taken from one another
        return found if found < inf else wide(gap, buffer, gap)

    def wide(gap: Array, buffer: Array, spare: Array) -> Any:
        half = np.clip(gap, -width, width, out=buffer)
        np.multiply(half, 0.5, out=half)
        rest = np.subtract(gap, half, out=spare)
        return _one_by_one(np.multiply(np.divide(half, 0.5 * divisor, out=half), rest, out=rest))

    return Terms(quick, wide, buffers=2)


def _huber(*, delta: Any = 1.0) -> Terms:
    return _bent(float(delta), 1.0)


def _smooth_l1(*, beta: Any = 1.0) -> Terms:
    return ABSOLUTE if beta == 0 else _bent(float(beta), float(beta))


def _summed(x: Array, y: Array, losses: list[Terms], wide: bool) -> list[Array]:
    """Two threads are quicker only where the sums are in float64."""
    calls = [loss.wide if wide else loss.quick for loss in losses]
    buffers = 3 if wide else losses[0].buffers
    size = min(max(1, 4 * SIZES.differences // (buffers * x.itemsize)), x.size)
    memories = []

    def worker() -> Call:
        memory, numbers = borrowed(buffers * size, x.dtype)
        memories.append(memory)

        def call(index: Index) -> list[Any]:
            a, b = x[index], y[index]
            gap, buffer, spare = (numbers[i : i + a.size] for i in (0, size, 2 * size))
            np.subtract(a, b, out=gap.reshape(a.shape))
            return [add(gap, buffer, spare) for add in calls]

        return call

    found = each(worker, stretches(x.shape, size), shared=wide and x.size >= SIZES.threads)
    for memory in memories:
        kept(memory)
    return [np.asarray(sum(parts), dtype=np.float64 if wide else x.dtype) for parts in zip(*found, strict=True)]


def sum_of_squares(xp: Namespace, x: Array, y: Array, *, wide: bool = False) -> Array:
    return _summed(x, y, [SQUARE], wide)[0]


def sum_of_absolutes(xp: Namespace, x: Array, y: Array, *, wide: bool = False) -> Array:
    return _summed(x, y, [ABSOLUTE], wide)[0]


def sum_of_huber(xp: Namespace, x: Array, y: Array, *, wide: bool = False, **params: Any) -> Array:
    return _summed(x, y, [_huber(**params)], wide)[0]


def sum_of_smooth_l1(xp: Namespace, x: Array, y: Array, *, wide: bool = False, **params: Any) -> Array:
    return _summed(x, y, [_smooth_l1(**params)], wide)[0]


LOSSES: dict[str, Callable[..., Terms]] = {
    "sum_of_squares": lambda: SQUARE,
    "sum_of_absolutes": lambda: ABSOLUTE,
    "sum_of_huber": _huber,
    "sum_of_smooth_l1": _smooth_l1,
}


def sums_of_differences(xp: Namespace, x: Array, y: Array, sums: Any) -> tuple[Array, ...]:
    return tuple(_summed(x, y, [LOSSES[name](**params) for name, params in sums], True))
