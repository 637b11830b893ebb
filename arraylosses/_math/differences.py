"""Kernels of a difference, and the sums of their elements: what libraries have in one piece."""

from collections.abc import Sequence
from typing import Any

from .._typing import Array, Namespace
from ._primitive import Primitive
from .elementary import absolute, at_most
from .sums import all_of


@Primitive
def squared_difference(xp: Namespace, x: Array, y: Array) -> Array:
    """Square of the difference."""
    return (x - y) ** 2


@Primitive
def huber(xp: Namespace, x: Array, y: Array, delta: float) -> Array:
    """Half the square of a difference below ``delta``, and a straight line beyond it."""
    error = absolute(xp, x - y)
    inner = at_most(xp, error, delta)
    # not error**2: beyond the joint that would overflow though the loss is small
    return inner * (error - 0.5 * inner)


@Primitive
def smooth_l1(xp: Namespace, x: Array, y: Array, beta: float) -> Array:
    """`huber` divided by its width, which may be 0."""
    if beta == 0:
        return absolute(xp, x - y)
    error = absolute(xp, x - y)
    inner = at_most(xp, error, beta)
    return (inner / beta) * (error - 0.5 * inner)


@Primitive
def sum_of_squares(xp: Namespace, x: Array, y: Array, *, wide: bool = False, mean: bool = False) -> Array:
    """Of all differences, or their mean; a 0-d array, of float64 if ``wide``."""
    return all_of(xp, squared_difference(xp, x, y), wide, mean)


@Primitive
def sum_of_absolutes(xp: Namespace, x: Array, y: Array, *, wide: bool = False, mean: bool = False) -> Array:
    """Of all differences."""
    return all_of(xp, absolute(xp, x - y), wide, mean)


@Primitive
def sum_of_huber(
    xp: Namespace, x: Array, y: Array, *, delta: float = 1.0, wide: bool = False, mean: bool = False
) -> Array:
    """Of all differences."""
    return all_of(xp, huber(xp, x, y, delta), wide, mean)


@Primitive
def sum_of_smooth_l1(
    xp: Namespace, x: Array, y: Array, *, beta: float = 1.0, wide: bool = False, mean: bool = False
) -> Array:
    """Of all differences."""
    return all_of(xp, smooth_l1(xp, x, y, beta), wide, mean)


SUMS = {one.pure.__name__: one for one in (sum_of_squares, sum_of_absolutes, sum_of_huber, sum_of_smooth_l1)}


@Primitive
def sums_of_differences(
    xp: Namespace, x: Array, y: Array, sums: Sequence[tuple[str, dict[str, Any]]]
) -> tuple[Array, ...]:
    """Several sums of the same differences, in float64: each by its name, with its parameters."""
    return tuple(SUMS[name](xp, x, y, wide=True, **params) for name, params in sums)
