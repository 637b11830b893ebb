"""Point sets: by the whole table of distances, by SciPy, by loops."""

from itertools import product
from typing import Any

import numpy as np
from scipy.spatial.distance import cdist, directed_hausdorff

import arraylosses as al

from ._common import Array, Claim, Formula, Given, reduced

RNG = np.random.default_rng(20250107)
PRED, TARGET = RNG.normal(size=(3, 9, 3)), RNG.normal(size=(3, 7, 3))
PRED_WEIGHTS = RNG.uniform(0.1, 2.0, (3, 9))
TARGET_WEIGHTS = RNG.uniform(0.1, 2.0, (3, 7)) * (RNG.random((3, 7)) > 0.3)
W = RNG.uniform(0.1, 3.0, 3)
WEIGHTED = {"pred_weights": PRED_WEIGHTS, "target_weights": TARGET_WEIGHTS}
DIRECTIONS = ("both", "pred_to_target", "target_to_pred")


def tables(
    a: Array, b: Array, pred_weights: Array | None = None, target_weights: Array | None = None
) -> list[tuple[Array, Array, Array]]:
    """Of each pair: distances between the points that are there, and their weights."""
    v = np.ones(a.shape[:2]) if pred_weights is None else pred_weights
    w = np.ones(b.shape[:2]) if target_weights is None else target_weights
    return [(cdist(x[m > 0], y[n > 0]), m[m > 0], n[n > 0]) for x, y, m, n in zip(a, b, v, w, strict=True)]


def hausdorff(a: Array, b: Array, direction: str = "both", **weights: Any) -> Array:
    v = weights.get("pred_weights", np.ones(a.shape[:2]))
    w = weights.get("target_weights", np.ones(b.shape[:2]))
    pairs = [(x[m > 0], y[n > 0]) for x, y, m, n in zip(a, b, v, w, strict=True)]
    there = [directed_hausdorff(x, y)[0] for x, y in pairs]
    back = [directed_hausdorff(y, x)[0] for x, y in pairs]
    return {"both": np.maximum(there, back), "pred_to_target": there, "target_to_pred": back}[direction]


def over_pairs(rows: Any, weights: Array | None = None, axis: Any = None) -> tuple[Array, ...]:
    """Columns of a table of pairs, averaged or not."""
    columns = np.transpose(rows)
    return tuple(columns if axis == () else np.average(columns, axis=1, weights=weights))


def close_mean(distance: Array, weight: Array, bound: float) -> float:
    near = distance < bound
    return float(np.average(distance[near], weights=weight[near])) if near.any() else np.nan


def dtu(a: Array, b: Array, weights: Array | None = None, axis: Any = None, **options: Any) -> Any:
    max_distance = options.pop("max_distance", 20.0)
    rows = []
    for table, m, n in tables(a, b, **options):
        there, back = close_mean(table.min(1), m, max_distance), close_mean(table.min(0), n, max_distance)
        rows.append((there, back, (there + back) / 2))
    return over_pairs(rows, weights, axis)


def fscore(a: Array, b: Array, threshold: float, weights: Array | None = None, axis: Any = None, **w: Any) -> Any:
    rows = []
    for table, m, n in tables(a, b, **w):
        p = np.average(table.min(1) < threshold, weights=m)
        r = np.average(table.min(0) < threshold, weights=n)
        rows.append((2 * p * r / (p + r) if p + r else 0.0, p, r))
    return over_pairs(rows, weights, axis)


def learnable(a: Array, b: Array, pred_weights: Array, target_weights: Array) -> Array:
    found = tables(a, b, pred_weights, target_weights)
    return np.array([(m @ table.min(1) + n @ table.min(0)) / 2 for table, m, n in found])


def greedy(points: Array, radius: float, seed: int | None = None) -> Array:
    """As the DTU protocol does it: in turn, each that is left takes away its neighbours."""
    n = points.shape[-2]
    order = np.arange(n) if seed is None else np.random.Generator(np.random.Philox(seed)).permutation(n)
    left = np.ones(points.shape[:-1])
    for cloud, keep in zip(points, left, strict=True):
        for i in order:
            if keep[i]:
                keep[np.linalg.norm(cloud - cloud[i], axis=-1) <= radius] = 0
                keep[i] = 1
    return left


def attention(scores: Array, sigma: float = 0.01, epsilon: float = 0.0, n_axis: int = -1) -> Array:
    weight = sigma + np.exp(-np.square(np.moveaxis(scores, n_axis, -1)))
    return weight / (epsilon + weight.sum(-1, keepdims=True))


ORACLES: dict[str, Formula] = {
    "hausdorff_distance": lambda *a, **o: reduced(hausdorff, *a, **o),
    "dtu_chamfer": dtu,
    "point_cloud_fscore": fscore,
    "radius_downsample": greedy,
    "lcd_attention_weights": attention,
    "learnable_chamfer_distance": lambda *a, **o: reduced(learnable, *a, **o),
    "lcd_adversarial_loss": lambda x, **o: reduced(lambda x, sigma=1e-3: -np.log(x + sigma), x, **o),
}

CALLS: dict[str, Given] = {
    "hausdorff_distance": [
        ((PRED, TARGET), [{"direction": d, **w} for d, w in product(DIRECTIONS, ({}, {"weights": W}, WEIGHTED))]),
        ((PRED, TARGET), [{"reduction": "none"}, {"reduction": "sum", "weights": W}]),
    ],
    "dtu_chamfer": [
        ((PRED, TARGET), [{}, {"max_distance": 1.2, "weights": W}, {"max_distance": 1.2, **WEIGHTED}]),
        ((PRED, TARGET), [{"max_distance": 1.0, "axis": ()}]),
    ],
    "point_cloud_fscore": [
        ((PRED, TARGET), [{"threshold": 1.0}, {"threshold": 1.2, "weights": W}, {"threshold": 0.9, **WEIGHTED}]),
        ((PRED, TARGET), [{"threshold": 1.0, "axis": ()}, {"threshold": 1e-3}]),
    ],
    "radius_downsample": [((PRED,), [{"radius": 1.2}, {"radius": 1.2, "seed": 7}, {"radius": 0}])],
    "lcd_attention_weights": [
        ((PRED_WEIGHTS,), [{}, {"sigma": 0.5, "epsilon": 1e-8}, {"n_axis": 0}]),
    ],
    "learnable_chamfer_distance": [
        ((PRED, TARGET, PRED_WEIGHTS, TARGET_WEIGHTS), [{}, {"weights": W}, {"reduction": "none"}]),
    ],
    "lcd_adversarial_loss": [((W,), [{}, {"sigma": 0.1, "weights": W}, {"reduction": "none"}])],
}

CLAIMS: dict[str, Claim] = {
    "scipy directed_hausdorff": (
        lambda: al.hausdorff_distance(PRED[0], TARGET[0]),
        lambda: max(directed_hausdorff(PRED[0], TARGET[0])[0], directed_hausdorff(TARGET[0], PRED[0])[0]),
    ),
    "learnable chamfer of equal weights": (
        lambda: al.learnable_chamfer_distance(PRED, TARGET, np.full((3, 9), 1 / 9), np.full((3, 7), 1 / 7)),
        lambda: al.chamfer_distance(PRED, TARGET, squared=False) / 2,
    ),
    "dtu without a bound": (
        lambda: al.dtu_chamfer(PRED, TARGET, max_distance=np.inf).overall,
        lambda: al.chamfer_distance(PRED, TARGET, squared=False) / 2,
    ),
    "chamfer one way and back": (
        lambda: sum(al.chamfer_distance(PRED, TARGET, direction=d, **WEIGHTED) for d in DIRECTIONS[1:]),
        lambda: al.chamfer_distance(PRED, TARGET, **WEIGHTED),
    ),
}
