"""The Kullback-Leibler divergence of close distributions, with every digit."""

from .._typing import Array, Namespace
from ._primitive import Primitive
from .elementary import either, log_gap
from .sums import all_of

CLOSE = 2.0**-4
"""Nats from which a sum of ``target log(target / pred)`` has some 20 units of its last place to spare at worst."""
LOST = 2.0**-20
"""The ratio of two shares below which ``1 + d``, of its excess d in float64, has no longer the digits of float32."""


def massless(pred: Array, target: Array) -> Array:
    """Where a class has no target mass and so costs nothing, whatever is predicted; but a NaN must show."""
    return (target == 0) & (pred == pred)


def far_apart(xp: Namespace, pred: Array, target: Array) -> Array:
    """Where the ratio of two shares, or its slope, is no number of the dtype."""
    most = float(xp.finfo(target.dtype).max) / 8
    return (target > 0) & (pred > target * (target * most))


def by_logarithms(xp: Namespace, pred: Array, target: Array, apart: Array) -> Array:
    """``target log(target / pred)`` by the logarithms of both, where they are far apart; elsewhere 0."""
    known, guess = xp.where(apart, target, 1.0), xp.where(apart, pred, 1.0)
    return known * (xp.log(known) - xp.log(guess))


@Primitive
def divergence(xp: Namespace, pred: Array, target: Array) -> Array:
    """Nats, over the last axis, of coding ``target`` with a code made for ``pred`` beyond those of its own."""
    apart = far_apart(xp, pred, target)
    # a class without target mass costs nothing: both its terms are left out
    left = massless(pred, target) | apart
    known, guess = xp.where(left, 1.0, target), xp.where(left, 1.0, pred)
    excess = xp.where(left, 0.0, guess - known)
    gap = known * log_gap(xp, guess / known, excess / known)
    usual = xp.sum(xp.where(left, 0.0, gap), axis=-1) - xp.sum(excess, axis=-1)

    def with_those() -> tuple[Array]:
        return (usual + xp.sum(by_logarithms(xp, pred, target, apart), axis=-1),)

    return either(xp, ~xp.any(apart), (usual,), with_those)[0]


@Primitive
def sum_of_divergences(xp: Namespace, pred: Array, target: Array, *, wide: bool = False, mean: bool = False) -> Array:
    """Of all pairs of distributions, or their mean; a 0-d array, of float64 if ``wide``."""
    return all_of(xp, divergence(xp, pred, target), wide, mean)
