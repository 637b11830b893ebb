"""Thinning of point clouds."""

from .._typing import Array, Namespace
from .._xp import index_dtype
from ._primitive import Primitive
from .sums import arange_like


@Primitive
def thinned(xp: Namespace, points: Array, radius: float) -> Array:
    """Which of (..., n, d) are left, where each in its turn, if it is left, takes away all later ones within a radius.

    A point at a time: n passes over the cloud, and no n x n.
    """
    n = points.shape[-2]
    place = arange_like(xp, n, points, index_dtype(xp))
    left = xp.zeros_like(points[..., 0]) == 0
    for i in range(n - 1):
        gap = points - points[..., i : i + 1, :]
        near = xp.sum(gap * gap, axis=-1) <= radius * radius
        left = left & ~(left[..., i : i + 1] & near & (place > i))
    return left
