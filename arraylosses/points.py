"""Losses and metrics of point sets."""

from math import inf
from typing import Literal, NamedTuple

from ._definition import OF_CLOUDS, OF_DIFFERENCES, statistic
from ._domains import MASS, NONNEGATIVE, REAL, WEIGHTED_CLOUDS, NonNegative, Positive
from ._math import divide, multiply, nearest_distance, nearest_square, permutation_rows, stop_gradient, thinned
from ._metric import function, loss, metric
from ._typing import Array, Namespace

PointReduction = Literal["mean", "sum"]
Direction = Literal["both", "pred_to_target", "target_to_pred"]


def present(xp: Namespace, points: Array, weights: Array | None) -> tuple[Array, Array | None]:
    """Points without what weighs nothing, and which of them are there."""
    if weights is None:
        return points, None
    there = weights != 0
    return xp.where(xp.expand_dims(there, axis=-1), points, 0.0), there


def need_points(**clouds: Array) -> None:
    """One sentence to whoever gives an empty cloud."""
    for name, cloud in clouds.items():
        if cloud.shape[-2] == 0:
            raise ValueError(f"`{name}` must have at least one point; got shape {tuple(cloud.shape)}.")


def distance_to_nearest(xp: Namespace, points: Array, others: Array, present: Array | None, *, squared: bool) -> Array:
    """Distance of each of (..., n, d) to its nearest of (..., m, d)."""
    return (nearest_square if squared else nearest_distance)(xp, points, others, present)


def averaged_points(xp: Namespace, distance: Array, weights: Array | None, reduction: PointReduction) -> Array:
    """One number of (..., n), by the weights of the points."""
    if weights is None:
        return xp.mean(distance, axis=-1) if reduction == "mean" else xp.sum(distance, axis=-1)
    weighed = xp.sum(weights * distance, axis=-1)
    return weighed / xp.sum(weights, axis=-1) if reduction == "mean" else weighed


def both_ways(
    xp: Namespace,
    pred: Array,
    target: Array,
    pred_weights: Array | None,
    target_weights: Array | None,
    *,
    squared: bool,
    direction: Direction = "both",
) -> list[tuple[Array, Array | None]]:
    """Distances to the nearest of the other cloud, with the weights of the points: of `pred`, of `target`, or both."""
    need_points(pred=pred, target=target)
    pred, pred_there = present(xp, pred, pred_weights)
    target, target_there = present(xp, target, target_weights)
    ways = []
    if direction != "target_to_pred":
        ways.append((distance_to_nearest(xp, pred, target, target_there, squared=squared), pred_weights))
    if direction != "pred_to_target":
        ways.append((distance_to_nearest(xp, target, pred, pred_there, squared=squared), target_weights))
    return ways


@loss(
    **WEIGHTED_CLOUDS,
    symmetric=True,
    smooth="almost everywhere",
    unit="target**2",
    lazy=False,
    **OF_CLOUDS,
    rotates=("pred", "target"),
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
    direction: Direction = "both",
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
    direction : {'both', 'pred_to_target', 'target_to_pred'}
        Both sums, or one: from each point of `pred` to the nearest of `target`, or back.

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
    clouds = pred, target, pred_weights, target_weights
    ways = both_ways(xp, *clouds, squared=squared, direction=direction)
    values = [averaged_points(xp, distance, weights, point_reduction) for distance, weights in ways]
    return values[0] if len(values) == 1 else values[0] + values[1]


@loss(
    **WEIGHTED_CLOUDS,
    regular=False,
    symmetric=True,
    smooth="almost everywhere",
    unit="target",
    lazy=False,
    triangle=True,
    **OF_CLOUDS,
    rotates=("pred", "target"),
    also=("point_hausdorff_distance",),
    equals=("scipy.spatial.distance.directed_hausdorff, the greater of both ways",),
    reference="F. Hausdorff (1914), Grundzüge der Mengenlehre.",
)
def hausdorff_distance(
    xp: Namespace,
    pred: Array,
    target: Array,
    pred_weights: Array | None = None,
    target_weights: Array | None = None,
    /,
    *,
    direction: Direction = "both",
) -> Array:
    r"""Greatest distance from a point of one cloud to the nearest of the other.

    The worst error there is, where Chamfer gives the mean one: a single stray point decides it.

    .. math:: \max \left( \max_i \min_j \lVert x_i - y_j \rVert, \max_j \min_i \lVert y_j - x_i \rVert \right)

    Parameters
    ----------
    direction : {'both', 'pred_to_target', 'target_to_pred'}
        The greater of both ways, or one of them: the directed distance.

    Raises
    ------
    ValueError
        If a cloud is empty, or its weights are all 0.

    Notes
    -----
    A point of weight 0 is absent; any other weight counts as 1. Points that are equally far share the gradient evenly.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.hausdorff_distance(np.array([[0.0, 0.0]]), np.array([[0.0, 1.0], [0.0, 3.0]])))
    3.0
    """
    clouds = pred, target, pred_weights, target_weights
    ways = both_ways(xp, *clouds, squared=False, direction=direction)
    # a weight that is NaN must show, though weights are not multiplied
    found = [d if w is None else xp.where(w == 0, 0.0, xp.where(xp.isnan(w), xp.nan, d)) for d, w in ways]
    return xp.max(found[0] if len(found) == 1 else xp.concat(found, axis=-1), axis=-1)


# ---- protocols


class SurfaceErrors(NamedTuple):
    """Additive. Of each pair of clouds: mean distance of `pred`, of `target`, and their half sum; and its weight."""

    accuracy: Array
    completeness: Array
    overall: Array
    weight: Array


class SurfaceScore(NamedTuple):
    """Mean distance of the prediction to the target, of the target to the prediction, and half their sum."""

    accuracy: Array
    completeness: Array
    overall: Array


def _within(xp: Namespace, distance: Array, weights: Array | None, bound: float) -> tuple[Array, Array, Array]:
    """Weight of the points that are nearer than a bound (strictly; NaN stays), their distances, and all weight."""
    weight = xp.ones_like(distance) if weights is None else weights
    kept = xp.where(distance >= bound, 0.0, weight)
    return xp.sum(kept, axis=-1), xp.sum(multiply(xp, kept, distance), axis=-1), xp.sum(weight, axis=-1)


@statistic(
    **WEIGHTED_CLOUDS,
)
def surface_errors(
    xp: Namespace,
    pred: Array,
    target: Array,
    pred_weights: Array | None = None,
    target_weights: Array | None = None,
    /,
    *,
    max_distance: Positive = 20.0,
) -> SurfaceErrors:
    """Mean distances of each pair of clouds."""
    ways = both_ways(xp, pred, target, pred_weights, target_weights, squared=False)
    found = [_within(xp, distance, weights, max_distance) for distance, weights in ways]
    accuracy, completeness = (divide(xp, total, kept, empty=xp.nan) for kept, total, _ in found)
    return SurfaceErrors(accuracy, completeness, (accuracy + completeness) / 2, xp.ones_like(accuracy))


@metric(
    surface_errors,
    range=None,
    best=None,
    regular=False,
    smooth="almost everywhere",
    unit="target",
    lazy=False,
    shifts=("pred", "target"),
    reflects=("pred", "target"),
    rotates=("pred", "target"),
    scales=("pred", "target", "max_distance"),
    orderless=("n", "m"),
    averages=("n", "m"),
    equals=("DTUeval-python, without its sampling and masks",),
    reference="R. Jensen et al. (2014), Large scale multi-view stereopsis evaluation, CVPR.",
)
def dtu_chamfer(xp: Namespace, s: SurfaceErrors, /) -> SurfaceScore:
    r"""Accuracy and completeness of a reconstruction, far points left out; and half their sum.

    The numbers of the DTU benchmark. A point farther than `max_distance` from the other cloud is taken for one of
    another object and is dropped, not cut to the bound.

    .. math:: \operatorname{mean} \{ d_i : d_i < d_{\max} \}, \quad d_i = \min_j \lVert x_i - y_j \rVert

    Parameters
    ----------
    max_distance : float, default 20.0
        Only smaller distances count.

    Returns
    -------
    SurfaceScore
        ``accuracy``, ``completeness`` and ``overall``, each averaged over the pairs of clouds that `axis` names.

    Raises
    ------
    ValueError
        If a cloud is empty, or its weights are all 0.

    Notes
    -----
    NaN where no distance is small enough. `pred_weights` and `target_weights` make points count, and one of weight 0
    is nobody's neighbour; the benchmark's masks leave it a neighbour: give ``pred[seen]`` for ``accuracy`` and the
    whole `pred` for ``completeness``. `radius_downsample` thins clouds as the benchmark does.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> pred, target = np.array([[0.0, 0.0], [90.0, 0.0]]), np.array([[0.0, 3.0]])
    >>> print([float(x) for x in al.dtu_chamfer(pred, target)])
    [3.0, 3.0, 3.0]
    """
    return SurfaceScore(s.accuracy / s.weight, s.completeness / s.weight, s.overall / s.weight)


class FScores(NamedTuple):
    """Additive. Of each pair of clouds: the harmonic mean of two shares, the two shares, and its weight."""

    fscore: Array
    precision: Array
    recall: Array
    weight: Array


class FScore(NamedTuple):
    """Harmonic mean of precision and recall, and these: shares of `pred` near `target` and of `target` near `pred`."""

    fscore: Array
    precision: Array
    recall: Array


@statistic(
    **WEIGHTED_CLOUDS,
)
def shares_within(
    xp: Namespace,
    pred: Array,
    target: Array,
    pred_weights: Array | None = None,
    target_weights: Array | None = None,
    /,
    *,
    threshold: Positive,
) -> FScores:
    """Shares of the points of each pair of clouds that have a neighbour."""
    ways = both_ways(xp, pred, target, pred_weights, target_weights, squared=False)
    found = [_within(xp, distance, weights, threshold) for distance, weights in ways]
    # the distance of a NaN is no share, but its being there must show
    precision, recall = (xp.where(xp.isnan(total), xp.nan, kept / whole) for kept, total, whole in found)
    fscore = divide(xp, 2 * precision * recall, precision + recall, empty=0.0)
    return FScores(fscore, precision, recall, xp.ones_like(precision))


@metric(
    shares_within,
    range=None,
    best=None,
    smooth="nowhere",
    lazy=False,
    shifts=("pred", "target"),
    scales=("pred", "target", "threshold"),
    orderless=("n", "m"),
    averages=("n", "m"),
    equals=("the fscore of ChamferDistancePytorch, whose threshold is squared",),
    reference="A. Knapitsch et al. (2017), Tanks and temples, ACM Transactions on Graphics 36.",
)
def point_cloud_fscore(xp: Namespace, s: FScores, /) -> FScore:
    r"""Share of points that have a neighbour in the other cloud, of both clouds as one score.

    Tells how much of a surface is right, where a mean distance tells how wrong it is; stray points count no more than
    others.

    .. math:: F = \frac{2 P R}{P + R}, \quad P = \frac1n \sum_i [\min_j \lVert x_i - y_j \rVert < \tau]

    Parameters
    ----------
    threshold : float
        Distance below which, strictly, a point has a neighbour.

    Returns
    -------
    FScore
        ``fscore``, ``precision`` (of `pred`) and ``recall`` (of `target`), each averaged over the pairs of clouds that
        `axis` names; ``axis=()`` gives those of each pair.

    Raises
    ------
    ValueError
        If a cloud is empty, or its weights are all 0.

    Notes
    -----
    0 where neither cloud is near the other. The threshold is on the distance; some code compares squared distances.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> pred, target = np.array([[0.0, 0.0], [9.0, 0.0]]), np.array([[0.0, 0.1]])
    >>> print([round(float(x), 4) for x in al.point_cloud_fscore(pred, target, threshold=0.2)])
    [0.6667, 0.5, 1.0]
    """
    return FScore(s.fscore / s.weight, s.precision / s.weight, s.recall / s.weight)


@function(points=REAL["n coordinate"], lazy=False)
def radius_downsample(xp: Namespace, points: Array, /, *, radius: NonNegative, seed: int | None = None) -> Array:
    """Points to keep so that no two are within a radius, as weights of 1 and 0.

    Clouds of uneven density are thinned so before they are compared, for dense regions would decide a mean. The points
    come in turn, and each that is left takes away all others within the radius.

    Parameters
    ----------
    radius : float
        Least distance, itself included, at which a point is taken away.
    seed : int, optional
        Of the random order in which the points come; None takes them as they lie.

    Returns
    -------
    array
        (..., n): 1 for each point that is kept, and 0; NaN for a point that is not a number.

    Notes
    -----
    The result depends on the order. It may serve as `pred_weights`, or as ``points[keep > 0]``.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.radius_downsample(np.array([[0.0], [0.1], [0.3], [0.2]]), radius=0.2))
    [1. 0. 1. 0.]
    """
    steady = stop_gradient(xp, points)
    if seed is None:
        left = thinned(xp, steady, radius)
    else:
        order = permutation_rows(xp, seed, 2, points.shape[-2], points)[1, :]
        left = thinned(xp, xp.take(steady, order, axis=-2), radius)
        left = xp.take(left, xp.argsort(order), axis=-1)
    return xp.where(xp.any(xp.isnan(points), axis=-1), xp.nan, xp.astype(left, points.dtype))


# ---- learned weights


@function(scores=REAL["n"])
def lcd_attention_weights(
    xp: Namespace, scores: Array, /, *, sigma: Positive = 0.01, epsilon: NonNegative = 0.0
) -> Array:
    r"""Weights of points, which sum to 1, from the scores of an attention network.

    .. math:: w_i = \frac{\sigma + \exp(-s_i^2)}{\epsilon + \sum_j \sigma + \exp(-s_j^2)}

    Parameters
    ----------
    sigma : float, default 0.01
        Keeps each weight from 0: a point of a large score still counts a little.
    epsilon : float, default 0.0
        Added to the divisor; the authors' code has 1e-8.
    n_axis : int, default -1
        The axis of the points.

    Returns
    -------
    array
        (..., n), for `learnable_chamfer_distance`.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.lcd_attention_weights(np.array([0.0, 9.0]), sigma=0.5))
    [0.75 0.25]
    """
    weight = sigma + xp.exp(-(scores**2))
    return weight / (epsilon + xp.sum(weight, axis=-1, keepdims=True))


@loss(
    pred=REAL["n coordinate"],
    target=REAL["m coordinate"],
    pred_weights=MASS["n"],
    target_weights=MASS["m"],
    regular=False,
    symmetric=True,
    smooth="almost everywhere",
    unit="target",
    lazy=False,
    **OF_DIFFERENCES,
    rotates=("pred", "target"),
    orderless=("n", "m"),
    equals=("the reconstruction loss of LCDNet",),
    reference="T. Huang et al. (2023), Learnable Chamfer distance for point cloud reconstruction, arXiv:2312.16582.",
)
def learnable_chamfer_distance(
    xp: Namespace, pred: Array, target: Array, pred_weights: Array, target_weights: Array, /
) -> Array:
    r"""Half the weighted sum of distances to the other cloud, both ways, under weights that are learned.

    An adversary learns the weights (`lcd_adversarial_loss`), so that the loss dwells on what is not yet right.

    .. math:: \tfrac12 \left( \sum_i w_i \min_j \lVert x_i - y_j \rVert
        + \sum_j v_j \min_i \lVert y_j - x_i \rVert \right)

    Raises
    ------
    ValueError
        If a cloud is empty, or its weights are all 0.

    Notes
    -----
    The weights of a cloud are taken as they are: `lcd_attention_weights` makes them sum to 1, and equal ones that do
    give half of `chamfer_distance` with ``squared=False``. A point of weight 0 is nobody's neighbour.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> pred, target = np.array([[0.0, 0.0]]), np.array([[0.0, 1.0], [0.0, 3.0]])
    >>> print(al.learnable_chamfer_distance(pred, target, np.array([1.0]), np.array([0.75, 0.25])))
    1.25
    """
    ways = both_ways(xp, pred, target, pred_weights, target_weights, squared=False)
    there, back = (averaged_points(xp, distance, weights, "sum") for distance, weights in ways)
    return (there + back) / 2


@loss(
    reconstruction_loss=NONNEGATIVE,
    range=(-inf, inf),
    best=None,
    unit="nat",
    equals=("the adversarial loss of LCDNet",),
    reference="T. Huang et al. (2023), Learnable Chamfer distance for point cloud reconstruction, arXiv:2312.16582.",
)
def lcd_adversarial_loss(xp: Namespace, reconstruction_loss: Array, /, *, sigma: Positive = 0.001) -> Array:
    r"""Negative logarithm of a reconstruction loss, for the network that chooses its weights.

    It falls as the loss rises, and steeply where the loss is small: then the weights must find what is left.

    .. math:: -\log(L + \sigma)

    Parameters
    ----------
    sigma : float, default 0.001
        Keeps the logarithm finite at a loss of 0.

    Notes
    -----
    `reconstruction_loss` is the value of `learnable_chamfer_distance`, of a batch or of each pair.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(round(float(al.lcd_adversarial_loss(np.array(1.5), sigma=0.5)), 6))
    -0.693147
    """
    return -xp.log(reconstruction_loss + sigma)
