"""Loops whose steps depend on one another."""

from typing import Any

from .._typing import Array, Formula, Namespace
from ._primitive import Primitive


@Primitive
def walked(
    xp: Namespace, step: Formula, carry: tuple[Array, ...], rows: tuple[Array, ...]
) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
    """``step(xp, carry, row)`` gives what is carried on, and what takes the place of a row of the first axis."""
    out: list[Any] = []
    for i in range(rows[0].shape[0]):
        carry, kept = step(xp, carry, tuple(x[i, ...] for x in rows))
        out.append(kept)
    return carry, tuple(xp.stack(list(parts)) for parts in zip(*out, strict=True))
