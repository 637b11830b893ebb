"""Losses and functions of axis-aligned boxes."""

from collections.abc import Callable
from math import inf, pi
from typing import Literal, NamedTuple

from ._domains import BOX, REAL, Fraction
from ._math import columns, divide, positive_part, stop_gradient, table_by_rows
from ._metric import function, loss
from ._typing import Array, Namespace

BoxFormat = Literal["xyxy", "xywh", "cxcywh"]


class Overlap(NamedTuple):
    """Areas of the intersection and the union of two boxes."""

    intersection: Array
    union: Array


class Agreement(NamedTuple):
    """Intersection over union, and what is taken off it for lying apart."""

    iou: Array
    penalty: Array

    @property
    def score(self) -> Array:
        return self.iou - self.penalty

    @property
    def loss(self) -> Array:
        """Not ``1 - score``, which would round a small penalty off."""
        return 1 - self.iou + self.penalty


Span = tuple[Array, Array]
"""From where to where."""
Spans = tuple[Span, Span]
"""Across and down."""


def _spans(xp: Namespace, box: Array) -> Spans:
    """Of a box, column by column, for NumPy is slow where its innermost loop is two long."""
    left, top, right, bottom = columns(xp, box)
    return (left, right), (top, bottom)


def _sides(xp: Namespace, box: Array) -> tuple[Array, Array]:
    """Width and height."""
    (left, right), (top, bottom) = _spans(xp, box)
    return right - left, bottom - top


def _shared(xp: Namespace, a: Span, b: Span) -> Array:
    """Length of what two spans share; negative where they lie apart."""
    return xp.minimum(a[1], b[1]) - xp.maximum(a[0], b[0])


def _spanned(xp: Namespace, a: Span, b: Span) -> Array:
    return xp.maximum(a[1], b[1]) - xp.minimum(a[0], b[0])


def _area(across: Span, down: Span) -> Array:
    return (across[1] - across[0]) * (down[1] - down[0])


def _overlap(xp: Namespace, one: Spans, other: Spans) -> Overlap:
    """Of boxes that broadcast against each other."""
    across, down = (positive_part(xp, _shared(xp, *pair)) for pair in zip(one, other, strict=True))
    intersection = across * down
    return Overlap(intersection, _area(*one) + _area(*other) - intersection)


def _hull(xp: Namespace, one: Spans, other: Spans) -> tuple[Array, Array]:
    """Width and height of the box that encloses both."""
    return _spanned(xp, one[0], other[0]), _spanned(xp, one[1], other[1])


def _iou(xp: Namespace, o: Overlap) -> Array:
    return divide(xp, o.intersection, o.union, empty=0.0)


def _plain(xp: Namespace, a: Array, b: Array) -> Array:
    """Intersection over union of boxes (..., 4)."""
    return _iou(xp, _overlap(xp, _spans(xp, a), _spans(xp, b)))


def _generalized(xp: Namespace, a: Array, b: Array) -> Agreement:
    """The share of the enclosing box that neither fills is taken off."""
    one, other = _spans(xp, a), _spans(xp, b)
    o, (width, height) = _overlap(xp, one, other), _hull(xp, one, other)
    hull = width * height
    return Agreement(_iou(xp, o), divide(xp, hull - o.union, hull, empty=0.0))


def _distance(xp: Namespace, a: Array, b: Array) -> Agreement:
    """The squared distance of the centres is taken off, relative to the diagonal of the enclosing box."""
    one, other = _spans(xp, a), _spans(xp, b)
    o, (width, height) = _overlap(xp, one, other), _hull(xp, one, other)
    # differences of corners first: centres of boxes far from zero have lost the digits that tell them apart
    across, down = (((p[0] - q[0]) + (p[1] - q[1])) / 2 for p, q in zip(one, other, strict=True))
    diagonal = width * width + height * height
    return Agreement(_iou(xp, o), divide(xp, across * across + down * down, diagonal, empty=0.0))


def _turn(xp: Namespace, a: Array, b: Array) -> Array:
    """The angle between the diagonals of two boxes; 0 where one is a point, which has none."""
    (width, height), (other_width, other_height) = _sides(xp, a), _sides(xp, b)
    across = width * other_height - height * other_width
    along = width * other_width + height * other_height
    none = (across == 0) & (along == 0)
    return xp.atan2(across, xp.where(none, 1.0, along))


def _complete(xp: Namespace, a: Array, b: Array, gated: bool) -> Agreement:
    """What `_distance` takes off, and the difference of the aspect ratios besides."""
    iou, penalty = _distance(xp, a, b)
    shape = (2 / pi * _turn(xp, a, b)) ** 2
    alpha = divide(xp, shape, 1 - iou + shape, empty=0.0)
    if gated:
        alpha = xp.where(iou > 0.5, alpha, 0.0)
    return Agreement(iou, penalty + stop_gradient(xp, alpha) * shape)


@loss(
    pred=BOX,
    target=BOX,
    range=(0.0, inf),
    symmetric=True,
    smooth="almost everywhere",
    shifts=("pred", "target"),
    scales=("pred", "target"),
    equals=("mmdet.models.losses.IoULoss, with its mode and iou_floor=1e-6",),
    reference="J. Yu et al. (2016), UnitBox: an advanced object detection network, arXiv:1608.01471.",
)
def iou_loss(
    xp: Namespace,
    pred: Array,
    target: Array,
    /,
    *,
    mode: Literal["linear", "square", "log"] = "linear",
    iou_floor: Fraction | None = None,
) -> Array:
    r"""What two boxes lack of an intersection over union of one.

    Boxes that do not touch all have the same loss, without a gradient: `giou_loss`, `diou_loss` and `ciou_loss` bring
    them together.

    .. math:: 1 - r, \quad 1 - r^2 \quad\text{or}\quad -\log r, \qquad r = \frac{I}{U}

    Parameters
    ----------
    mode : {'linear', 'square', 'log'}
        Which of the three.
    iou_floor : float, optional
        Least intersection over union, without a gradient below it, as mmdet has it with 1e-6. None is exact.

    Notes
    -----
    With areas I of the intersection and U of the union; 0/0 is 0. Without a floor, boxes that do not overlap have the
    logarithmic loss inf, with gradient 0.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> pred, target = np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.0, 0.0, 1.0, 2.0])
    >>> print(al.iou_loss(pred, target), al.iou_loss(pred, target, mode="square"))
    0.5 0.75
    """
    iou = _plain(xp, pred, target)
    if iou_floor is not None:
        iou = xp.where(iou < iou_floor, iou_floor, iou)
    if mode == "log":
        apart = iou == 0
        return xp.where(apart, inf, 0.0 - xp.log(xp.where(apart, 1.0, iou)))
    return 1 - iou if mode == "linear" else 1 - iou * iou


@loss(
    pred=BOX,
    target=BOX,
    range=(0.0, 2.0),
    symmetric=True,
    smooth="almost everywhere",
    shifts=("pred", "target"),
    scales=("pred", "target"),
    also=("generalized_box_iou_loss",),
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
    return _generalized(xp, pred, target).loss


@loss(
    pred=BOX,
    target=BOX,
    range=(0.0, 2.0),
    symmetric=True,
    smooth="almost everywhere",
    shifts=("pred", "target"),
    scales=("pred", "target"),
    also=("distance_box_iou_loss",),
    equals=("torchvision.ops.distance_box_iou_loss, up to its eps=1e-7",),
    reference="Z. Zheng et al. (2020), Distance-IoU loss, arXiv:1911.08287.",
)
def diou_loss(xp: Namespace, pred: Array, target: Array, /) -> Array:
    r"""One minus the intersection over union, plus the squared distance of the centres.

    It pulls centres together, where `giou_loss` first grows one box until it meets the other.

    .. math:: 1 - \frac{I}{U} + \frac{\rho^2}{c^2}

    Notes
    -----
    With areas I of the intersection and U of the union, the distance of the centres :math:`\rho` and the diagonal c of
    the smallest enclosing box; a ratio 0/0 is 0. Ties of corners share the gradient evenly. No eps: a box against
    itself gives exactly 0.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.diou_loss(np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.0, 0.0, 1.0, 2.0])).round(6))
    0.55
    """
    return _distance(xp, pred, target).loss


@loss(
    pred=BOX,
    target=BOX,
    range=(0.0, 2.5),
    symmetric=True,
    smooth="almost everywhere",
    held=("alpha",),
    shifts=("pred", "target"),
    scales=("pred", "target"),
    also=("complete_box_iou_loss",),
    equals=(
        "torchvision.ops.complete_box_iou_loss, up to its eps=1e-7",
        "mmdet.models.losses.CIoULoss, with gated=True, up to its eps=1e-7",
    ),
    reference="Z. Zheng et al. (2020), Distance-IoU loss, arXiv:1911.08287.",
)
def ciou_loss(xp: Namespace, pred: Array, target: Array, /, *, gated: bool = False) -> Array:
    r"""The distance-IoU loss, plus the difference of the aspect ratios.

    .. math::
        1 - \frac{I}{U} + \frac{\rho^2}{c^2} + \alpha v, \quad
        v = \frac{4}{\pi^2} \left( \arctan\frac{w'}{h'} - \arctan\frac{w}{h} \right)^2, \quad
        \alpha = \frac{v}{1 - I/U + v}

    Parameters
    ----------
    gated : bool, default False
        Let aspect ratios count only above an intersection over union of 0.5, as in the later paper (arXiv:2005.03572)
        and mmdet; torchvision lets them always count.

    Notes
    -----
    A box without height has the angle of an infinitely wide one; next to a point, which has no aspect ratio, v is 0. A
    ratio 0/0 is 0. No eps: a box against itself gives exactly 0. Gated, it lies in [0, 2] without mmdet's clipping.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.ciou_loss(np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.0, 0.0, 1.0, 2.0])).round(6))
    0.553248
    """
    return _complete(xp, pred, target, gated).loss


def _each_with_each(xp: Namespace, pred: Array, target: Array, score: Callable[[Array, Array], Array]) -> Array:
    """A score of boxes (..., n, 1, 4) and (..., 1, m, 4)."""
    others = xp.expand_dims(target, axis=-3)
    return table_by_rows(xp, pred, target, lambda some: score(xp.expand_dims(some, axis=-2), others))


@function(
    pred=BOX["n 4"],
    target=BOX["m 4"],
    shifts=("pred", "target"),
    scales=("pred", "target"),
    also=("box_iou",),
    equals=("torchvision.ops.box_iou",),
)
def pairwise_iou(xp: Namespace, pred: Array, target: Array, /) -> Array:
    """Intersection over union of each box with each.

    Row by row it is ``1 - iou_loss(pred, target, reduction="none")``.

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
    return _each_with_each(xp, pred, target, lambda a, b: _plain(xp, a, b))


@function(
    pred=BOX["n 4"],
    target=BOX["m 4"],
    shifts=("pred", "target"),
    scales=("pred", "target"),
    also=("generalized_box_iou",),
    equals=("torchvision.ops.generalized_box_iou",),
)
def pairwise_giou(xp: Namespace, pred: Array, target: Array, /) -> Array:
    """Generalised intersection over union of each box with each.

    Row by row it is ``1 - giou_loss(pred, target, reduction="none")``.

    Returns
    -------
    array
        (..., n, m), in [-1, 1].

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> boxes = np.array([[0.0, 0.0, 1.0, 1.0], [3.0, 0.0, 4.0, 1.0]])
    >>> print(al.pairwise_giou(boxes, boxes))
    [[ 1.  -0.5]
     [-0.5  1. ]]
    """
    return _each_with_each(xp, pred, target, lambda a, b: _generalized(xp, a, b).score)


@function(
    pred=BOX["n 4"],
    target=BOX["m 4"],
    shifts=("pred", "target"),
    scales=("pred", "target"),
    also=("distance_box_iou",),
    equals=("torchvision.ops.distance_box_iou, up to its eps=1e-7",),
)
def pairwise_diou(xp: Namespace, pred: Array, target: Array, /) -> Array:
    """Distance-IoU of each box with each.

    Row by row it is ``1 - diou_loss(pred, target, reduction="none")``.

    Returns
    -------
    array
        (..., n, m), in [-1, 1].

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> boxes = np.array([[0.0, 0.0, 1.0, 2.0], [2.0, 0.0, 3.0, 4.0]])
    >>> print(al.pairwise_diou(boxes, boxes))
    [[ 1.  -0.2]
     [-0.2  1. ]]
    """
    return _each_with_each(xp, pred, target, lambda a, b: _distance(xp, a, b).score)


@function(
    pred=BOX["n 4"],
    target=BOX["m 4"],
    held=("alpha",),
    shifts=("pred", "target"),
    scales=("pred", "target"),
    also=("complete_box_iou",),
    equals=("torchvision.ops.complete_box_iou, up to its eps=1e-7",),
)
def pairwise_ciou(xp: Namespace, pred: Array, target: Array, /, *, gated: bool = False) -> Array:
    """Complete IoU of each box with each.

    Row by row it is ``1 - ciou_loss(pred, target, reduction="none")``.

    Parameters
    ----------
    gated : bool, default False
        Let aspect ratios count only above an intersection over union of 0.5.

    Returns
    -------
    array
        (..., n, m), in [-1.5, 1].

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> boxes = np.array([[0.0, 0.0, 1.0, 1.0], [0.0, 0.0, 1.0, 2.0]])
    >>> print(al.pairwise_ciou(boxes, boxes).round(6))
    [[1.       0.446752]
     [0.446752 1.      ]]
    """
    return _each_with_each(xp, pred, target, lambda a, b: _complete(xp, a, b, gated).score)


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
