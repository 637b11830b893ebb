"""Neural fields, ray by ray and point by point."""

from typing import Any

import numpy as np
import scipy.special
import scipy.stats
import torch

from ._common import Array, Formula, Given, Options, each, reduced

RNG = np.random.default_rng(78)
ALPHA = RNG.random((6, 5))
ALPHA[0, 2] = ALPHA[1, 0] = 1.0
ALPHA[2, 3:] = 0.0
OPACITY, SDF = RNG.random((6, 5)), RNG.normal(size=(6, 5))
GRADIENT, NEIGHBOUR = RNG.normal(size=(2, 6, 5, 3))
HESSIAN = RNG.normal(size=(6, 5, 3, 3))
PRODUCT = np.einsum("...ij,...j->...i", HESSIAN, GRADIENT)
DISPARITY, IMAGE = RNG.random((6, 7, 8)), RNG.random((6, 3, 7, 8))
W, W2 = RNG.uniform(0.1, 3.0, 6), RNG.uniform(0.1, 3.0, (6, 5)) * (RNG.random((6, 5)) > 0.2)


def weights_along(alpha: Array, epsilon: float = 0.0, sample_axis: int = -1) -> Array:
    """Sample by sample, as light goes."""
    alpha = np.moveaxis(alpha, sample_axis, -1)
    out, light = np.empty_like(alpha), np.ones(alpha.shape[:-1])
    for i in range(alpha.shape[-1]):
        out[..., i] = light * alpha[..., i]
        light = light * (1 - alpha[..., i] + epsilon)
    return out


def stopped(alpha: Array, epsilon: float = 0.0, sample_axis: int = -1) -> Array:
    if epsilon:
        return weights_along(alpha, epsilon, sample_axis).sum(-1)
    return 1 - np.prod(1 - alpha, axis=sample_axis)


def entropy(o: Array, epsilon: float | None = None) -> Array:
    o = np.clip(o, epsilon, 1 - epsilon) if epsilon else o
    return scipy.stats.entropy([o, 1 - o])


def divergence(g: Array, h: Array, normalize: bool = True, epsilon: float | None = None) -> Array:
    rate = np.einsum("...i,...ij,...j->...", g, h, g)
    return rate / (np.sum(g**2, -1) + (epsilon or 0.0)) if normalize else rate


def size_of(divergence_of: Formula) -> Formula:
    def oracle(*arrays: Array, penalty: str = "absolute", **options: Any) -> Array:
        value = divergence_of(*arrays, **options)
        return value**2 if penalty == "squared" else np.abs(value)

    return oracle


def divergence_of_product(g: Array, p: Array, coordinate_axis: int = -1, **options: Any) -> Array:
    """By a Hessian of rank one that has this product."""
    g, p = (np.moveaxis(v, coordinate_axis, -1) for v in (g, p))
    return divergence(g, p[..., :, None] * g[..., None, :] / np.sum(g**2, -1)[..., None, None], **options)


def one_norm(h: Array, norm: str = "entrywise") -> Array:
    return np.abs(h).sum((-2, -1)) if norm == "entrywise" else np.linalg.norm(h, ord=1, axis=(-2, -1))


def between_normals(g: Array, other: Array, epsilon: float = 0.0, coordinate_axis: int = -1) -> Array:
    g, other = (v / (np.linalg.norm(v, axis=coordinate_axis, keepdims=True) + epsilon) for v in (g, other))
    return np.linalg.norm(g - other, axis=coordinate_axis)


def edges(disparity: Array, image: Array) -> Array:
    total = np.zeros(len(disparity))
    for axis in (-1, -2):
        contrast = np.abs(np.diff(image, axis=axis)).mean(1)
        total += (np.abs(np.diff(disparity, axis=axis)) * np.exp(-contrast)).mean((-2, -1))
    return total


def cauchy(s: Array, epsilon: float) -> Array:
    return scipy.stats.cauchy.pdf(s, scale=epsilon)


def laplace(s: Array, scale: float = 1.0) -> Array:
    return scipy.stats.laplace.pdf(s, scale=1 / scale) * 2 / scale


def distance(s: Array) -> Array:
    return torch.nn.functional.l1_loss(torch.from_numpy(s), torch.zeros(s.shape), reduction="none").numpy()


ELEMENTS: dict[str, Formula] = {
    "opacity_loss": entropy,
    "sparsity_loss": laplace,
    "sdf_surface_loss": distance,
    "minimal_surface_loss": cauchy,
    "directional_divergence_loss": size_of(divergence),
    "directional_divergence_loss_with_product": size_of(divergence_of_product),
    "hessian_smoothness_loss": one_norm,
    "normal_smoothness_loss": between_normals,
    "edge_aware_smoothness_loss": edges,
}
ORACLES: dict[str, Formula] = {
    **{name: lambda *a, f=f, **o: reduced(f, *a, **o) for name, f in ELEMENTS.items()},
    "volume_weights": weights_along,
    "accumulated_opacity": stopped,
    "directional_divergence": divergence,
}

REDUCTIONS: Options = [{}, {"reduction": "none"}, {"weights": W}, {"weights": W2, "axis": 0, "reduction": "sum"}]
RATES: Options = [{}, {"epsilon": 0.5}, {"normalize": False}]
PENALTIES: Options = [*REDUCTIONS, *each(RATES, penalty="squared"), *RATES]
RAYS: Given = [((ALPHA,), [{}, {"epsilon": 1e-7}, {"sample_axis": 0}]), ((ALPHA[:, :1],), [{}]), ((ALPHA[0],), [{}])]
MOVED = np.moveaxis(GRADIENT, -1, 0), np.moveaxis(NEIGHBOUR, -1, 0), np.moveaxis(PRODUCT, -1, 0)

CALLS: dict[str, Given] = {
    "volume_weights": RAYS,
    "accumulated_opacity": RAYS,
    "opacity_loss": [((OPACITY,), [*REDUCTIONS, {"epsilon": 0.2}]), ((OPACITY.round(),), [{}, {"epsilon": 1e-3}])],
    "sparsity_loss": [((SDF,), [*REDUCTIONS, {"scale": 20.0}])],
    "sdf_surface_loss": [((SDF,), [*REDUCTIONS, {"avg_factor": 6.0}])],
    "minimal_surface_loss": [((SDF,), each(REDUCTIONS, epsilon=0.1))],
    "directional_divergence": [((GRADIENT, HESSIAN), RATES)],
    "directional_divergence_loss": [((GRADIENT, HESSIAN), PENALTIES)],
    "directional_divergence_loss_with_product": [
        ((GRADIENT, PRODUCT), PENALTIES),
        ((MOVED[0], MOVED[2]), [{"coordinate_axis": 0}]),
    ],
    "hessian_smoothness_loss": [((HESSIAN,), [*REDUCTIONS, *each(REDUCTIONS, norm="induced")])],
    "normal_smoothness_loss": [
        ((GRADIENT, NEIGHBOUR), [*REDUCTIONS, {"epsilon": 0.3}]),
        (MOVED[:2], [{"coordinate_axis": 0, "reduction": "none"}]),
    ],
    "edge_aware_smoothness_loss": [((DISPARITY, IMAGE), [{}, {"reduction": "none"}, {"weights": W}])],
}
