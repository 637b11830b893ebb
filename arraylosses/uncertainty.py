"""Of predictions that say how sure they are: ensembles, intervals and calibration."""

from collections.abc import Sequence
from math import inf
from typing import Literal, NamedTuple

from ._definition import statistic
from ._domains import NONNEGATIVE, PROBABILITY, REAL, Levels, Numbers, Share
from ._math import (
    absolute,
    cumulative_sum,
    divide,
    normal_cdf,
    normal_quantile,
    places,
    segment_sum,
    total,
    wide,
)
from ._math import mean as average_of
from ._metric import function, loss, metric
from ._typing import Array, Namespace
from ._xp import device_of
from .probabilistic import normal_surprise

DEEP_ENSEMBLES = (
    "B. Lakshminarayanan, A. Pritzel, C. Blundell (2017), "
    "Simple and scalable predictive uncertainty estimation using deep ensembles."
)
GUSTAFSSON = (
    "F. K. Gustafsson, M. Danelljan, T. B. Schön (2020), "
    "Evaluating scalable Bayesian deep learning methods for robust computer vision, arXiv:1906.01620."
)
KULESHOV = (
    "V. Kuleshov, N. Fenner, S. Ermon (2018), "
    "Accurate uncertainties for deep learning using calibrated regression, arXiv:1807.00263."
)

HUNDREDTHS = tuple(i / 100 for i in range(1, 100))
"""The levels of the published area under the calibration error."""


def vector(xp: Namespace, numbers: Sequence[float] | float, like: Array) -> Array:
    """Numbers beside ``like``."""
    return xp.asarray(numbers, dtype=like.dtype, **device_of(xp, like))


def trapezoid(xp: Namespace, y: Array, x: Array) -> Array:
    """Area under straight lines along the last axis."""
    return 0.5 * xp.sum((y[..., 1:] + y[..., :-1]) * (x[1:] - x[:-1]), axis=-1)


# ---- ensembles


class EnsembleMoments(NamedTuple):
    """Of a mixture of equal members: its mean and variance, and the two parts of the variance."""

    mean: Array
    variance: Array
    aleatoric: Array
    epistemic: Array


def _mixture(xp: Namespace, mean: Array, variance: Array) -> EnsembleMoments:
    """Central moments, of deviations from a mean that a second pass has corrected: no digits are lost far from zero."""
    first = average_of(xp, mean, axis=-1, keepdims=True)
    rest = mean - first
    left = average_of(xp, rest, axis=-1, keepdims=True)
    epistemic = average_of(xp, (rest - left) ** 2, axis=-1)
    aleatoric = average_of(xp, variance, axis=-1)
    return EnsembleMoments(xp.squeeze(first + left, axis=-1), aleatoric + epistemic, aleatoric, epistemic)


@function(
    mean=REAL["member"],
    variance=NONNEGATIVE["member"],
    orderless=("member",),
    averages=("member",),
    reference=DEEP_ENSEMBLES,
)
def ensemble_moments(xp: Namespace, mean: Array, variance: Array, /) -> EnsembleMoments:
    r"""Mean and variance of an ensemble of normal predictions, with what is noise and what is disagreement.

    The members count alike: a mixture of their distributions has these moments.

    .. math:: \mu_* = \tfrac1M \sum_m \mu_m, \quad
        \sigma_*^2 = \tfrac1M \sum_m \sigma_m^2 + \tfrac1M \sum_m (\mu_m - \mu_*)^2

    Returns
    -------
    mean, variance : array, (...)
    aleatoric : array, (...)
        Mean variance of the members: the noise that they see in the data.
    epistemic : array, (...)
        Variance of the members' means, divided by their number: what they disagree in.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> moments = al.ensemble_moments(np.array([1.0, 3.0]), np.array([0.5, 0.5]))
    >>> print(moments.mean, moments.variance, moments.aleatoric, moments.epistemic)
    2.0 1.5 0.5 1.0
    """
    return _mixture(xp, mean, variance)


@loss(
    mean=REAL["member"],
    variance=NONNEGATIVE["member"],
    target=REAL,
    range=(-inf, inf),
    best=None,
    unit="nat",
    shifts=("mean", "target"),
    reflects=("mean", "target"),
    orderless=("member",),
    averages=("member",),
    equals=("torch.nn.functional.gaussian_nll_loss, of the moments of the ensemble",),
    reference=DEEP_ENSEMBLES,
)
def ensemble_nll(xp: Namespace, mean: Array, variance: Array, target: Array, /, *, full: bool = False) -> Array:
    r"""Negative log density of a target under one normal distribution with the moments of an ensemble.

    Judges the members together, as they are used: their disagreement counts as uncertainty.

    .. math:: \ell = \tfrac12 \left( \log \sigma_*^2 + \frac{(y - \mu_*)^2}{\sigma_*^2} \right)

    Notes
    -----
    One normal distribution of the moments of `ensemble_moments`, not the mixture itself. Where these have no variance,
    the value is its limit, as in `gaussian_nll`.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.ensemble_nll(np.array([[1.0, 3.0]]), np.array([[0.0, 0.0]]), np.array([4.0])))
    2.0
    """
    # the mean itself, far from zero, has lost what lies between it and the target
    beyond = average_of(xp, mean - xp.expand_dims(target, axis=-1), axis=-1)
    return normal_surprise(xp, beyond, _mixture(xp, mean, variance).variance, xp.zeros_like(target), full=full)


# ---- one prediction


def standardised(xp: Namespace, mean: Array, std: Array, target: Array) -> Array:
    """How many standard deviations the target lies above the mean; without deviation 0 at the mean, infinite beside."""
    rest = target - mean
    certain = std == 0
    ratio = rest / xp.where(certain, 1.0, std)
    # not rest * inf: that has an infinite slope, and is NaN times 0 where it is not chosen
    beside = xp.where(rest > 0, inf, xp.where(rest < 0, -inf, rest))
    return xp.where(certain, beside, ratio)


def _reach(xp: Namespace, level: float | tuple[float, ...], like: Array) -> Array:
    """Half the width of the central interval of this probability, in standard deviations.

    From the tail, which keeps the digits of levels near 1.
    """
    tail = [(1 - p) / 2 for p in level] if isinstance(level, tuple) else (1 - level) / 2
    return -normal_quantile(xp, vector(xp, tail, like))


@function(
    mean=REAL,
    std=NONNEGATIVE,
    target=REAL,
    shifts=("mean", "target"),
    scales=("mean", "std", "target"),
    also=("probability_integral_transform",),
    equals=("scipy.stats.norm.cdf",),
    reference="A. P. Dawid (1984), Statistical theory: the prequential approach.",
)
def gaussian_cdf(xp: Namespace, mean: Array, std: Array, target: Array, /) -> Array:
    r"""Predicted probability of a value up to the target.

    The probability integral transform: of calibrated predictions these are uniform on [0, 1].

    .. math:: \Phi\!\left( \frac{y - \mu}{\sigma} \right)

    Returns
    -------
    array, (...)

    Notes
    -----
    Exact far into the lower tail. Without deviation it is 0 or 1, and 1/2 at the mean.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.gaussian_cdf(np.array([1.0]), np.array([2.0]), np.array([1.0])))
    [0.5]
    """
    return normal_cdf(xp, standardised(xp, mean, std, target))


@function(
    mean=REAL,
    std=NONNEGATIVE,
    probability=PROBABILITY,
    equals=("scipy.stats.norm.ppf",),
    reference="M. J. Wichura (1988), Algorithm AS 241: The percentage points of the normal distribution.",
)
def gaussian_quantile(xp: Namespace, mean: Array, std: Array, probability: Array, /) -> Array:
    r"""Value that the target stays below with a predicted probability.

    The inverse of `gaussian_cdf`. With mean 0 and deviation 1 it turns the CDF values of any distribution into numbers
    that the calibration metrics of this file take as targets.

    .. math:: \mu + \sigma \Phi^{-1}(p)

    Returns
    -------
    array, (...)

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.gaussian_quantile(np.array([1.0]), np.array([2.0]), np.array([0.5])))
    [1.]
    """
    # without deviation the ends of the distribution are finite too, and so must their gradient be
    certain = (std == 0) & (probability == probability)
    return mean + std * normal_quantile(xp, xp.where(certain, 0.5, probability))


class Bounds(NamedTuple):
    """Ends of an interval."""

    lower: Array
    upper: Array


@function(
    mean=REAL,
    std=NONNEGATIVE,
    equals=("scipy.stats.norm.interval",),
    reference=GUSTAFSSON,
)
def prediction_interval(xp: Namespace, mean: Array, std: Array, /, *, level: Share) -> Bounds:
    r"""Central interval that should hold the target with a given probability.

    .. math:: \mu \pm \sigma \Phi^{-1}\!\left( \frac{1 + p}{2} \right)

    Returns
    -------
    lower, upper : array, (...)

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> interval = al.prediction_interval(np.array([10.0]), np.array([1.0]), level=0.95)
    >>> print(interval.lower.round(4), interval.upper.round(4))
    [8.04] [11.96]
    """
    half = std * _reach(xp, level, std)
    return Bounds(mean - half, mean + half)


@loss(
    mean=REAL,
    std=NONNEGATIVE,
    target=REAL,
    range=(0.0, 1.0),
    best=None,
    smooth="nowhere",
    shifts=("mean", "target"),
    reflects=("mean", "target"),
    scales=("mean", "std", "target"),
    also=("prediction_interval_coverage_probability", "picp"),
    equals=("the coverage of evaluating_bdl/depthCompletion/ensembling_eval_auce.py",),
    reference="A. Khosravi et al. (2011), Comprehensive review of neural network-based prediction intervals.",
)
def interval_coverage(xp: Namespace, mean: Array, std: Array, target: Array, /, *, level: Share) -> Array:
    r"""Share of targets within their central interval of a given probability.

    Calibrated predictions have a coverage as large as the level; `coverage_curve` holds it for many levels at once.

    .. math:: \frac1n \sum_i \left[ |y_i - \mu_i| \le \sigma_i \Phi^{-1}\!\left( \tfrac{1 + p}{2} \right) \right]

    Notes
    -----
    Both ends belong to the interval. Without deviation it holds the mean alone.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.interval_coverage(np.zeros(4), np.ones(4), np.array([0.0, 1.0, -1.0, 3.0]), level=0.9))
    0.75
    """
    z = standardised(xp, mean, std, target)
    within = absolute(xp, z) <= _reach(xp, level, z)
    return xp.where(z == z, xp.astype(within, z.dtype), xp.nan)


@loss(
    std=NONNEGATIVE,
    best=None,
    unit="std",
    scales=("std",),
    also=("mean_prediction_interval_width", "mpiw"),
    equals=("the interval length of evaluating_bdl/depthCompletion/ensembling_eval_auce.py",),
    reference="A. Khosravi et al. (2011), Comprehensive review of neural network-based prediction intervals.",
)
def interval_length(xp: Namespace, std: Array, /, *, level: Share) -> Array:
    r"""Length of the central interval of a given probability.

    Of predictions that cover alike, the ones with the shorter intervals say more.

    .. math:: 2 \sigma \Phi^{-1}\!\left( \frac{1 + p}{2} \right)

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(round(float(al.interval_length(np.array([1.0, 3.0]), level=0.95)), 4))
    7.8399
    """
    return std * (2.0 * _reach(xp, level, std))


# ---- coverage of many levels


class Coverage(NamedTuple):
    """Additive. Weight of targets within each of ascending levels, of all targets, and of those that are NaN."""

    within: Array
    weight: Array
    unknown: Array

    @classmethod
    def of(cls, xp: Namespace, value: Array, steps: Array, weights: Array | None) -> "Coverage":
        """A value is within every level whose step is not below it: one search a value, then running sums."""
        unknown, weights = value != value, wide(xp, weights)
        place = places(xp, steps, xp.where(unknown, 0.0, value))
        running = cumulative_sum(xp, segment_sum(xp, weights, place, steps.shape[0] + 1))
        lost = total(xp, unknown if weights is None else xp.where(unknown, weights, 0.0), -1)
        return cls(running[..., :-1], running[..., -1:], xp.expand_dims(lost, axis=-1))

    def share(self, xp: Namespace) -> Array:
        return xp.where(self.unknown > 0, xp.nan, divide(xp, self.within, self.weight, empty=xp.nan))


class CoverageCurve(NamedTuple):
    """Levels, and the share of targets within each."""

    level: Array
    coverage: Array


def _steps(levels: int | tuple[float, ...] | None) -> tuple[float, ...]:
    """The levels, spelled out."""
    if levels is None:
        return HUNDREDTHS
    return levels if isinstance(levels, tuple) else tuple(i / (levels - 1) for i in range(levels))


def _curve(xp: Namespace, c: Coverage, levels: int | tuple[float, ...] | None) -> CoverageCurve:
    share = c.share(xp)
    return CoverageCurve(xp.broadcast_to(vector(xp, _steps(levels), share), share.shape), share)


def _central(
    xp: Namespace,
    mean: Array,
    std: Array,
    target: Array,
    weights: Array | None,
    levels: int | tuple[float, ...] | None,
) -> Coverage:
    z = absolute(xp, standardised(xp, mean, std, target))
    return Coverage.of(xp, z, _reach(xp, _steps(levels), z), weights)


@statistic(mean=REAL, std=NONNEGATIVE, target=REAL)
def central_levels(
    xp: Namespace, mean: Array, std: Array, target: Array, /, *, weights: Array | None, levels: Levels | None = None
) -> Coverage:
    """Central intervals that hold the target."""
    return _central(xp, mean, std, target, weights, levels)


@statistic(mean=REAL, std=NONNEGATIVE, target=REAL)
def even_levels(
    xp: Namespace, mean: Array, std: Array, target: Array, /, *, weights: Array | None, levels: Levels = 100
) -> Coverage:
    """The same, of levels from 0 to 1."""
    return _central(xp, mean, std, target, weights, levels)


@statistic(mean=REAL, std=NONNEGATIVE, target=REAL)
def quantile_levels(
    xp: Namespace, mean: Array, std: Array, target: Array, /, *, weights: Array | None, levels: Levels = 11
) -> Coverage:
    """Quantiles that the target does not exceed."""
    z = standardised(xp, mean, std, target)
    return Coverage.of(xp, z, normal_quantile(xp, vector(xp, _steps(levels), z)), weights)


@metric(
    central_levels,
    range=None,
    best=None,
    smooth="nowhere",
    shifts=("mean", "target"),
    reflects=("mean", "target"),
    scales=("mean", "std", "target"),
    equals=("the coverage of evaluating_bdl/depthCompletion/ensembling_eval_auce.py",),
    reference=GUSTAFSSON,
)
def coverage_curve(xp: Namespace, c: Coverage, /, *, levels: Levels | None = None) -> CoverageCurve:
    r"""Share of targets within their central interval, by the probability of the interval.

    Of calibrated predictions it is the diagonal; below it predictions are too sure, above it not sure enough.

    Parameters
    ----------
    levels : int or sequence of float, optional
        Probabilities of the intervals, ascending, or how many of equal spacing from 0 to 1. None: 0.01, 0.02 ... 0.99.

    Returns
    -------
    level, coverage : array, (..., level)

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> curve = al.coverage_curve(np.zeros(4), np.ones(4), np.array([0.0, 0.5, -1.0, 3.0]), levels=(0.5, 0.9))
    >>> print(curve.level, curve.coverage)
    [0.5 0.9] [0.5  0.75]
    """
    return _curve(xp, c, levels)


@metric(
    central_levels,
    range=(0.0, 1.0),
    smooth="nowhere",
    shifts=("mean", "target"),
    reflects=("mean", "target"),
    scales=("mean", "std", "target"),
    also=("area_under_the_calibration_error_curve",),
    equals=("evaluating_bdl/depthCompletion/ensembling_eval_auce.py",),
    reference=GUSTAFSSON,
)
def auce(
    xp: Namespace,
    c: Coverage,
    /,
    *,
    levels: Levels | None = None,
    average: Literal["trapezoid", "mean"] = "trapezoid",
) -> Array:
    r"""Area between the coverage of central intervals and their probability.

    0 where, of all intervals of probability p, the share p holds its target. Blind to the length of the intervals.

    .. math:: \int \left| \operatorname{coverage}(p) - p \right| \mathrm dp

    Parameters
    ----------
    levels : int or sequence of float, optional
        Probabilities of the intervals, ascending, or how many of equal spacing from 0 to 1. None: 0.01, 0.02 ... 0.99.
    average : {'trapezoid', 'mean'}
        Area under straight lines between the levels, or plain mean over them.

    Raises
    ------
    ValueError
        If there is one level and a trapezoid.

    Notes
    -----
    The published levels span 0.98, so that predictions which always or never hold their target have 0.49 and not 0.5.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(round(float(al.auce(np.zeros(4), np.ones(4), np.zeros(4))), 6))
    0.49
    """
    curve = _curve(xp, c, levels)
    gap = xp.abs(curve.coverage - curve.level)
    if average == "mean":
        return average_of(xp, gap, axis=-1)
    if gap.shape[-1] < 2:
        raise ValueError("`levels` must be at least 2 numbers for average='trapezoid'; got 1.")
    return trapezoid(xp, gap, vector(xp, _steps(levels), gap))


@metric(
    even_levels,
    range=(0.0, 1.0),
    smooth="nowhere",
    shifts=("mean", "target"),
    scales=("mean", "std", "target"),
    equals=("uncertainty_toolbox.mean_absolute_calibration_error",),
    reference=(
        "Y. Chung et al. (2021), Uncertainty Toolbox: an open-source library for assessing, visualizing, and improving "
        "uncertainty quantification."
    ),
)
def mean_absolute_calibration_error(xp: Namespace, c: Coverage, /, *, levels: Levels = 100) -> Array:
    r"""Mean distance between the coverage of central intervals and their probability.

    `auce` as a plain mean over levels from 0 to 1, so that it does not depend on how they are spaced.

    .. math:: \frac1M \sum_j \left| \operatorname{coverage}(p_j) - p_j \right|

    Parameters
    ----------
    levels : int or sequence of float, default 100
        Probabilities of the intervals, ascending, or how many of equal spacing from 0 to 1.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(round(float(al.mean_absolute_calibration_error(np.zeros(4), np.ones(4), np.zeros(4))), 6))
    0.5
    """
    curve = _curve(xp, c, levels)
    return average_of(xp, xp.abs(curve.coverage - curve.level), axis=-1)


@metric(
    quantile_levels,
    range=None,
    best=None,
    smooth="nowhere",
    shifts=("mean", "target"),
    scales=("mean", "std", "target"),
    equals=("uncertainty_toolbox.get_proportion_lists_vectorized(prop_type='quantile') of swapped arguments",),
    reference=KULESHOV,
)
def quantile_coverage(xp: Namespace, c: Coverage, /, *, levels: Levels = 11) -> CoverageCurve:
    r"""Share of targets up to their predicted quantile, by the level of the quantile.

    Of calibrated predictions it is the diagonal; it shows a bias, which `coverage_curve` cannot.

    Parameters
    ----------
    levels : int or sequence of float, default 11
        Levels of the quantiles, ascending, or how many of equal spacing from 0 to 1.

    Returns
    -------
    level, coverage : array, (..., level)

    Notes
    -----
    A target counts where its predicted CDF value is at most the level. uncertainty_toolbox, with
    ``prop_type='quantile'``, counts (prediction - target) / std: its prediction and target must change places.
    Of another distribution, whose CDF values are known, give mean 0, deviation 1 and their `gaussian_quantile`.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> curve = al.quantile_coverage(np.zeros(4), np.ones(4), np.array([0.1, 0.5, -1.0, 3.0]), levels=3)
    >>> print(curve.level, curve.coverage)
    [0.  0.5 1. ] [0.   0.25 1.  ]
    """
    return _curve(xp, c, levels)


@metric(
    quantile_levels,
    smooth="nowhere",
    shifts=("mean", "target"),
    scales=("mean", "std", "target"),
    equals=("uncertainty_toolbox.root_mean_squared_calibration_error(prop_type='quantile') squared",),
    reference=KULESHOV,
)
def calibration_error(
    xp: Namespace,
    c: Coverage,
    /,
    *,
    levels: Levels = 11,
    level_weighting: Literal["sum", "mean", "coverage"] = "sum",
    level_weights: Numbers | None = None,
) -> Array:
    r"""Squared distance between the coverage of predicted quantiles and their level, summed.

    0 where, for every level p, the share p of the targets lies below its predicted quantile of level p.

    .. math:: \sum_j w_j \left( p_j - \hat p_j \right)^2

    Parameters
    ----------
    levels : int or sequence of float, default 11
        Levels of the quantiles, ascending, or how many of equal spacing from 0 to 1.
    level_weighting : {'sum', 'mean', 'coverage'}
        Sum or mean over the levels, or a sum weighted by the coverage of each, as Kuleshov et al. allow.
    level_weights : sequence of float, optional
        How much each level counts besides.

    Raises
    ------
    ValueError
        If there are not as many weights as levels.

    Notes
    -----
    A target counts where its predicted CDF value is at most the level. The root of ``level_weighting='mean'`` is
    uncertainty_toolbox's ``root_mean_squared_calibration_error``, its prediction and target having changed places.
    Of another distribution, whose CDF values are known, give mean 0, deviation 1 and their `gaussian_quantile`.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(round(float(al.calibration_error(np.zeros(4), np.ones(4), np.full(4, 9.0))), 6))
    2.85
    """
    curve = _curve(xp, c, levels)
    gap = (curve.coverage - curve.level) ** 2
    count = gap.shape[-1]
    if level_weights is not None and len(level_weights) != count:
        raise ValueError(f"`level_weights` must be {count} numbers, one a level; got {len(level_weights)}.")
    weight = vector(xp, level_weights or [1.0] * count, gap)
    if level_weighting == "coverage":
        weight = weight * curve.coverage
    summed = xp.sum(weight * gap, axis=-1)
    return summed / xp.sum(weight) if level_weighting == "mean" else summed
