"""Sums of kernels of a difference for NumPy: nothing is written but two blocks that stay in cache.

They run at the speed of reading the arguments, or at half of it; element by element, with a new array for each step,
at a fourth. Rows of a block are added by BLAS in lanes, rows and blocks in float64.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from .._sizes import SIZES
from .._typing import Array, Namespace
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

    By one thread: two took 0.75 to 1.4 times as long, for the interpreter's lock is asked for at every step.
    """
    # buffers of which there is no need for long are given back at once, and faulted in again
    most = SIZES.numpy_block if x.size > 2 * SIZES.numpy_block else SIZES.numpy_block * 2 // 3
    # in float64 a sum takes longer than the way to memory does
    size = min(most * (2 if wide else 1), x.size)
    difference, buffer = np.empty(size, x.dtype), np.empty(size, x.dtype)
    found = 0.0
    for index in stretches(x.shape, size):
        a, b = x[index], y[index]
        part = difference[: a.size]
        np.subtract(a, b, out=part.reshape(a.shape))
        found += block(part, buffer[: a.size], wide)
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
    """The lesser of a difference and a width, over a divisor, times the difference less half of it."""
    half = 0.5 * divisor

    def block(difference: Array, buffer: Array, wide: bool) -> Any:
        np.abs(difference, out=difference)
        inner = np.minimum(difference, width, out=buffer)
        np.multiply(inner, 0.5, out=inner)
        np.subtract(difference, inner, out=difference)
        if not wide:
            return _product(inner, difference, wide) / half
        # as the formula rounds each element: batches of many and of few may follow one another
        return _product(np.divide(inner, half, out=inner), difference, wide)

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
