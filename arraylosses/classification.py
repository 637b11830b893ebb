"""Losses of predicted probabilities, logits and labels."""

from math import inf
from math import log as ln
from typing import Any, NamedTuple

from ._definition import statistic
from ._domains import (
    LABEL,
    PROBABILITY,
    REAL,
    SIMPLEX,
    Base,
    ClassWeights,
    Count,
    Fraction,
    NonNegative,
    NonPositive,
    Spread,
)
from ._math import balance as balance_of
from ._math import (
    class_surprise,
    divide,
    focal_surprise,
    in_base,
    label_surprise,
    logit_parts,
    logit_surprise,
    multiply,
    pick,
    segment_sum,
    steady_power,
    stop_gradient,
    sum_of_focal_surprise,
    sum_of_label_surprise,
    sum_of_logit_surprise,
)
from ._metric import function, loss, metric
from ._state import Mean
from ._typing import Array, Formula, Namespace
from ._xp import device_of


def _safe_log(xp: Namespace, log: Formula, at_zero: float, dead: Array, x: Array, floor: float | None) -> Array:
    """``log(x)``, with nothing infinite, and so no NaN gradient, where it will not be used or lies below the floor."""
    if floor is None:
        return log(xp.where(dead, at_zero, x))
    low = log(xp.where(dead, at_zero, x)) < floor
    return xp.where(low, floor, log(xp.where(dead | low, at_zero, x)))


def _share_of_log(
    xp: Namespace, share: Array, dead: Array, log: Formula, end: float, x: Array, floor: float | None
) -> Array:
    """``share log(x)``, for a logarithm that is infinite at the end: 0 times that is 0."""
    return xp.where(dead, 0.0, share * _safe_log(xp, log, end + 1, dead, x, floor))


def _steep(xp: Namespace, share: Array, dead: Array, log: Formula, end: float, x: Array, floor: float | None) -> Array:
    """The same with slopes that are finite where it is not, by a tangent: a weight of 0 leaves 0 of them."""
    if floor is not None:
        return _share_of_log(xp, share, dead, log, end, x, floor)
    least = float(xp.finfo(x.dtype).smallest_normal)
    low = x - end < least
    bent = share * xp.where(low, (x - end) / least + (ln(least) - 1), log(xp.where(low, end + 1, x)))
    infinite = stop_gradient(xp, share * log(x)) + (bent - stop_gradient(xp, bent))
    return xp.where(dead, 0.0, xp.where(low, infinite, bent))


def _log_shares(
    xp: Namespace, p: Array, label: Array, floor: float | None, of: Formula = _share_of_log
) -> tuple[Array, Array]:
    """``label log(p)`` and ``(1 - label) log(1 - p)``, where log(1 - p) keeps the digits of a small p."""
    hit = of(xp, label, label == 0, xp.log, 0.0, p, floor)
    return hit, of(xp, 1 - label, label == 1, xp.log1p, -1.0, -p, floor)


def bernoulli_surprise(xp: Namespace, p: Array, label: Array, floor: float | None) -> Array:
    """Surprise of a label, or of a share of one, under a probability."""
    hit, miss = _log_shares(xp, p, label, floor)
    return 0.0 - (hit + miss)


@loss(
    pred=PROBABILITY,
    target=PROBABILITY,
    unit="nat",
    monotone=True,
    convex=("pred",),
    also=("bce",),
    equals=("torch.nn.functional.binary_cross_entropy, with log_floor=-100", "sklearn.metrics.log_loss inside (0, 1)"),
    reference="I. J. Good (1952), Rational decisions, Journal of the Royal Statistical Society B 14.",
)
def binary_cross_entropy(
    xp: Namespace, pred: Array, target: Array, /, *, log_floor: NonPositive | None = None
) -> Array:
    r"""Negative log-likelihood of a label under a predicted probability.

    With logits at hand take `binary_cross_entropy_with_logits`, which has digits where probabilities round to 0 or 1.

    .. math:: \ell = -y \log p - (1 - y) \log(1 - p)

    Notes
    -----
    Soft labels in [0, 1] are allowed.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.binary_cross_entropy(np.array([0.5, 1.0]), np.array([1.0, 1.0]), reduction="none").round(6))
    [0.693147 0.      ]
    """
    return bernoulli_surprise(xp, pred, target, log_floor)


@loss(
    pred=REAL,
    target=PROBABILITY,
    unit="nat",
    convex=("pred",),
    also=("bce_with_logits", "sigmoid_binary_cross_entropy"),
    equals=("torch.nn.functional.binary_cross_entropy_with_logits", "optax.sigmoid_binary_cross_entropy"),
    summed=sum_of_logit_surprise,
    reference="J. Berkson (1944), Application of the logistic function to bio-assay, JASA 39.",
)
def binary_cross_entropy_with_logits(
    xp: Namespace, pred: Array, target: Array, /, *, pos_weight: Spread = None
) -> Array:
    r"""Negative log-likelihood of a label under a predicted logit.

    .. math:: \ell = y \log(1 + e^{-x}) + (1 - y) \log(1 + e^x)

    Parameters
    ----------
    pos_weight : float or array, optional
        Multiplies the first term: a number, or an array of one number for each place along the last axis.

    Notes
    -----
    Value and gradient keep every digit in both tails: 2.06e-9 at x = -20, y = 0, where torch rounds to 0 in float32.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.binary_cross_entropy_with_logits(np.array([0.0, -20.0]), np.array([1.0, 0.0]), reduction="none"))
    [6.93147181e-01 2.06115362e-09]
    """
    if pos_weight is None:
        return logit_surprise(xp, pred, target)
    size, share, small = logit_parts(xp, pred, target)
    scale = pos_weight * target
    share = xp.where(pred > 0, 1 - target, scale)
    return multiply(xp, share, size) + (scale + (1 - target)) * xp.log1p(small)


@loss(
    pred=PROBABILITY,
    target=PROBABILITY,
    unit="nat",
    smooth="almost everywhere",
    convex=("pred",),
    equals=("keras.losses.BinaryFocalCrossentropy inside (0, 1)",),
    reference="T.-Y. Lin et al. (2017), Focal loss for dense object detection, arXiv:1708.02002.",
)
def focal_loss(
    xp: Namespace,
    pred: Array,
    target: Array,
    /,
    *,
    gamma: NonNegative = 2.0,
    alpha: Fraction | None = None,
    log_floor: NonPositive | None = None,
) -> Array:
    r"""Binary cross entropy that all but forgets what is already right, of probabilities.

    Take it where easy negatives outnumber everything else, as in dense detection.

    .. math:: \ell = -\alpha_t (1 - p_t)^\gamma \log p_t

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.focal_loss(np.array([0.5]), np.array([1.0])).round(6))
    0.173287
    """
    wrong = pred * (1 - target) + (1 - pred) * target
    surprise = bernoulli_surprise(xp, pred, target, log_floor)
    return balance_of(alpha, target) * steady_power(xp, wrong, gamma) * surprise


@loss(
    pred=REAL,
    target=PROBABILITY,
    unit="nat",
    smooth="almost everywhere",
    also=("sigmoid_focal_loss",),
    equals=("torchvision.ops.sigmoid_focal_loss", "optax.sigmoid_focal_loss"),
    summed=sum_of_focal_surprise,
    reference="T.-Y. Lin et al. (2017), Focal loss for dense object detection, arXiv:1708.02002.",
)
def focal_loss_with_logits(
    xp: Namespace, pred: Array, target: Array, /, *, gamma: NonNegative = 2.0, alpha: Fraction | None = None
) -> Array:
    r"""Binary cross entropy that all but forgets what is already right, of logits.

    .. math:: \ell = -\alpha_t (1 - p_t)^\gamma \log p_t, \quad p = 1 / (1 + e^{-x})

    Notes
    -----
    ``1 - p_t`` is a sum of positive terms here: torchvision subtracts, and gives 0 at x = 20.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.focal_loss_with_logits(np.array([0.0]), np.array([1.0])).round(6))
    0.173287
    """
    return focal_surprise(xp, pred, target, gamma, alpha)


@loss(
    pred=REAL["class"],
    target=SIMPLEX["class"] | LABEL,
    unit="nat",
    convex=("pred",),
    shifts=("pred",),
    orderless=("class",),
    also=("softmax_cross_entropy",),
    equals=("torch.nn.functional.cross_entropy", "optax.softmax_cross_entropy_with_integer_labels"),
    summed=sum_of_label_surprise,
    reference="J. S. Bridle (1990), Probabilistic interpretation of feedforward classification network outputs.",
)
def cross_entropy(
    xp: Namespace,
    pred: Array,
    target: Array,
    /,
    *,
    class_weights: ClassWeights | None = None,
    label_smoothing: Fraction = 0.0,
    base: Base | None = None,
) -> Any:
    r"""Negative log-likelihood of a label, or of a distribution over labels, under logits.

    .. math:: \ell = \log \sum_c e^{x_c} - x_y

    Parameters
    ----------
    label_smoothing : float, default 0.0
        Share of each label that is spread evenly over all classes.

    Notes
    -----
    Integer targets are labels, floating ones distributions. Under labels, value and gradient keep every digit of a
    confident right answer: 2.06e-9 for logits (20, 0), where the log-softmax form rounds to 0 in float32.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.cross_entropy(np.array([[20.0, 0.0]]), np.array([0])))
    2.061153620314381e-09
    """
    if target.ndim == pred.ndim:
        share = _weighed(_smoothed(target, label_smoothing), class_weights)
        return in_base(xp, xp.sum(multiply(xp, share, class_surprise(xp, pred)), axis=-1), base)
    value = _of_labels(xp, label_surprise(xp, pred, target), class_weights, target)
    own, chosen = value if isinstance(value, Mean) else (value, None)
    if label_smoothing:
        rest = xp.sum(_weighed(class_surprise(xp, pred), class_weights), axis=-1) / pred.shape[-1]
        own = (1 - label_smoothing) * own + label_smoothing * rest
    own = in_base(xp, own, base)
    return own if chosen is None else Mean(own, chosen)


def _weighed(terms: Array, class_weights: Array | None) -> Array:
    return terms if class_weights is None else terms * class_weights


def _smoothed(target: Array, smoothing: float) -> Array:
    return (1 - smoothing) * target + smoothing / target.shape[-1] if smoothing else target


def _chosen(xp: Namespace, class_weights: Array, label: Array) -> Array:
    return xp.reshape(xp.take(class_weights, xp.reshape(label, (-1,))), label.shape)


def _of_labels(xp: Namespace, value: Array, class_weights: Array | None, label: Array) -> Any:
    """Values of labels, weighed by class where the caller says so."""
    if class_weights is None:
        return value
    chosen = _chosen(xp, class_weights, label)
    return Mean(multiply(xp, chosen, value), chosen)


def _picked(xp: Namespace, scores: Array, label: Array) -> Array:
    """The score of the label; NaN where that of any class is."""
    return xp.where(xp.any(scores != scores, axis=-1), xp.nan, pick(xp, scores, label))


def _surprise(xp: Namespace, p: Array, floor: float | None) -> Array:
    return bernoulli_surprise(xp, p, xp.ones_like(p), floor)


def _expected_surprise(xp: Namespace, pred: Array, share: Array, gamma: float, floor: float | None) -> Array:
    """Sum over classes of the shares of their surprise, each less the less is wrong; 0 log 0 is 0, but a NaN shows."""
    dead = (share == 0) & (pred == pred)
    surprise = 0.0 - _safe_log(xp, xp.log, 1.0, dead, pred, floor)
    return xp.sum(xp.where(dead, 0.0, share * steady_power(xp, 1 - pred, gamma) * surprise), axis=-1)


@loss(
    pred=SIMPLEX["class"],
    target=SIMPLEX["class"] | LABEL,
    unit="nat",
    monotone=True,
    convex=("pred",),
    orderless=("class",),
    also=("cce", "categorical_crossentropy"),
    equals=(
        "sklearn.metrics.log_loss inside (0, 1)",
        "keras.losses.CategoricalCrossentropy inside (0, 1)",
        "scipy.stats.entropy(target) + scipy.stats.entropy(target, pred) of what sums to one",
    ),
    reference="I. J. Good (1952), Rational decisions, Journal of the Royal Statistical Society B 14.",
)
def categorical_cross_entropy(
    xp: Namespace,
    pred: Array,
    target: Array,
    /,
    *,
    class_weights: ClassWeights | None = None,
    log_floor: NonPositive | None = None,
    base: Base | None = None,
) -> Any:
    r"""Negative log-likelihood of a label, or of a distribution over labels, under predicted probabilities.

    Of two distributions it is their cross entropy: what coding ``target`` with a code made for ``pred`` costs. With
    logits at hand take `cross_entropy`, which has digits where probabilities round to 0 or 1.

    .. math:: \ell = -\sum_c y_c \log \hat y_c

    Notes
    -----
    Integer targets are labels, floating ones distributions, one-hot or not. ``0 log 0`` is 0. Keras divides by the sum
    of the probabilities first, and keeps them above 1e-7.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> pred = np.array([[0.1, 0.2, 0.7], [0.3, 0.4, 0.3], [0.1, 0.2, 0.7]])
    >>> print(al.categorical_cross_entropy(pred, np.array([2, 1, 0]), reduction="none").round(2))
    [0.36 0.92 2.3 ]
    """
    if target.ndim == pred.ndim:
        share = _weighed(target, class_weights)
        return in_base(xp, _expected_surprise(xp, pred, share, 0.0, log_floor), base)
    value = in_base(xp, _surprise(xp, _picked(xp, pred, target), log_floor), base)
    return _of_labels(xp, value, class_weights, target)


@loss(
    pred=REAL["class"],
    target=LABEL,
    range=(-inf, inf),
    best=None,
    unit="nat",
    convex=("pred",),
    orderless=("class",),
    also=("negative_log_likelihood",),
    equals=("torch.nn.functional.nll_loss",),
    reference="R. A. Fisher (1922), On the mathematical foundations of theoretical statistics.",
)
def nll_loss(xp: Namespace, pred: Array, target: Array, /, *, class_weights: ClassWeights | None = None) -> Any:
    r"""Negative log-probability of a label, of predicted log-probabilities.

    Take it where a model gives log-probabilities already; of logits take `cross_entropy`.

    .. math:: \ell = -\hat y_y

    Notes
    -----
    No softmax is taken: what is given is negated, whether it is a log-probability or not. Scores that are none may be
    positive, and so the value negative.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.nll_loss(np.log(np.array([[0.5, 0.5], [0.75, 0.25]])), np.array([0, 1]), reduction="none").round(6))
    [0.693147 1.386294]
    """
    return _of_labels(xp, 0.0 - _picked(xp, pred, target), class_weights, target)


@loss(
    pred=REAL["class"],
    target=LABEL,
    unit="nat",
    smooth="almost everywhere",
    shifts=("pred",),
    orderless=("class",),
    equals=("kornia.losses.focal_loss, with alpha=None",),
    reference="T.-Y. Lin et al. (2017), Focal loss for dense object detection, arXiv:1708.02002.",
)
def softmax_focal_loss(
    xp: Namespace,
    pred: Array,
    target: Array,
    /,
    *,
    gamma: NonNegative = 2.0,
    class_weights: ClassWeights | None = None,
) -> Any:
    r"""Cross entropy of a label that all but forgets what is already right, of logits of classes.

    Take it where a few easy classes outnumber everything else.

    .. math:: \ell = -w_y (1 - p_y)^\gamma \log p_y, \quad p = \operatorname{softmax}(x)

    Notes
    -----
    ``1 - p_y`` is taken from the surprise itself, and so has every digit of a confident right answer. kornia's alpha
    weighs class 0 by 1 - alpha and all others by alpha, and its mean divides by the number of classes too.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.softmax_focal_loss(np.array([[0.0, 0.0]]), np.array([1])).round(6))
    0.173287
    """
    surprise = label_surprise(xp, pred, target)
    return _of_labels(xp, steady_power(xp, 0.0 - xp.expm1(-surprise), gamma) * surprise, class_weights, target)


@loss(
    pred=SIMPLEX["class"],
    target=SIMPLEX["class"] | LABEL,
    unit="nat",
    smooth="almost everywhere",
    convex=("pred",),
    orderless=("class",),
    equals=("keras.losses.CategoricalFocalCrossentropy inside (0, 1), with alpha=1",),
    reference="T.-Y. Lin et al. (2017), Focal loss for dense object detection, arXiv:1708.02002.",
)
def categorical_focal_loss(
    xp: Namespace,
    pred: Array,
    target: Array,
    /,
    *,
    gamma: NonNegative = 2.0,
    class_weights: ClassWeights | None = None,
    log_floor: NonPositive | None = None,
) -> Any:
    r"""Cross entropy of a label that all but forgets what is already right, of probabilities of classes.

    .. math:: \ell = -\sum_c w_c y_c (1 - p_c)^\gamma \log p_c

    Notes
    -----
    Integer targets are labels, floating ones distributions. Keras's alpha weighs all classes alike: it is a factor.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.categorical_focal_loss(np.array([[0.5, 0.5]]), np.array([1])).round(6))
    0.173287
    """
    if target.ndim == pred.ndim:
        share = _weighed(target, class_weights)
        return _expected_surprise(xp, pred, share, gamma, log_floor)
    own = _picked(xp, pred, target)
    return _of_labels(xp, steady_power(xp, 1 - own, gamma) * _surprise(xp, own, log_floor), class_weights, target)


# ---- classes of unequal size


class Balance(NamedTuple):
    """Additive. Weight of positives and of negatives, and the sum of the logarithms of either side."""

    positive: Array
    negative: Array
    hit: Array
    miss: Array


@statistic(pred=PROBABILITY, target=PROBABILITY)
def balance(xp: Namespace, pred: Array, target: Array, /, *, log_floor: NonPositive | None = None) -> Balance:
    """What one element adds to either side."""
    hit, miss = _log_shares(xp, pred, target, log_floor, _steep)
    return Balance(target, 1 - target, hit, miss)


@metric(
    balance,
    unit="nat",
    convex=("pred",),
    also=("class_balanced_cross_entropy",),
    equals=("torch.nn.functional.binary_cross_entropy inside (0, 1), with weight=the share of the other side",),
    reference="S. Xie, Z. Tu (2015), Holistically-nested edge detection, arXiv:1504.06375.",
)
def balanced_cross_entropy(xp: Namespace, b: Balance, /, *, alpha: Fraction | None = None) -> Array:
    r"""Binary cross entropy in which positives and negatives count alike, however many of each there are.

    Take it where one side is rare, as edges are among pixels. It is read from the sums over everything: taken in each
    image by itself it is ``averaged(balanced_cross_entropy, axis=...)``.

    .. math:: -\frac1n \left( \alpha \sum_{y=1} \log p + (1 - \alpha) \sum_{y=0} \log(1 - p) \right)

    Parameters
    ----------
    alpha : float, optional
        Weight of positives, with 1 - alpha for negatives. None, the default, is the share of the negatives, which
        makes both sides weigh the same.

    Notes
    -----
    A value for each element, with an alpha that is known, is ``focal_loss(..., gamma=0.0, alpha=alpha)``; at 0.5 it is
    half the binary cross entropy. Where one side is absent, None gives 0: the other weighs nothing.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> pred, target = np.array([0.5, 0.5, 0.5, 0.5]), np.array([1, 0, 0, 0])
    >>> print(al.balanced_cross_entropy(pred, target).round(6))
    0.25993
    """
    whole = b.positive + b.negative
    share = b.negative / whole if alpha is None else alpha + xp.zeros_like(whole)
    value = (multiply(xp, share, 0.0 - b.hit) + multiply(xp, 1 - share, 0.0 - b.miss)) / whole
    # what has no weight may be infinite, but not unknown
    return xp.where((b.hit != b.hit) | (b.miss != b.miss), xp.nan, value)


@function(
    labels=LABEL["sample"],
    smooth="nowhere",
    equals=("sklearn.utils.class_weight.compute_class_weight('balanced'), where every class is present",),
    reference="G. King, L. Zeng (2001), Logistic regression in rare events data, Political Analysis 9.",
)
def class_weights(xp: Namespace, labels: Array, /, *, num_classes: Count) -> Array:
    r"""Weights that make classes count alike: the inverse of their frequencies.

    For the ``class_weights`` of a loss.

    .. math:: w_c = \frac{n}{k n_c}

    Parameters
    ----------
    num_classes : int
        How many classes there are, k.

    Returns
    -------
    array
        (..., num_classes), of the library's default floating dtype. Where every class is present, the mean of the
        samples' weights is 1.

    Notes
    -----
    A class that is absent weighs 0.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.class_weights(np.array([0, 0, 0, 1]), num_classes=2).round(6))
    [0.666667 2.      ]
    """
    count = segment_sum(xp, None, labels, num_classes)
    count = xp.astype(count, _default_floating(xp, labels))
    return divide(xp, xp.ones_like(count) * (labels.shape[-1] / num_classes), count, empty=0.0)


def _default_floating(xp: Namespace, like: Array) -> Any:
    """What the library makes of integers."""
    return xp.ones((), **device_of(xp, like)).dtype
