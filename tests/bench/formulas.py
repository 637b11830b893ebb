"""The textbook formulas, in any namespace that resembles NumPy: peers where no package has the metric."""

from functools import partial
from typing import Any

import numpy as np

Array = Any


def mean_square(xp: Any, p: Array, t: Array) -> Array:
    return ((p - t) ** 2).mean()


def mean_absolute(xp: Any, p: Array, t: Array) -> Array:
    return xp.abs(p - t).mean()


def r2(xp: Any, p: Array, t: Array) -> Array:
    return 1 - ((t - p) ** 2).sum() / ((t - t.mean()) ** 2).sum()


def correlation(xp: Any, p: Array, t: Array) -> Array:
    return xp.corrcoef(p, t)[0, 1]


def rank_correlation(xp: Any, p: Array, t: Array) -> Array:
    return xp.corrcoef(xp.argsort(xp.argsort(p)) * 1.0, xp.argsort(xp.argsort(t)) * 1.0)[0, 1]


def logit_entropy(xp: Any, x: Array, t: Array) -> Array:
    return (xp.logaddexp(0.0, x) - t * x).mean()


def label_entropy(xp: Any, x: Array, label: Array) -> Array:
    top = x.max(-1, keepdims=True)
    norm = xp.log(xp.exp(x - top).sum(-1)) + top[:, 0]
    return (norm - xp.take_along_axis(x, label[:, None], -1)[:, 0]).mean()


def counted(xp: Any, index: Array, weights: Array | None, n: int) -> Array:
    """JAX must be told the length."""
    return xp.bincount(index, weights, **{"length" if xp.__name__.startswith("jax") else "minlength": n})


def table(xp: Any, p: Array, t: Array, classes: int = 10) -> Array:
    return counted(xp, t * classes + p, None, classes**2).reshape(classes, classes)


def f_of_table(xp: Any, p: Array, t: Array, beta: float = 2.0) -> Array:
    m = table(xp, p, t)
    hit, called, real = m.diagonal(), m.sum(0), m.sum(1)
    return ((1 + beta**2) * hit / (beta**2 * real + called)).mean()


def calibration(xp: Any, p: Array, t: Array, bins: int = 15) -> Array:
    which = xp.minimum((p * bins).astype(int), bins - 1)
    return xp.abs(counted(xp, which, p - t, bins)).sum() / p.shape[0]


def noise_ratio(xp: Any, p: Array, t: Array) -> Array:
    return 10 * xp.log10(1 / ((p - t) ** 2).mean())


def giou(xp: Any, a: Array, b: Array) -> Array:
    low, high = xp.maximum(a[:, :2], b[:, :2]), xp.minimum(a[:, 2:], b[:, 2:])
    inner = (high - low).clip(0.0)
    outer = xp.maximum(a[:, 2:], b[:, 2:]) - xp.minimum(a[:, :2], b[:, :2])
    sizes = [c[:, 2:] - c[:, :2] for c in (a, b)]
    area, hull, one, two = (s[:, 0] * s[:, 1] for s in (inner, outer, *sizes))
    union = one + two - area
    return (1 - area / union + (hull - union) / hull).mean()


def chamfer(xp: Any, a: Array, b: Array) -> Array:
    """By the whole table, |x|^2 - 2 x.y + |y|^2."""
    square = (a * a).sum(1)[:, None] - 2 * a @ b.T + (b * b).sum(1)
    return square.min(1).mean() + square.min(0).mean()


def chamfer_by_tree(a: Array, b: Array) -> Array:
    from scipy.spatial import cKDTree

    return (cKDTree(b).query(a)[0] ** 2).mean() + (cKDTree(a).query(b)[0] ** 2).mean()


def chamfer_by_table(a: Array, b: Array) -> Array:
    import torch

    square = torch.cdist(a, b, compute_mode="donot_use_mm_for_euclid_dist") ** 2
    return square.min(1).values.mean() + square.min(0).values.mean()


def similarity_by_plane(pred: Array, target: Array) -> Array:
    from skimage.metrics import structural_similarity as similarity

    one: Any = partial(similarity, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=1.0)
    planes = zip(pred.reshape(-1, *pred.shape[-2:]), target.reshape(-1, *target.shape[-2:]), strict=True)
    return np.mean([one(p, t) for p, t in planes])


def hausdorff_by_table(a: Array, b: Array) -> Array:
    import torch

    distance = torch.cdist(a, b, compute_mode="donot_use_mm_for_euclid_dist")
    return torch.maximum(distance.min(1).values.max(), distance.min(0).values.max())


def dice(xp: Any, p: Array, t: Array) -> Array:
    return 1 - 2 * (p * t).sum() / (p.sum() + t.sum())


def divergence(xp: Any, p: Array, t: Array) -> Array:
    """Of a target from a prediction, both without zeros."""
    return (t * xp.log(t / p)).sum(-1).mean()


def relative_entropy(p: Array, t: Array) -> Array:
    from scipy.special import rel_entr

    return rel_entr(t, p).sum(-1).mean()


def torch_divergence(p: Array, t: Array) -> Array:
    from torch.nn.functional import kl_div

    return kl_div(p.log(), t, reduction="batchmean")


def all_overlaps(xp: Any, a: Array, b: Array) -> Array:
    """Every box with every other."""
    low, high = xp.maximum(a[:, None, :2], b[:, :2]), xp.minimum(a[:, None, 2:], b[:, 2:])
    inner = (high - low).clip(0.0)
    area = inner[..., 0] * inner[..., 1]
    one, two = ((c[:, 2] - c[:, 0]) * (c[:, 3] - c[:, 1]) for c in (a, b))
    return area / (one[:, None] + two - area)
