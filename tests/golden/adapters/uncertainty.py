"""Uncertainty."""

from collections.abc import Callable
from typing import Any

from array_api_compat import array_namespace

import arraylosses as al
from tests._runs import NotYet, Renamed

from ._common import Array, Word, spread


def gaussian_nll(mean: Array, target: Array, variance: Array, eps: float | None = None, **options: Any) -> Array:
    """torch's; ``eps`` is where the variance stops."""
    return al.gaussian_nll(mean, spread(variance, mean), target, variance_floor=eps, **options)


def gaussian_log_prob(mean: Array, std: Array, x: Array) -> Array:
    """Of each place."""
    return al.gaussian_log_prob(spread(mean, x), spread(std, x), x, reduction="none")


def gaussian_nll_log_variance(
    mean: Array, log_variance: Array, target: Array, mask: Array | None = None, reduction: Word = "mean"
) -> Array:
    """Without the factor 1/2."""
    return 2 * al.gaussian_nll_with_log_variance(mean, log_variance, target, weights=mask, reduction=reduction)


def ensemble_moments(means: Array, variances: Array) -> dict[str, Array]:
    """Of members along the first axis."""
    return al.ensemble_moments(means, variances, member_axis=0)._asdict()


def ensemble_nll(means: Array, variances: Array, target: Array, **options: Any) -> Array:
    """Of members along the first axis."""
    return al.ensemble_nll(means, variances, target, member_axis=0, **options)


def ause(
    error: Array, uncertainty: Array, metric: Word = "rmse", fractions: int = 100, axis: int | None = None
) -> Array:
    """The published scripts keep whole samples, and take errors with their sign."""
    error = array_namespace(error).abs(error)
    return al.ause(error, uncertainty, penalty=metric, fractions=fractions, whole_samples=True, axis=axis)


def sparsification_curve(
    error: Array, uncertainty: Array, metric: Word = "rmse", fractions: int = 100
) -> dict[str, Array]:
    """The published scripts keep whole samples, and take errors with their sign."""
    error = array_namespace(error).abs(error)
    curve = al.sparsification_curve(error, uncertainty, penalty=metric, fractions=fractions, whole_samples=True)
    return {"fractions": curve.fraction, **curve._asdict()}


def numbers(array: Array) -> tuple[float, ...]:
    """An array of the cases as a parameter."""
    return tuple(float(array[i]) for i in range(array.shape[0]))


def interval_coverage(mean: Array, std: Array, target: Array, confidence: Array) -> Array:
    """Of levels that descend."""
    curve = al.coverage_curve(mean, std, target, levels=numbers(confidence)[::-1])
    return array_namespace(mean).flip(curve.coverage)


def interval_length(mean: Array, std: Array, confidence: Array) -> Array:
    """A mean for each level; it does not depend on the mean of the prediction."""
    return array_namespace(std).stack([al.interval_length(std, level=level) for level in numbers(confidence)])


def mean_absolute_calibration_error(
    mean: Array, std: Array, target: Array, num_bins: int = 100, kind: Word = "interval"
) -> Array:
    """Of central intervals."""
    if kind != "interval":
        raise NotYet(f"`mean_absolute_calibration_error` is one of intervals; got {kind!r}.")
    return al.mean_absolute_calibration_error(mean, std, target, levels=num_bins)


def calibration_error(
    mean: Array | None = None,
    std: Array | None = None,
    target: Array | None = None,
    cdf_values: Array | None = None,
    levels: Any = 11,
    weights: Any = "ones",
    axis: int | None = None,
) -> Array:
    """'count' divides the coverage, with which it weighs, by the number of samples."""
    if cdf_values is not None:
        xp = array_namespace(cdf_values)
        mean, std = xp.zeros_like(cdf_values), xp.ones_like(cdf_values)
        target = al.gaussian_quantile(mean, std, cdf_values)
    levels = levels if isinstance(levels, int) else numbers(levels)
    if not isinstance(weights, str):
        return al.calibration_error(mean, std, target, levels=levels, level_weights=numbers(weights), axis=axis)
    ways: dict[str, Word] = {"ones": "sum", "mean": "mean", "count": "coverage"}
    value = al.calibration_error(mean, std, target, levels=levels, level_weighting=ways[weights], axis=axis)
    return value / target.shape[-1] if weights == "count" else value


def quantile_coverage(mean: Array, std: Array, target: Array, levels: int) -> Array:
    """The shares alone."""
    return al.quantile_coverage(mean, std, target, levels=levels).coverage


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "auce": Renamed(al.auce),
    "ause": ause,
    "calibration_error": calibration_error,
    "ensemble_moments": ensemble_moments,
    "ensemble_nll": ensemble_nll,
    "gaussian_log_prob": gaussian_log_prob,
    "gaussian_nll": gaussian_nll,
    "gaussian_nll_log_variance": gaussian_nll_log_variance,
    "interval_coverage": interval_coverage,
    "interval_length": interval_length,
    "mean_absolute_calibration_error": mean_absolute_calibration_error,
    "quantile_coverage": quantile_coverage,
    "sparsification_curve": sparsification_curve,
}
