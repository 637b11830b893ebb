"""Surprise of a label under the logit of a yes, with every digit in both tails."""

from typing import Any

from .._typing import Array, Namespace
from ._primitive import Primitive
from .elementary import multiply
from .sums import all_of


def logit_parts(xp: Namespace, logit: Array, label: Array) -> tuple[Array, Array, Array]:
    """Size of a logit; the share of the label against its sign; and ``exp(-size)``.

    The surprise is then ``share * size + log(1 + exp(-size))``, in which nothing cancels. At 0 the branch of negative
    logits is taken throughout, so that the gradient there is the right one, 0.5 - label, on every library.
    """
    positive = logit > 0
    size = xp.where(positive, logit, -logit)
    return size, xp.where(positive, 1 - label, label), xp.exp(-size)


def steady_power(xp: Namespace, x: Array, exponent: float) -> Array:
    """``x ** exponent`` with gradient 0 at 0, where a fractional power has an infinite one."""
    if exponent == 0:
        return xp.ones_like(x)
    zero = x == 0
    return xp.where(zero, 0.0, xp.where(zero, 1.0, x) ** exponent)


def balance(alpha: float | None, label: Array) -> Any:
    """Weight of a yes and of a no."""
    return 1.0 if alpha is None else alpha * label + (1 - alpha) * (1 - label)


@Primitive
def logit_surprise(xp: Namespace, logit: Array, label: Array) -> Array:
    """Cross entropy of a label in [0, 1] under a logit."""
    size, share, small = logit_parts(xp, logit, label)
    return multiply(xp, share, size) + xp.log1p(small)


@Primitive
def focal_surprise(xp: Namespace, logit: Array, label: Array, gamma: float, alpha: float | None) -> Array:
    """The same times a power of the probability to be wrong, which is a sum of positive terms."""
    size, share, small = logit_parts(xp, logit, label)
    wrong = (share + (1 - share) * small) / (1 + small)
    surprise = multiply(xp, share, size) + xp.log1p(small)
    return balance(alpha, label) * steady_power(xp, wrong, gamma) * surprise


@Primitive
def sum_of_logit_surprise(
    xp: Namespace, logit: Array, label: Array, *, wide: bool = False, mean: bool = False
) -> Array:
    """Of all logits, or their mean; a 0-d array, of float64 if ``wide``."""
    return all_of(xp, logit_surprise(xp, logit, label), wide, mean)


@Primitive
def sum_of_focal_surprise(
    xp: Namespace,
    logit: Array,
    label: Array,
    *,
    gamma: float = 2.0,
    alpha: float | None = None,
    wide: bool = False,
    mean: bool = False,
) -> Array:
    """Of all logits."""
    return all_of(xp, focal_surprise(xp, logit, label, gamma, alpha), wide, mean)
