"""Element by element: what loses no digits and no gradient where the textbook form does."""

from collections.abc import Callable
from math import log, prod
from typing import Any

from .._typing import Array, Axis, Formula, Namespace
from ._primitive import Primitive


@Primitive
def stop_gradient(xp: Namespace, x: Array) -> Array:
    """``x``, held constant for differentiation. Libraries without autodiff have nothing to do."""
    return x


@Primitive
def absolute(xp: Namespace, x: Array) -> Array:
    """Absolute value with subgradient 0 at 0 (a bare ``xp.abs`` has 1 there on JAX)."""
    return xp.maximum(x, -x)


@Primitive
def at_most(xp: Namespace, x: Array, bound: float) -> Array:
    """``x``, cut at ``bound`` from above."""
    return xp.clip(x, None, bound)


@Primitive
def extremes(xp: Namespace, x: Array) -> tuple[Array, Array]:
    """The least and the greatest of all; NaN, one or both, where there is one."""
    return xp.min(x), xp.max(x)


@Primitive
def lies_between(xp: Namespace, x: Array, low: float, high: float) -> bool:
    """Whether no element lies below or above; NaN lies nowhere. There must be an element, whose values can be read."""
    least, most = extremes(xp, x)
    return float(least) >= low and float(most) <= high


def at_ends(xp: Namespace, x: Array) -> bool:
    """Whether all that lie between 0 and 1 are one of both; there must be values that can be read."""
    x = stop_gradient(xp, x)
    return bool(xp.all(x * x == x))


@Primitive
def largest(xp: Namespace, x: Array) -> Array:
    """The greatest magnitude along the last axis, which has a length."""
    return xp.max(xp.abs(x), axis=-1)


@Primitive
def either(
    xp: Namespace, holds: Array, usual: tuple[Array, ...], rare: Callable[[], tuple[Array, ...]]
) -> tuple[Array, ...]:
    """``usual`` where a 0-d boolean holds, else what ``rare`` makes: only then, where a library can choose by value."""
    return tuple(xp.where(holds, a, b) for a, b in zip(usual, rare(), strict=True))


@Primitive
def by_elements(xp: Namespace, *arrays: Any, kernel: Formula, params: dict[str, Any], batch: int) -> Any:
    """``kernel(xp, *arrays, **params)``, of whole images; the first axes, so many, tell one from another."""
    return kernel(xp, *arrays, **params)


@Primitive
def positive_part(xp: Namespace, x: Array) -> Array:
    """``x`` where it is positive, else 0; subgradient 0 at 0."""
    return xp.where(x <= 0, 0.0, x)


@Primitive
def divide(xp: Namespace, a: Array, b: Array, *, empty: float) -> Array:
    """``a / b``, and ``empty`` where b is 0; the division is hidden there, so that no gradient is NaN."""
    zero = b == 0
    return xp.where(zero, empty, a / xp.where(zero, 1.0, b))


def multiply(xp: Namespace, share: Array, x: Array) -> Array:
    """``share * x``, and 0 where the share is 0, even if x is infinite."""
    none = share == 0
    return xp.where(none, 0.0, share * xp.where(none, 0.0, x))


def xlogy(xp: Namespace, x: Array, y: Array) -> Array:
    """``x * log(y)``, and 0 with finite gradients where x is 0."""
    zero = x == 0
    return xp.where(zero, 0.0, x * xp.log(xp.where(zero, 1.0, y)))


def sqrt(xp: Namespace, x: Array) -> Array:
    """Square root whose slope at 0 is 0 and not infinite."""
    zero = x == 0
    return xp.where(zero, 0.0, xp.sqrt(xp.where(zero, 1.0, x)))


def in_base(xp: Namespace, nats: Array, base: Any) -> Array:
    """Nats in units of another logarithm; a traced base is an array."""
    if base is None:
        return nats
    return nats / (log(base) if isinstance(base, (int, float)) else xp.log(base))


def power(xp: Namespace, x: Array, exponent: float) -> Array:
    """``x ** exponent`` where x is positive, else what 0 to that power is, with slope 0."""
    none = x <= 0
    return xp.where(none, 0.0**exponent, xp.where(none, 1.0, x) ** exponent)


@Primitive
def softplus(xp: Namespace, x: Array) -> Array:
    """``log(1 + exp(x))`` with every digit in both tails.

    Two branches, each fed what suits it: ``logaddexp`` has a NaN second derivative on torch.
    """
    positive = x > 0
    return xp.where(positive, x, 0.0) + xp.log1p(xp.exp(xp.where(positive, -x, x)))


SERIES = tuple(1 / (2 * k + 3) for k in range(9))


def log_gap(xp: Namespace, ratio: Array, excess: Array) -> Array:
    """``ratio - 1 - log(ratio)``, never negative, where ``excess`` is ``ratio - 1`` with all its digits.

    Near 1 the difference cancels. There, with ``s = d / (2 + d)`` for the excess d,
    ``log(1 + d) = 2 (s + s**3 / 3 + s**5 / 5 + ...)`` and ``d - 2 s = s d``.
    """
    small = (excess > -0.25) & (excess < 0.35)
    near, far = xp.where(small, excess, 0.0), xp.where(small, 1.0, ratio)
    s = near / (near + 2.0)
    square = s * s
    tail = SERIES[-1] * xp.ones_like(square)
    for coefficient in reversed(SERIES[:-1]):
        tail = tail * square + coefficient
    return xp.where(small, s * (near - 2.0 * square * tail), (far - 1.0) - xp.log(far))


def power_of_two_scale(xp: Namespace, largest: Array) -> Array:
    """A power of two that keeps squares of numbers of this size from overflow and underflow."""
    scale = xp.ones_like(largest)
    # what float32 needs comes first: a state of float32 is merged in float64, and remembered in float32
    for reach in (80, 600) if xp.finfo(xp.result_type(largest)).bits == 64 else (80,):
        scale = xp.where(largest < 2.0 ** (-reach / 2), 2.0**reach, scale)
        scale = xp.where(largest > 2.0 ** (reach / 2), 2.0**-reach, scale)
    return scale


def norm(xp: Namespace, x: Array, axis: int = -1) -> Array:
    """Euclidean length with gradient 0 at 0, for any size that the dtype holds."""
    scale = power_of_two_scale(xp, stop_gradient(xp, xp.max(xp.abs(x), axis=axis, keepdims=True)))
    length = sqrt(xp, xp.sum((x * scale) ** 2, axis=axis, keepdims=True)) / scale
    return xp.squeeze(length, axis=axis)


def mean(xp: Namespace, x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    """Mean over axes of known length."""
    axes = range(x.ndim) if axis is None else (axis,) if isinstance(axis, int) else axis
    return xp.sum(x, axis=axis, keepdims=keepdims) / max(prod([x.shape[a] for a in axes]), 1)
