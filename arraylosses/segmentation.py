"""Losses and metrics of regions: overlap of masks, and maps learned from the labels of whole images."""

from math import inf, log, log1p
from typing import Any, Literal, NamedTuple

from ._definition import statistic
from ._domains import BINARY, LABEL, PROBABILITY, REAL, Count, Fraction, NonNegative, NonPositive
from ._math import Product, at_most, divide, mean, multiply, one_hot, pick, softplus, stop_gradient
from ._metric import loss, metric
from ._typing import Array, Average, Namespace
from ._xp import index_dtype
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


def _sizes(pred: Array, target: Array, denominator: Denominator) -> tuple[Any, Any, Any]:
    if denominator == "squared":
        return Product(pred, target), Product(pred, pred), Product(target, target)
    return Product(pred, target), pred, target


@statistic(pred=PROBABILITY, target=PROBABILITY, lean=True)
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
    orderless=("class",),
    also=("dice", "dice_coefficient"),
    equals=(
        "sklearn.metrics.f1_score(zero_division=1.0) of masks and of labels",
        "torchmetrics.functional.segmentation.dice_score(average='none') of masks not empty, with axis=(-2, -1)",
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

    The usual score of a segmentation: of masks of 0 and 1 it is the F1 score of the pixels, and in a soft mask shares
    of pixels are counted. `jaccard_index` orders masks alike and punishes small overlaps harder.

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
    orderless=("class",),
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
    orderless=("class",),
    also=("iou_score", "jaccard_score", "mask_iou", "mean_iou"),
    equals=(
        "sklearn.metrics.jaccard_score, with empty=0.0",
        "torchmetrics.functional.jaccard_index, with empty=0.0",
        "torchmetrics.functional.segmentation.mean_iou(per_class=True) of masks not empty, with axis=(-2, -1)",
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
    orderless=("class",),
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


# ---- maps learned from the labels of whole images

SPATIAL_BCE = "T. Wu et al. (2022), Adaptive spatial-BCE loss for weakly supervised semantic segmentation, ECCV."


def _divided(xp: Namespace, logits: Array, threshold: Array) -> tuple[Array, Array]:
    """How near each pixel is to its threshold, 1 there and 0 at the probabilities 0 and 1; and whether it is below.

    With u the pixel's share of the way that the threshold leaves on its side, p / t below and (1 - p) / (1 - t) above,
    it is u (2 - u). Both are differences of logarithms: neither side has a division by what may vanish.
    """
    threshold = xp.broadcast_to(threshold, logits.shape)
    below = logits <= threshold
    own, other = (xp.where(below, -x, x) for x in (logits, threshold))
    share = xp.exp(softplus(xp, other) - softplus(xp, own))
    return share * (2 - share), below


def _raised(xp: Namespace, threshold: Array, floor: float) -> Array:
    """A threshold in logits, of a probability of at least ``floor``, with trailing axes of one."""
    if floor > 0:
        least = log(floor) - log1p(-floor) if floor < 1 else inf
        threshold = xp.where(threshold < least, least, threshold)
    return xp.expand_dims(threshold, axis=(-2, -1))


def _ranked(xp: Namespace, logits: Array, ratio: Array) -> Array:
    """The logit that the share ``ratio`` of the pixels is above; the least one where all of them are."""
    n = logits.shape[-2] * logits.shape[-1]
    flat = xp.sort(xp.reshape(logits, (*logits.shape[:-2], n)), axis=-1, descending=True)
    place = xp.astype(xp.where(ratio == ratio, ratio, 0.0) * n, index_dtype(xp))
    return pick(xp, flat, xp.where(place < n, place, n - 1))


def _check_pixels(name: str, image: Array) -> None:
    if image.shape[-2] == 0:
        raise ValueError(f"`{name}` must have at least one pixel; got shape {tuple(image.shape)}.")


@loss(
    pred=REAL["height width"],
    target=BINARY,
    foreground_ratio=PROBABILITY,
    smooth="almost everywhere",
    unit="nat",
    lazy=False,
    held=("the threshold",),
    mirrored=("height", "width"),
    equals=("Spatial-BCE's Spatial_BCE_Loss in its first 80 of 100 iterations, with log_floor=log(1e-8)",),
    reference=SPATIAL_BCE,
)
def spatial_bce_loss(
    xp: Namespace,
    pred: Array,
    target: Array,
    foreground_ratio: Array,
    /,
    *,
    threshold_floor: Fraction = 1e-4,
    log_floor: NonPositive | None = None,
) -> Array:
    r"""Indecision of the pixels of a class's map, where only the label of the image is known.

    For class activation maps: of a class that the image shows, each pixel is pushed away from a threshold, to whichever
    side it is on; of one that it does not show, all pixels are pushed to background. The threshold is where the share
    of foreground is as assumed; `spatial_bce_threshold_loss` learns it.

    .. math:: \frac1n \sum_i \begin{cases}
        u_i (2 - u_i) & y = 1 \\ -\log(1 - p_i) & y = 0 \end{cases} \qquad
        u_i = \min\left(\frac{p_i}{t}, \frac{1 - p_i}{1 - t}\right)

    Parameters
    ----------
    threshold_floor : float, default 0.0001
        Least threshold t, as the authors have it; it keeps the slopes of a map without foreground finite.

    Notes
    -----
    Elements are pairs of an image and a class: `pred` holds the logits of p, `target` whether the image shows the
    class, and `foreground_ratio` the share of foreground to assume. t is the probability at place
    ``trunc(ratio * n)``, counted from 0, of the n pixels in descending order, held constant; a ratio of 1 takes the
    last one, where the authors' code has no such place. The authors stop ``1 - p`` at 1e-8, here
    ``log_floor=log(1e-8)``, and ``(1 - t)**2`` at 1e-8, which nothing here divides by. At a pixel on the threshold the
    slopes from both sides are 0.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> logits = np.array([[3.0, 0.0], [-3.0, -3.0]])
    >>> print(al.spatial_bce_loss(logits, np.array(1), np.array(0.25)).round(6))
    0.38553
    """
    _check_pixels("pred", pred)
    threshold = _raised(xp, _ranked(xp, stop_gradient(xp, pred), foreground_ratio), threshold_floor)
    undecided, _ = _divided(xp, pred, threshold)
    absent = softplus(xp, pred)
    if log_floor is not None:
        absent = at_most(xp, absent, -log_floor)
    present = xp.broadcast_to(xp.expand_dims(target, axis=(-2, -1)), pred.shape)
    value = mean(xp, present * undecided + multiply(xp, 1 - present, absent), axis=(-2, -1))
    return xp.where(foreground_ratio == foreground_ratio, value, xp.nan)


class Sides(NamedTuple):
    """Additive. Sum of a penalty and number of pixels, below a threshold and above it."""

    low: Array
    low_count: Array
    high: Array
    high_count: Array


@statistic(pred=REAL["height width"], target=BINARY, threshold=REAL["height width"])
def sides(xp: Namespace, pred: Array, target: Array, threshold: Array, /, *, threshold_floor: Fraction = 1e-4) -> Sides:
    """What the map of one class in one image adds."""
    _check_pixels("pred", pred)
    level = _raised(xp, mean(xp, threshold, axis=(-2, -1)), threshold_floor)
    undecided, below = _divided(xp, stop_gradient(xp, pred), level)
    low = xp.astype(below, pred.dtype)
    parts = (low * undecided, low, (1 - low) * undecided, 1 - low)
    return Sides(*(target * xp.sum(part, axis=(-2, -1)) for part in parts))


@metric(
    sides,
    range=(0.0, 2.0),
    smooth="almost everywhere",
    empty=0.0,
    held=("pred",),
    mirrored=("height", "width"),
    equals=("Spatial-BCE's Spatial_BCE_Loss in its last 20 of 100 iterations",),
    reference=SPATIAL_BCE,
)
def spatial_bce_threshold_loss(xp: Namespace, s: Sides, /) -> Array:
    r"""Indecision of the pixels on each side of a learned threshold: what the threshold is trained by.

    `spatial_bce_loss` trains the map at a given threshold; this trains the threshold at a given map, so that it comes
    to lie where there are the fewest pixels. The authors take turns.

    .. math:: \frac{\sum_{p_i \le t} u_i (2 - u_i)}{\#\{p_i \le t\}}
        + \frac{\sum_{p_i > t} u_i (2 - u_i)}{\#\{p_i > t\}}, \qquad
        u_i = \min\left(\frac{p_i}{t}, \frac{1 - p_i}{1 - t}\right)

    Parameters
    ----------
    threshold_floor : float, default 0.0001
        Least threshold, as the authors have it.

    Notes
    -----
    The sums are over the pixels of all classes that their images show; `threshold` is a map of logits, whose mean over
    the pixels is the logit of t. `pred` is held constant. A side without pixels adds 0, where the authors' code gives
    NaN.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> logits = np.array([[3.0, 0.0], [-3.0, -3.0]])
    >>> print(al.spatial_bce_threshold_loss(logits, np.array(1), np.zeros((2, 2))).round(6))
    0.634511
    """
    low, high = divide(xp, s.low, s.low_count, empty=0.0), divide(xp, s.high, s.high_count, empty=0.0)
    known = s.low + s.high == s.low + s.high
    return xp.where(known, low + high, xp.nan)


@loss(
    pred=REAL["height width"],
    target=PROBABILITY,
    unit="nat",
    mirrored=("height", "width"),
    equals=("Spatial-BCE's KLLoss, with the image labels as weights and ratio_smoothing=1e-10",),
    reference=SPATIAL_BCE,
)
def foreground_ratio_divergence(
    xp: Namespace, pred: Array, target: Array, /, *, ratio_smoothing: NonNegative = 0.0
) -> Array:
    r"""Divergence of a map's mean probability from the share of foreground that is assumed.

    Keeps maps that `spatial_bce_loss` trains from becoming empty or full.

    .. math:: m \log \frac{m}{r} + (1 - m) \log \frac{1 - m}{1 - r}

    Parameters
    ----------
    ratio_smoothing : float, default 0.0
        Added to r and to 1 - r. At 0 an assumed ratio of 0 or 1 that the map does not have is infinitely wrong; the
        authors add 1e-10.

    Notes
    -----
    Elements are pairs of an image and a class: `pred` holds the logits of a map whose mean probability is m, `target`
    is the ratio r, and whether the image shows the class is a weight.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.foreground_ratio_divergence(np.zeros((2, 2)), np.array(0.25)).round(6))
    0.143841
    """
    _check_pixels("pred", pred)
    shares = (mean(xp, xp.exp(-softplus(xp, x)), axis=(-2, -1)) for x in (-pred, pred))
    # not 1 - target + smoothing, which XLA adds up in another order, and a smoothing of 1e-10 vanishes in the 1
    other = xp.where(target == 1, 0.0, 1 - target)
    assumed = (target + ratio_smoothing, other + ratio_smoothing)
    return kl_divergence.__wrapped__(xp, xp.stack(assumed, axis=-1), xp.stack(list(shares), axis=-1))
