"""Boxes."""

from collections.abc import Callable
from typing import Any

import arraylosses as al
from tests._runs import Renamed

from ._common import Array, Word


def corners(boxes: Array, form: Word) -> Array:
    """Boxes by two corners."""
    return boxes if form == "xyxy" else al.box_convert(boxes, in_format=form, out_format="xyxy")


def loss_of(loss: Any, **fixed: Any) -> Callable[..., Array]:
    """An author's, within the tolerance of the cases: 0/0 is 0 here by definition, there by ``eps``."""

    def call(pred: Array, target: Array, format: Word = "xyxy", eps: float = 0.0, **options: Any) -> Array:
        return loss(corners(pred, format), corners(target, format), **fixed, **options)

    return call


def score_of(pairwise_score: Any) -> Callable[..., Array]:
    """A score of each box with each, or row by row."""

    def call(boxes1: Array, boxes2: Array, pairwise: bool = False, format: Word = "xyxy") -> Array:
        a, b = corners(boxes1, format), corners(boxes2, format)
        return pairwise_score(a, b) if pairwise else pairwise_score(a[..., None, :], b[..., None, :])[..., 0, 0]

    return call


def iou_loss(
    pred: Array,
    target: Array,
    weight: Array | None = None,
    mode: Word = "log",
    reduction: Word = "mean",
    format: Word = "xyxy",
    eps: float | None = None,
    **options: Any,
) -> Array:
    """mmdet's, whose weighted mean divides by the count of boxes."""
    boxes = corners(pred, format), corners(target, format)
    options |= {"mode": mode, "iou_floor": eps}
    if weight is not None and reduction == "mean":
        options.setdefault("avg_factor", pred.shape[0])
    return al.iou_loss(*boxes, weights=weight, reduction=reduction, **options)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "box_convert": Renamed(al.box_convert),
    "box_iou": score_of(al.pairwise_iou),
    "ciou_loss": loss_of(al.ciou_loss),
    "ciou_loss_gated": loss_of(al.ciou_loss, gated=True),
    "complete_box_iou": score_of(al.pairwise_ciou),
    "diou_loss": loss_of(al.diou_loss),
    "distance_box_iou": score_of(al.pairwise_diou),
    "generalized_box_iou": score_of(al.pairwise_giou),
    "giou_loss": loss_of(al.giou_loss),
    "iou_loss": iou_loss,
}
