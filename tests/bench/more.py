"""Rows of geometry, transport, regions and distributions, beside those of `cases`."""

from importlib import import_module
from typing import Any

import numpy as np

from . import formulas as f
from .cases import LONG, MIDDLE, Case, Formula, boxes, by_formula, clouds, images, in_namespace, logits, of, peers

# ---- data


def masks(rng: Any, n: int) -> list[Any]:
    target = (rng.random((8, n)) < 0.3).astype(np.float32)
    return [np.clip(0.7 * target + 0.3 * rng.random(target.shape, dtype=np.float32), 0, 1), target]


def shares(rng: Any, n: int) -> list[Any]:
    drawn = rng.random((2, n // 10, 10), dtype=np.float32) + np.float32(0.05)
    return list(drawn / drawn.sum(-1, keepdims=True))


def rows_of_numbers(rng: Any, n: int) -> list[Any]:
    return list(rng.standard_normal((2, n), dtype=np.float32))


def predicted(rng: Any, n: int) -> list[Any]:
    mean, noise = rng.standard_normal((2, n), dtype=np.float32)
    std = 0.2 + rng.random(n, dtype=np.float32)
    return [mean, std, mean + std * noise]


def ensembles(rng: Any, n: int) -> list[Any]:
    return [rng.standard_normal((n // 10, 10), dtype=np.float32), rng.standard_normal(n // 10, dtype=np.float32)]


# ---- peers


def assignment(a: Any, b: Any) -> Any:
    """POT's exact solver, on squared distances."""
    ot = import_module("ot")
    n = a.shape[0]
    return ot.emd2(np.full(n, 1 / n), np.full(n, 1 / n), ot.dist(a.astype(float), b.astype(float)))


def _sinkhorn(a: Any, b: Any) -> Any:
    ot = import_module("ot")
    n = a.shape[0]
    even = np.full(n, 1 / n)
    plan = ot.sinkhorn(even, even, ot.dist(a, b).astype(float), 0.05, numItermax=100, stopThr=0, method="sinkhorn_log")
    return (plan * ot.dist(a, b)).sum()


def _farthest(a: Any, b: Any) -> Any:
    tree = import_module("scipy.spatial").cKDTree
    return max(tree(b).query(a)[0].max(), tree(a).query(b)[0].max())


def _lovasz(home: str) -> Formula:
    """The authors' code: sort the margins, and weigh them by the steps of the Jaccard loss."""

    def call(score: Any, label: Any) -> Any:
        xp = import_module(home)
        margin = 1 - score * (2 * label - 1)
        order = xp.argsort(-margin)
        ordered, hit = margin[order], label[order]
        whole = hit.sum()
        jaccard = 1 - (whole - xp.cumsum(hit, 0)) / (whole + xp.cumsum(1 - hit, 0))
        steps = xp.concatenate([jaccard[:1], jaccard[1:] - jaccard[:-1]])
        return (xp.maximum(ordered, xp.zeros_like(ordered)) * steps).sum()

    return call


def _msssim(name: str) -> Formula:
    def call(pred: Any, target: Any) -> Any:
        return getattr(import_module("pytorch_msssim"), name)(pred, target, data_range=1.0)

    return call


def _scoring(name: str) -> Formula:
    def call(*arrays: Any) -> Any:
        *params, target = arrays
        return getattr(import_module("scoringrules"), name)(target, *params, backend="numpy").mean()

    return call


def _focal(home: str) -> Formula:
    """The formula of the paper, on the stable cross entropy."""

    def call(score: Any, label: Any) -> Any:
        if home == "torch":
            nn = import_module("torch.nn.functional")
            entropy, p = nn.binary_cross_entropy_with_logits(score, label, reduction="none"), score.sigmoid()
        else:
            xp = import_module(home)
            entropy, p = xp.logaddexp(xp.float32(0.0), score) - label * score, 1 / (1 + xp.exp(-score))
        return ((p * (1 - label) + (1 - p) * label) ** 2 * entropy).mean()

    return call


LOVASZ = {lib: {"the authors'": _lovasz(home)} for lib, home in (("numpy", "numpy"), ("torch", "torch"))}
FOCAL = {
    "numpy": {"formula": _focal("numpy")},
    "torch": {"formula": _focal("torch")},
    "jax": {"optax": of("optax.sigmoid_focal_loss", mean=True, gamma=2.0)},
}
DIVERGENCE = {
    "numpy": {"scipy": f.relative_entropy},
    "torch": {"torch": f.torch_divergence},
    "jax": {"formula": in_namespace(f.divergence, "jax.numpy")},
}

CASES: tuple[Case, ...] = (
    Case("focal_loss_with_logits", logits, FOCAL, LONG, MIDDLE),
    Case("kl_divergence", shares, DIVERGENCE, LONG, MIDDLE),
    Case("dice_loss", masks, peers(f.dice, torch={"formula": in_namespace(f.dice, "torch")}), LONG, MIDDLE),
    # of equal margins the authors' sort makes an arbitrary order, and the gradient follows it
    Case("lovasz_hinge", logits, LOVASZ, LONG, MIDDLE, gradient=False),
    Case(
        "ms_ssim",
        images,
        {"torch": {"pytorch-msssim": _msssim("ms_ssim")}},
        (256,),
        (176,),
        {"data_range": 1.0},
    ),
    Case(
        "hausdorff_distance",
        lambda rng, n: clouds(rng, n),
        {"numpy": {"scipy": _farthest}, "torch": {"cdist": f.hausdorff_by_table}},
        (2_000, 16_000),
        (500,),
        tolerance=2e-3,
        gradient=False,
    ),
    Case("pairwise_iou", boxes, by_formula(f.all_overlaps), (4096,), (256,), gradient=False),
    Case(
        "wasserstein_distance",
        rows_of_numbers,
        {
            "numpy": {"scipy": of("scipy.stats.wasserstein_distance"), "POT": of("ot.wasserstein_1d")},
            "torch": {"POT": of("ot.wasserstein_1d")},
        },
        LONG,
        MIDDLE,
        gradient=False,
        # POT sums its weights in float32
        tolerance=2e-3,
    ),
    Case(
        "optimal_transport_distance",
        clouds,
        {"numpy": {"POT": assignment}},
        (128, 512),
        (32,),
        {"p": 2.0, "root": False},
        gradient=False,
    ),
    Case(
        "sinkhorn_distance",
        clouds,
        {"numpy": {"POT": _sinkhorn}},
        (512,),
        (64,),
        {"regularization": 0.05, "p": 2.0, "iterations": 100, "cost": "transport"},
        gradient=False,
        tolerance=2e-2,
    ),
    Case(
        "crps_gaussian", predicted, {"numpy": {"scoringrules": _scoring("crps_normal")}}, LONG, MIDDLE, gradient=False
    ),
    Case(
        "crps_ensemble", ensembles, {"numpy": {"scoringrules": _scoring("crps_ensemble")}}, LONG, MIDDLE, gradient=False
    ),
)
