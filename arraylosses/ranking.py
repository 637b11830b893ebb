"""Metrics of scores that put positives before negatives."""

from ._definition import statistic
from ._domains import BINARY, PROBABILITY, REAL, Count
from ._math import cumulative_sum, divide, total, weight_by_value
from ._metric import metric
from ._state import Buffer, Histogram, Samples
from ._typing import Array, Namespace


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
    unknown = total(xp, s.pred != s.pred, -1) > 0
    weight = xp.where(xp.expand_dims(unknown, axis=-1), xp.nan, s.weight)
    hits = weight * s.target
    positive, negative = weight_by_value(xp, s.pred, [hits, weight - hits])
    return positive, negative


@metric(
    scores,
    range=(0.0, 1.0),
    best=1.0,
    smooth="nowhere",
    lazy=False,
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
