"""Sums of kernels of a difference for NumPy: nothing is written but two blocks that stay in cache.

They run at the speed of reading the arguments, or at half of it; element by element, with a new array for each step,
at a fourth. Rows of a block are added by BLAS in lanes, rows and blocks in float64.
"""

from collections.abc import Callable
from math import inf
from typing import Any

import numpy as np

from .._sizes import SIZES
from .._typing import Array, Namespace
from ._memory import borrowed, kept
from .blocks import stretches

Block = Callable[[Array, Array, bool], Any]


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


def _summed(x: Array, y: Array, block: Block, wide: bool) -> Array:
    """``block`` of each block of differences, which may be overwritten, and of as large a buffer.

    By one thread: two took 0.7 to 1.4 times as long, for the interpreter's lock is asked for at every step.
    """
    size = min(SIZES.differences * 4 // x.itemsize, x.size)
    memory, numbers = borrowed(2 * size, x.dtype)
    difference, buffer = numbers[:size], numbers[size:]
    found = 0.0
    for index in stretches(x.shape, size):
        a, b = x[index], y[index]
        part = difference[: a.size]
        np.subtract(a, b, out=part.reshape(a.shape))
        found += block(part, buffer[: a.size], wide)
    kept(memory)
    return np.asarray(found, dtype=np.float64 if wide else x.dtype)


def _product(left: Array, right: Array, wide: bool) -> Any:
    """Sum of products, which overwrite ``right``; added in float64 element by element, where no split may show."""
    if not wide:
        return _in_rows(left, right)
    return np.add.reduce(np.multiply(left, right, out=right), dtype=np.float64)


def _square(difference: Array, buffer: Array, wide: bool) -> Any:
    return _product(difference, difference, wide)


def _absolute(difference: Array, buffer: Array, wide: bool) -> Any:
    np.abs(difference, out=difference)
    return np.add.reduce(difference, dtype=np.float64) if wide else _added(difference)


def _bent(width: float, divisor: float) -> Block:
    """The lesser of a difference and a width, over a divisor, times the difference less half of it.

    NumPy clips three times as fast as it takes the lesser of an array and a number.
    """

    def at_once(difference: Array, buffer: Array) -> Any:
        inner = np.clip(difference, -width, width, out=buffer)
        return (_in_rows(inner, difference) - 0.5 * _in_rows(inner, inner)) / divisor

    def one_by_one(difference: Array, buffer: Array) -> Any:
        """As the formula rounds each: batches of many and of few may follow one another."""
        np.abs(difference, out=difference)
        inner = np.clip(difference, 0.0, width, out=buffer)
        np.multiply(inner, 0.5, out=inner)
        np.subtract(difference, inner, out=difference)
        return _product(np.divide(inner, 0.5 * divisor, out=inner), difference, True)

    def block(difference: Array, buffer: Array, wide: bool) -> Any:
        found = inf if wide else at_once(difference, buffer)
        # squares may overflow where their halves do not, and would then be taken from one another
        return found if found < inf else one_by_one(difference, buffer)

    return block


def sum_of_squares(xp: Namespace, x: Array, y: Array, *, wide: bool = False) -> Array:
    return _summed(x, y, _square, wide)


def sum_of_absolutes(xp: Namespace, x: Array, y: Array, *, wide: bool = False) -> Array:
    return _summed(x, y, _absolute, wide)


def sum_of_huber(xp: Namespace, x: Array, y: Array, *, delta: Any = 1.0, wide: bool = False) -> Array:
    return _summed(x, y, _bent(float(delta), 1.0), wide)


def sum_of_smooth_l1(xp: Namespace, x: Array, y: Array, *, beta: Any = 1.0, wide: bool = False) -> Array:
    if beta == 0:
        return sum_of_absolutes(xp, x, y, wide=wide)
    return _summed(x, y, _bent(float(beta), float(beta)), wide)
