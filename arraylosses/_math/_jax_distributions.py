"""The Kullback-Leibler divergence of JAX's float32: its value made in float64, and its slopes, which are known."""

from collections.abc import Callable
from functools import partial
from math import prod
from typing import Any

import jax
import jax.numpy as xp
from jax.custom_derivatives import SymbolicZero

from .distributions import CLOSE, massless
from .elementary import either
from .sums import in_float64, total

SMALL = 2.0**-10
"""Excesses of which three powers are enough for float32; of larger ones a logarithm in float64 has digits to spare."""


def _wide(xp: Any, arrays: Any) -> Any:
    """``d - log(1 + d)`` for small excesses d. Of large ones ``1 + d`` is the ratio itself: 1 and -1 + 1e-17 are 0."""
    pred, target, dead = arrays
    known, guess = (xp.where(dead, 1.0, x.astype(xp.float64)) for x in (target, pred))
    unit, excess = 1.0 / known, guess - known
    d = excess * unit
    near = known * (d * d * (0.5 - d * (1 / 3 - 0.25 * d))) - excess
    return xp.sum(xp.where(abs(d) < SMALL, near, -known * xp.log(guess * unit)), axis=-1).astype(xp.float32)


@jax.custom_jvp  # type: ignore[untyped-decorator]  # JAX's transformations are untyped here
def divergence(pred: Any, target: Any) -> Any:
    return in_float64(xp, (pred, target, massless(pred, target)), _wide)


@jax.custom_jvp  # type: ignore[untyped-decorator]  # as above
def sum_of_divergences(pred: Any, target: Any) -> Any:
    """By logarithms of float32, which have all digits of a sum whose mean is not small; else one by one."""
    dead = massless(pred, target)
    ratio = xp.where(dead, 1.0, target) / xp.where(dead, 1.0, pred)
    whole = total(xp, xp.where(dead, 0.0, target * xp.log(ratio)), None)
    holds = (whole >= CLOSE * prod(pred.shape[:-1])) & (whole < xp.inf)
    return either(xp, holds, whole, lambda: total(xp, divergence(pred, target), None))


def _moved(of: Any, axis: Any, at: tuple[Any, Any], ways: tuple[Any, Any]) -> tuple[Any, Any]:
    (pred, target), dead = at, massless(*at)
    ratio = xp.where(dead, 1.0, target) / xp.where(dead, 1.0, pred)
    slopes: tuple[Callable[[], Any], ...] = (lambda: -ratio, lambda: 1.0 + xp.log(ratio))
    asked = [(slope(), way) for slope, way in zip(slopes, ways, strict=True) if type(way) is not SymbolicZero]
    moved = [xp.sum(xp.where(dead, 0.0, slope * way), axis=axis) for slope, way in asked]
    return of(*at), sum(moved[1:], moved[0])


divergence.defjvp(partial(_moved, divergence, -1), symbolic_zeros=True)
sum_of_divergences.defjvp(partial(_moved, sum_of_divergences, None), symbolic_zeros=True)
