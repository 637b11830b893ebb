"""Losses of point sets."""

from typing import Literal

from ._domains import MASS, REAL
from ._math import nearest, norm, pick_rows, stop_gradient
from ._metric import loss
from ._typing import Array, Namespace

PointReduction = Literal["mean", "sum"]


def _present(xp: Namespace, points: Array, weights: Array | None) -> tuple[Array, Array | None]:
    """Points without what weighs nothing, and which of them are there."""
    if weights is None:
        return points, None
    there = weights != 0
    return xp.where(xp.expand_dims(there, axis=-1), points, 0.0), there


def nearest_distance(xp: Namespace, points: Array, others: Array, present: Array | None, *, squared: bool) -> Array:
    """Distance of each of (..., n, d) to its nearest of (..., m, d).

    The neighbour is found on values held constant, the distance taken anew: exact gradients, and no n x m kept.
    """
    index = nearest(xp, stop_gradient(xp, points), stop_gradient(xp, others), present)
    gap = points - pick_rows(xp, others, index)
    return xp.sum(gap * gap, axis=-1) if squared else norm(xp, gap)


def _averaged(xp: Namespace, distance: Array, weights: Array | None, reduction: PointReduction) -> Array:
    if weights is None:
        return xp.mean(distance, axis=-1) if reduction == "mean" else xp.sum(distance, axis=-1)
    weighed = xp.sum(weights * distance, axis=-1)
    return weighed / xp.sum(weights, axis=-1) if reduction == "mean" else weighed


@loss(
    pred=REAL["n coordinate"],
    target=REAL["m coordinate"],
    pred_weights=MASS["n"] | None,
    target_weights=MASS["m"] | None,
    symmetric=True,
    smooth="almost everywhere",
    unit="target**2",
    lazy=False,
    equals=("pytorch3d.loss.chamfer_distance",),
    reference="H. Fan, H. Su, L. Guibas (2017), A point set generation network, arXiv:1612.00603.",
)
def chamfer_distance(
    xp: Namespace,
    pred: Array,
    target: Array,
    pred_weights: Array | None = None,
    target_weights: Array | None = None,
    /,
    *,
    squared: bool = True,
    point_reduction: PointReduction = "mean",
) -> Array:
    r"""Mean distance to the nearest point of the other cloud, both ways added.

    Cheap and sensitive to single stray points; the clouds may differ in size.

    .. math:: \frac1n \sum_i \min_j \lVert x_i - y_j \rVert^2 + \frac1m \sum_j \min_i \lVert y_j - x_i \rVert^2

    Parameters
    ----------
    squared : bool, default True
        Squared distances, as in pytorch3d; False gives the distances themselves.
    point_reduction : {'mean', 'sum'}
        Over the points of a cloud.

    Raises
    ------
    ValueError
        If a cloud is empty, or its weights are all 0.

    Notes
    -----
    `weights` counts pairs of clouds; `pred_weights` and `target_weights` count points, so that clouds of unequal
    length share an array. A point that weighs nothing is nobody's neighbour. Distances are differences, not
    ``|x|^2 - 2 x.y + |y|^2``, and keep their digits far from the origin. The gradient is 0 at coincident points.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.chamfer_distance(np.array([[0.0, 0.0]]), np.array([[0.0, 1.0], [0.0, 3.0]])))
    6.0
    """
    for name, cloud in (("pred", pred), ("target", target)):
        if cloud.shape[-2] == 0:
            raise ValueError(f"`{name}` must have at least one point; got shape {tuple(cloud.shape)}.")
    pred, pred_there = _present(xp, pred, pred_weights)
    target, target_there = _present(xp, target, target_weights)
    there = nearest_distance(xp, pred, target, target_there, squared=squared)
    back = nearest_distance(xp, target, pred, pred_there, squared=squared)
    return _averaged(xp, there, pred_weights, point_reduction) + _averaged(xp, back, target_weights, point_reduction)
