"""Sums of kernels of a difference for NumPy: nothing is written but two blocks that stay in cache.

They run at the speed of reading the arguments, or at half of it; element by element, with a new array for each step,
at a fourth. Rows of a block are added by BLAS in lanes, rows and blocks in float64. Of many elements two threads add.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from math import inf, nan, prod
from typing import Any, NamedTuple

import numpy as np

from .._sizes import SIZES
from .._typing import Array, Formula, Namespace
from ._memory import borrowed, kept
from ._threads import Call, each
from .blocks import stretches


def _in_rows(left: Array, right: Array) -> Any:
    """Sums of products (...), in float64, of (..., n)."""
    whole = left.shape[-1] // SIZES.row * SIZES.row
    shape = (*left.shape[:-1], whole // SIZES.row, SIZES.row)
    rows = np.vecdot(left[..., :whole].reshape(shape), right[..., :whole].reshape(shape))
    return np.add.reduce(rows, axis=-1, dtype=np.float64) + np.vecdot(left[..., whole:], right[..., whole:])


def _added(rows: Array) -> Any:
    """Sums (...), in float64, of (..., n)."""
    whole = rows.shape[-1] // SIZES.row * SIZES.row
    parts = np.vecdot(rows[..., :whole].reshape(*rows.shape[:-1], -1, SIZES.row), _ones(SIZES.row, rows.dtype))
    return np.add.reduce(parts, axis=-1, dtype=np.float64) + np.add.reduce(rows[..., whole:], axis=-1)


def added(x: Array, kept: int) -> Array:
    """Sums over all but the first axes of what lies in order: twice as fast as NumPy's own, which adds by halves."""
    rows = x.reshape(*x.shape[:kept], -1) if kept else x.ravel(order="K")
    return np.asarray(_added(rows)).astype(x.dtype)


def _by_row(add: Callable[..., Any], *arrays: Array) -> float:
    """The sum of what is added of each row, in Python's own numbers."""
    count, row = arrays[0].shape[0], SIZES.row
    return sum([float(add(*[x[i : i + row] for x in arrays])) for i in range(0, count, row)])


def inner(left: Array, right: Array) -> Array:
    """Sums of products along the last axis."""
    if left.ndim == 1 and left.shape[0] <= SIZES.row_by_row:
        return left.dtype.type(_by_row(np.dot, left, right))
    return np.asarray(_in_rows(left, right)).astype(left.dtype)


def _products(left: Array, right: Array) -> Any:
    """The sum of each of whole rows, or of any number of them all."""
    return np.vecdot(left, right) if left.ndim == 2 else _in_rows(left, right)


def _all(x: Array) -> Any:
    return np.vecdot(x, _ones(SIZES.row, x.dtype)) if x.ndim == 2 else _added(x)


@lru_cache(maxsize=8)
def _ones(n: int, dtype: Any) -> Array:
    return np.ones(n, dtype)


Added = Callable[..., Any]
"""The sum of a block of differences, or those of its rows, from these and from buffers as large."""


class Terms(NamedTuple):
    """How the terms of a loss are added, whatever the signs of the differences, which may be lost on the way.

    ``wide`` rounds each term as the formula does, and adds them one by one in float64: no split may show. ``quick``
    need not, and ``buffers`` says how many blocks it touches, that of the differences among them. ``few`` are no more
    than a row: of some rows, steps of Python's take longer than what they do.
    """

    few: Callable[[Array], Any]
    quick: Added
    wide: Added
    buffers: int


def _one_by_one(terms: Array) -> Any:
    return np.add.reduce(terms, axis=None, dtype=np.float64)


SQUARE = Terms(
    lambda gap: gap.dot(gap),
    lambda gap, *buffers: _products(gap, gap),
    lambda gap, buffer, spare: _one_by_one(np.multiply(gap, gap, out=buffer)),
    buffers=1,
)
ABSOLUTE = Terms(
    lambda gap: np.add.reduce(np.abs(gap, out=gap)),
    lambda gap, *buffers: _all(np.abs(gap, out=gap)),
    lambda gap, buffer, spare: _one_by_one(np.abs(gap, out=buffer)),
    buffers=1,
)


def _bent(width: float, divisor: float) -> Terms:
    """The lesser of a difference and a width, over a divisor, times the difference less half of it.

    NumPy clips three times as fast as it takes the lesser of an array and a number.
    """

    def few(gap: Array) -> Any:
        inner = np.minimum(np.maximum(gap, -width), width)
        found = (inner.dot(gap) - 0.5 * inner.dot(inner)) / divisor
        return found if found < inf else wide(gap, inner, np.empty_like(gap))

    def quick(gap: Array, buffer: Array, *others: Array) -> Any:
        inner = np.clip(gap, -width, width, out=buffer)
        found = (_one_by_one(_products(inner, gap)) - 0.5 * _one_by_one(_products(inner, inner))) / divisor
        # squares may overflow where their halves do not, and would then be taken from one another
        return found if found < inf else wide(gap, buffer, np.empty_like(gap))

    def wide(gap: Array, buffer: Array, spare: Array) -> Any:
        half = np.clip(gap, -width, width, out=buffer)
        np.multiply(half, 0.5, out=half)
        rest = np.subtract(gap, half, out=spare)
        return _one_by_one(np.multiply(np.divide(half, 0.5 * divisor, out=half), rest, out=rest))

    return Terms(few, quick, wide, buffers=2)


def _huber(*, delta: Any = 1.0) -> Terms:
    return _bent(float(delta), 1.0)


def _smooth_l1(*, beta: Any = 1.0) -> Terms:
    return ABSOLUTE if beta == 0 else _bent(float(beta), float(beta))


def _summed(x: Array, y: Array, losses: list[Terms], wide: bool) -> list[Array]:
    """Of many elements always quickly: what rows lose of float32 is a billionth of the sum then."""
    quick = not wide or x.size >= SIZES.many
    calls = [loss.quick if quick else loss.wide for loss in losses]
    buffers = max(loss.buffers for loss in losses) if quick else 3
    large = x.nbytes >= 4 * SIZES.threads
    # a call on whole arrays makes do with this memory for both threads; a stream cuts all losses alike, to the bit
    share = (1 if wide else 2) if large else 3 if wide else buffers
    size = max(1, 4 * SIZES.differences // (x.itemsize * share))
    walk = _at_once if x.size <= size else partial(_walked, size=size, large=large)
    return [np.asarray(total, dtype=np.float64 if wide else x.dtype) for total in walk(x, y, calls, buffers)]


def _at_once(x: Array, y: Array, calls: list[Added], buffers: int) -> list[Any]:
    memory, numbers = borrowed(buffers * x.size, x.dtype)
    blocks = numbers.reshape(buffers, -1)
    np.subtract(x, y, out=blocks[0].reshape(x.shape))
    found = [add(*blocks) for add in calls]
    kept(memory)
    return found


def _walked(x: Array, y: Array, calls: list[Added], buffers: int, *, size: int, large: bool) -> list[Any]:
    memories = []

    def worker() -> Call:
        memory, numbers = borrowed(buffers * size, x.dtype)
        memories.append(memory)

        @lru_cache(maxsize=2)
        def views(shape: tuple[int, ...]) -> tuple[Array, list[Array]]:
            given = numbers.reshape(buffers, -1)[:, : prod(shape)]
            shaped = given.reshape(buffers, *shape)
            return shaped[0], list(shaped if shape[1:] == (SIZES.row,) else given)

        def call(pair: tuple[Array, Array]) -> list[Any]:
            gap, given = views(pair[0].shape)
            np.subtract(*pair, out=gap)
            return [add(*given) for add in calls]

        return call

    x, y = np.asarray(x), np.asarray(y)  # a mapped array runs code of Python's at each cut
    pairs = _rows(x, y, size) if large and x.flags.c_contiguous and y.flags.c_contiguous else _cut(x, y, size)
    # the more steps a block takes, the more often the lock is asked for: of a bent loss two threads are no quicker
    found = each(worker, pairs, shared=large and buffers == 1)
    for memory in memories:
        kept(memory)
    return [sum(map(_one_by_one, parts)) for parts in zip(*found, strict=True)]


def _cut(x: Array, y: Array, size: int) -> Iterator[tuple[Array, Array]]:
    """So many elements of both at a time."""
    yield from ((x[index], y[index]) for index in stretches(x.shape, size))


def _rows(x: Array, y: Array, size: int) -> Iterator[tuple[Array, Array]]:
    """So many at a time of what lies in order: whole rows (m, row), which are added in half the steps, and the rest."""
    x, y = x.reshape(-1), y.reshape(-1)
    end = x.size // SIZES.row * SIZES.row if size >= SIZES.row else 0
    if end:
        yield from _cut(x[:end].reshape(-1, SIZES.row), y[:end].reshape(-1, SIZES.row), size)
    if end < x.size:
        yield from _cut(x[end:], y[end:], size)


def _sum_of(terms: Callable[..., Terms]) -> Formula:
    def add(xp: Namespace, x: Array, y: Array, *, wide: bool = False, mean: bool = False, **params: Any) -> Array:
        count = x.size
        if wide or count > SIZES.row_by_row:
            found = _summed(x, y, [terms(**params)], wide)[0]
        else:
            gap, few = x - y, terms(**params).few
            gap = gap if gap.ndim == 1 else gap.reshape(-1)
            found = few(gap) if count <= SIZES.row else _by_row(few, gap)
        return np.asarray(found / (count or nan) if mean else found, dtype=None if wide else x.dtype)

    return add


LOSSES: dict[str, Callable[..., Terms]] = {
    "sum_of_squares": lambda: SQUARE,
    "sum_of_absolutes": lambda: ABSOLUTE,
    "sum_of_huber": _huber,
    "sum_of_smooth_l1": _smooth_l1,
}

sum_of_squares, sum_of_absolutes, sum_of_huber, sum_of_smooth_l1 = map(_sum_of, LOSSES.values())


def sums_of_differences(xp: Namespace, x: Array, y: Array, sums: Any) -> tuple[Array, ...]:
    return tuple(_summed(x, y, [LOSSES[name](**params) for name, params in sums], True))
