"""Predictions that say how sure they are."""

from fractions import Fraction
from typing import Any

import numpy as np
from scipy.integrate import quad
from scipy.stats import norm

from ._common import Array, Claim, Formula, Given, by_torch, reduced, torch

RNG = np.random.default_rng(20190601)
MEAN, TARGET = RNG.normal(0.3, 2.0, (2, 6, 5))
STD = RNG.uniform(0.3, 3.0, (6, 5))
WEIGHTS = RNG.uniform(0.1, 3.0, 6)
EACH = RNG.uniform(0.1, 3.0, (6, 5)) * (RNG.random((6, 5)) > 0.2)
ERROR, UNCERTAINTY = np.abs(MEAN - TARGET), STD
TIED_ERROR, TIED = RNG.integers(0, 5, (2, 6, 5)).astype(float)
COPIES = RNG.integers(0, 4, (6, 5)).astype(float)
LONG_ERROR, LONG_UNCERTAINTY = RNG.random((2, 137))
HUNDREDTHS = tuple(np.arange(1, 100) / 100)


# ---- values of elements


def nll(mean: Array, variance: Array, target: Array, full: bool = False) -> Array:
    return -norm.logpdf(target, mean, np.sqrt(variance)) - (0.0 if full else np.log(2 * np.pi) / 2)


def nll_of_log(mean: Array, log_variance: Array, target: Array, **options: Any) -> Array:
    return nll(mean, np.exp(log_variance), target, **options)


def log_prob(mean: Array, std: Array, target: Array) -> Array:
    return norm.logpdf(target, mean, std)


def moments(mean: Array, variance: Array, member_axis: int = -1) -> tuple[Array, ...]:
    """The variance of a mixture by its second moment."""
    middle = mean.mean(member_axis)
    whole = (variance + mean**2).mean(member_axis) - middle**2
    return middle, whole, variance.mean(member_axis), mean.var(member_axis)


def ensemble(mean: Array, variance: Array, target: Array, member_axis: int = -1, **options: Any) -> Array:
    middle, whole, *_ = moments(mean, variance, member_axis)
    return nll(middle, whole, target, **options)


@np.vectorize
def ranked(mean: float, std: float, target: float) -> float:
    """The squared distance of the two distribution functions, integrated."""
    below, above = (
        quad(lambda x: norm.cdf(x, mean, std) ** 2, -np.inf, target),
        quad(lambda x: norm.sf(x, mean, std) ** 2, target, np.inf),
    )
    return below[0] + above[0]


def ranked_members(pred: Array, target: Array, estimator: str = "standard", member_axis: int = -1) -> Array:
    """All pairs of members."""
    pred = np.moveaxis(pred, member_axis, -1)
    m = pred.shape[-1]
    pairs = np.abs(pred[..., :, None] - pred[..., None, :]).sum((-2, -1)) / (m * (m - (estimator == "fair")))
    return np.abs(pred - target[..., None]).mean(-1) - pairs / 2


def holds(mean: Array, std: Array, target: Array, level: float) -> Array:
    low, high = norm.interval(level, mean, std)
    return (low <= target) & (target <= high)


def length(std: Array, level: float) -> Array:
    low, high = norm.interval(level, 0.0, std)
    return high - low


# ---- levels


def spelled(levels: Any) -> Array:
    return np.linspace(0, 1, levels) if isinstance(levels, int) else np.asarray(levels)


def averaged(hits: Array, weights: Array | None = None, axis: Any = None) -> Array:
    return reduced(lambda x: x, hits, weights=weights, axis=axis)


def central(mean: Array, std: Array, target: Array, levels: Any = HUNDREDTHS, **how: Any) -> tuple[Array, Array]:
    share = np.stack([averaged(holds(mean, std, target, p), **how) for p in spelled(levels)], axis=-1)
    return np.broadcast_to(spelled(levels), share.shape), share


def quantiles(mean: Array, std: Array, target: Array, levels: Any = 11, **how: Any) -> tuple[Array, Array]:
    share = np.stack([averaged(norm.cdf(target, mean, std) <= p, **how) for p in spelled(levels)], axis=-1)
    return np.broadcast_to(spelled(levels), share.shape), share


def area(*arrays: Array, average: str = "trapezoid", **options: Any) -> Array:
    level, share = central(*arrays, **options)
    gap = np.abs(share - level)
    return gap.mean(-1) if average == "mean" else np.trapezoid(gap, level, axis=-1)


def mean_gap(*arrays: Array, levels: Any = 100, **options: Any) -> Array:
    return area(*arrays, levels=levels, average="mean", **options)


def calibration(*arrays: Array, level_weighting: str = "sum", level_weights: Any = None, **options: Any) -> Array:
    level, share = quantiles(*arrays, **options)
    weights = np.broadcast_to(1.0 if level_weights is None else np.asarray(level_weights), share.shape)
    if level_weighting == "coverage":
        weights = weights * share
    return np.sum(weights * (level - share) ** 2, -1) / (weights.sum(-1) if level_weighting == "mean" else 1.0)


# ---- sparsification


def kept_mean(key: Array, value: Array, weight: Array, fraction: Fraction) -> float:
    """Group by group, the last one in part; in rational numbers, so that a share that ends a group ends it exactly."""
    left = kept = sum(map(Fraction, weight.tolist())) * (1 - fraction)
    summed = 0.0
    for k in np.unique(key):
        here = key == k
        there = sum(map(Fraction, weight[here].tolist()))
        part = min(Fraction(1), left / there) if there else Fraction(0)
        summed, left = summed + float(part) * (weight * value)[here].sum(), left - part * there
    return summed / float(kept)


def exact(key: Array, value: Array, weight: Array, fractions: int) -> Array:
    return np.array([kept_mean(key, value, weight, Fraction(i, fractions)) for i in range(fractions)])


def published(key: Array, value: Array, weight: Array, fractions: int) -> Array:
    """The lines of evaluating_bdl."""
    ordered = value[np.argsort(key)]
    steps = np.arange(start=0.0, stop=1.0, step=1.0 / fractions)
    return np.array([np.mean(ordered[: int((1.0 - f) * len(ordered))]) for f in steps])


def sparsified(
    error: Array,
    uncertainty: Array,
    weights: Array | None = None,
    axis: int | None = None,
    penalty: str = "mae",
    fractions: int = 100,
    whole_samples: bool = False,
) -> tuple[Array, ...]:
    w = np.ones(error.shape) if weights is None else np.broadcast_to(weights.T, error.shape[::-1]).T
    rows = [np.moveaxis(x, axis, -1) if axis is not None else x.reshape(1, -1) for x in (error, uncertainty, w)]
    curves: list[list[Array]] = [[], []]
    for e, u, v in zip(*rows, strict=True):
        for key, found in zip((u, e), curves, strict=True):
            mean = (published if whole_samples else exact)(key, e if penalty == "mae" else e**2, v, fractions)
            height = mean if penalty == "mae" else np.sqrt(mean)
            found.append(height / height[0])
    ours, oracle = (np.stack(c) if axis is not None else c[0] for c in curves)
    return np.broadcast_to(np.arange(fractions) / fractions, ours.shape), ours, oracle


def exact_area(key: Array, value: Array, weight: Array, penalty: str) -> float:
    """Group by group, by quadrature of the mean of what is kept."""
    groups = [(weight[key == k].sum(), (weight * value)[key == k].sum()) for k in np.unique(key)]
    whole, summed = np.sum(groups, axis=0)
    k0 = s0 = total = 0.0
    for w, s in groups:
        if w:
            height = lambda k, k0=k0, s0=s0, w=w, s=s: (s0 + (k - k0) * s / w) / k  # noqa: E731  # one expression
            root = height if penalty == "mae" else lambda k, height=height: np.sqrt(height(k))
            total += quad(root, k0, k0 + w, epsabs=1e-13, epsrel=1e-13)[0]
        k0, s0 = k0 + w, s0 + s
    return total / whole / (summed / whole if penalty == "mae" else np.sqrt(summed / whole))


def sparsification_area(*arrays: Array, fractions: int | None = None, **options: Any) -> Array:
    if fractions is None and not options.get("whole_samples"):
        e, u = (x.ravel() for x in arrays)
        w = options.get("weights")
        w = np.ones(e.shape) if w is None else np.broadcast_to(w.T, arrays[0].shape[::-1]).T.ravel()
        penalty = options.get("penalty", "mae")
        value = e if penalty == "mae" else e**2
        return np.asarray(exact_area(u, value, w, penalty) - exact_area(e, value, w, penalty))
    fraction, ours, oracle = sparsified(*arrays, fractions=fractions or 100, **options)
    return np.trapezoid(ours - oracle, fraction, axis=-1)


ORACLES: dict[str, Formula] = {
    "gaussian_nll_with_log_variance": lambda *a, **o: reduced(nll_of_log, *a, **o),
    "gaussian_log_prob": lambda *a, **o: reduced(log_prob, *a, **o),
    "crps_gaussian": lambda *a, **o: reduced(ranked, *a, **o),
    "crps_ensemble": lambda *a, **o: reduced(ranked_members, *a, **o),
    "ensemble_moments": moments,
    "ensemble_nll": lambda *a, **o: reduced(ensemble, *a, **o),
    "gaussian_cdf": lambda mean, std, target: norm.cdf(target, mean, std),
    "gaussian_quantile": lambda mean, std, p: norm.ppf(p, mean, std),
    "prediction_interval": lambda mean, std, level: norm.interval(level, mean, std),
    "interval_coverage": lambda *a, **o: reduced(holds, *a, **o),
    "interval_length": lambda *a, **o: reduced(length, *a, **o),
    "coverage_curve": central,
    "auce": area,
    "mean_absolute_calibration_error": mean_gap,
    "quantile_coverage": quantiles,
    "calibration_error": calibration,
    "sparsification_curve": sparsified,
    "ause": sparsification_area,
}

NORMAL = MEAN, STD, TARGET
REDUCTIONS: list[dict[str, Any]] = [
    {},
    {"reduction": "none"},
    {"reduction": "sum", "weights": EACH},
    {"weights": WEIGHTS, "axis": 1},
]
OVER_ELEMENTS: list[dict[str, Any]] = [{}, {"weights": WEIGHTS}, {"weights": EACH}, {"axis": 1}, {"axis": 0}]
LEVELS = (0.05, 0.31, 0.5, 0.77, 0.9999)
SPARSE: list[dict[str, Any]] = [
    {"penalty": "rmse"},
    {"fractions": 7, "weights": EACH},
    {"weights": WEIGHTS, "penalty": "rmse"},
    {"axis": 1, "fractions": 10},
    {"axis": 1, "fractions": 9, "weights": EACH},
]
WHOLE: list[dict[str, Any]] = [
    {"whole_samples": True, "penalty": p, "fractions": k} for p, k in (("mae", 100), ("rmse", 29))
]
SPARSIFIED: Given = [
    ((ERROR, UNCERTAINTY), SPARSE),
    ((TIED_ERROR, TIED), [{}, {"weights": COPIES, "penalty": "rmse"}]),
    ((LONG_ERROR, LONG_UNCERTAINTY), WHOLE),
]

CALLS: dict[str, Given] = {
    "gaussian_nll_with_log_variance": [((MEAN, np.log(STD), TARGET), [*REDUCTIONS, {"full": True}])],
    "gaussian_log_prob": [(NORMAL, REDUCTIONS)],
    "crps_gaussian": [(NORMAL, REDUCTIONS)],
    "crps_ensemble": [
        ((MEAN, TARGET[:, 0]), [{}, {"reduction": "none", "estimator": "fair"}, {"weights": WEIGHTS}]),
        ((TIED, TIED_ERROR[0]), [{"member_axis": 0}]),
    ],
    "ensemble_moments": [((MEAN, STD), [{}, {"member_axis": 0}]), ((MEAN[:, :1], STD[:, :1]), [{}])],
    "ensemble_nll": [
        ((MEAN, STD, TARGET[:, 0]), [{}, {"reduction": "none", "full": True}, {"weights": WEIGHTS}]),
        ((MEAN, STD, TARGET[0]), [{"member_axis": 0}]),
    ],
    "gaussian_cdf": [(NORMAL, [{}])],
    "gaussian_quantile": [((MEAN, STD, norm.cdf(TARGET)), [{}])],
    "prediction_interval": [((MEAN, STD), [{"level": 0.9}, {"level": 1e-9}, {"level": 0.999}])],
    "interval_coverage": [(NORMAL, [{"level": p, **o} for p, o in zip((0.1, 0.5, 0.9, 0.6), REDUCTIONS, strict=True)])],
    "interval_length": [((STD,), [{"level": 0.9, **o} for o in REDUCTIONS])],
    "coverage_curve": [(NORMAL, [*OVER_ELEMENTS, {"levels": LEVELS}, {"levels": 5, "weights": EACH}])],
    "auce": [(NORMAL, [*OVER_ELEMENTS, {"levels": LEVELS}, {"levels": 5, "average": "mean", "axis": 1}])],
    "mean_absolute_calibration_error": [(NORMAL, [*OVER_ELEMENTS, {"levels": LEVELS}])],
    "quantile_coverage": [(NORMAL, [*OVER_ELEMENTS, {"levels": LEVELS, "weights": EACH}])],
    "calibration_error": [
        (
            NORMAL,
            [
                *OVER_ELEMENTS,
                {"level_weighting": "mean", "levels": 50},
                {"level_weighting": "coverage", "weights": EACH},
                *({"level_weighting": w, "levels": 3, "level_weights": (0, 1, 3.5)} for w in ("sum", "mean")),
            ],
        )
    ],
    "sparsification_curve": SPARSIFIED,
    "ause": [
        *[(arrays, [{"fractions": 100, **o} for o in options]) for arrays, options in SPARSIFIED],
        ((ERROR, UNCERTAINTY), [{}, {"penalty": "rmse"}]),
        ((TIED_ERROR, TIED), [{}, {"weights": COPIES}, {"weights": COPIES, "penalty": "rmse"}]),
    ],
}


def torch_log_prob() -> Array:
    return torch.distributions.Normal(*map(torch.from_numpy, (MEAN, STD))).log_prob(torch.from_numpy(TARGET)).numpy()


def ours(name: str, *arrays: Array, **options: Any) -> Any:
    import arraylosses as al

    return lambda: np.asarray(getattr(al, name)(*arrays, **options))


CLAIMS: dict[str, Claim] = {
    "torch gaussian_nll_loss of a log variance": (
        ours("gaussian_nll_with_log_variance", MEAN, np.log(STD), TARGET, reduction="none"),
        lambda: by_torch(torch.nn.functional.gaussian_nll_loss, MEAN, TARGET, STD),
    ),
    "torch gaussian_nll_loss of an ensemble": (
        ours("ensemble_nll", MEAN, STD, TARGET[:, 0], reduction="none"),
        lambda: by_torch(
            torch.nn.functional.gaussian_nll_loss, MEAN.mean(-1), TARGET[:, 0], STD.mean(-1) + MEAN.var(-1)
        ),
    ),
    "scipy norm.logpdf": (
        ours("gaussian_log_prob", *NORMAL, reduction="none"),
        lambda: norm.logpdf(TARGET, MEAN, STD),
    ),
    "torch Normal.log_prob": (ours("gaussian_log_prob", *NORMAL, reduction="none"), torch_log_prob),
    "scipy norm.cdf": (ours("gaussian_cdf", *NORMAL), lambda: norm.cdf(TARGET, MEAN, STD)),
    "scipy norm.ppf": (
        ours("gaussian_quantile", MEAN, STD, STD / 4),
        lambda: norm.ppf(STD / 4, MEAN, STD),
    ),
    "scipy norm.interval": (
        ours("prediction_interval", MEAN, STD, level=0.9),
        lambda: np.asarray(norm.interval(0.9, MEAN, STD)),
    ),
}
