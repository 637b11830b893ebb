"""Agreement of numbers, decisions against labels, and scores against them."""

from typing import Any

import numpy as np

from .case import MILLION, Case, Formula, Maker, Peers, joined, plain, sklearn, torchmetrics

# ---- data


def related(rng: Any, n: int) -> list[Any]:
    """Of which three quarters are explained: an agreement near 0 would have no digits to compare."""
    target, noise = rng.standard_normal((2, n), dtype=np.float32)
    return [target + np.float32(0.5) * noise, target]


def labels(classes: int) -> Formula:
    def draw(rng: Any, n: int) -> list[Any]:
        target = rng.integers(0, classes, n)
        return [np.where(rng.random(n) < 0.6, target, rng.integers(0, classes, n)), target]

    return draw


def scores(rng: Any, n: int) -> list[Any]:
    score = rng.random(n, dtype=np.float32)
    return [score, (rng.random(n) < score).astype(np.int64)]


# ---- formulas


def r2(xp: Any, p: Any, t: Any) -> Any:
    return 1 - ((t - p) ** 2).sum() / ((t - t.mean()) ** 2).sum()


def correlation(xp: Any, p: Any, t: Any) -> Any:
    return xp.corrcoef(p, t)[0, 1]


def rank_correlation(xp: Any, p: Any, t: Any) -> Any:
    return xp.corrcoef(xp.argsort(xp.argsort(p)) * 1.0, xp.argsort(xp.argsort(t)) * 1.0)[0, 1]


def statistic(name: str) -> Maker:
    def make() -> Formula:
        from scipy import stats

        function = getattr(stats, name)
        return lambda pred, target: function(pred, target).statistic

    return make


def counted(xp: Any, index: Any, weights: Any | None, n: int) -> Any:
    """JAX must be told the length."""
    return xp.bincount(index, weights, **{"length" if xp.__name__.startswith("jax") else "minlength": n})


def table(xp: Any, p: Any, t: Any, classes: int) -> Any:
    return counted(xp, t * classes + p, None, classes**2).reshape(classes, classes)


def f_of_table(xp: Any, p: Any, t: Any, classes: int) -> Any:
    m = table(xp, p, t, classes)
    hit, called, real = m.diagonal(), m.sum(0), m.sum(1)
    return (5.0 * hit / (4.0 * real + called)).mean()


def hits(xp: Any, p: Any, t: Any) -> Any:
    return (p == t).mean()


def with_classes(formula: Formula, classes: int) -> Formula:
    return lambda xp, p, t: formula(xp, p, t, classes)


def area(xp: Any, p: Any, t: Any) -> Any:
    """By the ranks of the positives, of scores without ties."""
    hit = t[xp.argsort(p)]
    ranks = xp.arange(1, t.shape[0] + 1, dtype=xp.float32)
    positive = hit.sum()
    # the mean rank, for a sum of ranks is beyond 32 bits
    return ((hit * ranks).mean() / positive * t.shape[0] - (positive + 1) / 2) / (t.shape[0] - positive)


def precision(xp: Any, p: Any, t: Any) -> Any:
    hit = t[xp.argsort(-p)]
    ranks = xp.arange(1, t.shape[0] + 1, dtype=xp.float32)
    return (hit * xp.cumsum(hit) / ranks).sum() / hit.sum()


def calibration(xp: Any, p: Any, t: Any, bins: int = 15) -> Any:
    which = xp.minimum((p * bins).astype(int), bins - 1)
    return xp.abs(counted(xp, which, p - t, bins)).sum() / p.shape[0]


# ---- cases

BINARY: dict[str, Any] = {"task": "binary"}


def _decided(classes: int) -> tuple[Case, ...]:
    """The metrics of labels, of so many classes; fewer pairs than classes would leave most of them unseen."""
    draw, quick, several = labels(classes), 20 * classes, {"task": "multiclass", "num_classes": classes}
    given: dict[str, Any] = {"quick": quick, "variant": str(classes), "trained": False}
    f_score: dict[str, Any] = {"beta": 2.0, "average": "macro"}
    confusion: Peers = joined(
        plain(with_classes(table, classes), "numpy", "jax"),
        sklearn("confusion_matrix"),
        torchmetrics("confusion_matrix", **several),
    )
    f_beta: Peers = joined(
        plain(with_classes(f_of_table, classes), "numpy", "jax"),
        sklearn("fbeta_score", **f_score),
        torchmetrics("fbeta_score", **f_score, **several),
    )
    accuracy: Peers = joined(
        plain(hits, "numpy", "jax"),
        sklearn("accuracy_score"),
        torchmetrics("accuracy", average="micro", **several),
    )
    return (
        Case("confusion_matrix", draw, confusion, MILLION, options={"num_classes": classes}, **given),
        Case("f_beta", draw, f_beta, MILLION, options={"num_classes": classes, "beta": 2.0}, **given),
        Case("accuracy", draw, accuracy, MILLION, **given),
    )


AGREEMENT = (
    Case(
        "r2_score",
        related,
        joined(plain(r2, "numpy", "jax"), sklearn("r2_score"), torchmetrics("r2_score")),
        MILLION,
    ),
    Case(
        "pearson_corrcoef",
        related,
        joined(
            plain(correlation, "numpy", "jax"),
            {"numpy": {"scipy": statistic("pearsonr")}},
            torchmetrics("pearson_corrcoef"),
        ),
        MILLION,
        # of torchmetrics', in float32; in float64 both agree to the last digits
        gradient_tolerance=2e-2,
    ),
    Case(
        "spearman_corrcoef",
        related,
        joined(
            plain(rank_correlation, "numpy", "jax"),
            {"numpy": {"scipy": statistic("spearmanr")}},
            torchmetrics("spearman_corrcoef"),
        ),
        MILLION,
        trained=False,
    ),
)

DECISIONS = (*_decided(10), *_decided(1000))

SCORES = (
    Case(
        "auroc",
        scores,
        joined(plain(area, "numpy", "jax"), sklearn("roc_auc_score"), torchmetrics("auroc", **BINARY)),
        MILLION,
        trained=False,
    ),
    Case(
        "average_precision",
        scores,
        joined(
            plain(precision, "numpy", "jax"),
            sklearn("average_precision_score"),
            torchmetrics("average_precision", **BINARY),
        ),
        MILLION,
        trained=False,
    ),
    Case(
        "expected_calibration_error",
        scores,
        joined(plain(calibration, "numpy", "jax"), torchmetrics("calibration_error", **BINARY)),
        MILLION,
        trained=False,
        # a confidence on the edge of a bin goes either way, by its rounding
        tolerance=3e-3,
    ),
)
