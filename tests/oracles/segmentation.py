"""Overlap of regions, Lovász extensions and Spatial-BCE: as the papers write them, pixel by pixel."""

from typing import Any

import numpy as np
import pytest
import scipy.special
import sklearn.metrics as sk

import arraylosses as al

from ._common import Array, Claim, Formula, Given, Options, each, reduced, tensors, torchmetrics

RNG = np.random.default_rng(20240704)
SOFT, MASKS = RNG.random((2, 6, 5)), (RNG.random((2, 6, 5)) > 0.6).astype(float)
HARD = (RNG.random((2, 6, 5)) > 0.5).astype(float)
PIXEL_WEIGHTS = RNG.uniform(0.1, 3.0, (2, 6, 5)) * (RNG.random((2, 6, 5)) > 0.2)
LABELS, GUESSES = RNG.integers(0, 4, (2, 60))
WEIGHT = RNG.uniform(0.1, 3.0, 60)
SHARES, SOFT_LABELS = RNG.dirichlet(np.ones(4), (2, 60))
MAPS, LABEL_MAPS = np.moveaxis(RNG.dirichlet(np.ones(4), (2, 3, 5)), -1, 1), RNG.integers(0, 3, (2, 3, 5))
COPIES = RNG.integers(0, 4, (2, 6, 5)).astype(float)
LOGITS = np.round(RNG.normal(0.0, 2.0, (2, 6, 5)), 1)
CAMS, SEEN = RNG.normal(0.0, 2.0, (2, 3, 4, 5)), RNG.integers(0, 2, (2, 3)).astype(float)
RATIOS, THRESHOLDS = RNG.uniform(0.1, 0.9, (2, 3)), RNG.normal(0.0, 1.0, (2, 3, 4, 5))
SEEN_WEIGHTS = RNG.uniform(0.1, 3.0, (2, 3))


# ---- overlap


def score_of(index: bool, loss: bool) -> Formula:
    """A ratio of overlap, of sums over whole regions or class by class."""

    def ratio(
        p: Array,
        g: Array,
        w: Array,
        axis: Any = None,
        denominator: str = "linear",
        numerator_smoothing: float = 0.0,
        denominator_smoothing: float = 0.0,
        empty: float = 1.0,
    ) -> Array:
        power = 2 if denominator == "squared" else 1
        both, size = np.sum(w * p * g, axis), np.sum(w * (p**power + g**power), axis)
        above = (both if index else 2 * both) + numerator_smoothing
        below = (size - both if index else size) + denominator_smoothing
        with np.errstate(all="ignore"):
            return np.where(below == 0, empty, above / below)

    def of_classes(p: Array, g: Array, w: Array, average: str | None, **options: Any) -> Any:
        if average == "micro":
            return ratio(p, g, w[..., None], **options)
        each = np.stack([ratio(p[..., c], g[..., c], w, **options) for c in range(p.shape[-1])], axis=-1)
        support = [np.sum(w * g[..., c]) for c in range(p.shape[-1])]
        return {"macro": each.mean(-1), "weighted": np.average(each, axis=-1, weights=support), None: each}[average]

    def oracle(
        pred: Array,
        target: Array,
        weights: Array | None = None,
        average: str | None = "macro",
        num_classes: int | None = None,
        class_axis: int | None = None,
        ignore_index: int | None = None,
        **options: Any,
    ) -> Any:
        w = np.ones(target.shape if target.dtype.kind == "i" else pred.shape) if weights is None else weights
        if ignore_index is not None:
            w, target = w * (target != ignore_index), np.where(target == ignore_index, 0, target)
        if class_axis is not None:
            pred, num_classes = np.moveaxis(pred, class_axis, -1), pred.shape[class_axis]
            target = np.moveaxis(target, class_axis, -1) if target.dtype.kind == "f" else target
            w = w if weights is not None or ignore_index is not None else np.ones(pred.shape[:-1])
        if num_classes is None:
            value = ratio(pred, target, w, **options)
        else:
            one_hot = [np.eye(num_classes)[x] if x.dtype.kind == "i" else x for x in (pred, target)]
            value = of_classes(*one_hot, w, average, **options)
        return 1 - value if loss else value

    return oracle


# ---- Lovász extensions


def jaccard_loss(wrong: Array, truth: Array, w: Array) -> float:
    """One minus the weighted index of a hard mask that is wrong at these pixels."""
    union = np.sum(w[truth | wrong])
    return 1 - np.sum(w[truth & ~wrong]) / union if union else 0.0


def extension(errors: Array, truth: Array, w: Array) -> float:
    """The integral, over levels, of the loss of the set of errors above the level."""
    levels = [0.0, *np.unique(errors[errors > 0])]
    sets = [errors > low for low in levels[:-1]]
    return float(sum(h * jaccard_loss(s, truth, w) for h, s in zip(np.diff(levels), sets, strict=True)))


def hinge(
    pred: Array, target: Array, weights: Array | None = None, axis: Any = None, capacity: int | None = None
) -> Any:
    w = np.ones(pred.shape) if weights is None else weights
    if axis is not None:
        return np.asarray([hinge(*parts) for parts in zip(pred, target, w, strict=True)])
    truth = target.ravel() == 1
    return extension(1 - np.where(truth, 1, -1) * pred.ravel(), truth, w.ravel())


def softmax(
    pred: Array,
    target: Array,
    weights: Array | None = None,
    axis: Any = None,
    class_axis: int = -1,
    classes: Any = "present",
    ignore_index: int | None = None,
) -> Any:
    pred = np.moveaxis(pred, class_axis, -1)
    w = np.ones(target.shape) if weights is None else weights
    if axis is not None:
        parts = zip(pred, target, w, strict=True)
        return np.asarray([softmax(*p, classes=classes, ignore_index=ignore_index) for p in parts])
    keep = target != ignore_index
    p, y, w = pred[keep], target[keep], w[keep]
    there = [c for c in range(p.shape[-1]) if w[y == c].sum() > 0]
    chosen = {"present": there, "all": range(p.shape[-1])}.get(classes) if isinstance(classes, str) else classes
    losses = [extension(np.abs((y == c) - p[:, c]), y == c, w) for c in chosen or ()]
    return np.mean(losses) if losses else 0.0


def steps(target: Array, pixel_axis: int = -1) -> Array:
    """Differences of the loss as one more pixel is wrong."""

    def of(y: Array) -> Array:
        ones, places = np.ones(y.size), np.arange(y.size)
        return np.diff([jaccard_loss(places < k, y == 1, ones) for k in range(y.size + 1)])

    return np.apply_along_axis(of, -1, np.moveaxis(target, pixel_axis, -1))


# ---- maps from the labels of images


def undecided(p: Array, t: float) -> tuple[Array, Array]:
    """As the paper writes the two branches."""
    low = p <= t
    return np.where(low, -(p**2) / t**2 + 2 * p / t, (1 - p) * (1 - 2 * t + p) / (1 - t) ** 2), low


def spatial(
    pred: Array,
    target: Array,
    ratio: Array,
    spatial_axes: Any = (-2, -1),
    threshold_floor: float = 1e-4,
    log_floor: float | None = None,
) -> Array:
    pred = np.moveaxis(pred, spatial_axes, (-2, -1))
    out = np.zeros(target.shape)
    for i in np.ndindex(target.shape):
        x = np.sort(pred[i].ravel())[::-1]
        p = scipy.special.expit(x)
        t = max(p[min(int(ratio[i] * p.size), p.size - 1)], threshold_floor)
        absent = np.minimum(np.logaddexp(0, x), -log_floor if log_floor else np.inf)
        out[i] = np.mean(undecided(p, t)[0] if target[i] else absent)
    return out


def learned(
    pred: Array,
    target: Array,
    threshold: Array,
    weights: Array | None = None,
    axis: Any = None,
    threshold_floor: float = 1e-4,
) -> Any:
    w = np.ones(target.shape) if weights is None else weights
    if axis is not None:
        parts = zip(pred, target, threshold, w, strict=True)
        return np.asarray([learned(*p, threshold_floor=threshold_floor) for p in parts])
    sums = np.zeros((2, 2))
    for i in np.ndindex(target.shape):
        t = max(scipy.special.expit(threshold[i].mean()), threshold_floor)
        h, low = undecided(scipy.special.expit(pred[i]), t)
        sums += w[i] * target[i] * np.asarray([[h[low].sum(), low.sum()], [h[~low].sum(), (~low).sum()]])
    return np.sum([total / count for total, count in sums if count])


def divergence(pred: Array, ratio: Array, ratio_smoothing: float = 0.0) -> Array:
    m = scipy.special.expit(pred).mean((-2, -1))
    parts = ((m, ratio + ratio_smoothing), (1 - m, 1 - ratio + ratio_smoothing))
    return sum(a * np.log(a / b) for a, b in parts)


ORACLES: dict[str, Formula] = {
    "dice_score": score_of(index=False, loss=False),
    "dice_loss": score_of(index=False, loss=True),
    "jaccard_index": score_of(index=True, loss=False),
    "soft_iou_loss": score_of(index=True, loss=True),
    "lovasz_grad": steps,
    "lovasz_hinge": hinge,
    "lovasz_softmax": softmax,
    "spatial_bce_loss": lambda *a, **o: reduced(spatial, *a, **o),
    "spatial_bce_threshold_loss": learned,
    "foreground_ratio_divergence": lambda *a, **o: reduced(divergence, *a, **o),
}

# ---- what both are called with

MASKED: Options = [
    {},
    {"axis": (-2, -1)},
    {"weights": PIXEL_WEIGHTS},
    {"weights": PIXEL_WEIGHTS, "denominator": "squared"},
    {"numerator_smoothing": 1e-3, "denominator_smoothing": 2e-3, "axis": 0},
]
AVERAGES: Options = [{"average": a} for a in ("micro", "macro", "weighted", None)]
EMPTIES: Options = [{"empty": e, "average": None} for e in (0.0, 1.0)]
RARE = np.where(LABELS == 3, 0, LABELS)
REGIONS: Given = [
    ((SOFT, MASKS), MASKED),
    ((HARD, MASKS), [{}, {"denominator": "squared"}]),
    ((0 * HARD, 0 * MASKS), [{}, {"empty": 0.0}, {"denominator_smoothing": 2e-3}]),
    ((GUESSES, LABELS), each([*AVERAGES, {"weights": WEIGHT}, {"ignore_index": 2}], num_classes=4)),
    ((np.where(GUESSES == 3, 0, GUESSES), RARE), each(EMPTIES, num_classes=4)),
    ((SHARES, LABELS), each([*AVERAGES, {"weights": WEIGHT}, {"ignore_index": 2}], class_axis=-1)),
    ((SHARES, SOFT_LABELS), each([*AVERAGES, {"denominator": "squared"}], class_axis=-1)),
    ((MAPS, LABEL_MAPS), [{"class_axis": 1}, {"class_axis": 1, "axis": (1, 2)}]),
]
CALLS: dict[str, Given] = {
    **dict.fromkeys(("dice_score", "dice_loss", "jaccard_index", "soft_iou_loss"), REGIONS),
    "lovasz_grad": [((MASKS,), [{}, {"pixel_axis": 1}]), ((0 * MASKS,), [{}])],
    "lovasz_hinge": [
        (
            (LOGITS, MASKS),
            [
                {},
                {"axis": (-2, -1)},
                {"weights": PIXEL_WEIGHTS},
                {"weights": COPIES},
                {"weights": COPIES, "axis": (-2, -1)},
                {"capacity": 80, "weights": COPIES},
            ],
        ),
        ((np.sign(LOGITS), MASKS), [{}, {"weights": PIXEL_WEIGHTS}]),
        ((LOGITS, 0 * MASKS), [{}, {"weights": PIXEL_WEIGHTS}]),
    ],
    "lovasz_softmax": [
        ((SHARES, LABELS), [{"classes": c} for c in ("present", "all", (0, 2), (3,))]),
        ((SHARES, RARE), [{"classes": c, "weights": WEIGHT} for c in ("present", "all")]),
        ((SHARES.round(1), LABELS), [{"ignore_index": 1}, {"weights": WEIGHT}]),
        ((MAPS, LABEL_MAPS), [{"class_axis": 1}, {"class_axis": 1, "axis": (1, 2), "ignore_index": 0}]),
    ],
    "spatial_bce_loss": [
        ((CAMS, SEEN, RATIOS), [{}, {"reduction": "none"}, {"weights": SEEN_WEIGHTS}, {"threshold_floor": 0.4}]),
        ((CAMS, SEEN, RATIOS.round()), [{}, {"spatial_axes": (-1, -2)}]),
        ((2 * CAMS, SEEN, RATIOS), [{"log_floor": -3.0}]),
    ],
    "spatial_bce_threshold_loss": [
        (
            (CAMS, SEEN, THRESHOLDS),
            [{}, {"axis": 1}, {"weights": SEEN_WEIGHTS}, {"threshold_floor": 0.6}],
        ),
        ((CAMS, SEEN, THRESHOLDS - 40), [{}]),
    ],
    "foreground_ratio_divergence": [
        ((CAMS, RATIOS), [{}, {"reduction": "none"}, {"weights": SEEN_WEIGHTS}, {"ratio_smoothing": 1e-3}]),
    ],
}


# ---- what the facts claim of other libraries


def planes(name: str, **options: Any) -> Any:
    """torchmetrics' score of masks, as one class of one image each."""
    pred, target = (x[:, None].astype(int) for x in (HARD, MASKS))
    functions = pytest.importorskip("torchmetrics.functional.segmentation")
    return tensors(getattr(functions, name), pred, target, num_classes=1, **options).ravel()


CLAIMS: dict[str, Claim] = {
    "sklearn f1_score": (
        lambda: al.dice_score(HARD, MASKS),
        lambda: sk.f1_score(MASKS.ravel(), HARD.ravel(), zero_division=1.0),
    ),
    "sklearn f1_score of labels": (
        lambda: al.dice_score(GUESSES, LABELS, num_classes=5, average=None),
        lambda: sk.f1_score(LABELS, GUESSES, labels=range(5), average=None, zero_division=1.0),
    ),
    "sklearn jaccard_score": (
        lambda: al.jaccard_index(GUESSES, LABELS, num_classes=5, average="macro", empty=0.0),
        lambda: sk.jaccard_score(LABELS, GUESSES, labels=range(5), average="macro", zero_division=0.0),
    ),
    "torchmetrics jaccard_index": (
        lambda: al.jaccard_index(GUESSES, LABELS, num_classes=4, empty=0.0),
        lambda: torchmetrics("jaccard_index", GUESSES, LABELS, task="multiclass", num_classes=4),
    ),
    "torchmetrics dice_score": (
        lambda: al.dice_score(HARD, MASKS, axis=(-2, -1)),
        lambda: planes("dice_score", average="none"),
    ),
    "torchmetrics mean_iou": (
        lambda: al.jaccard_index(HARD, MASKS, axis=(-2, -1)),
        lambda: planes("mean_iou", per_class=True),
    ),
}
