"""Sums of squares and products about means."""

from .._typing import Array, Namespace
from ._primitive import Primitive
from .elementary import stop_gradient
from .sums import inner, total


def centred(xp: Namespace, x: Array, w: Array | None, weight: Array) -> tuple[Array, Array]:
    """Mean, and deviations from it, of the last axis; a second pass takes out what rounding left in the mean.

    The first mean may be any number near: it is held constant, and derivatives are those of the second pass.
    """
    mean = stop_gradient(xp, weighted_total(xp, w, x) / weight)
    rest = x - xp.expand_dims(mean, axis=-1)
    left = weighted_total(xp, w, rest) / weight
    return mean + left, rest - xp.expand_dims(left, axis=-1)


def weighted_total(xp: Namespace, w: Array | None, x: Array) -> Array:
    return total(xp, x if w is None else w * x, -1)


def products(xp: Namespace, w: Array | None, *pairs: tuple[Array, Array]) -> tuple[Array, ...]:
    """Weighted sums along the last axis."""
    return tuple(inner(xp, x if w is None else w * x, y) for x, y in pairs)


@Primitive
def second_moments(xp: Namespace, x: Array, y: Array, w: Array | None, weight: Array) -> tuple[Array, ...]:
    """Means of two variables along the last axis, and sums of xx, xy and yy about them."""
    (mean_x, a), (mean_y, b) = (centred(xp, v, w, weight) for v in (x, y))
    return mean_x, mean_y, *products(xp, w, (a, a), (a, b), (b, b))


@Primitive
def spread_and_error(xp: Namespace, pred: Array, target: Array, w: Array | None, weight: Array) -> tuple[Array, ...]:
    """Mean of the target along the last axis, sum of squares about it, and sum of squares of what is left of it."""
    mean, rest = centred(xp, target, w, weight)
    left = pred - target
    return mean, *products(xp, w, (rest, rest), (left, left))
