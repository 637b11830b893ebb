"""Transport of mass: POT, SciPy, and loops from the papers."""

import warnings
from itertools import permutations
from typing import Any

import numpy as np
import ot
import pytest
import scipy.stats
import torch
from scipy.spatial.distance import cdist

import arraylosses as al

from ._common import Array, Claim, Formula, Given, each, reduced

RNG = np.random.default_rng(20241125)
CLOUD, OTHER = RNG.normal(size=(2, 9, 3)), RNG.normal(size=(2, 7, 3))
SMALL, PARTNER = RNG.normal(size=(2, 3, 5, 2))
MASS, OTHER_MASS = RNG.uniform(0.1, 2.0, (2, 9)), RNG.uniform(0.1, 2.0, (2, 7)) * (RNG.random((2, 7)) > 0.3)
LINE, OTHER_LINE = CLOUD[..., 0], OTHER[..., 0]
GRID, OTHER_GRID = np.round(2 * LINE) / 2, np.round(2 * OTHER_LINE) / 2
DIRECTIONS = RNG.normal(size=(3, 11))
KERNEL = np.exp(-0.5 * cdist(np.arange(6.0)[:, None], np.arange(6.0)[:, None]) ** 2)
OPERATOR = KERNEL / KERNEL.sum(1, keepdims=True)
RING = np.roll(np.eye(6), 1, axis=0) + np.roll(np.eye(6), -1, axis=0)
SHARES, OTHER_SHARES = RNG.dirichlet(np.ones(6), (2, 4))
WEIGHTS = np.asarray([0.5, 2.0])
COST = RNG.normal(size=(2, 9, 7))


def pairs(one: Formula) -> Formula:
    """An implementation for one pair of clouds, for a batch of them."""

    def batch(
        a: Array, b: Array, pred_weights: Array | None = None, target_weights: Array | None = None, **options: Any
    ) -> Array:
        u = np.ones(a.shape[:2]) if pred_weights is None else pred_weights
        v = np.ones(b.shape[:2]) if target_weights is None else target_weights
        rows = zip(a, b, u / u.sum(1, keepdims=True), v / v.sum(1, keepdims=True), strict=True)
        return np.asarray([float(one(*row, **options)) for row in rows])

    return batch


def matched(a: Array, b: Array, squared: bool = False, point_reduction: str = "mean") -> Array:
    """Every matching is tried."""
    found = []
    for x, y in zip(a, b, strict=True):
        cost = cdist(x, y, "sqeuclidean" if squared else "euclidean")
        each_way = [cost[np.arange(len(x)), list(order)] for order in permutations(range(len(x)))]
        best = min(each_way, key=np.sum)
        found.append(best.mean() if point_reduction == "mean" else best.sum())
    return np.asarray(found)


def exact(x: Array, y: Array, u: Array, v: Array, p: float = 1.0, root: bool = True) -> Any:
    value = ot.emd2(u, v, cdist(x, y) ** p)
    return value ** (1 / p) if root else value


def priced(a: Array, b: Array, cost: Array) -> Array:
    """Masses that sum to one, at given costs."""
    rows = zip(a / a.sum(1, keepdims=True), b / b.sum(1, keepdims=True), cost, strict=True)
    return np.asarray([ot.emd2(*row) for row in rows])


def line(x: Array, y: Array, u: Array, v: Array, p: float = 1.0, root: bool = True) -> Any:
    value = ot.wasserstein_1d(x, y, u, v, p=p)
    return value ** (1 / p) if root else value


def sliced(
    x: Array,
    y: Array,
    u: Array,
    v: Array,
    projections: Array | None = None,
    p: float = 2.0,
    root: bool = True,
    count: int = 50,
    seed: int = 0,
) -> Any:
    if projections is None:
        projections = np.random.Generator(np.random.Philox(seed)).standard_normal((x.shape[1], count))
        projections = projections / np.linalg.norm(projections, axis=0)
    value = ot.sliced_wasserstein_distance(x, y, u, v, projections=projections, p=p)
    return value if root else value**p


def converged(solve: Formula, *arrays: Array, **options: Any) -> Any:
    """A regularized cost of POT. It warns of potentials that still drift where no mass goes; the value has settled."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return solve(*arrays, reg_type="KL", max_iter=3_000, tol=1e-11, **options).value


def entropic(
    x: Array,
    y: Array,
    u: Array,
    v: Array,
    regularization: float = 1.0,
    p: float = 2.0,
    cost: str = "regularized",
    iterations: int = 100,
    unroll: bool = True,
) -> Any:
    """POT's, until it converges."""
    table = cdist(x, y) ** p
    if cost == "transport":
        stop = {"method": "sinkhorn_log", "numItermax": 3_000, "stopThr": 1e-13, "warn": False}
        return ot.sinkhorn2(u, v, table, regularization, **stop)
    there, here = u > 0, v > 0  # POT takes the logarithm of masses
    return converged(ot.solve, table[there][:, here], u[there], v[here], reg=regularization)


def debiased(x: Array, y: Array, u: Array, v: Array, **options: Any) -> Any:
    """Of three problems."""
    own = entropic(x, x, u, u, **options) + entropic(y, y, v, v, **options)
    return entropic(x, y, u, v, **options) - own / 2


def diffused(
    a: Array, b: Array, operator: Array | None = None, scales: int = 6, alpha: float = 0.5, node_axis: int = -1
) -> Array:
    """One step of diffusion after the other."""
    assert operator is not None
    a, b = np.moveaxis(a, node_axis, -1), np.moveaxis(b, node_axis, -1)
    found = []
    for p, q in zip(a, b, strict=True):
        masses = [(p / p.sum(), q / q.sum())]
        for _ in range(2**scales):
            masses.append(tuple(m @ operator for m in masses[-1]))
        total = np.abs(masses[-1][0] - masses[-1][1]).sum()
        for k in range(scales):
            left, right = (masses[2 ** (k + 1)][i] - masses[2**k][i] for i in (0, 1))
            total += 2.0 ** (-(scales - k - 1) * alpha) * np.abs(left - right).sum()
        found.append(total)
    return np.asarray(found)


ELEMENTS: dict[str, Formula] = {
    "earth_movers_distance": matched,
    "optimal_transport_distance": pairs(exact),
    "transport_cost": priced,
    "wasserstein_distance": pairs(line),
    "sliced_wasserstein_distance": pairs(sliced),
    "sinkhorn_distance": pairs(entropic),
    "sinkhorn_divergence": pairs(debiased),
    "wasserstein_critic_loss": lambda fake, real: fake.mean(-1) - real.mean(-1),
    "diffusion_earth_movers_distance": diffused,
}


def _oracle(elements: Formula) -> Formula:
    def whole(*arrays: Array, **options: Any) -> Any:
        return reduced(elements, *arrays, **options)

    return whole


ORACLES: dict[str, Formula] = {name: _oracle(elements) for name, elements in ELEMENTS.items()}

REDUCTIONS: list[dict[str, Any]] = [{}, {"reduction": "none"}, {"weights": WEIGHTS, "reduction": "sum"}]
POWERS: list[dict[str, Any]] = [{}, {"p": 2}, {"p": 1.5, "root": False}, {"p": 3.0, "reduction": "none"}]
ENTROPIC: list[dict[str, Any]] = [
    {"regularization": 2.0, "iterations": 200},
    {"regularization": 1.0, "iterations": 400, "weights": WEIGHTS},
    {"regularization": 1.0, "p": 1, "iterations": 200, "unroll": False},
    {"regularization": 1.0, "p": 1.5, "iterations": 200, "reduction": "none"},
]

WARM = [{**options, "regularization": 4.0 * options["regularization"]} for options in ENTROPIC]
"""What clouds cost to themselves settles slowly at a low temperature, for POT too."""

CALLS: dict[str, Given] = {
    "earth_movers_distance": [
        (
            (SMALL, PARTNER),
            [{}, {"squared": True}, {"point_reduction": "sum"}, {"weights": np.asarray([1.0, 0.0, 2.0])}],
        ),
        ((np.round(SMALL), np.round(PARTNER)), [{"reduction": "none"}]),
    ],
    "optimal_transport_distance": [
        ((CLOUD, OTHER), POWERS + REDUCTIONS),
        ((CLOUD, OTHER, MASS, OTHER_MASS), POWERS + REDUCTIONS),
        ((CLOUD, OTHER), [{"target_weights": OTHER_MASS}]),
        ((CLOUD, CLOUD[:, ::-1] + 0.5), POWERS),
        ((np.round(CLOUD), np.round(OTHER), MASS, OTHER_MASS), POWERS),
    ],
    "transport_cost": [((MASS, OTHER_MASS, COST), REDUCTIONS), ((MASS, OTHER_MASS, np.round(COST) + 3), REDUCTIONS)],
    "wasserstein_distance": [
        ((LINE, OTHER_LINE), POWERS + REDUCTIONS),
        ((LINE, OTHER_LINE, MASS, OTHER_MASS), POWERS + REDUCTIONS),
        ((LINE, OTHER_LINE, MASS), [{}]),
        ((LINE, LINE[:, ::-1] + 0.5), POWERS),
        ((GRID, OTHER_GRID, MASS, OTHER_MASS), POWERS),
    ],
    "sliced_wasserstein_distance": [
        ((CLOUD, OTHER), each(POWERS, projections=DIRECTIONS)),
        ((CLOUD, OTHER, MASS, OTHER_MASS), each(POWERS + REDUCTIONS, projections=DIRECTIONS)),
        ((CLOUD, OTHER), [{}, {"seed": 7, "count": 5}]),
    ],
    "sinkhorn_distance": [
        ((CLOUD, OTHER), ENTROPIC + each(ENTROPIC[:2], cost="transport")),
        ((CLOUD, OTHER, MASS, OTHER_MASS), ENTROPIC),
    ],
    "sinkhorn_divergence": [((CLOUD, OTHER), WARM), ((CLOUD, OTHER, MASS, OTHER_MASS), WARM)],
    "wasserstein_critic_loss": [((LINE, OTHER_LINE), REDUCTIONS)],
    "diffusion_earth_movers_distance": [
        (
            (SHARES, OTHER_SHARES),
            each([{}, {"scales": 3}, {"scales": 1, "alpha": 0.0}, {"alpha": 0.25}], operator=OPERATOR),
        ),
        (
            (4 * SHARES, OTHER_SHARES / 3),
            each([{"reduction": "none"}, {"weights": np.arange(4.0)}], operator=OPERATOR),
        ),
        ((SHARES.T, OTHER_SHARES.T), [{"operator": OPERATOR, "node_axis": 0, "reduction": "none"}]),
    ],
}


def _diffusion_emd() -> Any:
    """Of the authors' code, on a ring: it has no loops, and its operator is symmetric."""
    code = pytest.importorskip("DiffusionEMD.diffusion_emd", exc_type=ImportError)
    model = code.DiffusionCheb(max_scale=5, n_scales=6, anisotropy=0, alpha=0, method="exact", use_diff_wavelets=True)
    rows = model.fit_transform(RING, np.stack([SHARES[0], OTHER_SHARES[0]], axis=1))
    return np.abs(rows[0] - rows[1]).sum()


CLAIMS: dict[str, Claim] = {
    "POT emd2 of equal weights": (
        lambda: al.earth_movers_distance(SMALL[0], PARTNER[0]),
        lambda: ot.emd2([], [], cdist(SMALL[0], PARTNER[0])),
    ),
    "SciPy wasserstein_distance_nd": (
        lambda: al.optimal_transport_distance(CLOUD[0], OTHER[0], MASS[0], OTHER_MASS[0]),
        lambda: scipy.stats.wasserstein_distance_nd(CLOUD[0], OTHER[0], MASS[0], OTHER_MASS[0]),
    ),
    "SciPy wasserstein_distance": (
        lambda: al.wasserstein_distance(LINE[0], OTHER_LINE[0], MASS[0], OTHER_MASS[0]),
        lambda: scipy.stats.wasserstein_distance(LINE[0], OTHER_LINE[0], MASS[0], OTHER_MASS[0]),
    ),
    "cumulative shares of unit bins": (
        lambda: al.wasserstein_distance(np.arange(6.0), np.arange(6.0), SHARES[0], OTHER_SHARES[0]),
        lambda: np.abs(np.cumsum(SHARES[0] - OTHER_SHARES[0])).sum(),
    ),
    "POT solve_sample, regularized by KL": (
        lambda: al.sinkhorn_distance(CLOUD[0], OTHER[0], regularization=1.0, iterations=400),
        lambda: converged(ot.solve_sample, CLOUD[0], OTHER[0], reg=1.0),
    ),
    "POT solve_sample, debiased": (
        lambda: al.sinkhorn_divergence(CLOUD[0], OTHER[0], regularization=4.0, iterations=400),
        lambda: converged(ot.solve_sample, CLOUD[0], OTHER[0], reg=4.0, debias=True),
    ),
    "a low temperature is exact transport": (
        lambda: al.sinkhorn_distance(SMALL[0], PARTNER[0], regularization=1e-4, p=1, iterations=500),
        lambda: ot.emd2([], [], cdist(SMALL[0], PARTNER[0])) + 1e-4 * np.log(5),
    ),
    "torch mean of scores": (
        lambda: al.wasserstein_critic_loss(LINE[0], OTHER_LINE[0]),
        lambda: torch.mean(torch.from_numpy(LINE[0])) - torch.mean(torch.from_numpy(OTHER_LINE[0])),
    ),
    "the generator of a Wasserstein GAN": (
        lambda: -al.wasserstein_critic_loss(LINE[0], 0 * LINE[0]),
        lambda: -LINE[0].mean(),
    ),
    "DiffusionEMD": (
        lambda: al.diffusion_emd(SHARES[0], OTHER_SHARES[0], operator=RING / 2, scales=5, alpha=0.0),
        _diffusion_emd,
    ),
}
