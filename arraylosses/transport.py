"""Losses of distributions: how far mass must be carried to make one of the other."""

from math import inf
from typing import Annotated, Literal

from ._definition import OF_CLOUDS, OF_DIFFERENCES
from ._domains import MASS, REAL, STOCHASTIC, WEIGHTED_CLOUDS, Count, NonNegative, Order, Positive
from ._math import (
    Problem,
    absolute,
    directions,
    match,
    mean,
    multiply,
    norm,
    pick_rows,
    plan,
    plan_at_cost,
    plan_cost,
    potentials,
    power_mean,
    quantile_gaps,
    regularized_cost,
    root_of,
    stop_gradient,
)
from ._metric import loss
from ._typing import Array, Namespace

PointReduction = Literal["mean", "sum"]
Projections = Annotated[Array, REAL["coordinate projection"]]
Operator = Annotated[Array, STOCHASTIC["node node"]]

UNEQUAL = ": for clouds of different size there is `optimal_transport_distance`"
CLOUD = REAL["n coordinate"].or_else(UNEQUAL)


def _refuse_empty(pred: Array, target: Array) -> None:
    for name, cloud in (("pred", pred), ("target", target)):
        if cloud.shape[-2] == 0:
            raise ValueError(f"`{name}` must have at least one point; got shape {tuple(cloud.shape)}.")


def _share(xp: Namespace, weights: Array) -> Array:
    """Weights made to sum to one."""
    return weights / xp.sum(weights, axis=-1, keepdims=True)


def _or_ones(xp: Namespace, points: Array, weights: Array | None) -> Array:
    """The weights of (..., n, d), one for each point by default."""
    return xp.ones_like(points[..., 0]) if weights is None else weights


def _without_absent(xp: Namespace, x: Array, weights: Array | None) -> Array:
    """Numbers (..., n) or points (..., n, d), with 0 for what weighs nothing: it may be NaN."""
    if weights is None:
        return x
    there = weights != 0
    return xp.where(there if x.ndim == there.ndim else xp.expand_dims(there, axis=-1), x, 0.0)


# ---- exact


@loss(
    pred=CLOUD,
    target=CLOUD,
    regular=False,
    symmetric=True,
    smooth="almost everywhere",
    unit="target",
    lazy=False,
    triangle=True,
    **OF_DIFFERENCES,
    rotates=("pred", "target"),
    orderless=("n",),
    averages=("n",),
    also=("emd",),
    equals=("ot.emd2 of equal weights",),
    reference="Y. Rubner, C. Tomasi, L. Guibas (2000), The earth mover's distance as a metric for image retrieval.",
)
def earth_movers_distance(
    xp: Namespace,
    pred: Array,
    target: Array,
    /,
    *,
    squared: bool = False,
    point_reduction: PointReduction = "mean",
) -> Array:
    r"""Distance to the partner, under the matching of two clouds that makes it least.

    Where `chamfer_distance` lets many points share one neighbour, here each has a partner of its own, so that density
    counts. Exact, in about the cube of the number of points.

    .. math:: \min_{\phi \text{ one-to-one}} \frac1n \sum_i \lVert x_i - y_{\phi(i)} \rVert

    Parameters
    ----------
    squared : bool, default False
        Squared distances, in the matching too.
    point_reduction : {'mean', 'sum'}
        Over the points of a cloud.

    Raises
    ------
    ValueError
        If a cloud is empty, or the clouds differ in size.
    ImportError
        If SciPy is not installed.

    Notes
    -----
    The matching is found on the host by SciPy, in float64 and from values held constant; the distances are then taken
    anew, so that the gradient is exact wherever the matching does not change, and 0 at coincident points. Of matchings
    that are equally good one is chosen, the same on every library. The host holds a table of n x n distances; the
    gradient keeps none. Under jit and `vmap` the host is called back.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.earth_movers_distance(np.array([[0.0], [1.0]]), np.array([[1.0], [10.0]])))
    5.0
    """
    _refuse_empty(pred, target)
    power = 2.0 if squared else 1.0
    (partner,) = match(xp, pred, target, options=(power,), asked="earth_movers_distance")
    gap = pred - pick_rows(xp, target, partner)
    distance = xp.sum(gap * gap, axis=-1) if squared else norm(xp, gap)
    return xp.mean(distance, axis=-1) if point_reduction == "mean" else xp.sum(distance, axis=-1)


def _priced(xp: Namespace, price: Array, weights: Array) -> Array:
    """Zero, with the price of mass for its gradient by the weights."""
    share = _share(xp, weights)
    return xp.sum(price * (share - stop_gradient(xp, share)), axis=-1)


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
    equals=("ot.emd2 of the distances, with p=1", "scipy.stats.wasserstein_distance_nd, with p=1"),
    reference="G. Peyré, M. Cuturi (2019), Computational optimal transport, arXiv:1803.00567, chapter 3.",
)
def optimal_transport_distance(
    xp: Namespace,
    pred: Array,
    target: Array,
    pred_weights: Array | None = None,
    target_weights: Array | None = None,
    /,
    *,
    p: Order = 1.0,
    root: bool = True,
) -> Array:
    r"""Least mean distance over which the mass of one weighted cloud is carried to make the other.

    The clouds may differ in size and in weights, each of which is made to sum to one. Exact, by linear programming: for
    some hundreds of points. `sinkhorn_divergence` is for more, and `wasserstein_distance` for numbers.

    .. math:: \Bigl(\min_{P \ge 0,\ P 1 = a,\ P^\top 1 = b} \sum_{ij} P_{ij} \lVert x_i - y_j \rVert^p\Bigr)^{1/p}

    Parameters
    ----------
    p : float, default 1.0
        The power of the distances that is least in the mean.
    root : bool, default True
        The p-th root, which is a distance; False leaves the power, as `ot.emd2` of powers does.

    Raises
    ------
    ValueError
        If a cloud is empty, or its weights are all 0.
    ImportError
        If SciPy is not installed.

    Notes
    -----
    `weights` counts pairs of clouds; `pred_weights` and `target_weights` are the masses of points, and a point of
    mass 0 is absent. The plan is found on the host by SciPy, in float64 and from values held constant: by matching
    where the clouds are of one size and no masses are given, else as a vertex, whose n + m - 1 pairs are all that the
    gradient keeps. The gradient by the points is that of the distances under the plan, 0 at coincident points; by the
    masses it is the price of mass, the dual solution. Of plans and prices that are equally good one is chosen, the
    same on every library.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.optimal_transport_distance(np.array([[0.0]]), np.array([[3.0], [5.0]]), None, np.array([3.0, 1.0])))
    3.5
    """
    _refuse_empty(pred, target)
    asked, options = "optimal_transport_distance", (p,)
    if pred_weights is None and target_weights is None and pred.shape == target.shape:
        (partner,) = match(xp, pred, target, options=options, asked=asked)
        distance = norm(xp, pred - pick_rows(xp, target, partner))
        return power_mean(xp, None, distance, p, root)
    pred, target = _without_absent(xp, pred, pred_weights), _without_absent(xp, target, target_weights)
    a, b = _or_ones(xp, pred, pred_weights), _or_ones(xp, target, target_weights)
    source, sink, mass, at_pred, at_target, longest = plan(xp, pred, target, a, b, options=options, asked=asked)
    distance = norm(xp, pick_rows(xp, pred, source) - pick_rows(xp, target, sink)) / xp.expand_dims(longest, axis=-1)
    cost = power_mean(xp, mass, distance, p, False) + _priced(xp, at_pred, a) + _priced(xp, at_target, b)
    return longest * root_of(xp, cost, p) if root else longest**p * cost


@loss(
    pred=MASS["n"],
    target=MASS["m"],
    cost=REAL["n m"],
    range=(-inf, inf),
    best=None,
    regular=False,
    smooth="almost everywhere",
    unit="cost",
    lazy=False,
    scales=("cost",),
    orderless=("n", "m"),
    also=("emd2",),
    equals=("ot.emd2, of masses that sum to one",),
    reference="G. Peyré, M. Cuturi (2019), Computational optimal transport, arXiv:1803.00567, chapter 3.",
)
def transport_cost(xp: Namespace, pred: Array, target: Array, cost: Array, /) -> Array:
    r"""Least cost of carrying the mass of one histogram to make another, at a price for each pair of bins.

    For distances that are none between points: along a graph, between words. `optimal_transport_distance` is for
    points. Exact, by linear programming: for some hundreds of bins.

    .. math:: \min_{P \ge 0,\ P 1 = a,\ P^\top 1 = b} \sum_{ij} P_{ij} C_{ij}

    Parameters
    ----------
    pred, target : array
        Masses (..., n) and (..., m), each of which is made to sum to one.
    cost : array
        The cost (..., n, m) of carrying a unit from one to the other.

    Raises
    ------
    ValueError
        If a mass is negative, or all of them are 0.
    ImportError
        If SciPy is not installed.

    Notes
    -----
    The plan is found on the host by SciPy, in float64 and from values held constant. The gradient by the costs is the
    plan; by the masses it is the price of mass, the dual solution. A pair of infinite cost is used only where there is
    no way around it, and the value is infinite then.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> cost = np.array([[0.0, 3.0], [4.0, 0.0]])
    >>> print(al.transport_cost(np.array([0.0, 1.0]), np.array([1.0, 0.0]), cost))
    4.0
    """
    _refuse_empty(pred[..., None], target[..., None])
    asked = "transport_cost"
    source, sink, mass, at_pred, at_target, unit = plan_at_cost(xp, cost, pred, target, asked=asked)
    flat = xp.reshape(cost, (*cost.shape[:-2], cost.shape[-2] * cost.shape[-1]))
    chosen = xp.take_along_axis(flat, source * cost.shape[-1] + sink, axis=-1)
    # an infinite cost is no cost of mass that is not carried
    priced = _priced(xp, at_pred, pred) + _priced(xp, at_target, target)
    return xp.sum(multiply(xp, mass, chosen), axis=-1) + unit * priced


# ---- on a line


@loss(
    pred=REAL["n"],
    target=REAL["m"],
    pred_weights=MASS["n"] | None,
    target_weights=MASS["m"] | None,
    regular=False,
    symmetric=True,
    smooth="almost everywhere",
    unit="target",
    lazy=False,
    triangle=True,
    **OF_CLOUDS,
    also=("wasserstein_1d", "wasserstein_distance_1d"),
    equals=("scipy.stats.wasserstein_distance, with p=1", "ot.wasserstein_1d, with root=False"),
    reference="G. Peyré, M. Cuturi (2019), Computational optimal transport, arXiv:1803.00567, section 2.6.",
)
def wasserstein_distance(
    xp: Namespace,
    pred: Array,
    target: Array,
    pred_weights: Array | None = None,
    target_weights: Array | None = None,
    /,
    *,
    p: Order = 1.0,
    root: bool = True,
) -> Array:
    r"""Mean distance between equal quantiles of two samples of numbers.

    How far mass must be carried along a line; exact for samples of different size and for weighted ones, each of which
    is made to sum to one. Takes the time of sorting.

    .. math:: \Bigl(\int_0^1 \lvert F^{-1}(q) - G^{-1}(q) \rvert^p \, dq\Bigr)^{1/p}

    Parameters
    ----------
    p : float, default 1.0
        The power of the distances.
    root : bool, default True
        The p-th root, which is a distance; False leaves the power, as `ot.wasserstein_1d` does.

    Raises
    ------
    ValueError
        If a sample is empty, or its weights are all 0.

    Notes
    -----
    Samples lie along the last axis. Two histograms over the same bins are samples of the bins' places, weighted:
    ``wasserstein_distance(places, places, pred_counts, target_counts)``. For unit bins and p=1 that is the sum of
    absolute differences of the cumulative shares. Equal numbers have the subgradient 0, and ties among the levels at
    which the quantile functions step are taken in the order of the arguments.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.wasserstein_distance(np.array([0.0, 1.0, 3.0]), np.array([5.0, 6.0, 8.0])))
    5.0
    """
    pred, target = _without_absent(xp, pred, pred_weights), _without_absent(xp, target, target_weights)
    share, gap = quantile_gaps(xp, pred, target, pred_weights, target_weights)
    return power_mean(xp, share, absolute(xp, gap), p, root)


def _projected(xp: Namespace, points: Array, weights: Array | None, along: Array) -> tuple[Array, Array | None]:
    """Points (..., n, d) along each of (d, k): (..., k, n); and as many copies of the weights."""
    places = xp.matrix_transpose(xp.matmul(_without_absent(xp, points, weights), along))
    return places, None if weights is None else xp.broadcast_to(xp.expand_dims(weights, axis=-2), places.shape)


@loss(
    **WEIGHTED_CLOUDS,
    regular=False,
    symmetric=True,
    steady=False,
    smooth="almost everywhere",
    unit="target",
    lazy=False,
    triangle=True,
    **OF_CLOUDS,
    equals=("ot.sliced_wasserstein_distance, with the same projections",),
    reference="N. Bonneel, J. Rabin, G. Peyré, H. Pfister (2015), Sliced and Radon Wasserstein barycenters, JMIV 51.",
)
def sliced_wasserstein_distance(
    xp: Namespace,
    pred: Array,
    target: Array,
    pred_weights: Array | None = None,
    target_weights: Array | None = None,
    /,
    *,
    projections: Projections | None = None,
    count: Count = 50,
    seed: int = 0,
    p: Order = 2.0,
    root: bool = True,
) -> Array:
    r"""Distance between the shadows of two clouds on lines, in the mean over the lines.

    Sorting instead of solving: for clouds of thousands of points, and for features of many coordinates.

    .. math:: \Bigl(\frac1K \sum_k W_p^p(\langle x, \theta_k \rangle, \langle y, \theta_k \rangle)\Bigr)^{1/p}

    Parameters
    ----------
    projections : array, optional
        Directions as columns, (coordinates, K), taken as they are: unit vectors give distances.
    count : int, default 50
        How many directions are drawn where none are given.
    seed : int, default 0
        Of the draw, which is by NumPy's Philox on the host: the same directions on every library.
    p : float, default 2.0
        The power of the distances.
    root : bool, default True
        The p-th root, which is a distance; False leaves the power.

    Raises
    ------
    ValueError
        If a cloud is empty, or its weights are all 0.

    Notes
    -----
    `weights` counts pairs of clouds; `pred_weights` and `target_weights` are the masses of points, each made to sum
    to one, and a point of mass 0 is absent. One seed draws one set of directions for all pairs of clouds; in
    training, give another at each step. Equal places have the subgradient 0.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> axes = np.eye(2)
    >>> pred, target = np.array([[0.0, 0.0], [1.0, 0.0]]), np.array([[0.0, 2.0], [1.0, 2.0]])
    >>> print(al.sliced_wasserstein_distance(pred, target, projections=axes, p=1))
    1.0
    """
    _refuse_empty(pred, target)
    if projections is None:
        options = (pred.shape[-1], count, seed)
        (projections,) = directions(xp, xp.zeros_like(pred[..., 0, 0]), options=options)
    x, x_weights = _projected(xp, pred, pred_weights, projections)
    y, y_weights = _projected(xp, target, target_weights, projections)
    share, gap = quantile_gaps(xp, x, y, x_weights, y_weights)
    lines, steps = gap.shape[-2:]
    several = None if share is None else share / lines
    share, gap = (v if v is None else xp.reshape(v, (*v.shape[:-2], lines * steps)) for v in (several, gap))
    return power_mean(xp, share, absolute(xp, gap), p, root)


# ---- entropic


def _costs(xp: Namespace, x: Array, y: Array, p: float) -> Array:
    """Distances to a power: (..., n, m), by differences, which keep their digits far from the origin."""
    gap = xp.expand_dims(x, axis=-2) - xp.expand_dims(y, axis=-3)
    if p == 2.0:
        return xp.sum(gap * gap, axis=-1)
    distance = norm(xp, gap)
    return distance if p == 1.0 else distance**p


def _problem(
    xp: Namespace, x: Array, y: Array, a: Array, b: Array, p: float, temperature: float, iterations: int, unroll: bool
) -> tuple[Problem, Array, Array]:
    """What is to be carried where at what cost, and the prices of mass at either side."""
    problem = Problem(a, b, _costs(xp, x, y, p), temperature * xp.ones_like(a[..., :1]))
    solved = problem if unroll else Problem(*(stop_gradient(xp, v) for v in problem))
    return problem, *potentials(xp, solved, iterations)


@loss(
    **WEIGHTED_CLOUDS,
    best=None,
    symmetric=True,
    unit="target**p",
    shifts=("pred", "target"),
    reflects=("pred", "target"),
    rotates=("pred", "target"),
    orderless=("n", "m"),
    averages=("n", "m"),
    also=("sinkhorn_cost",),
    equals=(
        "ot.solve_sample(reg=regularization, reg_type='KL').value",
        "ot.sinkhorn2(method='sinkhorn_log'), with cost='transport'",
    ),
    reference="M. Cuturi (2013), Sinkhorn distances: lightspeed computation of optimal transport, arXiv:1306.0895.",
)
def sinkhorn_distance(
    xp: Namespace,
    pred: Array,
    target: Array,
    pred_weights: Array | None = None,
    target_weights: Array | None = None,
    /,
    *,
    regularization: Positive,
    p: Order = 2.0,
    iterations: Count = 100,
    cost: Literal["regularized", "transport"] = "regularized",
    unroll: bool = True,
) -> Array:
    r"""Least cost of carrying one weighted cloud to the other by a plan that pays for being sharp.

    Smooth and fast where `optimal_transport_distance` is exact and slow. It is not 0 for equal clouds:
    `sinkhorn_divergence` is.

    .. math:: \min_{P 1 = a,\ P^\top 1 = b} \sum_{ij} P_{ij} \lVert x_i - y_j \rVert^p
        + \varepsilon \sum_{ij} P_{ij} \log \frac{P_{ij}}{a_i b_j}

    Parameters
    ----------
    regularization : float
        The temperature :math:`\varepsilon`, in the unit of the cost.
    p : float, default 2.0
        The power of the distances that is the cost.
    iterations : int, default 100
        Steps of Sinkhorn's iteration; always so many, so that it compiles and differentiates.
    cost : {'regularized', 'transport'}
        The whole of the formula, or its first sum alone.
    unroll : bool, default True
        Differentiate through all steps: the exact gradient of what is returned. False differentiates the last one, at
        the memory of one: the gradient that the regularized cost has after steps enough.

    Raises
    ------
    ValueError
        If a cloud is empty, its weights are all 0, or the transport cost is asked for without `unroll`.

    Notes
    -----
    `weights` counts pairs of clouds; `pred_weights` and `target_weights` are the masses of points, each made to sum
    to one, and a point of mass 0 is absent. Prices are kept as logarithms, so that no temperature is too low, and the
    first half of the steps cools down to it from the greatest cost. Two chains, one from either side, are averaged:
    arguments that change places give the same number. Before convergence the regularized cost is a lower bound. A
    table of n x m costs is held, n x m x coordinates while it is made, and with `unroll` one a step for the gradient
    (on JAX the prices alone, at the cost of a second run).

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> pred, target = np.array([[0.0], [1.0]]), np.array([[2.0], [3.0]])
    >>> print(round(float(al.sinkhorn_distance(pred, target, regularization=0.1)), 4))
    4.0693
    """
    _refuse_empty(pred, target)
    if cost == "transport" and not unroll:
        raise ValueError("`unroll` must be True for cost='transport'; got False.")
    x, y = _without_absent(xp, pred, pred_weights), _without_absent(xp, target, target_weights)
    a, b = (_share(xp, _or_ones(xp, v, w)) for v, w in ((x, pred_weights), (y, target_weights)))
    found = _problem(xp, x, y, a, b, p, regularization, iterations, unroll)
    return regularized_cost(xp, *found) if cost == "regularized" else plan_cost(xp, *found)


@loss(
    **WEIGHTED_CLOUDS,
    symmetric=True,
    unit="target**p",
    shifts=("pred", "target"),
    reflects=("pred", "target"),
    rotates=("pred", "target"),
    orderless=("n", "m"),
    averages=("n", "m"),
    equals=("ot.solve_sample(reg=regularization, reg_type='KL', debias=True).value",),
    reference="J. Feydy and others (2019), Interpolating between optimal transport and MMD using Sinkhorn divergences.",
)
def sinkhorn_divergence(
    xp: Namespace,
    pred: Array,
    target: Array,
    pred_weights: Array | None = None,
    target_weights: Array | None = None,
    /,
    *,
    regularization: Positive,
    p: Order = 2.0,
    iterations: Count = 100,
    unroll: bool = True,
) -> Array:
    r"""Entropic transport cost between two weighted clouds, less half of what each costs to itself.

    Smooth, 0 where the clouds are equal and positive elsewhere: between the energy distance, at high temperature, and
    exact transport, at a low one.

    .. math:: S(a, b) = W_\varepsilon(a, b) - \tfrac12 W_\varepsilon(a, a) - \tfrac12 W_\varepsilon(b, b)

    Parameters
    ----------
    regularization : float
        The temperature :math:`\varepsilon`, in the unit of the cost.
    p : float, default 2.0
        The power of the distances that is the cost.
    iterations : int, default 100
        Steps of Sinkhorn's iteration; always so many, so that it compiles and differentiates.
    unroll : bool, default True
        Differentiate through all steps: the exact gradient of what is returned. False differentiates the last one, at
        the memory of one: the gradient after steps enough.

    Raises
    ------
    ValueError
        If a cloud is empty, or its weights are all 0.

    Notes
    -----
    Each term is the regularized cost of `sinkhorn_distance`, with the same steps, and equal clouds give 0 at any number
    of them; that no value is negative holds after convergence, to rounding. Tables of n x m, n x n and m x m costs are
    held. The cost of geomloss is half of ours: twice its ``SamplesLoss(blur=(regularization / 2) ** 0.5)`` is this.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> pred, target = np.array([[0.0], [1.0]]), np.array([[2.0], [3.0]])
    >>> print(round(float(al.sinkhorn_divergence(pred, target, regularization=0.1)), 4))
    4.0
    """
    _refuse_empty(pred, target)
    x, y = _without_absent(xp, pred, pred_weights), _without_absent(xp, target, target_weights)
    a, b = (_share(xp, _or_ones(xp, v, w)) for v, w in ((x, pred_weights), (y, target_weights)))

    def worth(x: Array, y: Array, a: Array, b: Array) -> Array:
        return regularized_cost(xp, *_problem(xp, x, y, a, b, p, regularization, iterations, unroll))

    return worth(x, y, a, b) - 0.5 * (worth(x, x, a, a) + worth(y, y, b, b))


# ---- of critics and of graphs


@loss(
    fake=REAL["n"],
    real=REAL["m"],
    range=(-inf, inf),
    best=None,
    unit="score",
    convex=("fake", "real"),
    shifts=("fake", "real"),
    scales=("fake", "real"),
    orderless=("n", "m"),
    averages=("n", "m"),
    also=("wgan_critic_loss",),
    equals=("torch.mean(fake) - torch.mean(real)",),
    reference="M. Arjovsky, S. Chintala, L. Bottou (2017), Wasserstein GAN, arXiv:1701.07875.",
)
def wasserstein_critic_loss(xp: Namespace, fake: Array, real: Array, /) -> Array:
    r"""Mean score of generated samples, less the mean score of real ones.

    What the critic of a Wasserstein GAN minimises: the negative of the distance that it estimates, as long as its
    scores change no faster than its input.

    .. math:: \frac1n \sum_i f(x_i) - \frac1m \sum_j f(y_j)

    Notes
    -----
    Scores lie along the last axis, and there may be more of the one kind than of the other. The generator's loss is the
    negative mean score of what it makes: ``-wasserstein_critic_loss(fake, 0 * fake)``.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.wasserstein_critic_loss(np.array([0.0, 1.0]), np.array([2.0, 3.0, 4.0])))
    -2.5
    """
    return mean(xp, fake, axis=-1) - mean(xp, real, axis=-1)


@loss(
    pred=MASS["node"],
    target=MASS["node"],
    symmetric=True,
    steady=False,
    smooth="almost everywhere",
    triangle=True,
    also=("diffusion_emd",),
    equals=("DiffusionEMD.DiffusionCheb(use_diff_wavelets=True), L1, on graphs of one degree, with alpha=0",),
    reference="A. Tong and others (2021), Diffusion earth mover's distance, arXiv:2102.12833.",
)
def diffusion_earth_movers_distance(
    xp: Namespace,
    pred: Array,
    target: Array,
    /,
    *,
    operator: Operator,
    scales: Count = 6,
    alpha: NonNegative = 0.5,
) -> Array:
    r"""How much two distributions over the nodes of a graph differ, at each stage of their diffusion.

    A stand-in for the earth mover's distance along the graph, by products of matrices alone: mass that is far apart
    still differs after long diffusion, when a difference weighs most.

    .. math:: \sum_{k=0}^{K-1} 2^{-(K-k-1) \alpha} \lVert d P^{2^{k+1}} - d P^{2^k} \rVert_1
        + \lVert d P^{2^K} \rVert_1, \qquad d = a - b

    Parameters
    ----------
    operator : array
        The diffusion operator, (nodes, nodes), each row of which sums to one: where the mass of a node goes.
    scales : int, default 6
        The number K of doublings of the diffusion time.
    alpha : float, default 0.5
        How much less short times weigh; its authors take it from 0 to 1/2.
    node_axis : int, default -1
        Axis of the nodes.

    Raises
    ------
    ValueError
        If a distribution is 0 throughout, or a row of the operator does not sum to one.

    Notes
    -----
    Distributions are made to sum to one. The powers are squares of squares, and the gradient by the operator runs
    through them. The code of its authors weighs the differences by another :math:`2^{-\alpha}`, and where nodes differ
    in degree it averages over neighbours (:math:`P a`) what is carried here along rows (:math:`a P`). Equal shares have
    the subgradient 0.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> line = np.array([[0.5, 0.5, 0.0], [0.25, 0.5, 0.25], [0.0, 0.5, 0.5]])
    >>> first, second, third = np.eye(3)
    >>> print(al.diffusion_emd(first, second, operator=line) < al.diffusion_emd(first, third, operator=line))
    True
    """
    left = _share(xp, pred) - _share(xp, target)
    before = xp.matmul(left, operator)
    value = xp.zeros_like(left[..., 0])
    for k in range(scales):
        operator = xp.matmul(operator, operator)
        after = xp.matmul(left, operator)
        value = value + 2.0 ** (-(scales - k - 1) * alpha) * xp.sum(absolute(xp, after - before), axis=-1)
        before = after
    return value + xp.sum(absolute(xp, before), axis=-1)
