"""Losses and metrics of regions: overlap of masks, and maps learned from the labels of whole images."""

from math import inf, log
from typing import Any, Literal, NamedTuple

from ._definition import statistic
from ._domains import BINARY, LABEL, PROBABILITY, REAL, Count, Fraction, NonNegative, NonPositive
from ._math import at_most, divide, mean, multiply, one_hot, pick, softplus, stop_gradient
from ._metric import loss, metric
from ._typing import Array, Average, Namespace
from .decisions import class_outcomes, over_classes
from .divergence import kl_divergence

Denominator = Literal["linear", "squared"]

# ---- overlap: what is remembered


class Regions(NamedTuple):
    """Additive. Sizes of two regions, and of what they share."""

    both: Array
    pred: Array
    target: Array


class ClassRegions(NamedTuple):
    """Additive. `Regions` for each class, along the last axis."""

    both: Array
    pred: Array
    target: Array


def _sizes(pred: Array, target: Array, denominator: Denominator) -> tuple[Array, Array, Array]:
    if denominator == "squared":
        return pred * target, pred * pred, target * target
    return pred * target, pred, target


@statistic(pred=PROBABILITY, target=PROBABILITY)
def regions(xp: Namespace, pred: Array, target: Array, /, *, denominator: Denominator = "linear") -> Regions:
    """What one pixel of two masks adds."""
    return Regions(*_sizes(pred, target, denominator))


@regions.form("num_classes", pred=LABEL, target=LABEL)
def label_regions(
    xp: Namespace, pred: Array, target: Array, /, *, weights: Array | None, num_classes: Count
) -> ClassRegions:
    """A region for each label."""
    c = class_outcomes(xp, pred, target, weights=weights, num_classes=num_classes)
    return ClassRegions(c.tp, c.tp + c.fp, c.tp + c.fn)


@regions.form("class_axis", pred=PROBABILITY["class"], target=PROBABILITY["class"] | LABEL)
def class_regions(xp: Namespace, pred: Array, target: Array, /, *, denominator: Denominator = "linear") -> ClassRegions:
    """What one pixel with a share of each class adds."""
    if not xp.isdtype(target.dtype, "real floating"):
        target = xp.astype(one_hot(xp, target, pred.shape[-1]), pred.dtype)
    return ClassRegions(*_sizes(pred, target, denominator))


# ---- overlap: what is read

OVERLAP: dict[str, Any] = {"range": (0.0, 1.0), "smooth": "almost everywhere", "symmetric": True}
"""Facts of all ratios of overlap."""


def _pooled(xp: Namespace, r: Regions | ClassRegions, average: Average) -> Regions | ClassRegions:
    """The regions of all classes together, if that is the average."""
    if isinstance(r, Regions) or average != "micro":
        return r
    return Regions(*(xp.sum(x, axis=-1) for x in r))


def _score(
    xp: Namespace, r: Regions | ClassRegions, shared: Array, whole: Array, average: Average, empty: float
) -> Array:
    """The share of the whole, over classes where there are some."""
    value = divide(xp, shared, whole, empty=empty)
    return value if isinstance(r, Regions) else over_classes(xp, value, r.target, average, empty=empty)


@metric(
    regions,
    **OVERLAP,
    best=1.0,
    empty=1.0,
    also=("dice", "dice_coefficient"),
    equals=(
        "sklearn.metrics.f1_score(zero_division=1.0) of masks and of labels",
        "torchmetrics.functional.segmentation.dice_score, with axis and class_axis",
    ),
    reference="L. R. Dice (1945), Measures of the amount of ecologic association between species, Ecology 26.",
)
def dice_score(
    xp: Namespace,
    r: Regions | ClassRegions,
    /,
    *,
    average: Average = "macro",
    numerator_smoothing: NonNegative = 0.0,
    denominator_smoothing: NonNegative = 0.0,
    empty: float = 1.0,
) -> Array:
    r"""Twice what two regions share, over their sizes added.

    The usual score of a segmentation. It is the F1 score of the pixels, and of a soft mask its expectation in each
    sum; `jaccard_index` orders masks alike and punishes small overlaps harder.

    .. math:: \frac{2 \sum_i p_i g_i}{\sum_i p_i + \sum_i g_i}

    Notes
    -----
    Three ways to give the regions: two masks, of 0 and 1 or of probabilities (nothing); integer labels
    (``num_classes``); a share for each class (``class_axis``), against labels or against shares. The sums are over all
    elements, or over those along ``axis``: ``axis=(-2, -1)`` scores each plane by itself, and
    ``averaged(dice_score, axis=(-2, -1))`` is the mean of these. A mask that says which pixels count is `weights`.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.dice_score(np.array([1, 1, 0, 0]), np.array([1, 0, 0, 0])).round(6))
    0.666667
    >>> print(al.dice_score(np.array([0, 1, 1, 2]), np.array([0, 1, 2, 2]), num_classes=3, average=None).round(6))
    [1.       0.666667 0.666667]
    """
    r = _pooled(xp, r, average)
    shared, whole = 2 * r.both + numerator_smoothing, r.pred + r.target + denominator_smoothing
    return _score(xp, r, shared, whole, average, empty)


@metric(
    regions,
    **OVERLAP,
    best=0.0,
    empty=0.0,
    also=("soft_dice_loss",),
    equals=(
        "monai.losses.DiceLoss, with axis=(-2, -1) and its smoothing of 1e-5",
        "mmdet.models.losses.DiceLoss, with both smoothings 1e-3, or with denominator='squared' and 2e-3 below",
    ),
    reference="F. Milletari, N. Navab, S.-A. Ahmadi (2016), V-Net, arXiv:1606.04797.",
)
def dice_loss(
    xp: Namespace,
    r: Regions | ClassRegions,
    /,
    *,
    average: Average = "macro",
    numerator_smoothing: NonNegative = 0.0,
    denominator_smoothing: NonNegative = 0.0,
    empty: float = 1.0,
) -> Array:
    r"""One minus the Dice score of a soft mask.

    Unlike a mean of cross entropies it is blind to how much background there is, so that small regions count.

    .. math:: 1 - \frac{2 \sum_i p_i g_i}{\sum_i p_i + \sum_i g_i}

    Notes
    -----
    V-Net's own form is ``denominator='squared'``. Where both regions are empty the loss is ``1 - empty``, with gradient
    0. Libraries add constants above and below instead: the constant alone then says what two empty regions score, 1
    where it is the same in both places, 0 where there is none above.

    See Also
    --------
    dice_score : For the three ways to give regions, and for means over images.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.dice_loss(np.array([0.5, 0.5, 0.0, 0.0]), np.array([1, 0, 0, 0])))
    0.5
    """
    options: dict[str, Any] = {
        "numerator_smoothing": numerator_smoothing,
        "denominator_smoothing": denominator_smoothing,
    }
    return 1 - dice_score.__wrapped__(xp, r, average=average, empty=empty, **options)


@metric(
    regions,
    **OVERLAP,
    best=1.0,
    empty=1.0,
    also=("iou_score", "jaccard_score", "mask_iou", "mean_iou"),
    equals=(
        "sklearn.metrics.jaccard_score, with empty=0.0",
        "torchmetrics.functional.jaccard_index, with empty=0.0",
        "torchmetrics.functional.segmentation.mean_iou, with axis and class_axis",
    ),
    reference="P. Jaccard (1912), The distribution of the flora in the alpine zone, New Phytologist 11.",
)
def jaccard_index(
    xp: Namespace,
    r: Regions | ClassRegions,
    /,
    *,
    average: Average = "macro",
    numerator_smoothing: NonNegative = 0.0,
    denominator_smoothing: NonNegative = 0.0,
    empty: float = 1.0,
) -> Array:
    r"""Intersection over union of two regions.

    The score of segmentation benchmarks; its mean over classes is the "mean IoU". One minus it is a distance between
    masks: it obeys the triangle inequality, which one minus `dice_score` does not.

    .. math:: \frac{\sum_i p_i g_i}{\sum_i p_i + \sum_i g_i - \sum_i p_i g_i}

    Notes
    -----
    Of soft masks, products stand for the intersection; with ``denominator='squared'`` it is Tanimoto's coefficient,
    which is 1 for any two equal maps.

    See Also
    --------
    dice_score : For the three ways to give regions, and for means over images.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.jaccard_index(np.array([1, 1, 0, 0]), np.array([1, 0, 0, 0])))
    0.5
    >>> print(al.mean_iou(np.array([0, 1, 1, 2]), np.array([0, 1, 2, 2]), num_classes=3).round(6))
    0.666667
    """
    r = _pooled(xp, r, average)
    shared, whole = r.both + numerator_smoothing, r.pred + r.target - r.both + denominator_smoothing
    return _score(xp, r, shared, whole, average, empty)


@metric(
    regions,
    **OVERLAP,
    best=0.0,
    empty=0.0,
    also=("jaccard_loss", "soft_jaccard_loss"),
    equals=(
        "monai.losses.DiceLoss(jaccard=True), with axis=(-2, -1) and half its smoothing of 1e-5",
        "segmentation_models_pytorch.losses.JaccardLoss, with its smoothing on both sides",
    ),
    reference="M. A. Rahman, Y. Wang (2016), Optimizing intersection-over-union in deep neural networks for image "
    "segmentation.",
)
def soft_iou_loss(
    xp: Namespace,
    r: Regions | ClassRegions,
    /,
    *,
    average: Average = "macro",
    numerator_smoothing: NonNegative = 0.0,
    denominator_smoothing: NonNegative = 0.0,
    empty: float = 1.0,
) -> Array:
    r"""One minus the intersection over union of a soft mask.

    Steeper than `dice_loss` where the overlap is small. `lovasz_hinge` and `lovasz_softmax` follow the true index of
    hard masks more closely, and sort for it.

    .. math:: 1 - \frac{\sum_i p_i g_i}{\sum_i p_i + \sum_i g_i - \sum_i p_i g_i}

    Notes
    -----
    Where both regions are empty the loss is ``1 - empty``, with gradient 0.

    See Also
    --------
    dice_score : For the three ways to give regions, and for means over images.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.soft_iou_loss(np.array([0.5, 0.5, 0.0, 0.0]), np.array([1, 0, 0, 0])).round(6))
    0.666667
    """
    options: dict[str, Any] = {
        "numerator_smoothing": numerator_smoothing,
        "denominator_smoothing": denominator_smoothing,
    }
    return 1 - jaccard_index.__wrapped__(xp, r, average=average, empty=empty, **options)
