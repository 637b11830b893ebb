"""Losses and functions of axis-aligned boxes."""

from typing import Literal, NamedTuple

from ._domains import BOX, REAL
from ._math import divide, positive_part
from ._metric import function, loss
from ._typing import Array, Namespace

BoxFormat = Literal["xyxy", "xywh", "cxcywh"]


class Overlap(NamedTuple):
    """Areas of the intersection, the union and the smallest enclosing box of two boxes."""

    intersection: Array
    union: Array
    hull: Array


def _area(size: Array) -> Array:
    return size[..., 0] * size[..., 1]


def overlap(xp: Namespace, a: Array, b: Array) -> Overlap:
    """Of boxes (..., 4) that broadcast against each other."""
    inner = xp.minimum(a[..., 2:], b[..., 2:]) - xp.maximum(a[..., :2], b[..., :2])
    outer = xp.maximum(a[..., 2:], b[..., 2:]) - xp.minimum(a[..., :2], b[..., :2])
    intersection = _area(positive_part(xp, inner))
    union = _area(a[..., 2:] - a[..., :2]) + _area(b[..., 2:] - b[..., :2]) - intersection
    return Overlap(intersection, union, _area(outer))


@loss(
    pred=BOX,
    target=BOX,
    range=(0.0, 2.0),
    symmetric=True,
    smooth="almost everywhere",
    equals=("torchvision.ops.generalized_box_iou_loss, up to its eps=1e-7",),
    reference="H. Rezatofighi et al. (2019), Generalized intersection over union, arXiv:1902.09630.",
)
def giou_loss(xp: Namespace, pred: Array, target: Array, /) -> Array:
    r"""One minus the generalised intersection over union.

    Unlike plain IoU it still falls when boxes that do not touch come nearer.

    .. math:: 1 - \frac{I}{U} + \frac{C - U}{C}

    Notes
    -----
    With areas I of the intersection, U of the union and C of the smallest enclosing box; a ratio 0/0 is 0. Ties of
    corners share the gradient evenly. No eps: a box against itself gives exactly 0.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.giou_loss(np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.0, 0.0, 1.0, 2.0])))
    0.5
    """
    o = overlap(xp, pred, target)
    return 1 - divide(xp, o.intersection, o.union, empty=0.0) + divide(xp, o.hull - o.union, o.hull, empty=0.0)


@function(
    pred=BOX["n 4"],
    target=BOX["m 4"],
    also=("box_iou",),
    equals=("torchvision.ops.box_iou",),
)
def pairwise_iou(xp: Namespace, pred: Array, target: Array, /) -> Array:
    """Intersection over union of each box with each.

    Returns
    -------
    array
        (..., n, m), in [0, 1]; two boxes without area have 0.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> boxes = np.array([[0.0, 0.0, 1.0, 1.0], [0.0, 0.0, 1.0, 2.0]])
    >>> print(al.pairwise_iou(boxes, boxes))
    [[1.  0.5]
     [0.5 1. ]]
    """
    o = overlap(xp, xp.expand_dims(pred, axis=-2), xp.expand_dims(target, axis=-3))
    return divide(xp, o.intersection, o.union, empty=0.0)


def _corners(xp: Namespace, box: Array, form: BoxFormat) -> tuple[Array, Array]:
    first, second = box[..., :2], box[..., 2:]
    if form == "xywh":
        return first, first + second
    return (first - second / 2, first + second / 2) if form == "cxcywh" else (first, second)


@function(boxes=REAL["4"], equals=("torchvision.ops.box_convert",))
def box_convert(xp: Namespace, boxes: Array, /, *, in_format: BoxFormat, out_format: BoxFormat) -> Array:
    """Boxes in another format.

    Parameters
    ----------
    in_format, out_format : {'xyxy', 'xywh', 'cxcywh'}
        Two corners; a corner and a size; a centre and a size.

    Returns
    -------
    array
        (..., 4).

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.box_convert(np.array([1.0, 1.0, 2.0, 4.0]), in_format="xyxy", out_format="cxcywh"))
    [1.5 2.5 1.  3. ]
    """
    low, high = _corners(xp, boxes, in_format)
    if out_format == "xywh":
        high = high - low
    elif out_format == "cxcywh":
        low, high = (low + high) / 2, high - low
    return xp.concat([low, high], axis=-1)
