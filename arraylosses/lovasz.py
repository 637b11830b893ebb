"""Lovász extensions of the Jaccard loss: losses that follow the intersection over union of hard masks."""

from typing import Literal

from ._definition import statistic
from ._domains import BINARY, LABEL, REAL, SIMPLEX, Count
from ._math import (
    absolute,
    ascending,
    cumulative_sum,
    divide,
    either,
    multiply,
    positive_part,
    segment_sum,
    stop_gradient,
    tie_groups,
    total,
)
from ._metric import function, metric
from ._state import Buffer, Samples
from ._typing import Array, Namespace

Classes = Literal["present", "all"] | tuple[int, ...]

# ---- what is remembered


@statistic(pred=REAL, target=BINARY)
def pixels(xp: Namespace, pred: Array, target: Array, /, *, weights: Array | None) -> Samples:
    """Every logit with its label."""
    return Samples.of(xp, pred, target, weights=weights)


@pixels.form("capacity", pred=REAL, target=BINARY)
def pixel_buffer(xp: Namespace, pred: Array, target: Array, /, *, weights: Array | None, capacity: Count) -> Buffer:
    """As many pixels as ``capacity``."""
    return Buffer.of(xp, Samples.of(xp, pred, target, weights=weights), capacity)


@statistic(pred=SIMPLEX["class"], target=LABEL)
def class_pixels(xp: Namespace, pred: Array, target: Array, /, *, weights: Array | None) -> Samples:
    """Every pixel's shares, (..., class, n), with its label and weight, (..., n)."""
    weight = xp.ones_like(pred[..., 0]) if weights is None else weights
    return Samples(xp.matrix_transpose(pred), target, weight)


# ---- what is read


def _slopes(xp: Namespace, hits: Array, misses: Array) -> tuple[Array, Array]:
    """What one unit of foreground, and of background, adds to the Jaccard loss when it is found to be wrong.

    ``hits`` and ``misses`` are the foreground and the background in groups of equal error, the greatest first. Written
    as products, for differences of two Jaccard losses lose digits. Within a group it is the mean of two orders,
    foreground first and background first, so that it depends on no sort.
    """
    foreground = xp.sum(hits, axis=-1, keepdims=True)
    after = foreground - cumulative_sum(xp, hits)
    union_after = foreground + cumulative_sum(xp, misses)
    union = union_after - misses
    inverse, inverse_after = (divide(xp, 1.0, u, empty=0.0) for u in (union, union_after))
    # without foreground the first error takes the loss from 0 to 1
    share = divide(xp, after + 0.5 * hits, union, empty=1.0)
    return 0.5 * (inverse + inverse_after), share * inverse_after


def _grouped_slopes(xp: Namespace, group: Array, hits: Array, misses: Array) -> tuple[Array, Array]:
    """`_slopes`, of pixels in groups of equal error."""
    sums = (segment_sum(xp, x, group, x.shape[-1]) for x in (hits, misses))
    by_hit, by_miss = (xp.take_along_axis(slope, group, axis=-1) for slope in _slopes(xp, *sums))
    return by_hit, by_miss


def _extension(xp: Namespace, error: Array, target: Array, weight: Array) -> Array:
    """Sum of the positive errors along the last axis, each times its step of the Jaccard loss."""
    order = ascending(xp, -stop_gradient(xp, error))
    error, target, weight = (xp.take_along_axis(x, order, axis=-1) for x in (error, target, weight))
    hits = weight * target
    misses = weight - hits
    later = error[..., min(1, error.shape[-1]) :]
    distinct = xp.all(later != error[..., : later.shape[-1]])
    # groups cost as much as the sort
    usual = _slopes(xp, hits, misses)
    by_hit, by_miss = either(xp, distinct, usual, lambda: _grouped_slopes(xp, tie_groups(xp, error), hits, misses))
    step = stop_gradient(xp, hits * by_hit + misses * by_miss)
    unknown = total(xp, error != error, -1) > 0
    # not a bare product: an infinite error that no longer matters adds nothing
    value = xp.sum(multiply(xp, step, positive_part(xp, error)), axis=-1)
    return xp.where(unknown, xp.nan, value)


@function(target=BINARY["pixel"], equals=("LovaszSoftmax's lovasz_grad",))
def lovasz_grad(xp: Namespace, target: Array, /) -> Array:
    r"""Steps of the Jaccard loss as one pixel after the other is found to be wrong.

    They are the slopes of the Lovász extension: its value is the sum of the errors, sorted from the greatest, times
    these.

    .. math:: g_k = J_k - J_{k-1}, \qquad
        J_k = 1 - \frac{P - \sum_{j \le k} y_j}{P + \sum_{j \le k} (1 - y_j)}, \qquad P = \sum_j y_j

    Parameters
    ----------
    pixel_axis : int, default -1
        Axis of the pixels, sorted by their error, the greatest first.

    Returns
    -------
    array
        (..., pixel), non-negative, with sum 1. Without foreground the first pixel has it all.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.lovasz_grad(np.array([1.0, 0.0, 1.0])).round(6))
    [0.5      0.166667 0.333333]
    """
    by_hit, by_miss = _slopes(xp, target, 1 - target)
    return target * by_hit + (1 - target) * by_miss


@metric(
    pixels,
    smooth="almost everywhere",
    lazy=False,
    empty=0.0,
    held=("the Jaccard steps",),
    convex=("pred",),
    also=("lovasz_hinge_loss",),
    equals=(
        "LovaszSoftmax's lovasz_hinge, with per_image=False",
        "kornia.losses.lovasz_hinge_loss, with axis=(-2, -1)",
    ),
    reference="J. Yu, M. Blaschko (2015), Learning submodular losses with the Lovász hinge; "
    "M. Berman, A. Rannen Triki, M. Blaschko (2018), The Lovász-softmax loss, arXiv:1705.08790.",
)
def lovasz_hinge(xp: Namespace, s: Samples | Buffer, /) -> Array:
    r"""Convex surrogate of one minus the intersection over union, of the logits of one mask.

    Errors count by what they cost the index of the whole mask, not each by itself: for fine-tuning what cross entropy
    has trained, where the index is what is scored.

    .. math:: \sum_k m_{(k)} g_k, \qquad m_i = \max(1 - (2 y_i - 1) F_i, 0)

    with the errors m sorted from the greatest, and the steps g of `lovasz_grad`.

    Notes
    -----
    All elements are one mask, or those along ``axis``; ``averaged(lovasz_hinge, axis=(-2, -1))`` is the mean over
    images (the original's ``per_image=True``). Pixels that do not count weigh nothing. Without foreground it is the
    largest error; where nothing weighs, 0.

    Equal errors share their steps, as the mean of foreground first and background first: a subgradient that depends on
    no sort and is the same on every library. At an error of 0 the subgradient is 0.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.lovasz_hinge(np.array([2.0, -1.0, 0.5, -0.25]), np.array([1, 0, 0, 1])).round(6))
    0.916667
    """
    return _extension(xp, 1 - (2 * s.target - 1) * s.pred, s.target, s.weight)


def _counted(classes: Classes, count: int) -> list[int]:
    """The classes to average over, by number."""
    if classes in ("present", "all"):
        return list(range(count))
    if isinstance(classes, str) or not isinstance(classes, (tuple, list)) or not classes:
        raise TypeError(f"`classes` must be 'present', 'all' or a sequence of classes; got {classes!r}.")
    for c in classes:
        if not hasattr(c, "__index__") or isinstance(c, bool):
            raise TypeError(f"`classes` must be 'present', 'all' or a sequence of classes; got {classes!r}.")
        if not 0 <= c < count:
            raise ValueError(f"`classes` must name classes from 0 to {count - 1}; got {classes!r}.")
    return list(classes)


@metric(
    class_pixels,
    range=(0.0, 1.0),
    smooth="almost everywhere",
    lazy=False,
    empty=0.0,
    held=("the Jaccard steps",),
    convex=("pred",),
    orderless=("class",),
    also=("lovasz_softmax_loss",),
    equals=("LovaszSoftmax's lovasz_softmax(per_image=False), with class_axis=1",),
    reference="M. Berman, A. Rannen Triki, M. Blaschko (2018), The Lovász-softmax loss, arXiv:1705.08790.",
)
def lovasz_softmax(xp: Namespace, s: Samples, /, *, classes: Classes = "present") -> Array:
    r"""Surrogate of one minus the mean intersection over union, of the probabilities of classes.

    .. math:: \frac{1}{|C|} \sum_{c \in C} \sum_k m^c_{(k)} g^c_k, \qquad m^c_i = |[y_i = c] - p_{ic}|

    with the errors m of each class sorted from the greatest, and the steps g of `lovasz_grad`.

    Parameters
    ----------
    classes : {'present', 'all'} or tuple of int, default 'present'
        Classes to average over: those among the labels; all of them, of which an absent one adds its largest
        probability; or these.

    Raises
    ------
    ValueError
        For a class that there is not.

    Notes
    -----
    `pred` is what softmax gives. All elements are one image, as in the original's ``per_image=False``;
    ``averaged(lovasz_softmax, axis=(-2, -1))`` is the mean over images. Labels to ignore, and what weighs nothing, are
    absent; where nothing weighs it is 0. Ties and kinks as in `lovasz_hinge`.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> pred = np.array([[0.5, 0.25, 0.25], [0.125, 0.75, 0.125], [0.25, 0.25, 0.5]])
    >>> print(al.lovasz_softmax(pred, np.array([0, 1, 1])))
    0.5
    """
    chosen = _counted(classes, s.pred.shape[-2])
    label = xp.stack([xp.astype(s.target == c, s.pred.dtype) for c in chosen], axis=-2)
    share = xp.stack([s.pred[..., c, :] for c in chosen], axis=-2)
    weight = xp.broadcast_to(xp.expand_dims(s.weight, axis=-2), share.shape)
    value = _extension(xp, absolute(xp, label - share), label, weight)
    if classes != "present":
        return xp.sum(value, axis=-1) / len(chosen)
    # a class whose shares are NaN counts as present, so that the NaN shows
    there = (total(xp, weight * label, -1) != 0) | (value != value)
    counted = xp.astype(there, value.dtype)
    return divide(xp, xp.sum(multiply(xp, counted, value), axis=-1), xp.sum(counted, axis=-1), empty=0.0)
