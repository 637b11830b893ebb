"""Metrics of scores that put positives before negatives."""

from typing import Any, NamedTuple

from ._definition import statistic
from ._domains import BINARY, PROBABILITY, REAL, Count
from ._math import arange_like, cumulative_sum, divide, sweep, total, weight_by_value
from ._metric import metric
from ._state import Buffer, Histogram, Samples
from ._typing import Array, Namespace
from ._xp import device_of


@statistic(pred=REAL, target=BINARY)
def scores(xp: Namespace, pred: Array, target: Array, /, *, weights: Array | None) -> Samples:
    """Every score with its label."""
    return Samples.of(xp, pred, target, weights=weights)


@scores.form("capacity", pred=REAL, target=BINARY)
def score_buffer(xp: Namespace, pred: Array, target: Array, /, *, weights: Array | None, capacity: Count) -> Buffer:
    """As many scores as ``capacity``."""
    return Buffer.of(xp, Samples.of(xp, pred, target, weights=weights), capacity)


@scores.form("bins", pred=PROBABILITY, target=BINARY)
def score_histogram(xp: Namespace, pred: Array, target: Array, /, *, weights: Array | None, bins: Count) -> Histogram:
    """Scores in equal bins of [0, 1]: a state of fixed size."""
    return Histogram.of(xp, pred, target, weights=weights, bins=bins)


def tallies(xp: Namespace, s: Samples | Buffer | Histogram) -> tuple[Array, Array]:
    """Weight of positives and of negatives at each distinct score, ascending; NaN throughout if a score is."""
    if isinstance(s, Histogram):
        return s.positive, s.negative
    positive, negative = weight_by_value(xp, s.pred, *_sides(xp, s))
    return positive, negative


def _sides(xp: Namespace, s: Samples | Buffer) -> list[Array]:
    """Weight of each sample as a positive, and as a negative; NaN throughout if a score is."""
    unknown = total(xp, s.pred != s.pred, -1) > 0
    weight = xp.where(xp.expand_dims(unknown, axis=-1), xp.nan, s.weight)
    hits = weight * s.target
    return [hits, weight - hits]


OF_RANKS: dict[str, Any] = {
    "range": (0.0, 1.0),
    "best": 1.0,
    "smooth": "nowhere",
    "lazy": False,
    "ranks": ("pred",),
}
"""Facts of an area under a curve of scores."""


@metric(
    scores,
    **OF_RANKS,
    undefined="labels of one class",
    also=("roc_auc", "roc_auc_score"),
    equals=("sklearn.metrics.roc_auc_score", "torchmetrics.functional.auroc(task='binary') of probabilities"),
    reference="J. A. Hanley, B. J. McNeil (1982), The meaning and use of the area under a ROC curve, Radiology 143.",
)
def auroc(xp: Namespace, s: Samples | Buffer | Histogram, /) -> Array:
    r"""Chance that a positive outscores a negative, ties counting half.

    The area under the receiver operating characteristic; blind to the scale of the scores, which may be any numbers.

    .. math:: P(s_+ > s_-) + \tfrac12 P(s_+ = s_-)

    Parameters
    ----------
    bins : int, optional
        Count probabilities in this many equal bins instead: a state of fixed size, off by at most half the chance that
        a positive and a negative share a bin.

    Notes
    -----
    NaN where there are no positives, or no negatives, or a score is NaN.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.auroc(np.array([0.1, 0.4, 0.35, 0.8]), np.array([0, 0, 1, 1])))
    0.75
    """
    positive, negative = tallies(xp, s)
    below = cumulative_sum(xp, negative) - 0.5 * negative
    pairs = xp.sum(positive, axis=-1) * xp.sum(negative, axis=-1)
    return divide(xp, xp.sum(positive * below, axis=-1), pairs, empty=xp.nan)


@metric(
    scores,
    **OF_RANKS,
    undefined="labels without a positive",
    also=("average_precision_score", "auprc"),
    equals=(
        "sklearn.metrics.average_precision_score, where there are positives",
        "torchmetrics.functional.average_precision(task='binary') of probabilities, where there are positives",
    ),
    reference="C. Buckley, E. M. Voorhees (2000), Evaluating evaluation measure stability, SIGIR.",
)
def average_precision(xp: Namespace, s: Samples | Buffer | Histogram, /) -> Array:
    r"""Mean, over the positives, of the precision at the score of each.

    The area under the precision-recall curve as a sum of steps, which straight lines between its points overstate.
    Take it, rather than `auroc`, where positives are rare.

    .. math:: \sum_n (R_n - R_{n-1}) P_n

    Parameters
    ----------
    bins : int, optional
        Count probabilities in this many equal bins instead: a state of fixed size, in which scores that share a bin
        are tied.

    Notes
    -----
    Equal scores are called positive together. NaN where there are no positives (scikit-learn gives 0), or a score is
    NaN.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.average_precision(np.array([0.1, 0.4, 0.35, 0.8]), np.array([0, 0, 1, 1])).round(6))
    0.833333
    """
    positive, negative = (xp.flip(side, axis=-1) for side in tallies(xp, s))
    hits = cumulative_sum(xp, positive)
    precision = divide(xp, hits, hits + cumulative_sum(xp, negative), empty=0.0)
    return divide(xp, xp.sum(positive * precision, axis=-1), xp.sum(positive, axis=-1), empty=xp.nan)


class RocCurve(NamedTuple):
    """Rates at each threshold, descending."""

    false_positive_rate: Array
    true_positive_rate: Array
    threshold: Array


class PrecisionRecallCurve(NamedTuple):
    """Precision and recall at each threshold, descending."""

    precision: Array
    recall: Array
    threshold: Array


def _called(xp: Namespace, s: Samples | Buffer | Histogram) -> tuple[Array, Array, Array]:
    """Thresholds from infinity downwards, and the weight of positives and of negatives at or above each."""
    if isinstance(s, Histogram):
        bins = s.positive.shape[-1]
        edges = arange_like(xp, bins, s.positive, s.positive.dtype) / bins
        edges = xp.broadcast_to(edges, s.positive.shape)
        threshold, *sides = (xp.flip(x, axis=-1) for x in (edges, s.positive, s.negative))
    else:
        threshold, sides = sweep(xp, s.pred, s.weight != 0, _sides(xp, s))
    none = xp.zeros((*threshold.shape[:-1], 1), dtype=threshold.dtype, **device_of(xp, threshold))
    threshold = xp.concat([none + xp.inf, threshold], axis=-1)
    positive, negative = (xp.concat([none, cumulative_sum(xp, x)], axis=-1) for x in sides)
    return xp.where(positive[..., -1:] == positive[..., -1:], threshold, xp.nan), positive, negative


def _rate(xp: Namespace, running: Array) -> Array:
    """Running sums as shares of the last; NaN where there is nothing."""
    return divide(xp, running, xp.broadcast_to(running[..., -1:], running.shape), empty=xp.nan)


@metric(
    scores,
    range=None,
    best=None,
    smooth="nowhere",
    lazy=False,
    undefined="labels of one class",
    also=("roc",),
    equals=("sklearn.metrics.roc_curve(drop_intermediate=False), at its thresholds",),
    reference="J. A. Swets (1973), The relative operating characteristic in psychology, Science 182.",
)
def roc_curve(xp: Namespace, s: Samples | Buffer | Histogram, /) -> RocCurve:
    """Share of positives against share of negatives that are called positive, at every threshold.

    The receiver operating characteristic; the area below it is `auroc`.

    Returns
    -------
    RocCurve
        ``false_positive_rate``, ``true_positive_rate`` and ``threshold``, each (..., points): one point more than
        there are scores, or slots of the buffer, or bins.

    Notes
    -----
    A score of at least the threshold is a yes. Thresholds descend from infinity, where nothing is; then comes each
    distinct score. The shape does not depend on values: where scores are equal or weigh nothing, copies of the last
    point fill it up. A rate is NaN where there is none of its class, and everything is where a score is NaN.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> curve = al.roc_curve(np.array([0.1, 0.4, 0.35, 0.8]), np.array([0, 0, 1, 1]))
    >>> print(curve.false_positive_rate, curve.true_positive_rate)
    [0.  0.  0.5 0.5 1. ] [0.  0.5 0.5 1.  1. ]
    >>> print(curve.threshold)
    [ inf 0.8  0.4  0.35 0.1 ]
    """
    threshold, positive, negative = _called(xp, s)
    return RocCurve(_rate(xp, negative), _rate(xp, positive), threshold)


@metric(
    scores,
    range=None,
    best=None,
    smooth="nowhere",
    lazy=False,
    undefined="labels of one class",
    also=("pr_curve",),
    equals=("sklearn.metrics.precision_recall_curve, in the other order",),
    reference="C. J. van Rijsbergen (1979), Information Retrieval, chapter 7.",
)
def precision_recall_curve(xp: Namespace, s: Samples | Buffer | Histogram, /) -> PrecisionRecallCurve:
    """Share of what is called positive that is, against share of positives so called, at every threshold.

    Take it, rather than `roc_curve`, where positives are rare.

    Returns
    -------
    PrecisionRecallCurve
        ``precision``, ``recall`` and ``threshold``, each (..., points): one point more than there are scores, or slots
        of the buffer, or bins.

    Notes
    -----
    Thresholds descend from infinity, where nothing is called positive: there the precision is 1 and the recall 0. This
    is scikit-learn's last point, which has no threshold there. Copies of the last point fill the curve up where scores
    are equal or weigh nothing. Without positives the recall is NaN (scikit-learn gives 1); where a score is NaN,
    everything from there on.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> curve = al.precision_recall_curve(np.array([0.1, 0.4, 0.35, 0.8]), np.array([0, 0, 1, 1]))
    >>> print(curve.precision.round(6), curve.recall)
    [1.       1.       0.5      0.666667 0.5     ] [0.  0.5 0.5 1.  1. ]
    """
    threshold, positive, negative = _called(xp, s)
    precision = divide(xp, positive, positive + negative, empty=1.0)
    return PrecisionRecallCurve(precision, _rate(xp, positive), threshold)
