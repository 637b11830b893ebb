"""Losses of predicted probabilities, logits and labels."""

from typing import Any

from ._domains import LABEL, PROBABILITY, REAL, SIMPLEX, ClassWeights, Fraction, NonNegative, NonPositive, Spread
from ._math import class_surprise, label_surprise, multiply
from ._metric import loss
from ._state import Mean
from ._typing import Array, Formula, Namespace


def _safe_log(xp: Namespace, log: Formula, at_zero: float, dead: Array, x: Array, floor: float | None) -> Array:
    """``log(x)``, with nothing infinite, and so no NaN gradient, where it will not be used or lies below the floor."""
    if floor is None:
        return log(xp.where(dead, at_zero, x))
    low = log(xp.where(dead, at_zero, x)) < floor
    return xp.where(low, floor, log(xp.where(dead | low, at_zero, x)))


def bernoulli_surprise(xp: Namespace, p: Array, label: Array, floor: float | None) -> Array:
    """``-label log(p) - (1 - label) log(1 - p)``: 0 log 0 is 0, and log(1 - p) keeps the digits of a small p."""
    yes, no = label == 0, label == 1
    hit = xp.where(yes, 0.0, label * _safe_log(xp, xp.log, 1.0, yes, p, floor))
    miss = xp.where(no, 0.0, (1 - label) * _safe_log(xp, xp.log1p, 0.0, no, -p, floor))
    return 0.0 - (hit + miss)


@loss(
    pred=PROBABILITY,
    target=PROBABILITY,
    unit="nat",
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


def _logit_parts(xp: Namespace, logit: Array, label: Array) -> tuple[Array, Array, Array]:
    """Size of a logit; the share of the label against its sign; and ``exp(-size)``.

    The value is then ``share * size + log(1 + exp(-size))``, in which nothing cancels. At 0 the branch of negative
    logits is taken throughout, so that the gradient there is the right one, 0.5 - label, on every library.
    """
    positive = logit > 0
    size = xp.where(positive, logit, -logit)
    return size, xp.where(positive, 1 - label, label), xp.exp(-size)


@loss(
    pred=REAL,
    target=PROBABILITY,
    unit="nat",
    also=("bce_with_logits", "sigmoid_binary_cross_entropy"),
    equals=("torch.nn.functional.binary_cross_entropy_with_logits", "optax.sigmoid_binary_cross_entropy"),
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
    size, share, small = _logit_parts(xp, pred, target)
    if pos_weight is None:
        return multiply(xp, share, size) + xp.log1p(small)
    scale = pos_weight * target
    share = xp.where(pred > 0, 1 - target, scale)
    return multiply(xp, share, size) + (scale + (1 - target)) * xp.log1p(small)


def _power(xp: Namespace, x: Array, exponent: float) -> Array:
    """``x ** exponent`` with gradient 0 at 0, where a fractional power has an infinite one."""
    if exponent == 0:
        return xp.ones_like(x)
    zero = x == 0
    return xp.where(zero, 0.0, xp.where(zero, 1.0, x) ** exponent)


def _balance(alpha: float | None, label: Array) -> Any:
    return 1.0 if alpha is None else alpha * label + (1 - alpha) * (1 - label)


@loss(
    pred=PROBABILITY,
    target=PROBABILITY,
    unit="nat",
    smooth="almost everywhere",
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
    return _balance(alpha, target) * _power(xp, wrong, gamma) * surprise


@loss(
    pred=REAL,
    target=PROBABILITY,
    unit="nat",
    smooth="almost everywhere",
    also=("sigmoid_focal_loss",),
    equals=("torchvision.ops.sigmoid_focal_loss", "optax.sigmoid_focal_loss"),
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
    size, share, small = _logit_parts(xp, pred, target)
    wrong = (share + (1 - share) * small) / (1 + small)
    surprise = multiply(xp, share, size) + xp.log1p(small)
    return _balance(alpha, target) * _power(xp, wrong, gamma) * surprise


@loss(
    pred=REAL["class"],
    target=SIMPLEX["class"] | LABEL,
    unit="nat",
    also=("softmax_cross_entropy",),
    equals=("torch.nn.functional.cross_entropy", "optax.softmax_cross_entropy_with_integer_labels"),
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
) -> Any:
    r"""Negative log-likelihood of a label, or of a distribution over labels, under logits.

    .. math:: \ell = \log \sum_c e^{x_c} - x_y

    Parameters
    ----------
    class_weights : array, optional
        One number a class. The mean over labels divides by the sum of those chosen; over distributions, by the count.
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
    weights = xp.ones_like(pred[..., :1]) if class_weights is None else class_weights
    if target.ndim == pred.ndim:
        return xp.sum(multiply(xp, _smoothed(target, label_smoothing) * weights, class_surprise(xp, pred)), axis=-1)
    chosen = _chosen(xp, class_weights, target, pred)
    value = chosen * label_surprise(xp, pred, target)
    if label_smoothing:
        rest = xp.sum(weights * class_surprise(xp, pred), axis=-1) / pred.shape[-1]
        value = (1 - label_smoothing) * value + label_smoothing * rest
    return value if class_weights is None else Mean(value, chosen)


def _smoothed(target: Array, smoothing: float) -> Array:
    return (1 - smoothing) * target + smoothing / target.shape[-1] if smoothing else target


def _chosen(xp: Namespace, class_weights: Array | None, label: Array, like: Array) -> Any:
    if class_weights is None:
        return 1.0
    return xp.reshape(xp.take(class_weights, xp.reshape(label, (-1,))), label.shape)
