"""Nearest points."""

from .._typing import Array, Namespace
from .._xp import size
from ._primitive import Primitive

CHUNK = 1 << 22
"""Elements of the largest intermediate: never a full n x m."""


def _nearest_dense(xp: Namespace, points: Array, others: Array, present: Array | None) -> Array:
    gap = xp.expand_dims(points, axis=-2) - xp.expand_dims(others, axis=-3)
    square = xp.sum(gap * gap, axis=-1)
    if present is not None:
        square = xp.where(xp.expand_dims(present, axis=-2), square, xp.inf)
    return xp.argmin(square, axis=-1)


@Primitive
def nearest(xp: Namespace, points: Array, others: Array, present: Array | None = None) -> Array:
    """Index of the nearest of ``others`` (..., m, d) to each of ``points`` (..., n, d), of those ``present`` (..., m).

    By differences, in chunks of rows: the expansion |x|^2 - 2 xy + |y|^2 loses digits far from zero.
    """
    n = points.shape[-2]
    row = max(size(others), 1)
    rows = max(1, CHUNK // row)
    spans = [(i, min(i + rows, n)) for i in range(0, n, rows)]
    parts = [_nearest_dense(xp, points[..., i:j, :], others, present) for i, j in spans]
    return parts[0] if len(parts) == 1 else xp.concat(parts, axis=-1)
