"""The Kullback-Leibler divergence of close distributions, with every digit."""

from .._typing import Array, Namespace
from ._primitive import Primitive
from .elementary import log_gap


def massless(pred: Array, target: Array) -> Array:
    """Where a class has no target mass and so costs nothing, whatever is predicted; but a NaN must show."""
    return (target == 0) & (pred == pred)


@Primitive
def divergence(xp: Namespace, pred: Array, target: Array) -> Array:
    """Nats, over the last axis, of coding ``target`` with a code made for ``pred`` beyond those of its own."""
    # a class without target mass costs nothing: both its terms are left out
    dead = massless(pred, target)
    known, guess = xp.where(dead, 1.0, target), xp.where(dead, 1.0, pred)
    ratio = guess / known
    # a target so small that the ratio overflows weighs nothing either
    dead = dead | (ratio == xp.inf)
    excess = xp.where(dead, 0.0, guess - known)
    gap = known * log_gap(xp, ratio, excess / known)
    return xp.sum(xp.where(dead, 0.0, gap), axis=-1) - xp.sum(excess, axis=-1)
