"""Entropic transport in the log domain: potentials, and what they are worth."""

from typing import NamedTuple

from .._typing import Array, Namespace
from ._primitive import Primitive
from .elementary import multiply, stop_gradient


def log_sum_exp(xp: Namespace, x: Array) -> Array:
    """``log(sum(exp(x)))`` over the last axis, for numbers of any size."""
    top = stop_gradient(xp, xp.max(x, axis=-1, keepdims=True))
    top = xp.where(xp.isfinite(top), top, 0.0)
    return xp.squeeze(top, axis=-1) + xp.log(xp.sum(xp.exp(x - top), axis=-1))


def log_mass(xp: Namespace, mass: Array) -> Array:
    """Logarithm, -inf at 0 with gradient 0."""
    none = mass == 0
    return xp.where(none, -xp.inf, xp.log(xp.where(none, 1.0, mass)))


class Problem(NamedTuple):
    """Masses (..., n) and (..., m), each of sum 1, a cost (..., n, m), and a temperature (..., 1)."""

    left: Array
    right: Array
    cost: Array
    temperature: Array


def scaled(xp: Namespace, price: Array, log_weight: Array, cost: Array, temperature: Array) -> Array:
    """What `soft_minimum` takes the logarithm of a sum of exponentials of."""
    terms = xp.expand_dims(price, axis=-2) - cost
    return terms / xp.expand_dims(temperature, axis=-1) + xp.expand_dims(log_weight, axis=-2)


@Primitive
def soft_minimum(xp: Namespace, price: Array, log_weight: Array, cost: Array, temperature: Array) -> Array:
    """Over the last axis, of ``cost - price``: the best price at the other side."""
    return -temperature * log_sum_exp(xp, scaled(xp, price, log_weight, cost, temperature))


def step(xp: Namespace, prices: Array, constants: tuple[Array, ...], share: Array | float) -> Array:
    """Prices at either side, left before right, each from the other's."""
    cost, log_left, log_right, temperature, ratio = constants
    n = cost.shape[-2]
    hot = temperature * ratio**share
    at_left = soft_minimum(xp, prices[..., n:], log_right, cost, hot)
    at_right = soft_minimum(xp, prices[..., :n], log_left, xp.matrix_transpose(cost), hot)
    return xp.concat([at_left, at_right], axis=-1)


def cooling(iterations: int) -> list[float]:
    """Powers of what the first temperature is more than the last one: from 1 to 0, half of the way."""
    return [max(0.0, 1.0 - 2.0 * i / iterations) for i in range(iterations)]


@Primitive
def prices(
    xp: Namespace,
    cost: Array,
    log_left: Array,
    log_right: Array,
    temperature: Array,
    ratio: Array,
    iterations: int,
) -> Array:
    """Sinkhorn's iteration from prices of 0: (..., n + m), left before right.

    The first half of the steps cools down from ``ratio`` times the temperature: at a low one alone they hardly move.
    """
    found = xp.zeros_like(xp.concat([log_left, log_right], axis=-1))
    for share in cooling(iterations):
        found = step(xp, found, (cost, log_left, log_right, temperature, ratio), share)
    return found


def potentials(xp: Namespace, p: Problem, iterations: int) -> tuple[Array, Array]:
    """Prices at either side, each found from the other's before it: two chains of Sinkhorn's iteration, interleaved.

    What changes places gives the same, at any number of iterations.
    """
    start = xp.expand_dims(xp.max(p.cost, axis=(-2, -1)), axis=-1) / p.temperature
    ratio = xp.where(start > 1.0, start, 1.0)
    found = prices(xp, p.cost, log_mass(xp, p.left), log_mass(xp, p.right), p.temperature, ratio, iterations)
    n = p.cost.shape[-2]
    return found[..., :n], found[..., n:]


def _answers(xp: Namespace, p: Problem, left: Array, right: Array) -> tuple[Array, Array]:
    """The best price at the left for the right's, and at the right for the left's."""
    back = xp.matrix_transpose(p.cost)
    at_left = soft_minimum(xp, right, log_mass(xp, p.right), p.cost, p.temperature)
    return at_left, soft_minimum(xp, left, log_mass(xp, p.left), back, p.temperature)


def regularized_cost(xp: Namespace, p: Problem, left: Array, right: Array) -> Array:
    """Of both chains, the mean value of the dual: the plan's cost, and the temperature times its divergence."""
    at_left, at_right = _answers(xp, p, left, right)
    return 0.5 * xp.sum(multiply(xp, p.left, left + at_left), axis=-1) + 0.5 * xp.sum(
        multiply(xp, p.right, right + at_right), axis=-1
    )


def _plan(xp: Namespace, p: Problem, left: Array, right: Array) -> Array:
    prices = xp.expand_dims(left, axis=-1) + xp.expand_dims(right, axis=-2) - p.cost
    logs = xp.expand_dims(log_mass(xp, p.left), axis=-1) + xp.expand_dims(log_mass(xp, p.right), axis=-2)
    return xp.exp(prices / p.temperature[..., None] + logs)


def plan_cost(xp: Namespace, p: Problem, left: Array, right: Array) -> Array:
    """Of both chains, the mean cost of the plan alone."""
    at_left, at_right = _answers(xp, p, left, right)
    plan = 0.5 * (_plan(xp, p, left, at_right) + _plan(xp, p, at_left, right))
    return xp.sum(multiply(xp, plan, p.cost), axis=(-2, -1))
