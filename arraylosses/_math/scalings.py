"""Sinkhorn's iteration by products with a table of exponentials, which is made anew only where it must be.

In the log domain each step makes two tables of exponentials. While the temperature stays, one table serves many steps,
for a price has only moved by a logarithm since (Schmitzer, Stabilized sparse scaling algorithms for entropy regularized
transport problems, 2019). Whether a factor has left its range must be looked at, so that this is no definition.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .._sizes import SIZES
from .._typing import Array, Namespace
from .elementary import extremes, stop_gradient
from .entropic import cooling, step

LEAST, MOST = 1e-25, 1e25
"""Between them a sum has lost nothing to underflow, in float32 either; beyond, a step is made of logarithms."""
NEAR = 1e-8
"""Beyond which, and its inverse, the table is made anew for the next step."""

Table = Callable[[Array, Array, Array, Array], Array]


@dataclass
class _Scaled:
    """Prices, left before right, by how far they have moved from those of a table.

    Attributes
    ----------
    table : array
        `exponentials` of certain prices.
    hot : array
        The temperature.
    mass : array
        Of either side.
    factors : array
        Masses, times the exponential of how far their prices have moved.
    bases : list of array
        The prices of the table, in steps one after the other: the two chains, one from either side, differ by a number,
        which is kept apart, for a table would soon leave its range by it.
    """

    table: Array
    hot: Array
    mass: Array
    factors: Array
    bases: list[Array]

    def step(self, xp: Namespace) -> tuple[Array | None, bool]:
        """The next prices, each from those at the other side, None where the table does not hold them; and whether it
        serves the step after.
        """
        n = self.table.shape[0]
        sums = xp.concat([self.table @ self.factors[n:], self.factors[:n] @ self.table])
        least, most = map(float, extremes(xp, sums))
        if not LEAST < least <= most < MOST:
            return None, False
        self.factors = self.mass / sums
        self.bases.reverse()
        return self.bases[0] - self.hot * xp.log(sums), least > NEAR and most < 1 / NEAR


def exponentials(xp: Namespace, at_left: Array, at_right: Array, cost: Array, hot: Array) -> Array:
    """``exp((at_left + at_right - cost) / hot)``, (..., n, m)."""
    prices = xp.expand_dims(at_right, axis=-2) - cost + xp.expand_dims(at_left, axis=-1)
    return xp.exp(prices / xp.expand_dims(hot, axis=-1))


def chains(
    xp: Namespace, mass: Array, n: int, hot: Array, found: Array, before: Array
) -> tuple[tuple[Array, Array], list[Array], Array]:
    """The prices (..., n) and (..., m) of a table, those of either chain, which differ by a number, and factors.

    The prices ``found`` at the left were made of those ``before`` at the right.
    """
    held, last = stop_gradient(xp, found), stop_gradient(xp, before)
    left, right = held[..., :n], held[..., n:]
    apart = xp.sum(mass[..., n:] * (right - last[..., n:]), axis=-1, keepdims=True)
    right = right - apart
    bases = [xp.concat([left, right + apart], axis=-1), xp.concat([left - apart, right], axis=-1)]
    # factors of 1, in which the gradient of the prices goes on
    return (left, right), bases, mass * xp.exp((found - bases[0]) / hot)


def prices_by_scaling(xp: Namespace, table_of: Table, *problem: Array, iterations: int) -> Array:
    """`entropic.prices` of one problem, to rounding; ``table_of`` makes `exponentials`, into one place if it may."""
    cost, log_left, log_right, temperature, ratio = problem
    mass = xp.exp(xp.concat([log_left, log_right]))
    before = found = xp.zeros_like(mass)
    scaled: _Scaled | None = None
    for share in cooling(iterations):
        if scaled is None:
            hot = temperature * ratio**share if share else temperature
            scaled = _scaled(xp, table_of, cost, hot, mass, found, before)
        moved, serves = scaled.step(xp)
        before, found = found, step(xp, found, problem, share) if moved is None else moved
        scaled = scaled if serves and not share else None
    return found


def _scaled(
    xp: Namespace, table_of: Table, cost: Array, hot: Array, mass: Array, found: Array, before: Array
) -> _Scaled:
    """A table of the prices that were found."""
    sides, bases, factors = chains(xp, mass, cost.shape[0], hot, found, before)
    return _Scaled(table_of(*sides, cost, hot), hot, mass, factors, bases)


def prices(xp: Namespace, table_of: Table, cost: Array, *others: Any) -> Array:
    """`entropic.prices`, each problem of cost (..., n, m) and what goes with it by itself."""
    *lead, n, m = cost.shape
    *problem, iterations = cost, *others
    flat = zip(*(xp.reshape(x, (-1, *x.shape[len(lead) :])) for x in problem), strict=True)
    found = [prices_by_scaling(xp, table_of, *one, iterations=iterations) for one in flat]
    return xp.reshape(xp.stack(found), (*lead, n + m))


def large(cost: Array) -> bool:
    """Whether its steps take longer than calling them: of many small problems all are walked at once."""
    return 0 not in cost.shape and (cost.ndim == 2 or cost.shape[-2] * cost.shape[-1] >= SIZES.summed)
