"""Order statistics of weighted samples along the last axis."""

from .._typing import Array, Namespace
from .._xp import device_of, index_dtype
from ._primitive import Primitive
from .elementary import stop_gradient
from .sums import arange_like, cumulative_sum, segment_sum


@Primitive
def ascending(xp: Namespace, values: Array) -> Array:
    """Ascending order along the last axis, which leaves open that of equals."""
    return xp.argsort(values, axis=-1, stable=False)


@Primitive
def ordered(xp: Namespace, x: Array) -> Array:
    """Ascending along the last axis; of equals the first has the gradient of the first place."""
    return xp.take_along_axis(x, xp.argsort(x, axis=-1, stable=True), axis=-1)


def tie_groups(xp: Namespace, ordered: Array) -> Array:
    """Number of the group of equals that each of a sorted row belongs to."""
    if ordered.shape[-1] == 0:
        return xp.zeros(ordered.shape, dtype=index_dtype(xp), **device_of(xp, ordered))
    first = xp.zeros((*ordered.shape[:-1], 1), dtype=xp.bool, **device_of(xp, ordered))
    new = xp.concat([first, ordered[..., 1:] != ordered[..., :-1]], axis=-1)
    return cumulative_sum(xp, xp.astype(new, index_dtype(xp)))


def tie_order(xp: Namespace, values: Array) -> tuple[Array, Array]:
    """Ascending order, and for each place of it the number of its group of equals, whose own order is left open."""
    order = ascending(xp, values)
    return order, tie_groups(xp, xp.take_along_axis(values, order, axis=-1))


def weight_by_value(xp: Namespace, values: Array, *weights: Array) -> tuple[Array, ...]:
    """Each of ``weights`` summed over equal values, in ascending order of value (slots left over weigh 0)."""
    order, group = tie_order(xp, values)
    n = values.shape[-1]
    return tuple(segment_sum(xp, xp.take_along_axis(w, order, axis=-1), group, n) for w in weights)


def sweep(xp: Namespace, values: Array, present: Array, weights: list[Array]) -> tuple[Array, list[Array]]:
    """Distinct values, descending, and each of ``weights`` summed over equals.

    There are as many slots as values: those that are left over hold the last value, and weigh 0. What is not present
    has no slot of its own.
    """
    n = values.shape[-1]
    if n == 0:
        return values, weights
    # ascending in the negative, so that what is absent comes last
    key = xp.where(present, -values, xp.inf)
    order = ascending(xp, key)
    group = tie_groups(xp, xp.take_along_axis(key, order, axis=-1))
    size = segment_sum(xp, None, group, n)
    known = xp.take_along_axis(present, order, axis=-1)
    last = xp.max(xp.where(known, group, xp.zeros_like(group)), axis=-1, keepdims=True)
    slot = arange_like(xp, n, group, group.dtype)
    first = xp.take_along_axis(cumulative_sum(xp, size) - size, xp.where(slot > last, last, slot), axis=-1)
    distinct = -xp.take_along_axis(xp.take_along_axis(key, order, axis=-1), first, axis=-1)
    return distinct, [segment_sum(xp, xp.take_along_axis(w, order, axis=-1), group, n) for w in weights]


def tie_ranks(xp: Namespace, values: Array, weights: Array) -> Array:
    """Weighted mean ranks, up to a constant: equals share the middle of their range."""
    order, group = tie_order(xp, values)
    heavy = segment_sum(xp, xp.take_along_axis(weights, order, axis=-1), group, values.shape[-1])
    middle = cumulative_sum(xp, heavy) - heavy / 2
    # each place is met once: the sum puts every rank where its value came from
    return segment_sum(xp, xp.take_along_axis(middle, group, axis=-1), order, values.shape[-1])


@Primitive
def spread_of_pairs(xp: Namespace, x: Array) -> Array:
    """Sum of the distances between all pairs of the m along the last axis, over m; in m log m.

    Equals share their ranks, and with them the gradient.
    """
    m = x.shape[-1]
    rank = tie_ranks(xp, stop_gradient(xp, x), xp.ones_like(x))
    return xp.sum(x * (2 * rank - m), axis=-1) / m
