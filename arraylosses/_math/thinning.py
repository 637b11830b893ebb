"""Thinning of point clouds."""

import numpy as np

from .._typing import Array, Namespace
from .._xp import device_of, index_dtype
from ._primitive import Primitive
from .sums import arange_like


def _host_permutation(seed: int, n: int) -> tuple[int, ...]:
    return tuple(np.random.Generator(np.random.Philox(seed)).permutation(n).tolist())


# a generator has a state, which torch.compile does not trace: what it gives is a constant of the compiled program
_host_permutation._dynamo_marked_constant = True  # type: ignore[attr-defined]


def permutation(xp: Namespace, seed: int, n: int, like: Array) -> Array:
    """0, 1, ... n - 1 in a random order, drawn on the host: the same on every array library."""
    return xp.asarray(_host_permutation(seed, n), dtype=index_dtype(xp), **device_of(xp, like))


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
