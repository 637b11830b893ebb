"""Boxes."""

from collections.abc import Callable
from typing import Any

from array_api_compat import array_namespace

import arraylosses as al
from tests._runs import Renamed

from ._common import Array, Word


def corners(boxes: Array, form: Word) -> Array:
    """Boxes by two corners."""
    return boxes if form == "xyxy" else al.box_convert(boxes, in_format=form, out_format="xyxy")


def giou_loss(pred: Array, target: Array, format: Word = "xyxy", eps: float = 0.0, **options: Any) -> Array:
    """torchvision's, within the tolerance of the cases: 0/0 is 0 here by definition, there by ``eps``."""
    return al.giou_loss(corners(pred, format), corners(target, format), **options)


def box_iou(boxes1: Array, boxes2: Array, pairwise: bool = False, format: Word = "xyxy") -> Array:
    """Of each box with each, or row by row."""
    a, b = corners(boxes1, format), corners(boxes2, format)
    return al.pairwise_iou(a, b) if pairwise else al.pairwise_iou(a[..., None, :], b[..., None, :])[..., 0, 0]


def generalized_box_iou(boxes1: Array, boxes2: Array, pairwise: bool = False, format: Word = "xyxy") -> Array:
    """The value whose loss is one minus it, of each box with each, or row by row."""
    a, b = corners(boxes1, format), corners(boxes2, format)
    if pairwise:
        a, b = array_namespace(a).broadcast_arrays(a[..., :, None, :], b[..., None, :, :])
    return 1 - al.giou_loss(a, b, reduction="none")


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "box_convert": Renamed(al.box_convert),
    "box_iou": box_iou,
    "generalized_box_iou": generalized_box_iou,
    "giou_loss": giou_loss,
}
