"""Which metrics are compared, at which sizes, with whom."""

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import numpy as np

import arraylosses as al

from . import formulas as f

Formula = Callable[..., Any]
Peers = dict[str, dict[str, Formula]]
"""Library of the arrays -> peer -> a function of prediction and target."""


@dataclass(frozen=True)
class Case:
    """One metric.

    ``options`` are ours, by library where a peer makes other choices; ``several`` sizes, and fewer of them in haste.
    """

    name: str
    data: Formula
    peers: Peers
    sizes: tuple[int, ...]
    quick: tuple[int, ...]
    options: dict[str, Any] = field(default_factory=dict)
    by_library: dict[str, dict[str, Any]] = field(default_factory=dict)
    gradient: bool = True
    tolerance: float = 2e-4

    def ours(self, library: str) -> Formula:
        metric = getattr(al, self.name)
        options = {**self.options, **self.by_library.get(library, {})}
        return lambda *arrays: metric(*arrays, **options)


# ---- peers, imported when they are called


def of(path: str, *, target_first: bool = False, mean: bool = False, **options: Any) -> Formula:
    """A function by its path, such as 'optax.huber_loss'."""

    def call(pred: Any, target: Any) -> Any:
        home, _, name = path.rpartition(".")
        pair = (target, pred) if target_first else (pred, target)
        value = getattr(import_module(home), name)(*pair, **options)
        return value.mean() if mean else value

    return call


def by_formula(formula: Formula) -> dict[str, dict[str, Formula]]:
    return {lib: {"formula": in_namespace(formula, home)} for lib, home in (("numpy", "numpy"), ("jax", "jax.numpy"))}


def in_namespace(formula: Formula, home: str) -> Formula:
    return lambda *arrays: formula(import_module(home), *arrays)


def sklearn(name: str, **options: Any) -> dict[str, Formula]:
    return {"scikit-learn": of(f"sklearn.metrics.{name}", target_first=True, **options)}


def torch(name: str, **options: Any) -> dict[str, Formula]:
    return {"torch": of(f"torch.nn.functional.{name}", **options)}


def torchmetrics(name: str, **options: Any) -> dict[str, Formula]:
    home, _, name = f"torchmetrics.functional.{name}".rpartition(".")
    return {"torchmetrics": of(f"{home}.{name}", **options)}


def optax(name: str, **options: Any) -> dict[str, Formula]:
    return {"optax": of(f"optax.{name}", mean=True, **options)}


def pearsonr(pred: Any, target: Any) -> Any:
    return import_module("scipy.stats").pearsonr(pred, target).statistic


def spearmanr(pred: Any, target: Any) -> Any:
    return import_module("scipy.stats").spearmanr(pred, target).statistic


def scipy_huber(pred: Any, target: Any) -> Any:
    return import_module("scipy.special").huber(np.float32(1.0), pred - target).mean()


def scipy_entropy(logits: Any, label: Any) -> Any:
    log = import_module("scipy.special").log_softmax(logits, axis=-1)
    return -np.take_along_axis(log, label[:, None], -1).mean()


# ---- data


def real(rng: Any, n: int) -> list[Any]:
    return list(rng.standard_normal((2, n), dtype=np.float32))


def related(rng: Any, n: int) -> list[Any]:
    target, noise = real(rng, n)
    return [target + noise, target]


def logits(rng: Any, n: int) -> list[Any]:
    return [rng.standard_normal(n, dtype=np.float32), rng.integers(0, 2, n).astype(np.float32)]


def class_logits(rng: Any, n: int) -> list[Any]:
    return [rng.standard_normal((n, 1000), dtype=np.float32), rng.integers(0, 1000, n)]


def labels(rng: Any, n: int) -> list[Any]:
    target = rng.integers(0, 10, n)
    return [np.where(rng.random(n) < 0.6, target, rng.integers(0, 10, n)), target]


def scores(rng: Any, n: int) -> list[Any]:
    score = rng.random(n, dtype=np.float32)
    return [score, (rng.random(n) < score).astype(np.int64)]


def images(rng: Any, n: int) -> list[Any]:
    target = rng.random((4, 3, n, n), dtype=np.float32)
    return [np.clip(target + 0.1 * rng.standard_normal(target.shape, dtype=np.float32), 0, 1), target]


def clouds(rng: Any, n: int) -> list[Any]:
    return list(rng.random((2, n, 3), dtype=np.float32))


def boxes(rng: Any, n: int) -> list[Any]:
    corner, size = rng.random((2, 2, n, 2), dtype=np.float32)
    return list(np.concat([corner, corner + size + 0.05], axis=-1))


LENGTHS, SHORT = (10**2, 10**5, 10**7), (10**2, 10**5)
LONG, MIDDLE = (10**6,), (10**5,)
TEN: dict[str, Any] = {"task": "multiclass", "num_classes": 10}
BINARY: dict[str, Any] = {"task": "binary"}


def joined(*several: Peers) -> Peers:
    """Peers of several tables, library by library."""
    return {lib: {k: v for p in several for k, v in p.get(lib, {}).items()} for lib in ("numpy", "torch", "jax")}


def peers(formula: Formula | None, **named: dict[str, Formula]) -> Peers:
    return joined(by_formula(formula) if formula else {}, named)


CASES: tuple[Case, ...] = (
    Case(
        "squared_error",
        real,
        peers(
            f.mean_square,
            numpy=sklearn("mean_squared_error"),
            torch={**torch("mse_loss"), **torchmetrics("mean_squared_error")},
            jax=optax("squared_error"),
        ),
        LENGTHS,
        SHORT,
    ),
    Case(
        "absolute_error",
        real,
        peers(
            f.mean_absolute,
            numpy=sklearn("mean_absolute_error"),
            torch={**torch("l1_loss"), **torchmetrics("mean_absolute_error")},
        ),
        LENGTHS,
        SHORT,
    ),
    Case(
        "huber_loss",
        real,
        peers(None, numpy={"scipy": scipy_huber}, torch=torch("huber_loss"), jax=optax("huber_loss")),
        LENGTHS,
        SHORT,
    ),
    Case(
        "binary_cross_entropy_with_logits",
        logits,
        peers(
            f.logit_entropy,
            torch=torch("binary_cross_entropy_with_logits"),
            jax=optax("sigmoid_binary_cross_entropy"),
        ),
        LONG,
        MIDDLE,
    ),
    Case(
        "cross_entropy",
        class_logits,
        peers(
            f.label_entropy,
            numpy={"scipy": scipy_entropy},
            torch=torch("cross_entropy"),
            jax=optax("softmax_cross_entropy_with_integer_labels"),
        ),
        (8192,),
        (512,),
    ),
    Case(
        "r2_score",
        related,
        peers(f.r2, numpy=sklearn("r2_score"), torch=torchmetrics("r2_score")),
        LONG,
        MIDDLE,
    ),
    Case(
        "pearson_corrcoef",
        related,
        peers(f.correlation, numpy={"scipy": pearsonr}, torch=torchmetrics("pearson_corrcoef")),
        LONG,
        MIDDLE,
    ),
    Case(
        "spearman_corrcoef",
        related,
        peers(f.rank_correlation, numpy={"scipy": spearmanr}, torch=torchmetrics("spearman_corrcoef")),
        LONG,
        MIDDLE,
        gradient=False,
    ),
    Case(
        "confusion_matrix",
        labels,
        peers(f.table, numpy=sklearn("confusion_matrix"), torch=torchmetrics("confusion_matrix", **TEN)),
        LONG,
        MIDDLE,
        {"num_classes": 10},
        gradient=False,
    ),
    Case(
        "f_beta",
        labels,
        peers(
            f.f_of_table,
            numpy=sklearn("fbeta_score", beta=2.0, average="macro"),
            torch=torchmetrics("fbeta_score", beta=2.0, average="macro", **TEN),
        ),
        LONG,
        MIDDLE,
        {"num_classes": 10, "beta": 2.0},
        gradient=False,
    ),
    Case(
        "auroc",
        scores,
        peers(None, numpy=sklearn("roc_auc_score"), torch=torchmetrics("auroc", **BINARY)),
        LONG,
        MIDDLE,
        gradient=False,
    ),
    Case(
        "expected_calibration_error",
        scores,
        peers(f.calibration, torch=torchmetrics("calibration_error", **BINARY)),
        LONG,
        MIDDLE,
        gradient=False,
        # a confidence on the edge of a bin goes either way, by its rounding
        tolerance=3e-3,
    ),
    Case(
        "ssim",
        images,
        peers(
            None,
            numpy={"scikit-image": f.similarity_by_plane},
            torch=torchmetrics("image.structural_similarity_index_measure", data_range=1.0),
        ),
        (256,),
        (64,),
        {"data_range": 1.0},
        {"torch": {"padding": "reflect"}},
    ),
    Case(
        "psnr",
        images,
        peers(
            f.noise_ratio,
            numpy={"scikit-image": of("skimage.metrics.peak_signal_noise_ratio", data_range=1.0)},
            torch=torchmetrics("image.peak_signal_noise_ratio", data_range=1.0),
        ),
        (256,),
        (64,),
        {"data_range": 1.0},
    ),
    Case(
        "chamfer_distance",
        clouds,
        peers(f.chamfer, numpy={"scipy": f.chamfer_by_tree}, torch={"cdist": f.chamfer_by_table}),
        (2_000, 16_000),
        (500,),
        tolerance=2e-3,
    ),
    Case(
        "giou_loss",
        boxes,
        peers(
            f.giou,
            torch={
                "formula": in_namespace(f.giou, "torch"),
                "torchvision": of("torchvision.ops.generalized_box_iou_loss", reduction="mean"),
            },
        ),
        (10**5,),
        (10**4,),
    ),
)
