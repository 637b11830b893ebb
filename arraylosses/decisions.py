"""Metrics of decisions: right or wrong, by class."""

from typing import Any, Literal, NamedTuple

from ._definition import made_of, statistic
from ._domains import BINARY, LABEL, PROBABILITY, REAL, Count, Fraction, Positive
from ._math import arange_like, argmax, divide, segment_sum, total, wide
from ._metric import metric
from ._state import ClassCounts, Confusion, Counts, Hits
from ._typing import Array, Average, Namespace
from ._xp import device_of, widest

SCORES = REAL["class"]

TABLE = 64
"""Classes up to which a table of all pairs stays in cache, and one count serves where three would."""


# ---- what is remembered


def _outcomes(xp: Namespace, pred: Array, target: Array, threshold: float) -> tuple[Array, ...]:
    known = (pred == pred) & (target == target)
    yes, true = pred > threshold, target == 1
    return yes & true, yes & ~true & known, known & ~yes & true, known & ~yes & ~true, ~known


@statistic(pred=PROBABILITY, target=BINARY)
def outcomes(xp: Namespace, pred: Array, target: Array, /, *, threshold: Fraction = 0.5) -> Counts:
    """What one yes-or-no decision adds."""
    return Counts(*_outcomes(xp, pred, target, threshold))


@outcomes.form("label_axis", pred=PROBABILITY["label"], target=BINARY["label"])
def label_outcomes(xp: Namespace, pred: Array, target: Array, /, *, threshold: Fraction = 0.5) -> ClassCounts:
    """What one element with several yes-or-no labels adds."""
    return ClassCounts(*_outcomes(xp, pred, target, threshold))


def _of_table(xp: Namespace, table: Array) -> tuple[Array, Array, Array]:
    """Weight that is right, called and real, of each class, from that of each pair of classes."""
    own = xp.eye(table.shape[-1], dtype=xp.bool, **device_of(xp, table))
    return xp.sum(xp.where(own, table, 0), axis=-1), xp.sum(table, axis=-2), xp.sum(table, axis=-1)


def _marginals(xp: Namespace, pred: Array, target: Array, weights: Array | None, classes: int) -> tuple[Array, ...]:
    """Weight that is right, called and real, of each class; what is not weighed stays whole numbers."""
    if classes <= TABLE:
        return _of_table(xp, Confusion.of(xp, pred, target, weights=weights, num_classes=classes).count)
    # a hit is counted in its class, a miss in one more that is cut off
    tp = segment_sum(xp, weights, xp.where(pred == target, target, classes), classes + 1)[..., :-1]
    return tp, *(segment_sum(xp, weights, label, classes) for label in (pred, target))


def _tallied(
    xp: Namespace, pred: Array, target: Array, unknown: Array, weights: Array | None, classes: int
) -> ClassCounts:
    """Per class, by sums over segments: one-hot columns would cost n * classes."""
    tp, called, real = _marginals(xp, pred, target, wide(xp, weights), classes)
    lost = total(xp, unknown if weights is None else xp.where(unknown, weights, 0.0), -1)
    return _against_rest(xp, tp, called, real, xp.expand_dims(lost, axis=-1))


def _against_rest(xp: Namespace, tp: Array, called: Array, real: Array, unknown: Array) -> ClassCounts:
    """Each class against all others."""
    whole = xp.sum(real, axis=-1, keepdims=True)
    return ClassCounts(tp, called - tp, real - tp, whole - called - real + tp, unknown)


@outcomes.form("num_classes", pred=LABEL, target=LABEL)
def class_outcomes(
    xp: Namespace, pred: Array, target: Array, /, *, weights: Array | None, num_classes: Count
) -> ClassCounts:
    """Labels called against labels true."""
    return _tallied(xp, pred, target, pred != pred, weights, num_classes)


@outcomes.form("class_axis", pred=SCORES, target=LABEL)
def score_outcomes(xp: Namespace, pred: Array, target: Array, /, *, weights: Array | None) -> ClassCounts:
    """The class of the highest score is the one that is called."""
    unknown = xp.any(pred != pred, axis=-1)
    return _tallied(xp, argmax(xp, pred), target, unknown, weights, pred.shape[-1])


@statistic(pred=PROBABILITY | LABEL, target=BINARY | LABEL)
def hits(xp: Namespace, pred: Array, target: Array, /, *, threshold: Fraction = 0.5) -> Hits:
    """Labels are right where they are equal; probabilities where they lie on the right side of the threshold."""
    if not xp.isdtype(pred.dtype, "real floating"):
        return Hits(pred == xp.astype(target, pred.dtype), False, True)
    known = (pred == pred) & (target == target)
    right = (pred > threshold) == (target == 1)
    return Hits(right & known, ~known, True)


@hits.form("class_axis", pred=SCORES, target=LABEL)
def score_hits(xp: Namespace, pred: Array, target: Array, /) -> Hits:
    """Right where the true class has the highest score."""
    known = xp.all(pred == pred, axis=-1)
    return Hits((argmax(xp, pred) == target) & known, ~known, True)


@statistic(pred=LABEL, target=LABEL)
def confusion(
    xp: Namespace, pred: Array, target: Array, /, *, weights: Array | None, num_classes: Count | None = None
) -> Confusion:
    """Pairs of labels."""
    if num_classes is None:
        raise TypeError("labels need `num_classes`; or give scores for each class, and `class_axis`.")
    return Confusion.of(xp, pred, target, weights=weights, num_classes=num_classes)


@confusion.form("class_axis", pred=SCORES, target=LABEL)
def score_confusion(xp: Namespace, pred: Array, target: Array, /, *, weights: Array | None) -> Confusion:
    """The class of the highest score against the true one."""
    known = xp.all(pred == pred, axis=-1)
    count = Confusion.of(xp, argmax(xp, pred), target, weights=weights, num_classes=pred.shape[-1]).count
    lost = xp.expand_dims(xp.any(~known, axis=-1), axis=(-2, -1)) if known.ndim else ~known
    return Confusion(xp.where(lost, xp.nan, xp.astype(count, widest(xp, pred))))


def _counts_of(xp: Namespace, c: Confusion) -> ClassCounts:
    tp, called, real = _of_table(xp, c.count)
    # an answer that is NaN has made the whole table NaN
    return _against_rest(xp, tp, called, real, xp.zeros_like(tp[..., :1]))


def _hits_of(xp: Namespace, c: Confusion) -> Hits:
    tp, _, real = _of_table(xp, c.count)
    right = xp.sum(tp, axis=-1)
    return Hits(right, xp.zeros_like(right), xp.sum(real, axis=-1))


made_of(confusion.forms[-1].gather, class_outcomes, _counts_of)
made_of(confusion.forms[-1].gather, hits.forms[-1].gather, _hits_of)
made_of(score_confusion, score_outcomes, _counts_of)
made_of(score_confusion, score_hits, _hits_of)


# ---- what is read

RATIO: dict[str, Any] = {
    "range": (0.0, 1.0),
    "best": 1.0,
    "smooth": "nowhere",
    "empty": 0.0,
    "orderless": ("class", "label"),
    "reference": "C. J. van Rijsbergen (1979), Information Retrieval, chapter 7.",
}
"""Facts of a share of decisions: 0/0 is `zero_division`."""


def over_classes(xp: Namespace, value: Array, support: Array, average: Average, *, empty: float) -> Array:
    """A score of each class as one number; ``empty`` where the classes that weigh have no support."""
    if average == "macro":
        return xp.sum(value, axis=-1) / value.shape[-1]
    if average == "weighted":
        return divide(xp, xp.sum(value * support, axis=-1), xp.sum(support, axis=-1), empty=empty)
    return value


def _averaged(xp: Namespace, c: Counts | ClassCounts, value: Array, average: Average) -> Array:
    """A score of each class as one number; counts without classes have nothing to average."""
    value = xp.where(c.unknown > 0, xp.nan, value)
    return value if isinstance(c, Counts) else over_classes(xp, value, c.tp + c.fn, average, empty=0.0)


def _pooled(xp: Namespace, c: Counts | ClassCounts, average: Average) -> Counts | ClassCounts:
    """Outcomes of all classes together, if that is the average."""
    if isinstance(c, Counts) or average != "micro":
        return c
    return Counts(*(xp.sum(x, axis=-1) for x in c))


@metric(
    outcomes,
    **RATIO,
    also=("positive_predictive_value",),
    equals=("sklearn.metrics.precision_score", "torchmetrics.functional.precision"),
)
def precision(
    xp: Namespace, c: Counts | ClassCounts, /, *, average: Average = "macro", zero_division: Fraction = 0.0
) -> Array:
    r"""Share of what was called positive that is.

    .. math:: \frac{TP}{TP + FP}

    Notes
    -----
    Three tasks, told apart by what is given: probabilities or 0/1 decisions (nothing); integer labels
    (``num_classes``) or a score for each class (``class_axis``); several yes-or-no labels each (``label_axis``).

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.precision(np.array([0.9, 0.8, 0.2]), np.array([1, 0, 1])))
    0.5
    >>> print(al.precision(np.array([0, 1, 1]), np.array([0, 1, 2]), num_classes=3, average=None))
    [1.  0.5 0. ]
    """
    c = _pooled(xp, c, average)
    return _averaged(xp, c, divide(xp, c.tp, c.tp + c.fp, empty=zero_division), average)


@metric(
    outcomes,
    **RATIO,
    also=("sensitivity", "true_positive_rate", "hit_rate"),
    equals=("sklearn.metrics.recall_score", "torchmetrics.functional.recall"),
)
def recall(
    xp: Namespace, c: Counts | ClassCounts, /, *, average: Average = "macro", zero_division: Fraction = 0.0
) -> Array:
    r"""Share of what is positive that was called so.

    .. math:: \frac{TP}{TP + FN}

    See Also
    --------
    precision : For the three tasks, and how they are told apart.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.recall(np.array([0.9, 0.8, 0.2]), np.array([1, 0, 1])))
    0.5
    """
    c = _pooled(xp, c, average)
    return _averaged(xp, c, divide(xp, c.tp, c.tp + c.fn, empty=zero_division), average)


@metric(
    outcomes,
    **RATIO,
    also=("fbeta_score", "f_score"),
    equals=("sklearn.metrics.fbeta_score", "torchmetrics.functional.fbeta_score"),
)
def f_beta(
    xp: Namespace,
    c: Counts | ClassCounts,
    /,
    *,
    beta: Positive = 1.0,
    average: Average = "macro",
    zero_division: Fraction = 0.0,
) -> Array:
    r"""Harmonic mean of precision and recall, with recall weighed ``beta**2`` times.

    .. math:: \frac{(1 + \beta^2) TP}{(1 + \beta^2) TP + \beta^2 FN + FP}

    Parameters
    ----------
    beta : float, default 1.0
        How many times as much recall counts.

    See Also
    --------
    precision : For the three tasks, and how they are told apart.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.f_beta(np.array([1, 1, 0]), np.array([1, 0, 0]), beta=2.0).round(6))
    0.833333
    """
    c = _pooled(xp, c, average)
    # the share of recall, not beta**2 itself, which overflows on its way to the limit
    share = 1 / (1 + (1 / beta) * (1 / beta))
    value = divide(xp, c.tp, c.tp + share * c.fn + (1 - share) * c.fp, empty=zero_division)
    return _averaged(xp, c, value, average)


@metric(
    outcomes,
    **RATIO,
    equals=("sklearn.metrics.f1_score", "torchmetrics.functional.f1_score"),
)
def f1_score(
    xp: Namespace, c: Counts | ClassCounts, /, *, average: Average = "macro", zero_division: Fraction = 0.0
) -> Array:
    r"""Harmonic mean of precision and recall: `f_beta` at ``beta=1``.

    .. math:: \frac{2 TP}{2 TP + FN + FP}

    See Also
    --------
    precision : For the three tasks, and how they are told apart.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.f1_score(np.array([1, 1, 0]), np.array([1, 0, 0])).round(6))
    0.666667
    """
    return f_beta.__wrapped__(xp, c, average=average, zero_division=zero_division)


@metric(
    hits,
    range=(0.0, 1.0),
    best=1.0,
    smooth="nowhere",
    orderless=("class", "label"),
    equals=("sklearn.metrics.accuracy_score", "torchmetrics.functional.accuracy(average='micro')"),
    reference="C. J. van Rijsbergen (1979), Information Retrieval, chapter 7.",
)
def accuracy(xp: Namespace, hits: Hits, /) -> Array:
    r"""Share of decisions that are right.

    .. math:: \frac{\#\{\hat y = y\}}{n}

    Notes
    -----
    Integer predictions are labels, floating ones probabilities of a yes; with ``class_axis``, scores for each class.
    The mean of the recalls of the classes (balanced accuracy) is ``recall(..., num_classes=k)``.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.accuracy(np.array([0, 2, 1, 1]), np.array([0, 2, 1, 3])))
    0.75
    """
    unknown = hits.unknown + xp.zeros_like(hits.right)
    return xp.where(unknown > 0, xp.nan, hits.right / hits.whole)


@metric(
    confusion,
    range=None,
    best=None,
    smooth="nowhere",
    empty=0.0,
    unit="weight",
    equals=("sklearn.metrics.confusion_matrix", "torchmetrics.functional.confusion_matrix"),
    reference="K. Pearson (1904), On the theory of contingency and its relation to association and normal correlation.",
)
def confusion_matrix(
    xp: Namespace, c: Confusion, /, *, normalize: Literal["true", "pred", "all"] | None = None
) -> Array:
    """Weight of each true class that was called each class.

    Parameters
    ----------
    normalize : {'true', 'pred', 'all'}, optional
        Divide by the sums of the rows, of the columns, or of everything; 0/0 is 0.

    Returns
    -------
    array
        (..., num_classes, num_classes): true classes down, predicted ones across. Floating, so that weights and NaN
        have a place; without weights whole numbers, counted as integers.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.confusion_matrix(np.array([0, 1, 1]), np.array([0, 0, 1]), num_classes=2))
    [[1. 1.]
     [0. 1.]]
    """
    if normalize is None:
        return c.count
    axes = {"true": -1, "pred": -2, "all": (-2, -1)}[normalize]
    whole = xp.sum(c.count, axis=axes, keepdims=True)
    return divide(xp, c.count, xp.broadcast_to(whole, c.count.shape), empty=0.0)


class OutcomeCounts(NamedTuple):
    """Weight of decisions by outcome."""

    tp: Array
    fp: Array
    fn: Array
    tn: Array


@metric(
    outcomes,
    range=None,
    best=None,
    smooth="nowhere",
    empty=0.0,
    unit="weight",
    equals=("sklearn.metrics.confusion_matrix(...).ravel(), in another order",),
    reference="C. J. van Rijsbergen (1979), Information Retrieval, chapter 7.",
)
def confusion_counts(xp: Namespace, c: Counts | ClassCounts, /) -> OutcomeCounts:
    """Weight of true and false positives and negatives.

    What every score of decisions is made of, for one that is not here. With ``num_classes``, ``class_axis`` or
    ``label_axis`` each class is counted against the rest.

    Returns
    -------
    OutcomeCounts
        ``tp``, ``fp``, ``fn`` and ``tn``: 0-d, or without the axes that `axis` names; with one number a class last.

    See Also
    --------
    precision : For the three tasks, and how they are told apart.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> counts = al.confusion_counts(np.array([0.9, 0.8, 0.2]), np.array([1, 0, 1]))
    >>> print(counts.tp, counts.fp, counts.fn, counts.tn)
    1.0 1.0 1.0 0.0
    """
    return OutcomeCounts(*(xp.where(c.unknown > 0, xp.nan, x) for x in (c.tp, c.fp, c.fn, c.tn)))


def _disagreement(xp: Namespace, n: int, penalty: Literal["linear", "quadratic"] | None, like: Array) -> Array:
    """Cost of calling class i class j."""
    place = arange_like(xp, n, like, like.dtype)
    apart = xp.abs(xp.expand_dims(place, axis=0) - xp.expand_dims(place, axis=1))
    if penalty is None:
        return xp.astype(apart > 0, like.dtype)
    return apart**2 if penalty == "quadratic" else apart


@metric(
    confusion,
    range=(-1.0, 1.0),
    best=1.0,
    smooth="nowhere",
    symmetric=True,
    orderless=("class", "label"),
    undefined="labels of one class",
    equals=("sklearn.metrics.cohen_kappa_score", "torchmetrics.functional.cohen_kappa"),
    reference="J. Cohen (1960), A coefficient of agreement for nominal scales, Educ. and Psych. Measurement 20.",
)
def cohen_kappa(xp: Namespace, c: Confusion, /, *, penalty: Literal["linear", "quadratic"] | None = None) -> Array:
    r"""Agreement of two labellings beyond chance.

    0 is what independent labellings with the same frequencies would reach; 1 is full agreement.

    .. math:: 1 - \frac{\sum_{ij} d_{ij} m_{ij}}{\sum_{ij} d_{ij} r_i c_j}

    Parameters
    ----------
    penalty : {'linear', 'quadratic'}, optional
        How a disagreement d grows with the distance of ordered classes; None counts all alike.

    Notes
    -----
    NaN where chance alone already agrees: one class in both labellings.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.cohen_kappa(np.array([0, 1, 1, 0]), np.array([0, 1, 0, 0]), num_classes=2))
    0.5
    """
    share = c.count / xp.sum(c.count, axis=(-2, -1), keepdims=True)
    chance = xp.sum(share, axis=-1, keepdims=True) * xp.sum(share, axis=-2, keepdims=True)
    cost = _disagreement(xp, share.shape[-1], penalty, share)
    seen, expected = (xp.sum(cost * m, axis=(-2, -1)) for m in (share, chance))
    return 1 - divide(xp, seen, expected, empty=xp.nan)
