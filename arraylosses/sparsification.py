"""How well a predicted uncertainty ranks the errors that were made."""

from typing import Literal, NamedTuple

from ._definition import statistic
from ._domains import NONNEGATIVE, PROBABILITY, REAL, Count
from ._math import (
    cumulative_sum,
    divide,
    multiply,
    pick_several,
    places,
    positive_part,
    segment_sum,
    sqrt,
    weight_by_value,
)
from ._metric import metric
from ._state import ErrorHistogram, Samples
from ._typing import Array, Namespace
from ._xp import device_of
from .uncertainty import trapezoid, vector

Penalty = Literal["mae", "rmse"]


class SparsificationCurve(NamedTuple):
    """Mean error of what is kept, as a share of that of all, by the fraction that is taken away."""

    fraction: Array
    uncertainty_curve: Array
    oracle_curve: Array


@statistic(error=NONNEGATIVE, uncertainty=REAL)
def ranked_errors(
    xp: Namespace, error: Array, uncertainty: Array, /, *, weights: Array | None, whole_samples: bool = False
) -> Samples:
    """Every error with its uncertainty."""
    if whole_samples and weights is not None:
        raise ValueError("`whole_samples` must be False where samples have `weights`; got True.")
    return Samples.of(xp, error, uncertainty, weights=weights)


@ranked_errors.form("bins", error=PROBABILITY, uncertainty=PROBABILITY)
def binned_errors(
    xp: Namespace, error: Array, uncertainty: Array, /, *, weights: Array | None, bins: Count
) -> ErrorHistogram:
    """Sums of the errors in equal bins of [0, 1]: a state of fixed size."""
    return ErrorHistogram.of(xp, error, uncertainty, weights=weights, bins=bins)


def _kept(fractions: int, samples: int, whole: bool) -> list[float]:
    """Share that is kept at each fraction, ascending; of whole samples, as many as the published scripts keep."""
    if not whole:
        return [(i + 1) / fractions for i in range(fractions)]
    step = 1.0 / fractions
    return [int((1.0 - i * step) * samples) / max(samples, 1) for i in reversed(range(fractions))]


def _one(xp: Namespace, value: int, like: Array) -> Array:
    """A last axis of one number, to be put before or behind ``like``."""
    return xp.full((*like.shape[:-1], 1), value, dtype=like.dtype, **device_of(xp, like))


class Ranked(NamedTuple):
    """Running sums from 0 over groups of equal keys, in ascending order; of groups that are left over, the last."""

    weight: Array
    summed: Array

    @classmethod
    def of(cls, xp: Namespace, weight: Array, summed: Array) -> "Ranked":
        return cls(_running(xp, weight), _running(xp, summed))


def _running(xp: Namespace, x: Array) -> Array:
    return xp.concat([_one(xp, 0, x), cumulative_sum(xp, x)], axis=-1)


def _ranked(xp: Namespace, key: Array, value: Array, weight: Array) -> Ranked:
    return Ranked.of(xp, *weight_by_value(xp, key, weight, multiply(xp, weight, value)))


def _mean_of_kept(xp: Namespace, r: Ranked, kept: list[float]) -> Array:
    """Mean of the values of the least keys, for each share of the weight that is kept.

    The sum of the kept is a straight line over each group of equal keys, which so leave in proportion.
    """
    whole, shares = r.weight[..., -1:], vector(xp, kept, r.summed)
    place = places(xp, shares, r.weight[..., 1:] / whole)
    low = cumulative_sum(xp, segment_sum(xp, None, place, len(kept) + 1))[..., :-1]
    high = xp.where(low < place.shape[-1], low + 1, low)
    (w0, w1), (s0, s1) = ([pick_several(xp, x, i) for i in (low, high)] for x in (r.weight, r.summed))
    part = divide(xp, shares * whole - w0, w1 - w0, empty=0.0)
    return (s0 + part * (s1 - s0)) / (shares * whole)


def _integral_of_mean(xp: Namespace, slope: Array, offset: Array, low: Array, high: Array) -> Array:
    """Of ``slope + offset / k`` from ``low`` to ``high``; without offset where ``low`` is 0."""
    growth = xp.log1p(divide(xp, high - low, low, empty=0.0))
    return slope * (high - low) + offset * growth


def _integral_of_root(xp: Namespace, slope: Array, offset: Array, low: Array, high: Array) -> Array:
    """Of the root of ``slope + offset / k``, in a closed form in which nothing cancels where the slope is small."""
    before, after = (positive_part(xp, slope * k + offset) for k in (low, high))
    steep, root0, root1 = sqrt(xp, slope), sqrt(xp, low), sqrt(xp, high)
    b0, b1 = sqrt(xp, before), sqrt(xp, after)
    gained = steep * divide(xp, high - low, root0 + root1, empty=0.0) + divide(xp, after - before, b0 + b1, empty=0.0)
    growth = xp.log1p(divide(xp, gained, steep * root0 + b0, empty=0.0))
    flat = sqrt(xp, positive_part(xp, offset)) * (root1 - root0)
    return root1 * b1 - root0 * b0 + xp.where(slope == 0, flat, divide(xp, offset * growth, steep, empty=0.0))


def _area(xp: Namespace, r: Ranked, penalty: Penalty) -> Array:
    """Area under a mean of values, or under its root, as they are taken away: exactly, group by group of equals."""
    (w0, w1), (s0, s1) = ((x[..., :-1], x[..., 1:]) for x in r)
    slope = divide(xp, s1 - s0, w1 - w0, empty=0.0)
    integral = _integral_of_mean if penalty == "mae" else _integral_of_root
    parts = integral(xp, slope, s0 - slope * w0, w0, w1)
    whole, height = r.weight[..., -1], r.summed[..., -1] / r.weight[..., -1]
    return xp.sum(parts, axis=-1) / (whole * (height if penalty == "mae" else sqrt(xp, height)))


def _both(xp: Namespace, s: Samples | ErrorHistogram, penalty: Penalty) -> list[Ranked]:
    """The errors, or their squares, in the order of the uncertainty and in their own."""
    if isinstance(s, ErrorHistogram):
        summed = s.error if penalty == "mae" else s.square
        return [Ranked.of(xp, s.weight[..., i, :], summed[..., i, :]) for i in (0, 1)]
    error, uncertainty = s.pred, s.target
    unknown = xp.any((error != error) | (uncertainty != uncertainty), axis=-1, keepdims=True)
    weight = xp.where(unknown, xp.nan, s.weight)
    value = error if penalty == "mae" else error * error
    return [_ranked(xp, key, value, weight) for key in (uncertainty, error)]


def _steps(fractions: int) -> list[float]:
    return [i * (1.0 / fractions) for i in range(fractions)]


def _sparsified(
    xp: Namespace, s: Samples | ErrorHistogram, penalty: Penalty, fractions: int, whole: bool
) -> SparsificationCurve:
    if whole and isinstance(s, ErrorHistogram):
        raise ValueError("`whole_samples` must be False where samples are in `bins`; got True.")
    kept = _kept(fractions, s.error.shape[-1] if isinstance(s, ErrorHistogram) else s.pred.shape[-1], whole)

    def curve(ranked: Ranked) -> Array:
        mean = _mean_of_kept(xp, ranked, kept)
        # where sums are differences of running sums, a sum of zeros may be a little less
        height = mean if penalty == "mae" else sqrt(xp, positive_part(xp, mean))
        return xp.flip(height / height[..., -1:], axis=-1)

    ours, oracle = map(curve, _both(xp, s, penalty))
    return SparsificationCurve(xp.broadcast_to(vector(xp, _steps(fractions), ours), ours.shape), ours, oracle)


@metric(
    ranked_errors,
    range=None,
    best=None,
    smooth="nowhere",
    lazy=False,
    undefined="errors that are all 0",
    equals=("evaluating_bdl/depthCompletion/ensembling_eval_ause.py, with penalty='rmse' and whole_samples=True",),
    reference="E. Ilg et al. (2018), Uncertainty estimates and multi-hypotheses networks for optical flow.",
)
def sparsification_curve(
    xp: Namespace,
    s: Samples | ErrorHistogram,
    /,
    *,
    penalty: Penalty = "mae",
    fractions: Count = 100,
    whole_samples: bool = False,
) -> SparsificationCurve:
    r"""Error of what is left without the most uncertain fraction, as a share of the error of all.

    Beside it the oracle's curve, which takes the largest errors away: an uncertainty that ranks errors well is near it.

    Parameters
    ----------
    penalty : {'mae', 'rmse'}
        Mean of the errors, or root of the mean square.
    bins : int, optional
        Add the errors in so many equal bins of [0, 1] instead, those of the uncertainty and those of the error itself:
        a state of fixed size. Divide both by their greatest first.

    Returns
    -------
    fraction, uncertainty_curve, oracle_curve : array, (..., fraction)

    Raises
    ------
    ValueError
        If samples that count as wholes have weights.

    Notes
    -----
    A fraction is one of the weight, exactly: the sample on the border counts with its part, and samples of equal
    uncertainty leave in proportion, in no order of their own. Only the ranking of the uncertainty matters, and it has
    no gradient; the errors have one. NaN where all errors are 0.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> error, uncertainty = np.array([1.0, 2.0, 3.0, 4.0]), np.array([0.1, 0.4, 0.2, 0.3])
    >>> curve = al.sparsification_curve(error, uncertainty, fractions=2)
    >>> print(curve.fraction, curve.uncertainty_curve, curve.oracle_curve)
    [0.  0.5] [1.  0.8] [1.  0.6]
    """
    return _sparsified(xp, s, penalty, fractions, whole_samples)


@metric(
    ranked_errors,
    smooth="nowhere",
    lazy=False,
    ranks=("uncertainty",),
    scales=("error",),
    undefined="errors that are all 0",
    also=("area_under_the_sparsification_error_curve",),
    equals=("evaluating_bdl/depthCompletion/ensembling_eval_ause.py, with penalty='rmse' and whole_samples=True",),
    reference="E. Ilg et al. (2018), Uncertainty estimates and multi-hypotheses networks for optical flow.",
)
def ause(
    xp: Namespace,
    s: Samples | ErrorHistogram,
    /,
    *,
    penalty: Penalty = "mae",
    fractions: Count | None = None,
    whole_samples: bool = False,
) -> Array:
    r"""Area between the sparsification curves of an uncertainty and of the errors themselves.

    0 where the uncertainty ranks the samples as their errors do; blind to its scale.

    .. math:: \int \frac{E(f) - E_{\text{oracle}}(f)}{E(0)} \mathrm df

    Parameters
    ----------
    penalty : {'mae', 'rmse'}
        Mean of the errors, or root of the mean square.
    fractions : int, optional
        None, the default, is the exact area over all fractions from 0 to 1. A number, 100 in the published scripts,
        takes so many fractions of equal spacing, 0, 0.01 ... 0.99, and the area under straight lines between them.
    bins : int, optional
        Add the errors in so many equal bins of [0, 1] instead, those of the uncertainty and those of the error itself:
        a state of fixed size, in which samples that share a bin are of equal uncertainty. Divide both by their greatest
        first: the area is blind to their scale.

    Raises
    ------
    ValueError
        If samples that count as wholes have weights.

    Notes
    -----
    Samples of equal uncertainty leave in proportion, in no order of their own, and weights count as copies, whichever
    the fractions are. evaluating_bdl's number is ``penalty='rmse', fractions=100, whole_samples=True``; whole samples
    take 100 fractions by default. The curves are those of `sparsification_curve`.

    In bins that hold shares p of the weight, k of it below them, and parts e of the errors' sum, the exact area is off
    by the greatest error over the mean error times the first p, and by the sum of ``e p / 2k`` over the others, at
    most; and the oracle's by the width of a bin over the mean error, times the first p and the sum of ``p**2 / 4k``.
    With ``penalty='rmse'`` the same holds of squares, and each area is off by the root of it.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.ause(np.array([1.0, 2.0, 3.0]), np.array([0.1, 0.2, 0.3])))
    0.0
    """
    if fractions is None and not whole_samples:
        ours, oracle = (_area(xp, ranked, penalty) for ranked in _both(xp, s, penalty))
        return ours - oracle
    count = 100 if fractions is None else fractions
    curve = _sparsified(xp, s, penalty, count, whole_samples)
    gap = curve.uncertainty_curve - curve.oracle_curve
    return trapezoid(xp, gap, vector(xp, _steps(count), gap))
