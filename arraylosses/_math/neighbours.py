"""Nearest points."""

from collections.abc import Callable

from .._typing import Array, Namespace
from .._xp import index_dtype, size
from ._primitive import Primitive
from .elementary import norm, stop_gradient
from .sums import arange_like, pick_rows

CHUNK = 1 << 22
"""Elements of the largest intermediate: never a full n x m."""


@Primitive
def by_rows(xp: Namespace, points: Array, find: Callable[[Array], Array], rows: int, axis: int = -1) -> Array:
    """``find`` of (..., n, d), asked of ``rows`` points at a time and joined along ``axis``, that of the n."""
    n = points.shape[-2]
    if n <= rows:
        return find(points)
    return xp.concat([find(points[..., i : min(i + rows, n), :]) for i in range(0, n, rows)], axis=axis)


@Primitive
def table_by_rows(xp: Namespace, points: Array, others: Array, find: Callable[[Array], Array]) -> Array:
    """``find(points)``, a table (..., n, m) of points (..., n, d) and others (..., m, d): some rows at a time, where
    that keeps what is made on the way in cache."""
    return find(points)


def chunk_rows(others: Array, limit: int = CHUNK) -> int:
    """How many points may be compared with all of ``others`` at once."""
    return max(1, limit // max(size(others), 1))


def _square(xp: Namespace, points: Array, others: Array, present: Array | None) -> Array:
    """Squared distances (..., n, m), infinite from those that are absent."""
    gap = xp.expand_dims(points, axis=-2) - xp.expand_dims(others, axis=-3)
    square = xp.sum(gap * gap, axis=-1)
    return square if present is None else xp.where(xp.expand_dims(present, axis=-2), square, xp.inf)


@Primitive
def nearest(xp: Namespace, points: Array, others: Array, present: Array | None = None) -> Array:
    """Index of the nearest of ``others`` (..., m, d) to each of ``points`` (..., n, d), of those ``present`` (..., m).

    By differences, in chunks of rows: the expansion |x|^2 - 2 xy + |y|^2 loses digits far from zero.
    """

    def find(part: Array) -> Array:
        return xp.argmin(_square(xp, part, others, present), axis=-1)

    return by_rows(xp, points, find, chunk_rows(others))


@Primitive
def nearest_square(xp: Namespace, points: Array, others: Array, present: Array | None = None) -> Array:
    """Squared distance (..., n) of each point to the nearest of those that are present.

    The neighbour is found on values held constant, the distance taken anew: exact gradients, and no n x m kept.
    """
    index = nearest(xp, stop_gradient(xp, points), stop_gradient(xp, others), present)
    gap = points - pick_rows(xp, others, index)
    return xp.sum(gap * gap, axis=-1)


@Primitive
def nearest_distance(xp: Namespace, points: Array, others: Array, present: Array | None = None) -> Array:
    """Distance (..., n), for any size that the dtype holds; as `nearest_square`."""
    index = nearest(xp, stop_gradient(xp, points), stop_gradient(xp, others), present)
    return norm(xp, points - pick_rows(xp, others, index))


@Primitive
def nearest_several(xp: Namespace, points: Array, others: Array, k: int) -> Array:
    """Indices (..., n, k) of the nearest of ``others`` (..., m, d), the nearest first; of equals the first."""
    place = arange_like(xp, others.shape[-2], points, index_dtype(xp))

    def find(part: Array) -> Array:
        square, found = _square(xp, part, others, None), []
        for _ in range(k):
            found.append(xp.argmin(square, axis=-1))
            square = xp.where(place == xp.expand_dims(found[-1], axis=-1), xp.inf, square)
        return xp.stack(found, axis=-1)

    return by_rows(xp, points, find, chunk_rows(others), -2)
