"""Segmentation."""

from collections.abc import Callable
from math import log
from typing import Any

from array_api_compat import array_namespace

import arraylosses as al
from tests._runs import Renamed

from ._common import Array, Word
from .metrics import by_class

# The floors of the authors of Spatial-BCE.
LEAST_SHARE = 1e-8
LEAST_RATIO = 1e-10


def reduced(values: Array, reduction: Word) -> Array:
    """Values of several images, summed up."""
    return values if reduction == "none" else getattr(array_namespace(values), reduction)(values)


def activated(logits: Array, activation: Word, class_axis: int) -> Array:
    """Probabilities, as MONAI makes them of logits."""
    xp = array_namespace(logits)
    if activation == "sigmoid":
        return 1 / (1 + xp.exp(-logits))
    shares = xp.exp(logits - xp.max(logits, axis=class_axis, keepdims=True))
    return shares / xp.sum(shares, axis=class_axis, keepdims=True)


def overlap(metric: Any, **fixed: Any) -> Callable[..., Array]:
    """A loss of regions as mmdet and MONAI write it."""

    def adapted(
        target: Array,
        pred: Array | None = None,
        logits: Array | None = None,
        reduce_axes: Any = None,
        reduction: Word = "mean",
        activation: Word = "sigmoid",
        class_axis: int = 1,
        smooth_nr: float = 0.0,
        smooth_dr: float = 0.0,
    ) -> Array:
        shares = activated(logits, activation, class_axis) if pred is None else pred
        options = {"numerator_smoothing": smooth_nr, "denominator_smoothing": smooth_dr, **fixed}
        return reduced(metric(shares, target, axis=tuple(reduce_axes), **options), reduction)

    return adapted


def mask_iou(pred: Array, target: Array, reduction: Word = "mean", empty: float = 1.0) -> Array:
    """Of one list of pixels, or of each of several images."""
    axis = tuple(range(1, pred.ndim)) or None
    return reduced(al.jaccard_index(pred, target, axis=axis, empty=empty), reduction)


def lovasz_hinge(logits: Array, labels: Array, per_image: bool = True, ignore: int | None = None) -> Array:
    """The original's; a pixel to ignore weighs nothing."""
    weights = None if ignore is None else labels != ignore
    value = al.lovasz_hinge(logits, labels, weights=weights, axis=(1, 2) if per_image else None)
    return reduced(value, "mean")


def lovasz_softmax(
    probs: Array, labels: Array, classes: Any = "present", per_image: bool = False, ignore: int | None = None
) -> Array:
    """The original's; three axes are the share of class 1."""
    xp = array_namespace(probs)
    shares = xp.stack([1 - probs, probs], axis=1) if probs.ndim == 3 else probs
    options: dict[str, Any] = {"class_axis": 1, "classes": classes, "ignore_index": ignore}
    return reduced(al.lovasz_softmax(shares, labels, axis=(1, 2) if per_image else None, **options), "mean")


def spatial_bce_loss(
    logits: Array,
    labels: Array,
    mode: Word,
    foreground_ratio: Array | None = None,
    threshold_logits: Array | None = None,
) -> Array:
    """The authors' two turns."""
    if mode == "threshold":
        return al.spatial_bce_threshold_loss(logits, labels, threshold_logits)
    return al.spatial_bce_loss(logits, labels, foreground_ratio, log_floor=log(LEAST_SHARE))


def spatial_bce_kl(logits: Array, labels: Array, foreground_ratio: Array) -> Array:
    """A mean over the classes that the images show."""
    return al.foreground_ratio_divergence(logits, foreground_ratio, weights=labels, ratio_smoothing=LEAST_RATIO)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "class_iou": by_class(al.jaccard_index),
    "dice_coefficient": Renamed(al.dice_score),
    "dice_loss": overlap(al.dice_loss),
    "dice_loss_squared": overlap(al.dice_loss, denominator="squared"),
    "lovasz_grad": Renamed(al.lovasz_grad, labels_sorted="target"),
    "lovasz_hinge": lovasz_hinge,
    "lovasz_softmax": lovasz_softmax,
    "mask_iou": mask_iou,
    "soft_iou_loss": overlap(al.soft_iou_loss),
    "spatial_bce_kl": spatial_bce_kl,
    "spatial_bce_loss": spatial_bce_loss,
}
