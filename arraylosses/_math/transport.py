"""Transport of mass: exact plans, found on the host, and quantile functions of weighted samples."""

from collections.abc import Callable
from functools import partial
from math import prod
from typing import Any

import numpy as np

from .._typing import Array, Namespace
from .elementary import multiply, stop_gradient
from .host import Shape, hosted
from .ranks import ordered
from .sums import arange_like, cumulative_sum

# ---- exact plans, on the host, in float64


def _scaled_cost(points: Any, others: Any, power: float) -> tuple[Any, float]:
    """Distances to a power, the greatest 1, and the greatest distance. What is not finite costs nothing: NaN follows.

    By differences, like the distances that the caller takes: |x|^2 - 2 xy + |y|^2 loses digits far from zero.
    """
    from scipy.spatial.distance import cdist

    both = np.concatenate([points, others]).astype(np.float64)
    size = float(np.max(np.abs(both), where=np.isfinite(both), initial=0.0)) or 1.0
    both = np.where(np.isfinite(both), both / size, 0.0)
    cost = cdist(both[: len(points)], both[len(points) :])
    longest = float(cost.max(initial=0.0)) or 1.0
    return (cost / longest) ** power, longest * size


@hosted(lambda points, others, power: [(points[:-1], True)], scipy=True)
def match(points: Any, others: Any, power: float) -> tuple[Any, ...]:
    """For each of (..., n, d) its partner among (..., n, d), at the least sum of distances ** power."""
    from scipy.optimize import linear_sum_assignment

    partner = np.empty(points.shape[:-1], dtype=np.int64)
    for i in np.ndindex(points.shape[:-2]):
        partner[i] = linear_sum_assignment(_scaled_cost(points[i], others[i], power)[0])[1]
    return (partner,)


def _plan_results(points: Shape, others: Shape, u: Shape, v: Shape, power: float) -> list[tuple[Shape, bool]]:
    lead, n, m = points[:-2], points[-2], others[-2]
    pairs = (*lead, n + m - 1)
    return [(pairs, True), (pairs, True), (pairs, False), ((*lead, n), False), ((*lead, m), False), (lead, False)]


TOGETHER = 2**14
"""Problems are solved together up to so many pairs of points: of small ones, the solver's preparations take longer."""


def _solved(cost: Any, u: Any, v: Any) -> tuple[Any, Any, Any]:
    """Optimal vertices of (k, n, m) transport polytopes, and the prices of mass at either side.

    One of the equations follows from the others and is left out. Masses are about 1, whatever their number, so that
    the solver's absolute tolerances mean the same.
    """
    from scipy.optimize import linprog
    from scipy.sparse import identity, kron, vstack

    k, n, m = cost.shape
    rows = kron(identity(n), np.ones((1, m)))
    columns = kron(np.ones((1, n)), identity(m)).tocsr()[:-1]
    equations = kron(identity(k), vstack([rows, columns])).tocsc()
    masses = np.concatenate([u, v[:, :-1]], axis=1) * max(n, m)
    found = linprog(cost.ravel(), A_eq=equations, b_eq=masses.ravel(), method="highs-ds")
    prices = found.eqlin.marginals.reshape(masses.shape)
    return found.x.reshape(k, n, m) / max(n, m), prices[:, :n], np.pad(prices[:, n:], [(0, 0), (0, 1)])


def _shares(weights: Any) -> Any:
    """Rows that sum to one; NaN where they are no masses."""
    shares = weights.astype(np.float64) / np.sum(weights, axis=-1, keepdims=True, dtype=np.float64)
    fair = np.all(np.isfinite(shares) & (shares >= 0), axis=-1, keepdims=True)
    return np.where(fair, shares, np.nan)


def _vertices(cost: Any, a: Any, b: Any) -> tuple[Any, ...]:
    """Of (k, n, m) costs: from and to whom, how much, and the prices at either side; NaN where a mass is none."""
    k, n, m = cost.shape
    mass, price, other_price = np.full((k, n, m), np.nan), np.zeros((k, n)), np.zeros((k, m))
    fair = np.isfinite(a).all(axis=1) & np.isfinite(b).all(axis=1)
    if fair.any():
        mass[fair], price[fair], other_price[fair] = _solved(cost[fair], a[fair], b[fair])
    mass = mass.reshape(k, n * m)
    flat = np.argsort(-mass, axis=1, kind="stable")[:, : n + m - 1]
    moved = np.maximum(np.take_along_axis(mass, flat, axis=1), 0.0)
    return *np.divmod(flat, m), moved, price, other_price


def _of_points(power: float, points: Any, others: Any, a: Any, b: Any) -> tuple[Any, ...]:
    costs = [_scaled_cost(*pair, power) for pair in zip(points, others, strict=True)]
    shape = len(points), points.shape[1], others.shape[1]
    longest = np.asarray([size for _, size in costs])
    return *_vertices(np.reshape([cost for cost, _ in costs], shape), a, b), longest


def _of_costs(cost: Any, a: Any, b: Any) -> tuple[Any, ...]:
    """The least cost becomes 0 and the greatest 1: what all have in common moves no mass.

    An infinite cost is dearer than any detour through other pairs.
    """
    cost, there = cost.astype(np.float64), {"axis": (1, 2), "keepdims": True, "where": np.isfinite(cost)}
    least, greatest = np.min(cost, initial=np.inf, **there), np.max(cost, initial=-np.inf, **there)
    unit = np.where(greatest > least, greatest - least, 1.0)
    scaled = np.where(cost == np.inf, sum(cost.shape[1:]), (cost - least) / unit)
    lost = ~np.isfinite(scaled).all(axis=(1, 2))
    return *_vertices(scaled, np.where(lost[:, None], np.nan, a), b), unit[:, 0, 0]


def _in_parts(solve: Callable[..., tuple[Any, ...]], lead: Shape, pairs: int, *given: Any) -> tuple[Any, ...]:
    """Problems of so many pairs each, as many at a time as are solved together."""
    count = prod(lead)
    rows = [x.reshape((count, *x.shape[len(lead) :])) for x in given]
    parts = np.array_split(np.arange(count), max(1, -(-count * pairs // TOGETHER)))
    found = zip(*(solve(*(x[part] for x in rows)) for part in parts), strict=True)
    return tuple(np.concatenate(x).reshape((*lead, *x[0].shape[1:])) for x in found)


@hosted(_plan_results, scipy=True)
def plan(points: Any, others: Any, u: Any, v: Any, power: float) -> tuple[Any, ...]:
    """An optimal plan between weighted (..., n, d) and (..., m, d), as the n + m - 1 pairs that suffice.

    From and to whom; how much mass; the price of mass at each point, in distances ** power over the longest distance
    ** power; and that distance. Masses that are no masses (NaN, or all 0) give NaN.
    """
    pairs = points.shape[-2] * others.shape[-2]
    return _in_parts(partial(_of_points, power), points.shape[:-2], pairs, points, others, _shares(u), _shares(v))


def _cost_results(cost: Shape, u: Shape, v: Shape) -> list[tuple[Shape, bool]]:
    return _plan_results((*u, 1), (*v, 1), u, v, 1.0)


@hosted(_cost_results, scipy=True)
def plan_at_cost(cost: Any, u: Any, v: Any) -> tuple[Any, ...]:
    """The same of given (..., n, m) costs; prices are in units of the range of the costs, which comes last."""
    return _in_parts(_of_costs, cost.shape[:-2], cost.shape[-2] * cost.shape[-1], cost, _shares(u), _shares(v))


@hosted(lambda like, axes, count, seed: [((int(axes), int(count)), False)], reads=False)
def directions(like: Any, axes: float, count: float, seed: float) -> tuple[Any, ...]:
    """Unit vectors, as columns: of a seed the same ones everywhere."""
    drawn = np.random.Generator(np.random.Philox(int(seed))).standard_normal((int(axes), int(count)))
    return (drawn / np.linalg.norm(drawn, axis=0),)


# ---- means of powers


def _shared(xp: Namespace, share: Array | None, x: Array) -> Array:
    """The sum over the last axis, of which each has a share, or all the same."""
    return xp.sum(x, axis=-1) / x.shape[-1] if share is None else xp.sum(multiply(xp, share, x), axis=-1)


def power_mean(xp: Namespace, share: Array | None, distance: Array, power: float, root: bool) -> Array:
    """Mean of ``distance ** power`` over the last axis, its root or not; gradient 0 where it is 0."""
    if power == 1.0:
        return _shared(xp, share, distance)
    if not root:
        return _shared(xp, share, distance**power)
    longest = stop_gradient(xp, xp.max(distance, axis=-1, keepdims=True))
    longest = xp.where(longest == 0, 1.0, longest)
    mean = _shared(xp, share, (distance / longest) ** power)
    return longest[..., 0] * root_of(xp, mean, power)


def root_of(xp: Namespace, x: Array, power: float) -> Array:
    """``x ** (1 / power)``, whose slope at 0 is 0 and not infinite."""
    zero = x == 0
    return xp.where(zero, 0.0, xp.where(zero, 1.0, x) ** (1.0 / power))


# ---- quantile functions


def _levels(xp: Namespace, weights: Array | None, like: Array) -> Array:
    """The cumulative share of each of a sorted row: the last is 1 exactly."""
    n = like.shape[-1]
    if weights is None:
        return xp.broadcast_to((arange_like(xp, n, like, like.dtype) + 1.0) / n, like.shape)
    running = cumulative_sum(xp, weights)
    return running / running[..., -1:]


def _sorted(xp: Namespace, x: Array, weights: Array | None) -> tuple[Array, Array]:
    if weights is None:
        x = ordered(xp, x)
        return x, _levels(xp, None, x)
    order = xp.argsort(x, axis=-1, stable=True)
    weights = xp.take_along_axis(weights, order, axis=-1)
    x = xp.take_along_axis(x, order, axis=-1)
    return x, _levels(xp, weights, x)


def quantile_gaps(
    xp: Namespace, x: Array, y: Array, x_weights: Array | None, y_weights: Array | None
) -> tuple[Array | None, Array]:
    """Stretches of [0, 1] on which the quantile functions of (..., n) and (..., m) are flat, and their difference.

    Both run through the levels of both together: at each, so many of the one and so many of the other lie below.
    Where all stretches are alike there are none.
    """
    n, m = x.shape[-1], y.shape[-1]
    if n == m and x_weights is None and y_weights is None:
        return None, ordered(xp, x) - ordered(xp, y)
    x, x_level = _sorted(xp, x, x_weights)
    y, y_level = _sorted(xp, y, y_weights)
    levels = xp.concat([x_level, y_level], axis=-1)
    order = xp.argsort(levels, axis=-1, stable=True)
    levels = xp.take_along_axis(levels, order, axis=-1)
    share = levels - xp.concat([xp.zeros_like(levels[..., :1]), levels[..., :-1]], axis=-1)
    own = xp.astype(order < n, order.dtype)
    below = cumulative_sum(xp, own) - own
    rank = arange_like(xp, n + m, order, order.dtype)
    x_place = xp.where(below < n, below, n - 1)
    y_place = xp.where(rank - below < m, rank - below, m - 1)
    return share, xp.take_along_axis(x, x_place, axis=-1) - xp.take_along_axis(y, y_place, axis=-1)
