"""Every metric against an independent implementation.

`ORACLES` holds, for each metric, the same definition written by somebody else (scikit-learn, SciPy, torch) or in a few
lines of NumPy, with the signature of ours; `CALLS` says what both are called with. `CLAIMS` tries what the facts say of
other libraries' functions.
"""

from itertools import product
from typing import Any

import numpy as np
import pytest
import scipy.special
import scipy.stats
import sklearn.metrics as sk
import torch
import torch.nn.functional as F
from scipy.spatial.distance import cdist
from skimage import metrics as untyped_skimage

import arraylosses as al
from arraylosses.conformance import backend
from tests import oracles
from tests.oracles._common import (
    Array,
    Claim,
    Formula,
    Given,
    Options,
    by_torch,
    each,
    optax,
    reduced,
    tensors,
    torchmetrics,
)

pytestmark = pytest.mark.filterwarnings("error")

skimage: Any = untyped_skimage

# ---- data

RNG = np.random.default_rng(20240611)
X, Y = RNG.normal(0.3, 2.0, (2, 6, 5))
W = RNG.uniform(0.1, 3.0, 6)
W2 = RNG.uniform(0.1, 3.0, (6, 5)) * (RNG.random((6, 5)) > 0.2)
P, Q = RNG.uniform(0.02, 0.98, (2, 6, 5))
B = RNG.integers(0, 2, (6, 5)).astype(float)
LONG, OTHER = RNG.normal(size=(2, 60))
TIED, TIED_TOO = RNG.integers(0, 7, (2, 60)).astype(float)
COPIES = RNG.integers(0, 4, 60).astype(float)
SCORE, TRUTH, WEIGHT = RNG.random(60), RNG.integers(0, 2, 60), RNG.uniform(0.1, 3.0, 60)
LOGITS, LABELS = RNG.normal(0.0, 2.0, (60, 4)), RNG.integers(0, 4, 60)
GUESSES = np.where(RNG.random(60) < 0.5, LABELS, RNG.integers(0, 4, 60))
SHARES, OTHER_SHARES = RNG.dirichlet(np.ones(4), (2, 60))
NCHW, MAP = RNG.normal(0.0, 2.0, (3, 4, 5, 2)), RNG.integers(0, 4, (3, 5, 2))
CLASS_WEIGHTS = np.asarray([0.5, 2.0, 0.0, 1.25])
CLOUD, OTHER_CLOUD = RNG.normal(size=(2, 9, 3)), RNG.normal(size=(2, 7, 3))
POINTS, OTHER_POINTS = RNG.uniform(0.1, 2.0, (2, 9)), RNG.uniform(0.1, 2.0, (2, 7)) * (RNG.random((2, 7)) > 0.3)
BOXES, OTHER_BOXES = (np.concat([c, c + s], axis=-1) for c, s in RNG.uniform(0.0, 1.0, (2, 2, 12, 2)))
IMAGE = RNG.random((2, 3, 20, 17))
NOISY = np.clip(IMAGE + RNG.normal(0.0, 0.1, IMAGE.shape), 0.0, 1.0)
BYTES, NOISY_BYTES = ((255 * x).astype(np.uint8) for x in (IMAGE, NOISY))


# ---- losses: a value for each element, and one reduction


def bernoulli(p: Array, t: Array, log_floor: float | None = None) -> Array:
    if log_floor is None:
        return -scipy.special.xlogy(t, p) - scipy.special.xlog1py(1 - t, -p)
    least = np.exp(log_floor)
    return -t * np.log(np.maximum(p, least)) - (1 - t) * np.log(np.maximum(1 - p, least))


def focal(p: Array, t: Array, gamma: float = 2.0, alpha: float | None = None, log_floor: float | None = None) -> Array:
    balance = 1 if alpha is None else np.where(t == 1, alpha, 1 - alpha)
    return balance * np.where(t == 1, 1 - p, p) ** gamma * bernoulli(p, t, log_floor)


def focal_of_logits(x: Array, t: Array, **options: Any) -> Array:
    return focal(scipy.special.expit(x), t, **options)


def gaussian(mean: Array, var: Array, t: Array, full: bool = False, variance_floor: float | None = None) -> Array:
    var = np.maximum(var, variance_floor or 0.0)
    return -scipy.stats.norm.logpdf(t, mean, np.sqrt(var)) - (0 if full else np.log(2 * np.pi) / 2)


def eikonal(gradient: Array, penalty: str = "squared", coordinate_axis: int = -1) -> Array:
    gap = np.linalg.norm(gradient, axis=coordinate_axis) - 1
    return gap**2 if penalty == "squared" else np.abs(gap)


def variation(image: Array, spatial_axes: tuple[int, int] = (-2, -1)) -> Array:
    image = np.moveaxis(image, spatial_axes, (-2, -1))
    return sum(np.abs(np.diff(image, axis=a)).sum((-2, -1)) for a in (-2, -1))


def chamfer(
    a: Array,
    b: Array,
    pred_weights: Array | None = None,
    target_weights: Array | None = None,
    squared: bool = True,
    point_reduction: str = "mean",
) -> Array:
    """By the whole table of distances, cloud by cloud."""
    v = np.ones(a.shape[:2]) if pred_weights is None else pred_weights
    w = np.ones(b.shape[:2]) if target_weights is None else target_weights
    mean = np.average if point_reduction == "mean" else lambda d, weights: np.sum(d * weights)
    tables = [cdist(x, y, "sqeuclidean" if squared else "euclidean") for x, y in zip(a, b, strict=True)]
    there = [mean(d[:, n > 0].min(1), weights=m) for d, m, n in zip(tables, v, w, strict=True)]
    back = [mean(d[m > 0].min(0), weights=n) for d, m, n in zip(tables, v, w, strict=True)]
    return np.add(there, back)


def iou_parts(a: Array, b: Array) -> tuple[float, float, float]:
    """Intersection, union and hull of two boxes."""
    wide, high = (max(0.0, min(a[i + 2], b[i + 2]) - max(a[i], b[i])) for i in (0, 1))
    areas = sum((c[2] - c[0]) * (c[3] - c[1]) for c in (a, b))
    hull = np.prod([max(a[i + 2], b[i + 2]) - min(a[i], b[i]) for i in (0, 1)])
    return wide * high, areas - wide * high, float(hull)


def giou(a: Array, b: Array) -> Array:
    return np.asarray([1 - i / u + (h - u) / h for i, u, h in map(iou_parts, a, b)])


ELEMENTS: dict[str, Formula] = {
    "squared_error": lambda p, t: by_torch(F.mse_loss, p, t),
    "absolute_error": lambda p, t: by_torch(F.l1_loss, p, t),
    "huber_loss": lambda p, t, **o: by_torch(F.huber_loss, p, t, **o),
    "log_cosh_error": lambda p, t: np.logaddexp(p - t, t - p) - np.log(2),
    "binary_cross_entropy": bernoulli,
    "binary_cross_entropy_with_logits": lambda p, t, **o: by_torch(F.binary_cross_entropy_with_logits, p, t, **o),
    "focal_loss": focal,
    "focal_loss_with_logits": focal_of_logits,
    "gaussian_nll": gaussian,
    "eikonal_loss": eikonal,
    "total_variation": variation,
    "chamfer_distance": chamfer,
    "giou_loss": giou,
}


# ---- metrics


def cross_entropy(
    pred: Array,
    target: Array,
    *,
    class_weights: Array | None = None,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
    class_axis: int = -1,
    reduction: str = "mean",
) -> Array:
    """Torch's, whose classes are on the second axis."""
    pred = np.moveaxis(pred, class_axis, 1)
    target = np.moveaxis(target, class_axis, 1) if target.dtype.kind == "f" else target
    weight = None if class_weights is None else torch.from_numpy(class_weights)
    options: dict[str, Any] = {"ignore_index": ignore_index, "label_smoothing": label_smoothing, "reduction": reduction}
    return F.cross_entropy(torch.from_numpy(pred), torch.from_numpy(target), weight, **options).numpy()


def decided(
    pred: Array,
    target: Array,
    threshold: float = 0.5,
    class_axis: int | None = None,
    label_axis: int | None = None,
    weights: Array | None = None,
    ignore_index: int | None = None,
    num_classes: int | None = None,
) -> dict[str, Any]:
    """Labels as scikit-learn takes them, of what is seen."""
    if class_axis is not None:
        num_classes, pred = pred.shape[class_axis], pred.argmax(class_axis)
    elif num_classes is None and pred.dtype.kind == "f":
        pred = (pred > threshold).astype(int)
    if label_axis is not None:
        return {"y_true": np.moveaxis(target, label_axis, -1), "y_pred": np.moveaxis(pred, label_axis, -1)}
    seen = np.ones(target.shape, bool) if ignore_index is None else target != ignore_index
    weights = None if weights is None else np.broadcast_to(weights.T, target.shape[::-1]).T[seen]
    return {"y_true": target[seen], "y_pred": pred[seen], "sample_weight": weights}


def score_by(function: Formula) -> Formula:
    """A score of scikit-learn's over decisions, labels or several labels each."""

    def oracle(pred: Array, target: Array, average: Any = "macro", zero_division: float = 0.0, **o: Any) -> Any:
        options = {k: o.pop(k) for k in ("beta",) if k in o}
        classes = pred.shape[o["class_axis"]] if "class_axis" in o else o.get("num_classes")
        average = average if classes or "label_axis" in o else "binary"
        labels = None if classes is None else range(classes)
        data = decided(pred, target, **o)
        return function(**data, labels=labels, average=average, zero_division=zero_division, **options)

    return oracle


def matrix(pred: Array, target: Array, normalize: str | None = None, num_classes: int = 4, **o: Any) -> Any:
    data = decided(pred, target, num_classes=num_classes, **o)
    return sk.confusion_matrix(**data, labels=range(num_classes), normalize=normalize)


def kappa(pred: Array, target: Array, penalty: str | None = None, num_classes: int = 4, **o: Any) -> Any:
    data = decided(pred, target, num_classes=num_classes, **o)
    return sk.cohen_kappa_score(data["y_true"], data["y_pred"], weights=penalty, sample_weight=data["sample_weight"])


def pearson(x: Array, y: Array, weights: Array | None = None) -> Any:
    if weights is None:
        return scipy.stats.pearsonr(x.ravel(), y.ravel()).statistic
    covariance = np.cov(x, y, aweights=weights)
    return covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1])


def spearman(
    x: Array, y: Array, weights: Array | None = None, capacity: int | None = None, bins: int | None = None
) -> Any:
    """Weights as copies, and what shares a bin as equal."""
    copies = None if weights is None else weights.astype(int)
    if bins is not None:
        x, y = (np.minimum(np.floor(v * bins), bins - 1) for v in (x, y))
    return scipy.stats.spearmanr(*(v if copies is None else np.repeat(v, copies) for v in (x, y))).statistic


def error_quantile(
    pred: Array,
    target: Array,
    level: float = 0.5,
    weights: Array | None = None,
    capacity: int | None = None,
    sketch_size: int | None = None,
) -> Any:
    """Weights as copies."""
    error = np.abs(pred - target)
    copied = error.ravel() if weights is None else np.repeat(error, weights.astype(int))
    return np.quantile(copied, level, method="averaged_inverted_cdf")


def median_error(pred: Array, target: Array, weights: Array | None = None, **o: Any) -> Any:
    return sk.median_absolute_error(target.ravel(), pred.ravel(), sample_weight=weights)


def area(score: Array, truth: Array, weights: Array | None = None, bins: int | None = None, **o: Any) -> Any:
    score = score if bins is None else np.minimum(np.floor(score * bins), bins - 1)
    return sk.roc_auc_score(truth.ravel(), score.ravel(), sample_weight=weights)


def step_area(score: Array, truth: Array, weights: Array | None = None, bins: int | None = None, **o: Any) -> Any:
    score = score if bins is None else np.minimum(np.floor(score * bins), bins - 1)
    return sk.average_precision_score(truth.ravel(), score.ravel(), sample_weight=weights)


def calibration(
    pred: Array,
    target: Array,
    weights: Array | None = None,
    bins: int = 15,
    norm: str = "l1",
    class_axis: int | None = None,
) -> Any:
    """Bin by bin."""
    if class_axis is not None:
        pred, target = pred.max(class_axis), pred.argmax(class_axis) == target
    w = np.ones(pred.shape) if weights is None else weights
    which = np.minimum((pred * bins).astype(int), bins - 1)
    found = [which == b for b in np.unique(which)]
    gaps = np.asarray([abs(np.average(pred[i] - target[i], weights=w[i])) for i in found])
    share = np.asarray([w[i].sum() for i in found]) / w.sum()
    return {"l1": share @ gaps, "l2": np.sqrt(share @ gaps**2), "max": gaps.max()}[norm]


def noise_ratio(pred: Array, target: Array, data_range: Any = None, weights: Array | None = None) -> Any:
    if weights is None:
        return skimage.peak_signal_noise_ratio(target, pred, data_range=data_range)
    return 10 * np.log10(data_range**2 / reduced(ELEMENTS["squared_error"], pred, target, weights=weights))


def regression_by(function: Formula) -> Formula:
    def oracle(pred: Array, target: Array, weights: Array | None = None) -> Any:
        sample_weight = None if weights is None else np.broadcast_to(weights.T, pred.shape[::-1]).T.ravel()
        return function(target.ravel(), pred.ravel(), sample_weight=sample_weight)

    return oracle


# ---- functions


def every_iou(a: Array, b: Array) -> Array:
    return np.asarray([[i / u for i, u, _ in (iou_parts(x, y) for y in b)] for x in a])


TO_CORNERS = {
    "xyxy": np.eye(4),
    "xywh": np.asarray([[1, 0, 0, 0], [0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 1.0]]),
    "cxcywh": np.asarray([[1, 0, -0.5, 0], [0, 1, 0, -0.5], [1, 0, 0.5, 0], [0, 1, 0, 0.5]]),
}


def converted(boxes: Array, in_format: str, out_format: str) -> Array:
    """Every format is a linear map."""
    return boxes @ (np.linalg.inv(TO_CORNERS[out_format]) @ TO_CORNERS[in_format]).T


ORACLES: dict[str, Formula] = {
    **oracles.ORACLES,
    **{name: lambda *a, f=f, **o: reduced(f, *a, **o) for name, f in ELEMENTS.items()},
    "cross_entropy": cross_entropy,
    "root_mean_squared_error": regression_by(sk.root_mean_squared_error),
    "r2_score": regression_by(sk.r2_score),
    "explained_variance": regression_by(sk.explained_variance_score),
    "pearson_corrcoef": pearson,
    "spearman_corrcoef": spearman,
    "absolute_error_quantile": error_quantile,
    "median_absolute_error": median_error,
    "accuracy": lambda p, t, **o: sk.accuracy_score(**decided(p, t, **o)),
    "precision": score_by(sk.precision_score),
    "recall": score_by(sk.recall_score),
    "f1_score": score_by(sk.f1_score),
    "f_beta": score_by(lambda beta=1.0, **o: sk.fbeta_score(beta=beta, **o)),
    "confusion_matrix": matrix,
    "cohen_kappa": kappa,
    "auroc": area,
    "average_precision": step_area,
    "expected_calibration_error": calibration,
    "psnr": noise_ratio,
    "pairwise_iou": every_iou,
    "box_convert": converted,
}


# ---- what both are called with

REDUCTIONS: Options = [
    {},
    {"reduction": "none"},
    {"reduction": "sum"},
    {"weights": W},
    {"weights": W2},
    {"weights": W, "reduction": "none"},
    {"weights": W2, "reduction": "sum", "axis": 0},
    {"weights": W, "axis": (0, -1)},
    {"weights": W2, "axis": 1, "avg_factor": 2.5},
]
ROWS: Options = [{}, {"reduction": "none"}, {"weights": WEIGHT}, {"weights": WEIGHT, "reduction": "sum"}]
SCORES: Options = [
    {},
    {"threshold": 0.3},
    {"weights": WEIGHT},
]
AVERAGES: Options = [{"average": a} for a in ("micro", "macro", "weighted", None)]
BY_CLASS: Options = [{**a, **w} for a, w in product(AVERAGES, ({}, {"weights": WEIGHT}))]
IGNORING: Options = [{"ignore_index": 2}, {"ignore_index": 2, "weights": WEIGHT}]
WEIGHTED: Options = [{}, {"class_weights": CLASS_WEIGHTS}, {"class_weights": CLASS_WEIGHTS, "ignore_index": 1}]
RARE = np.where(LABELS == 3, 0, LABELS)


RANKED: Given = [
    ((LONG, TRUTH), [{}, {"weights": WEIGHT}, {"capacity": 80, "weights": WEIGHT}]),
    ((TIED, TRUTH), [{}, {"weights": WEIGHT}, {"capacity": 60}]),
    ((SCORE, TRUTH), [{"bins": 10}, {"bins": 10, "weights": WEIGHT}]),
]
DECISIONS: Given = [
    ((SCORE, TRUTH), SCORES),
    ((SCORE > 0.5, TRUTH), [{}]),
    ((GUESSES, LABELS), each(BY_CLASS + IGNORING, num_classes=4)),
    ((LOGITS, LABELS), each([*BY_CLASS, {"ignore_index": 2}], class_axis=-1)),
    ((NCHW, MAP), each(AVERAGES, class_axis=1)),
    ((np.where(GUESSES == 3, 0, GUESSES), RARE), [{"num_classes": 4, "zero_division": z} for z in (0.0, 1.0)]),
    ((P, B), each(AVERAGES, label_axis=-1)),
    ((P, B), each(AVERAGES, label_axis=0, threshold=0.4)),
]
TABLES: Given = [
    ((GUESSES, LABELS), each([{}, {"weights": WEIGHT}, *IGNORING], num_classes=4)),
    ((LOGITS, LABELS), each([{}, {"weights": WEIGHT}, {"ignore_index": 2}], class_axis=-1)),
    ((NCHW, MAP), [{"class_axis": 1}]),
]


def tables(name: str, values: tuple[Any, ...]) -> Given:
    return [(arrays, [{**o, name: v} for o in options for v in values]) for arrays, options in TABLES]


CALLS: dict[str, Given] = {
    **oracles.CALLS,
    "squared_error": [((X, Y), REDUCTIONS), ((X[0], Y[0]), [{}]), ((X[0, 0], Y[0, 0]), [{}])],
    "absolute_error": [((X, Y), REDUCTIONS)],
    "huber_loss": [((X, Y), [*each(REDUCTIONS, delta=0.7), {}, {"delta": 3.0}])],
    "log_cosh_error": [((X, Y), REDUCTIONS)],
    "binary_cross_entropy": [((P, Q), REDUCTIONS), ((P.round(), B), [{"log_floor": -100}]), ((B, B), [{}])],
    "binary_cross_entropy_with_logits": [
        ((X, Q), [*REDUCTIONS, {"pos_weight": np.asarray(2.5)}, {"pos_weight": W2[0]}]),
        ((30 * X, B), [{"reduction": "none"}]),
    ],
    "focal_loss": [
        ((P, B), [*REDUCTIONS, {"gamma": 0}, {"gamma": 1.5, "alpha": 0.25}]),
        ((P.round(), B), [{"log_floor": -100, "alpha": 0.25}]),
    ],
    "focal_loss_with_logits": [((X, B), [*REDUCTIONS, {"gamma": 0}, {"gamma": 1.5, "alpha": 0.25}])],
    "gaussian_nll": [((X, P, Y), [*REDUCTIONS, {"full": True}, {"full": True, "variance_floor": 0.5}])],
    "eikonal_loss": [
        ((LOGITS,), [*ROWS, {"penalty": "absolute"}]),
        ((NCHW,), [{"coordinate_axis": 1}, {"coordinate_axis": 1, "reduction": "none"}]),
    ],
    "total_variation": [((IMAGE,), [{}, {"reduction": "none"}, {"weights": W[:2]}, {"spatial_axes": (1, 2)}])],
    "chamfer_distance": [
        (
            (CLOUD, OTHER_CLOUD),
            [
                {"squared": s, "point_reduction": r, **w}
                for s, r, w in product(
                    (True, False),
                    ("mean", "sum"),
                    ({}, {"weights": W[:2]}, {"pred_weights": POINTS, "target_weights": OTHER_POINTS}),
                )
            ],
        ),
    ],
    "giou_loss": [((BOXES, OTHER_BOXES), [{}, {"reduction": "none"}, {"weights": WEIGHT[:12]}])],
    "cross_entropy": [
        (
            (LOGITS, LABELS),
            [
                {"label_smoothing": s, "reduction": r, **o}
                for s, r, o in product((0.0, 0.1), ("mean", "sum", "none"), WEIGHTED)
            ],
        ),
        ((LOGITS, SHARES), [{}, {"label_smoothing": 0.1}, {"class_weights": CLASS_WEIGHTS, "label_smoothing": 0.1}]),
        ((NCHW, MAP), [{"class_axis": 1, "class_weights": CLASS_WEIGHTS, "reduction": r} for r in ("mean", "none")]),
        ((NCHW, MAP), [{"class_axis": 1, "ignore_index": 3}]),
    ],
    "root_mean_squared_error": [((X, Y), [{}, {"weights": W}, {"weights": W2}])],
    "r2_score": [((X, Y), [{}, {"weights": W}, {"weights": W2}]), ((X + 64, Y + 64), [{}])],
    "explained_variance": [((X, Y), [{}, {"weights": W}, {"weights": W2}]), ((X + 64, Y + 64), [{}])],
    "pearson_corrcoef": [((X, Y), [{}]), ((LONG, OTHER), [{}, {"weights": WEIGHT}])],
    "spearman_corrcoef": [
        ((LONG, OTHER), [{}, {"capacity": 64}]),
        ((TIED, TIED_TOO), [{}, {"weights": COPIES}, {"weights": COPIES, "capacity": 64}]),
        ((SCORE, SCORE[::-1]), [{"bins": 5}]),
    ],
    "absolute_error_quantile": [
        ((LONG, OTHER), [{"level": level, **o} for level in (0.0, 0.3, 0.9, 1.0) for o in ({}, {"capacity": 64})]),
        ((TIED, TIED_TOO), [{"level": 0.75, "weights": COPIES}, {"level": 0.5, "weights": COPIES, "sketch_size": 64}]),
    ],
    "median_absolute_error": [
        ((X, Y), [{}, {"sketch_size": 64}]),
        ((LONG, OTHER), [{}, {"weights": WEIGHT}, {"capacity": 64}]),
    ],
    "accuracy": [
        ((SCORE, TRUTH), SCORES),
        ((GUESSES, LABELS), [{}, {"weights": WEIGHT}, *IGNORING]),
        ((LOGITS, LABELS), each([{}, {"weights": WEIGHT}, *IGNORING], class_axis=-1)),
        ((NCHW, MAP), [{"class_axis": 1}]),
    ],
    "precision": DECISIONS,
    "recall": DECISIONS,
    "f1_score": DECISIONS,
    "f_beta": [(arrays, [{**o, "beta": b} for o in options for b in (0.5, 2.0)]) for arrays, options in DECISIONS],
    "confusion_matrix": tables("normalize", (None, "true", "pred", "all")),
    "cohen_kappa": tables("penalty", (None, "linear", "quadratic")),
    "auroc": RANKED,
    "average_precision": RANKED,
    "expected_calibration_error": [
        ((SCORE, TRUTH), [{"norm": n, **o} for n in ("l1", "l2", "max") for o in ({}, {"bins": 7, "weights": WEIGHT})]),
        ((SHARES, LABELS), [{"class_axis": -1}, {"class_axis": -1, "norm": "l2", "weights": WEIGHT}]),
    ],
    "psnr": [
        ((NOISY, IMAGE), [{"data_range": 1.0}, {"data_range": 2.0, "weights": W[:2]}]),
        ((NOISY_BYTES, BYTES), [{}]),
    ],
    "pairwise_iou": [((BOXES, OTHER_BOXES[:7]), [{}])],
    "box_convert": [((BOXES,), [{"in_format": a, "out_format": b} for a, b in product(TO_CORNERS, repeat=2)])],
}


def calls() -> list[Any]:
    """Library, metric, arrays and options, one by one; JAX compiles every call, and so tries one of each kind."""
    return [
        pytest.param(library, name, arrays, options, id=f"{name}-{i}.{j}-{library}")
        for name, given in CALLS.items()
        for i, (arrays, several) in enumerate(given)
        for j, options in enumerate(several)
        for library in ("numpy", "torch", "strict", "jax")[: 3 if j else 4]
    ]


@pytest.mark.parametrize(("library", "name", "arrays", "options"), calls())
def test_oracle(library: str, name: str, arrays: tuple[Array, ...], options: dict[str, Any]) -> None:
    b = backend(library)

    def put(value: Any) -> Any:
        """An array, or each of a sequence of them."""
        if isinstance(value, list):
            return [put(v) for v in value]
        return b.put(np.asarray(value)) if isinstance(value, (np.ndarray, np.generic)) else value

    got = getattr(al, name)(*map(put, arrays), **{k: put(v) for k, v in options.items()})
    want = ORACLES[name](*arrays, **options)
    for part, wanted in zip(got, want, strict=True) if isinstance(got, tuple) else [(got, want)]:
        found = b.get(part)
        tolerance = 1e-9 if found.dtype == np.float64 else 2e-5
        np.testing.assert_allclose(found, wanted, rtol=tolerance, atol=tolerance)


def test_every_metric_has_an_oracle() -> None:
    assert set(ORACLES) == set(CALLS) == {m.__name__ for m in al.catalogue}


# ---- what the facts claim of other libraries


FOUR: dict[str, Any] = {"task": "multiclass", "num_classes": 4}

CLAIMS: dict[str, Claim] = {
    **oracles.CLAIMS,
    "sklearn mean_squared_error": (lambda: al.mse(X, Y), lambda: sk.mean_squared_error(Y, X)),
    "sklearn mean_absolute_error": (lambda: al.mae(X, Y), lambda: sk.mean_absolute_error(Y, X)),
    "sklearn log_loss": (
        lambda: al.bce(SCORE, TRUTH, weights=WEIGHT),
        lambda: sk.log_loss(TRUTH, SCORE, sample_weight=WEIGHT),
    ),
    "scipy huber": (
        lambda: al.huber_loss(X, Y, delta=0.7, reduction="none"),
        lambda: scipy.special.huber(0.7, X - Y),
    ),
    "scipy entropy": (
        lambda: al.kl_divergence(SHARES, OTHER_SHARES, reduction="none"),
        lambda: scipy.stats.entropy(OTHER_SHARES, SHARES, axis=-1),
    ),
    "torch binary_cross_entropy": (
        lambda: al.bce(B, Q, log_floor=-100),
        lambda: tensors(F.binary_cross_entropy, B, Q),
    ),
    "torch kl_div": (
        lambda: al.kl_divergence(SHARES, OTHER_SHARES),
        lambda: tensors(F.kl_div, np.log(SHARES), OTHER_SHARES, reduction="batchmean"),
    ),
    "torch gaussian_nll_loss": (
        lambda: al.gaussian_nll(X, P.round(), Y, variance_floor=1e-6),
        lambda: tensors(F.gaussian_nll_loss, X, Y, P.round()),
    ),
    "skimage mean of ratios": (
        lambda: al.averaged(al.psnr, axis=(-3, -2, -1))(NOISY, IMAGE, data_range=1.0),
        lambda: np.mean([noise_ratio(p, t, data_range=1.0) for p, t in zip(NOISY, IMAGE, strict=True)]),
    ),
    "torchmetrics signal_noise_ratio": (
        lambda: al.psnr(NOISY, IMAGE, data_range=1.0),
        lambda: torchmetrics("image.peak_signal_noise_ratio", NOISY, IMAGE, data_range=1.0),
    ),
    "torchmetrics total_variation": (
        lambda: al.total_variation(IMAGE[:, :1], reduction="sum"),
        lambda: torchmetrics("image.total_variation", IMAGE[:, :1]),
    ),
    "torchmetrics r2_score": (lambda: al.r2_score(LONG, OTHER), lambda: torchmetrics("r2_score", LONG, OTHER)),
    "torchmetrics pearson": (lambda: al.pearson(LONG, OTHER), lambda: torchmetrics("pearson_corrcoef", LONG, OTHER)),
    "torchmetrics spearman": (
        lambda: al.spearman(TIED, TIED_TOO),
        lambda: torchmetrics("spearman_corrcoef", TIED, TIED_TOO),
    ),
    "torchmetrics auroc": (
        lambda: al.auroc(SCORE, TRUTH),
        lambda: torchmetrics("auroc", SCORE, TRUTH, task="binary"),
    ),
    "torchmetrics average_precision": (
        lambda: al.average_precision(SCORE, TRUTH),
        lambda: torchmetrics("average_precision", SCORE, TRUTH, task="binary"),
    ),
    "torchmetrics explained_variance": (
        lambda: al.explained_variance(LONG, OTHER),
        lambda: torchmetrics("explained_variance", LONG, OTHER),
    ),
    "torchmetrics log_cosh_error": (
        lambda: al.log_cosh_error(LONG, OTHER),
        lambda: torchmetrics("log_cosh_error", LONG, OTHER),
    ),
    "torchmetrics calibration_error": (
        lambda: al.ece(SCORE, TRUTH),
        lambda: torchmetrics("calibration_error", SCORE, TRUTH, task="binary"),
    ),
    "torchmetrics calibration_error of classes": (
        lambda: al.ece(SHARES, LABELS, class_axis=-1, norm="l2"),
        lambda: torchmetrics("calibration_error", SHARES, LABELS, norm="l2", **FOUR),
    ),
    "torchmetrics precision": (
        lambda: al.precision(LOGITS, LABELS, class_axis=-1),
        lambda: torchmetrics("precision", LOGITS, LABELS, average="macro", **FOUR),
    ),
    "torchmetrics fbeta_score": (
        lambda: al.f_beta(GUESSES, LABELS, num_classes=4, beta=2.0, average="weighted"),
        lambda: torchmetrics("fbeta_score", GUESSES, LABELS, beta=2.0, average="weighted", **FOUR),
    ),
    "torchmetrics accuracy": (
        lambda: al.accuracy(LOGITS, LABELS, class_axis=-1),
        lambda: torchmetrics("accuracy", LOGITS, LABELS, average="micro", **FOUR),
    ),
    "torchmetrics confusion_matrix": (
        lambda: al.confusion_matrix(GUESSES, LABELS, num_classes=4),
        lambda: torchmetrics("confusion_matrix", GUESSES, LABELS, **FOUR),
    ),
    "torchmetrics cohen_kappa": (
        lambda: al.cohen_kappa(GUESSES, LABELS, num_classes=4, penalty="quadratic"),
        lambda: torchmetrics("cohen_kappa", GUESSES, LABELS, weights="quadratic", **FOUR),
    ),
    "optax squared_error": (lambda: al.squared_error(X, Y, reduction="none"), lambda: optax("squared_error", X, Y)),
    "optax huber_loss": (
        lambda: al.huber_loss(X, Y, delta=0.7, reduction="none"),
        lambda: optax("huber_loss", X, Y, delta=0.7),
    ),
    "optax log_cosh": (lambda: al.log_cosh(X, Y, reduction="none"), lambda: optax("log_cosh", X, Y)),
    "optax sigmoid_binary_cross_entropy": (
        lambda: al.bce_with_logits(X, Q, reduction="none"),
        lambda: optax("sigmoid_binary_cross_entropy", X, Q),
    ),
    "optax sigmoid_focal_loss": (
        lambda: al.focal_loss_with_logits(X, B, alpha=0.25, reduction="none"),
        lambda: optax("sigmoid_focal_loss", X, B, alpha=0.25, gamma=2.0),
    ),
    "optax softmax_cross_entropy": (
        lambda: al.cross_entropy(LOGITS, SHARES, reduction="none"),
        lambda: optax("softmax_cross_entropy", LOGITS, SHARES),
    ),
}


@pytest.mark.parametrize("claim", CLAIMS)
def test_claims(claim: str) -> None:
    """To the rounding of float32: torchmetrics counts in it, and optax is asked in it."""
    ours, theirs = CLAIMS[claim]
    tolerance = 2e-5 if claim.startswith(("torchmetrics", "optax")) else 1e-9
    np.testing.assert_allclose(ours(), theirs(), rtol=tolerance, atol=tolerance)
