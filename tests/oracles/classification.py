"""Classification, information, curves and series: SciPy, scikit-learn, torch, and loops."""

from itertools import product
from typing import Any

import numpy as np
import scipy.fft
import scipy.special
import scipy.stats
import sklearn.calibration
import sklearn.metrics as sk
import sklearn.utils.class_weight
import torch.nn.functional as F
from scipy.spatial.distance import jensenshannon

import arraylosses as al

from ._common import Array, Claim, Formula, Given, Options, by_torch, each, reduced, tensors

RNG = np.random.default_rng(20240612)
X, Y = RNG.normal(0.3, 2.0, (2, 6, 5))
P, Q = RNG.uniform(0.02, 0.98, (2, 6, 5))
B = RNG.integers(0, 2, (6, 5)).astype(float)
W, W2 = RNG.uniform(0.1, 3.0, 6), RNG.uniform(0.1, 3.0, (6, 5)) * (RNG.random((6, 5)) > 0.2)
SHARES, OTHER_SHARES = RNG.dirichlet(np.ones(4), (2, 40))
SPARSE = np.where(SHARES < 0.15, 0.0, SHARES)
LOGITS, LABELS, WEIGHT = RNG.normal(0.0, 2.0, (40, 4)), RNG.integers(0, 4, 40), RNG.uniform(0.1, 3.0, 40)
ONE_HOT = np.eye(4)[LABELS]
NCHW, MAP = RNG.normal(0.0, 2.0, (3, 4, 5, 2)), RNG.integers(0, 4, (3, 5, 2))
PLANES = scipy.special.softmax(NCHW, axis=1)
CLASS_WEIGHTS = np.asarray([0.5, 2.0, 0.0, 1.25])
SCORE, TRUTH = RNG.random(40), RNG.integers(0, 2, 40)
TIED = RNG.integers(0, 7, 40) / 7
SERIES, OTHER_SERIES = RNG.normal(size=(2, 3, 7))
HIDING = WEIGHT * (RNG.random(40) > 0.3)

# ---- losses


def in_base(nats: Array, base: float | None) -> Array:
    return nats if base is None else nats / np.log(base)


def kl(p: Array, t: Array, base: float | None = None, class_axis: int = -1) -> Array:
    return in_base(scipy.special.rel_entr(t, p).sum(class_axis), base)


def relative_entropy(p: Array, t: Array, base: float | None = None) -> Array:
    return in_base(scipy.special.rel_entr(t, p), base)


def jensen_shannon(p: Array, t: Array, base: float | None = None, class_axis: int = -1) -> Array:
    middle = (p + t) / 2
    return (kl(middle, p, base, class_axis) + kl(middle, t, base, class_axis)) / 2


def entropy(p: Array, base: float | None = None, class_axis: int = -1) -> Array:
    return in_base(scipy.special.entr(p).sum(class_axis), base)


def surprise(p: Array, floor: float | None = None) -> Array:
    return -np.log(p if floor is None else np.maximum(p, np.exp(floor)))


def balanced(p: Array, t: Array, alpha: float | None = None, weights: Array | None = None) -> Any:
    """By the weights of the elements, both sides by themselves."""
    w = np.ones(p.shape) if weights is None else np.broadcast_to(weights.T, p.shape[::-1]).T
    alpha = np.sum(w * (1 - t)) / w.sum() if alpha is None else alpha
    return np.sum(w * (alpha * t * surprise(p) + (1 - alpha) * (1 - t) * surprise(1 - p))) / w.sum()


def by_class(
    pred: Array,
    target: Array,
    *,
    values: Formula,
    class_weights: Array | None = None,
    ignore_index: int | None = None,
    class_axis: int = -1,
    weights: Array | None = None,
    reduction: str = "mean",
    **options: Any,
) -> Any:
    """An array of values of all classes, (..., class), of which the target chooses, or mixes, some."""
    each_class = values(np.moveaxis(pred, class_axis, -1), **options)
    scale = np.ones(each_class.shape[-1]) if class_weights is None else class_weights
    w = np.ones(each_class.shape[:-1]) if weights is None else weights
    if target.dtype.kind == "f":
        share = np.moveaxis(target, class_axis, -1) * scale
        return reduced(lambda: np.where(share == 0, 0.0, share * each_class).sum(-1), weights=w, reduction=reduction)
    seen = target != ignore_index
    label = np.where(seen, target, 0)
    chosen = scale[label] * seen * w
    value = np.take_along_axis(each_class, label[..., None], -1)[..., 0] * chosen
    return {"none": value, "sum": value.sum(), "mean": value.sum() / chosen.sum()}[reduction]


def cce_values(p: Array, log_floor: float | None = None, base: float | None = None) -> Array:
    return in_base(surprise(p, log_floor), base)


def focal_values(p: Array, gamma: float = 2.0, log_floor: float | None = None) -> Array:
    return (1 - p) ** gamma * surprise(p, log_floor)


def softmax_focal_values(logits: Array, gamma: float = 2.0) -> Array:
    return focal_values(scipy.special.softmax(logits, axis=-1), gamma)


def series_errors(
    pred: Array, target: Array, penalty: str = "absolute", fourier_weight: float | None = None, time_axis: int = -1
) -> Array:
    """Diffusion-TS's: both spectra whole, with the time last."""
    pred, target = (np.moveaxis(v, time_axis, -1) for v in (pred, target))
    size = np.abs if penalty == "absolute" else np.square
    weight = np.sqrt(pred.shape[-1]) / 5 if fourier_weight is None else fourier_weight
    a, b = (scipy.fft.fft(v, norm="forward") for v in (pred, target))
    return size(pred - target) + weight * (size(a.real - b.real) + size(a.imag - b.imag))


ELEMENTS: dict[str, Formula] = {
    "smooth_l1_loss": lambda p, t, **o: by_torch(F.smooth_l1_loss, p, t, **o),
    "kl_divergence": kl,
    "relative_entropy": relative_entropy,
    "js_divergence": jensen_shannon,
    "entropy": entropy,
    "information_content": lambda p, base=None: in_base(surprise(p), base),
    "fourier_loss": lambda p, t, **o: series_errors(p, t, **o).mean(-1),
}

# ---- counts and curves


def counts(
    pred: Array,
    target: Array,
    *,
    num_classes: int | None = None,
    class_axis: int | None = None,
    threshold: float = 0.5,
    weights: Array | None = None,
) -> tuple[Array, ...]:
    """From the table of each class against the rest."""
    if class_axis is not None:
        num_classes, pred = pred.shape[class_axis], pred.argmax(class_axis)
    yes = [(pred > threshold, target == 1)] if num_classes is None else []
    yes += [(pred == c, target == c) for c in range(num_classes or 0)]
    tables = [sk.confusion_matrix(t, p, labels=[False, True], sample_weight=weights) for p, t in yes]
    cells = np.asarray([[t[1, 1], t[0, 1], t[1, 0], t[0, 0]] for t in tables], dtype=float)
    return tuple(cells.T if num_classes else cells[0])


def filled(points: int, *parts: Array) -> tuple[Array, ...]:
    """A curve with copies of its last point."""
    return tuple(np.pad(p, (0, points - len(p)), "edge") for p in parts)


def binned(score: Array, bins: int | None) -> Array:
    return score if bins is None else np.minimum(np.floor(score * bins), bins - 1) / bins


def present(score: Array, truth: Array, weights: Array | None) -> tuple[Array, Array, Array]:
    w = np.ones(score.shape) if weights is None else weights
    return score[w > 0], truth[w > 0], w[w > 0]


def roc(score: Array, truth: Array, weights: Array | None = None, capacity: int | None = None) -> tuple[Array, ...]:
    points = 1 + (capacity or len(score))
    score, truth, w = present(score, truth, weights)
    return filled(points, *sk.roc_curve(truth, score, sample_weight=w, drop_intermediate=False))


def precision_recall(
    score: Array, truth: Array, weights: Array | None = None, capacity: int | None = None
) -> tuple[Array, ...]:
    points = 1 + (capacity or len(score))
    score, truth, w = present(score, truth, weights)
    precision, recall, threshold = sk.precision_recall_curve(truth, score, sample_weight=w)
    return filled(points, precision[::-1], recall[::-1], np.append(threshold, np.inf)[::-1])


def at_edges(score: Array, truth: Array, bins: int, weights: Array | None, curve: str) -> tuple[Array, ...]:
    """Threshold by threshold."""
    w = np.ones(score.shape) if weights is None else weights
    edges = np.append(np.inf, np.arange(bins)[::-1] / bins)
    called = [(w * truth * (score >= e), w * (1 - truth) * (score >= e)) for e in edges]
    positive, negative = (np.asarray([side[i].sum() for side in called]) for i in (0, 1))
    if curve == "roc":
        return negative / negative[-1], positive / positive[-1], edges
    both = positive + negative
    return np.where(both > 0, positive / np.where(both > 0, both, 1.0), 1.0), positive / positive[-1], edges


def either(exact: Formula, name: str) -> Formula:
    """A curve of samples, or of bins."""

    def curve(score: Array, truth: Array, *, bins: int | None = None, **o: Any) -> tuple[Array, ...]:
        return exact(score, truth, **o) if bins is None else at_edges(score, truth, bins, o.get("weights"), name)

    return curve


def reliability(
    score: Array, truth: Array, weights: Array | None = None, bins: int = 15, class_axis: int | None = None
) -> tuple[Array, ...]:
    """Bin by bin."""
    if class_axis is not None:
        score, truth = score.max(class_axis), score.argmax(class_axis) == truth
    w = np.ones(score.shape) if weights is None else weights
    inside = [binned(score, bins) == b / bins for b in range(bins)]
    whole = np.asarray([w[i].sum() for i in inside])
    means = ([np.average(v[i], weights=w[i]) if w[i].sum() else np.nan for i in inside] for v in (score, truth))
    confidence, accuracy = map(np.asarray, means)
    return confidence, accuracy, whole


def class_weights(labels: Array, num_classes: int, sample_axis: int = -1) -> Array:
    """Row by row, class by class."""
    rows = np.moveaxis(labels, sample_axis, -1)
    flat = rows.reshape(-1, rows.shape[-1])
    found = [[r.size / (num_classes * n) if (n := np.sum(r == c)) else 0.0 for c in range(num_classes)] for r in flat]
    return np.reshape(found, (*rows.shape[:-1], num_classes))


ORACLES: dict[str, Formula] = {
    **{name: lambda *a, f=f, **o: reduced(f, *a, **o) for name, f in ELEMENTS.items()},
    "categorical_cross_entropy": lambda p, t, **o: by_class(p, t, values=cce_values, **o),
    "nll_loss": lambda p, t, **o: by_class(p, t, values=np.negative, **o),
    "softmax_focal_loss": lambda p, t, **o: by_class(p, t, values=softmax_focal_values, **o),
    "categorical_focal_loss": lambda p, t, **o: by_class(p, t, values=focal_values, **o),
    "balanced_cross_entropy": balanced,
    "class_weights": class_weights,
    "confusion_counts": counts,
    "fourier_errors": series_errors,
    "precision_recall_curve": either(precision_recall, "precision"),
    "reliability_curve": reliability,
    "roc_curve": either(roc, "roc"),
}

# ---- what both are called with

REDUCTIONS: Options = [
    {},
    {"reduction": "none"},
    {"weights": W},
    {"weights": W2, "reduction": "sum", "axis": 0},
    {"weights": W2, "axis": 1, "avg_factor": 2.5},
]
ROWS: Options = [{}, {"reduction": "none", "base": 2}, {"weights": WEIGHT}, {"weights": WEIGHT, "reduction": "sum"}]
WEIGHTED: Options = [
    {"reduction": r, **o}
    for r, o in product(("mean", "none", "sum"), ({}, {"class_weights": CLASS_WEIGHTS, "weights": WEIGHT}))
]
IGNORING: Options = [{"ignore_index": 1}, {"ignore_index": 1, "class_weights": CLASS_WEIGHTS}]
OF_LABELS: Options = [*WEIGHTED, *IGNORING]
OF_PLANES: Options = [{"class_axis": 1}, {"class_axis": 1, "class_weights": CLASS_WEIGHTS, "reduction": "none"}]
FOCUSED: Options = [{"gamma": 0}, {"gamma": 0.5, "reduction": "none"}]
CURVES: Given = [
    ((SCORE, TRUTH), [{}, {"weights": WEIGHT}, {"weights": HIDING}, {"bins": 8}, {"bins": 8, "weights": WEIGHT}]),
    ((TIED, TRUTH), [{}, {"weights": HIDING}, {"capacity": 50}, {"capacity": 50, "weights": HIDING}, {"bins": 70}]),
    ((LOGITS[:, 0], TRUTH), [{}]),
]
TIMES: Options = [{}, {"penalty": "squared"}, {"fourier_weight": 0.3}]

CALLS: dict[str, Given] = {
    "smooth_l1_loss": [((X, Y), [*each(REDUCTIONS, beta=0.7), {}, {"beta": 0}, {"beta": 3.0}])],
    "kl_divergence": [
        ((SHARES, OTHER_SHARES), ROWS),
        ((SHARES.T, OTHER_SHARES.T), [{"class_axis": 0}]),
        ((SHARES, ONE_HOT), [{}]),
    ],
    "relative_entropy": [((P, Q), [*REDUCTIONS, {"base": 10}]), ((P, B), [{"reduction": "none"}])],
    "js_divergence": [
        ((SHARES, OTHER_SHARES), ROWS),
        ((SHARES.T, OTHER_SHARES.T), [{"class_axis": 0}]),
        ((SPARSE, ONE_HOT), [{}, {"reduction": "none"}]),
    ],
    "entropy": [((SHARES,), ROWS), ((SPARSE,), [{}]), ((PLANES,), [{"class_axis": 1, "reduction": "none"}])],
    "information_content": [((P,), [*REDUCTIONS, {"base": 2}])],
    "categorical_cross_entropy": [
        ((SHARES, LABELS), [*OF_LABELS, {"base": 2}, {"log_floor": -1}]),
        ((SHARES, OTHER_SHARES), [*WEIGHTED, {"base": 2}, {"log_floor": -1}]),
        ((PLANES, MAP), OF_PLANES),
        ((ONE_HOT, ONE_HOT), [{"log_floor": -30}]),
    ],
    "nll_loss": [((np.log(SHARES), LABELS), OF_LABELS), ((np.log(PLANES), MAP), OF_PLANES)],
    "softmax_focal_loss": [((LOGITS, LABELS), [*OF_LABELS, *FOCUSED]), ((NCHW, MAP), OF_PLANES)],
    "categorical_focal_loss": [
        ((SHARES, LABELS), [*OF_LABELS, *FOCUSED, {"log_floor": -1}]),
        ((SHARES, OTHER_SHARES), [*WEIGHTED, *FOCUSED]),
        ((PLANES, MAP), OF_PLANES),
    ],
    "balanced_cross_entropy": [
        ((P, B), [{}, {"weights": W}, {"weights": W2}, {"alpha": 0.3}, {"alpha": 0.3, "weights": W2}]),
        ((P, Q), [{}]),
    ],
    "class_weights": [
        ((LABELS,), [{"num_classes": 4}, {"num_classes": 6}]),
        ((MAP,), [{"num_classes": 5, "sample_axis": 1}]),
    ],
    "confusion_counts": [
        ((SCORE, TRUTH), [{}, {"threshold": 0.3}, {"weights": WEIGHT}]),
        ((np.roll(LABELS, 1), LABELS), [{"num_classes": 4}, {"num_classes": 5, "weights": WEIGHT}]),
        ((LOGITS, LABELS), [{"class_axis": -1}]),
    ],
    "fourier_errors": [
        ((SERIES, OTHER_SERIES), TIMES),
        ((X, Y), [{"time_axis": 0}, {"time_axis": 0, "penalty": "squared"}]),
    ],
    "fourier_loss": [
        ((SERIES, OTHER_SERIES), [*TIMES, {"reduction": "none"}, {"weights": W[:3]}]),
        ((X, Y), [{"time_axis": 0, "weights": W[:5]}]),
    ],
    "precision_recall_curve": CURVES,
    "reliability_curve": [
        ((SCORE, TRUTH), [{}, {"bins": 7, "weights": WEIGHT}]),
        ((SHARES, LABELS), [{"class_axis": -1, "weights": WEIGHT}]),
    ],
    "roc_curve": CURVES,
}


def filled_bins() -> tuple[Array, Array]:
    curve = al.reliability_curve(SCORE, TRUTH, bins=40)
    return np.stack([curve.accuracy, curve.confidence])[:, curve.weight > 0], curve.weight


CLAIMS: dict[str, Claim] = {
    "scipy rel_entr": (
        lambda: al.rel_entr(SHARES, OTHER_SHARES, reduction="none"),
        lambda: scipy.special.rel_entr(OTHER_SHARES, SHARES),
    ),
    "torch kl_div none": (
        lambda: al.relative_entropy(P, B, reduction="none"),
        lambda: tensors(F.kl_div, np.log(P), B, reduction="none"),
    ),
    "scipy jensenshannon": (
        lambda: al.js_divergence(SHARES, OTHER_SHARES, reduction="none"),
        lambda: jensenshannon(SHARES, OTHER_SHARES, axis=-1) ** 2,
    ),
    "scipy entropy of one": (
        lambda: al.entropy(SHARES, base=2, reduction="none"),
        lambda: scipy.stats.entropy(SHARES, base=2, axis=-1),
    ),
    "scipy entropy of two": (
        lambda: al.categorical_cross_entropy(SHARES, OTHER_SHARES, reduction="none"),
        lambda: scipy.stats.entropy(OTHER_SHARES, axis=-1) + scipy.stats.entropy(OTHER_SHARES, SHARES, axis=-1),
    ),
    "scipy entr": (
        lambda: al.information_content(P, reduction="none"),
        lambda: scipy.special.entr(P) / P,
    ),
    "sklearn log_loss of classes": (
        lambda: al.cce(SHARES, LABELS, weights=WEIGHT),
        lambda: sk.log_loss(LABELS, SHARES, sample_weight=WEIGHT),
    ),
    "torch nll_loss": (
        lambda: al.nll_loss(LOGITS, LABELS, class_weights=CLASS_WEIGHTS),
        lambda: tensors(F.nll_loss, LOGITS, LABELS, weight=CLASS_WEIGHTS),
    ),
    "torch binary_cross_entropy, balanced": (
        lambda: al.balanced_cross_entropy(P, B),
        lambda: tensors(F.binary_cross_entropy, P, B, weight=np.where(B == 1, 1 - B.mean(), B.mean())),
    ),
    "sklearn compute_class_weight": (
        lambda: al.class_weights(LABELS, num_classes=4),
        lambda: sklearn.utils.class_weight.compute_class_weight("balanced", classes=np.arange(4), y=LABELS),
    ),
    "sklearn confusion_matrix, unravelled": (
        lambda: np.stack([getattr(al.confusion_counts(SCORE, TRUTH), k) for k in ("tn", "fp", "fn", "tp")]),
        lambda: sk.confusion_matrix(TRUTH, SCORE > 0.5).ravel(),
    ),
    "sklearn calibration_curve": (
        lambda: filled_bins()[0],
        lambda: np.stack(sklearn.calibration.calibration_curve(TRUTH, SCORE, n_bins=40)),
    ),
}
