"""Uncertainty."""

from collections.abc import Callable
from typing import Any

from array_api_compat import array_namespace

import arraylosses as al

from ._common import Array, Word, spread


def gaussian_nll(mean: Array, target: Array, variance: Array, eps: float | None = None, **options: Any) -> Array:
    """torch's; ``eps`` is where the variance stops."""
    return al.gaussian_nll(mean, spread(variance, mean), target, variance_floor=eps, **options)


def gaussian_log_prob(mean: Array, std: Array, x: Array) -> Array:
    """The sign that the loss turns."""
    return -al.gaussian_nll(spread(mean, x), spread(std, x) ** 2, x, full=True, reduction="none")


def gaussian_nll_log_variance(
    mean: Array, log_variance: Array, target: Array, mask: Array | None = None, reduction: Word = "mean"
) -> Array:
    """Without the factor 1/2."""
    variance = array_namespace(mean).exp(log_variance)
    return 2 * al.gaussian_nll(mean, variance, target, weights=mask, reduction=reduction)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "gaussian_log_prob": gaussian_log_prob,
    "gaussian_nll": gaussian_nll,
    "gaussian_nll_log_variance": gaussian_nll_log_variance,
}
