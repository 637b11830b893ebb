"""Losses and metrics of predicted distributions, and of how well they know what they do not know."""

from math import inf, log, pi
from typing import Literal, NamedTuple

from ._definition import statistic
from ._domains import BINARY, LABEL, NONNEGATIVE, PROBABILITY, REAL, SIMPLEX, Count, Positive
from ._math import absolute, argmax, divide, normal_score, spread_of_pairs, stop_gradient, sum_of_normal_scores
from ._math import mean as average_of
from ._metric import loss, metric
from ._state import Histogram
from ._typing import Array, Namespace


def normal_surprise(xp: Namespace, mean: Array, variance: Array, target: Array, *, full: bool) -> Array:
    """Negative log density; at variance 0 its limit."""
    rest = target - mean
    certain = variance == 0
    known = xp.where(certain, 1.0, variance)
    value = 0.5 * (xp.log(known) + rest * (rest / known))
    value = xp.where(certain, xp.where(rest == 0, -inf, rest + inf), value)
    return value + 0.5 * log(2 * pi) if full else value


@loss(
    mean=REAL,
    variance=NONNEGATIVE,
    target=REAL,
    range=(-inf, inf),
    best=None,
    unit="nat",
    held=("variance_floor",),
    shifts=("mean", "target"),
    reflects=("mean", "target"),
    undefined="certain predictions, some of them right and some wrong",
    equals=(
        "torch.nn.functional.gaussian_nll_loss, with variance_floor=1e-6",
        "-scipy.stats.norm.logpdf, with full=True",
    ),
    reference="D. A. Nix, A. S. Weigend (1994), Estimating the mean and variance of the target distribution.",
)
def gaussian_nll(
    xp: Namespace,
    mean: Array,
    variance: Array,
    target: Array,
    /,
    *,
    full: bool = False,
    variance_floor: Positive | None = None,
) -> Array:
    r"""Negative log density of a target under a predicted normal distribution.

    Lets a network say how sure it is: it is least where the variance is the squared error.

    .. math:: \ell = \tfrac12 \left( \log v + \frac{(y - \mu)^2}{v} \right)

    Parameters
    ----------
    variance_floor : float, optional
        Least variance, put in without a gradient of its own, as torch does with 1e-6. None is exact.

    Notes
    -----
    At variance 0 the value is its limit: -inf for an exact prediction, inf for any other.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.gaussian_nll(np.array([0.0]), np.array([1.0]), np.array([2.0])))
    2.0
    """
    if variance_floor is not None:
        lifted = xp.where(variance < variance_floor, variance_floor, variance)
        variance = variance + stop_gradient(xp, lifted - variance)
    return normal_surprise(xp, mean, variance, target, full=full)


@loss(
    mean=REAL,
    log_variance=REAL,
    target=REAL,
    range=(-inf, inf),
    best=None,
    unit="nat",
    shifts=("mean", "target"),
    reflects=("mean", "target"),
    equals=("torch.nn.functional.gaussian_nll_loss, of the exponential of the log variance",),
    reference="A. Kendall, Y. Gal (2017), What uncertainties do we need in Bayesian deep learning?, arXiv:1703.04977.",
)
def gaussian_nll_with_log_variance(
    xp: Namespace, mean: Array, log_variance: Array, target: Array, /, *, full: bool = False
) -> Array:
    r"""Negative log density of a target under a normal distribution whose log variance is predicted.

    Any output of a network is a log variance: nothing must be kept positive, and no variance underflows to 0.

    .. math:: \ell = \tfrac12 \left( s + e^{-s} (y - \mu)^2 \right)

    Notes
    -----
    Depth completion (evaluating_bdl) and image restoration write it without the factor 1/2: twice this value.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.gaussian_nll_with_log_variance(np.array([0.0]), np.array([0.0]), np.array([2.0])))
    2.0
    """
    rest = target - mean
    # an exact prediction stays one at a precision that is no number of the dtype, and its gradient with it
    least = 2.0 - 2.0 * log(float(xp.finfo(log_variance.dtype).max))
    steady = xp.where((rest == 0) & (log_variance < least), least, log_variance)
    z = rest * xp.exp(-0.5 * steady)
    value = 0.5 * (log_variance + z * z)
    return value + 0.5 * log(2 * pi) if full else value


@loss(
    mean=REAL,
    std=NONNEGATIVE,
    target=REAL,
    range=(-inf, inf),
    best=None,
    unit="nat",
    shifts=("mean", "target"),
    reflects=("mean", "target"),
    undefined="certain predictions, some of them right and some wrong",
    also=("normal_log_prob",),
    equals=("scipy.stats.norm.logpdf", "torch.distributions.Normal.log_prob"),
    reference="C. F. Gauss (1809), Theoria motus corporum coelestium.",
)
def gaussian_log_prob(xp: Namespace, mean: Array, std: Array, target: Array, /) -> Array:
    r"""Log density of a target under a predicted normal distribution.

    The log likelihood itself, to be made greater; `gaussian_nll` with ``full=True`` is its negative, of a variance.

    .. math:: -\tfrac12 \left( \frac{y - \mu}{\sigma} \right)^2 - \log \sigma - \tfrac12 \log 2 \pi

    Notes
    -----
    At a standard deviation of 0 the value is its limit: inf for an exact prediction, -inf for any other.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(round(float(al.gaussian_log_prob(np.array([0.0]), np.array([1.0]), np.array([2.0]))), 6))
    -2.918939
    """
    rest = target - mean
    certain = std == 0
    known = xp.where(certain, 1.0, std)
    z = rest / known
    value = -0.5 * (z * z) - xp.log(known) - 0.5 * log(2 * pi)
    return xp.where(certain, xp.where(rest == 0, inf, -rest * rest - inf), value)


MATHESON_WINKLER = "J. E. Matheson, R. L. Winkler (1976), Scoring rules for continuous probability distributions."


@loss(
    mean=REAL,
    std=NONNEGATIVE,
    target=REAL,
    unit="target",
    smooth="almost everywhere",
    shifts=("mean", "target"),
    reflects=("mean", "target"),
    scales=("mean", "std", "target"),
    also=("crps_normal",),
    equals=("scoringrules.crps_normal", "uncertainty_toolbox.metrics.crps_gaussian"),
    summed=sum_of_normal_scores,
    reference=MATHESON_WINKLER,
)
def crps_gaussian(xp: Namespace, mean: Array, std: Array, target: Array, /) -> Array:
    r"""Continuous ranked probability score of a predicted normal distribution.

    In the target's unit, and the absolute error where there is no deviation: it rewards being sure only where that is
    right, and unlike the log density it does not run away where a sure prediction is wrong.

    .. math:: \sigma \left( z (2 \Phi(z) - 1) + 2 \varphi(z) - \frac1{\sqrt\pi} \right),
        \quad z = \frac{y - \mu}{\sigma}

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.crps_gaussian(np.array([0.0]), np.array([1.0]), np.array([2.0])).round(6))
    1.452792
    """
    return normal_score(xp, mean, std, target)


@loss(
    pred=REAL["member"],
    target=REAL,
    unit="target",
    smooth="almost everywhere",
    lazy=False,
    shifts=("pred", "target"),
    reflects=("pred", "target"),
    scales=("pred", "target"),
    orderless=("member",),
    also=("continuous_ranked_probability_score",),
    equals=(
        "scoringrules.crps_ensemble, with estimator='nrg', and with 'fair'",
        "torchmetrics.functional.regression.continuous_ranked_probability_score, of its mean",
    ),
    reference=MATHESON_WINKLER,
)
def crps_ensemble(
    xp: Namespace, pred: Array, target: Array, /, *, estimator: Literal["standard", "fair"] = "standard"
) -> Array:
    r"""Continuous ranked probability score of an ensemble's members.

    How far the members lie from the target, less half of how far they lie from each other.

    .. math:: \frac1m \sum_i |x_i - y| - \frac1{2 m^2} \sum_{ij} |x_i - x_j|

    Parameters
    ----------
    estimator : {'standard', 'fair'}
        The score of the members as they are; or that of the distribution they were drawn from, without bias, which
        divides by m (m - 1) and may be negative.

    Raises
    ------
    ValueError
        For the fair score of a single member.

    Notes
    -----
    By ranks, in m log m. Equal members share their ranks, and with them the gradient.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.crps_ensemble(np.array([[1.0, 3.0]]), np.array([4.0])))
    1.5
    """
    m = pred.shape[-1]
    if estimator == "fair" and m < 2:
        raise ValueError(f"`pred` must have at least 2 along the member axis for the fair score; got {m}.")
    away = pred - xp.expand_dims(target, axis=-1)
    spread = spread_of_pairs(xp, away) / (m if estimator == "standard" else m - 1)
    return average_of(xp, absolute(xp, away), axis=-1) - spread


@statistic(pred=PROBABILITY, target=BINARY)
def reliability(xp: Namespace, pred: Array, target: Array, /, *, weights: Array | None, bins: Count = 15) -> Histogram:
    """Confidence against outcome."""
    return Histogram.of(xp, pred, target, weights=weights, bins=bins)


@reliability.form("class_axis", pred=SIMPLEX["class"], target=LABEL)
def class_reliability(
    xp: Namespace, pred: Array, target: Array, /, *, weights: Array | None, bins: Count = 15
) -> Histogram:
    """Confidence in the most probable class, against its being the true one."""
    right = xp.astype(argmax(xp, pred) == target, pred.dtype)
    return Histogram.of(xp, xp.max(pred, axis=-1), right, weights=weights, bins=bins)


@metric(
    reliability,
    range=(0.0, 1.0),
    smooth="nowhere",
    also=("ece", "binary_calibration_error", "multiclass_calibration_error"),
    equals=("torchmetrics.functional.calibration_error, but for confidences on a bin's edge",),
    reference="M. Pakdaman Naeini et al. (2015), Obtaining well calibrated probabilities using Bayesian binning.",
)
def expected_calibration_error(xp: Namespace, h: Histogram, /, *, norm: Literal["l1", "l2", "max"] = "l1") -> Array:
    r"""Gap between confidence and accuracy, over bins of confidence.

    0 where, of all predictions made with confidence p, the share p is right.

    .. math:: \sum_b \frac{n_b}{n} \left| \operatorname{acc}_b - \operatorname{conf}_b \right|

    Parameters
    ----------
    bins : int, default 15
        Equal bins of [0, 1].
    norm : {'l1', 'l2', 'max'}
        Mean, root of the mean square, or largest of the gaps.

    Notes
    -----
    Bins are [low, high), the last one closed; a confidence p is in bin ``floor(p * bins)``, in every dtype the same.
    With ``class_axis``, `pred` holds the probabilities of all classes, and the most probable one is judged.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(round(float(al.expected_calibration_error(np.array([0.9, 0.9]), np.array([1, 0]))), 6))
    0.4
    """
    weight = h.positive + h.negative
    whole = xp.sum(weight, axis=-1)
    gap = xp.abs(h.positive - h.score)
    if norm == "l1":
        return xp.sum(gap, axis=-1) / whole
    each = divide(xp, gap, weight, empty=0.0)
    if norm == "max":
        return xp.where(whole == 0, xp.nan, xp.max(each, axis=-1))
    return xp.sqrt(xp.sum(weight * each**2, axis=-1) / whole)


class ReliabilityCurve(NamedTuple):
    """Confidence, accuracy and weight of each bin."""

    confidence: Array
    accuracy: Array
    weight: Array


@metric(
    reliability,
    range=None,
    best=None,
    smooth="nowhere",
    unit="weight",
    undefined="bins that hold nothing",
    also=("calibration_curve",),
    equals=("sklearn.calibration.calibration_curve, of bins that hold something, but for scores on a bin's edge",),
    reference="A. H. Murphy, R. L. Winkler (1977), Reliability of subjective probability forecasts of precipitation "
    "and temperature, Applied Statistics 26.",
)
def reliability_curve(xp: Namespace, h: Histogram, /) -> ReliabilityCurve:
    """Mean confidence against share that is right, in each bin of confidence.

    What a reliability diagram shows; `expected_calibration_error` is its mean distance from the diagonal.

    Parameters
    ----------
    bins : int, default 15
        Equal bins of [0, 1].

    Returns
    -------
    ReliabilityCurve
        ``confidence``, ``accuracy`` and ``weight``, each (..., bins).

    Notes
    -----
    Bins are those of `expected_calibration_error`. One that holds nothing has weight 0, and NaN for the other two.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> curve = al.reliability_curve(np.array([0.25, 0.875, 0.875, 0.875]), np.array([0, 1, 1, 0]), bins=2)
    >>> print(curve.confidence, curve.accuracy.round(6), curve.weight)
    [0.25  0.875] [0.       0.666667] [1. 3.]
    """
    weight = h.positive + h.negative
    confidence, accuracy = (divide(xp, x, weight, empty=xp.nan) for x in (h.score, h.positive))
    return ReliabilityCurve(confidence, accuracy, weight)
