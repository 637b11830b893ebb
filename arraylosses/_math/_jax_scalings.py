"""Sinkhorn's iteration under XLA by products with tables of exponentials, and by logarithms where these do not hold.

Nothing can be looked at on the way: the tables are made after a number of steps that is set, whether all sums stayed in
range is known at the end, and only then are the steps made of logarithms, if they must be.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

import jax
import jax.numpy as xp

from . import entropic
from .scalings import LEAST, MOST, chains, exponentials

Arrays = tuple[Any, ...]
REMADE = (2, 8)
"""Steps at the last temperature after each of which a table is made anew: there prices move most at first."""


def _table(constants: Arrays, hot: Any, before: Any, found: Any) -> tuple[Any, Any, list[Any]]:
    """Exponentials for the prices that were found, factors, and the prices of either chain."""
    cost, mass = constants
    sides, bases, factors = chains(xp, mass, cost.shape[-2], hot, found, before)
    return exponentials(xp, *sides, cost, hot), factors, bases


def _sums(table: Any, factors: Any) -> Any:
    """What either side gets from the other."""
    n = table.shape[-2]
    product = partial(xp.matmul, precision="highest")
    at_left = product(table, factors[..., n:, None])[..., 0]
    return xp.concat([at_left, product(factors[..., None, :n], table)[..., 0, :]], axis=-1)


def _holds(sums: Any) -> Any:
    return xp.all((sums > LEAST) & (sums < MOST))


def _cooled(constants: Arrays, temperature: Any, ratio: Any, carry: Arrays, share: Any) -> tuple[Arrays, None]:
    """One step, which has a table of its own."""
    before, found, holds = carry
    hot = temperature * ratio**share
    table, factors, bases = _table(constants, hot, before, found)
    sums = _sums(table, factors)
    return (found, bases[1] - hot * xp.log(sums), holds & _holds(sums)), None


def _stayed(mass: Any, hot: Any, table: Any, carry: Arrays, _: None) -> tuple[Arrays, None]:
    """One step of many with one table; the two chains take turns."""
    factors, here, there, found, _, holds = carry
    sums = _sums(table, factors)
    return (mass / sums, there, here, there - hot * xp.log(sums), found, holds & _holds(sums)), None


def _stretches(steps: int) -> Iterator[int]:
    for most in (*REMADE, steps):
        if steps:
            yield min(most, steps)
            steps -= min(most, steps)


def by_tables(cost: Any, log_left: Any, log_right: Any, temperature: Any, ratio: Any, iterations: int) -> Arrays:
    """`entropic.prices`, and whether they hold."""
    mass = xp.exp(xp.concat([log_left, log_right], axis=-1))
    before = found = xp.zeros_like(mass)
    holds = xp.all(mass == mass)
    shares = [share for share in entropic.cooling(iterations) if share]
    step = jax.checkpoint(partial(_cooled, (cost, mass), temperature, ratio))
    (before, found, holds), _ = jax.lax.scan(step, (before, found, holds), xp.asarray(shares, dtype=cost.dtype))
    for steps in _stretches(iterations - len(shares)):
        table, factors, (here, there) = _table((cost, mass), temperature, before, found)
        body = jax.checkpoint(partial(_stayed, mass, temperature, table))
        carry = factors, here, there, found, before, holds
        *_, found, before, holds = jax.lax.scan(body, carry, None, length=steps)[0]
    return found, holds


def by_logarithms(cost: Any, log_left: Any, log_right: Any, temperature: Any, ratio: Any, iterations: int) -> Any:
    """Only the prices between the steps are kept for the gradient; what a step holds is made again."""
    constants = cost, log_left, log_right, temperature, ratio

    def body(found: Any, share: Any) -> tuple[Any, None]:
        return entropic.step(xp, found, constants, share), None

    first = xp.zeros_like(xp.concat([log_left, log_right], axis=-1))
    return jax.lax.scan(jax.checkpoint(body), first, xp.asarray(entropic.cooling(iterations), dtype=cost.dtype))[0]


@partial(jax.custom_jvp, nondiff_argnums=(5,))
def prices(cost: Any, log_left: Any, log_right: Any, temperature: Any, ratio: Any, iterations: int) -> Any:
    """`entropic.prices`, to rounding."""
    given = cost, log_left, log_right, temperature, ratio
    found, holds = by_tables(*given, iterations=iterations)
    return jax.lax.cond(holds, lambda: found, lambda: by_logarithms(*given, iterations=iterations))


def _moved(iterations: int, given: Arrays, ways: Arrays) -> Arrays:
    tables: Any = partial(by_tables, iterations=iterations)
    logarithms: Any = partial(by_logarithms, iterations=iterations)
    holds = tables(*given)[1]
    # mapped by vmap both sides are taken, and what is not chosen must not be NaN
    safe = xp.where(holds, given[0], 0.0), *given[1:]
    moved: Arrays = jax.lax.cond(
        holds,
        partial(jax.jvp, lambda *x: tables(*x)[0], safe, ways),
        partial(jax.jvp, logarithms, given, ways),
    )
    return moved


prices.defjvp(_moved)
