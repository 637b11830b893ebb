"""Metrics of samples, clouds and images with their definitions in mpmath, and the inputs that are hard for them.

As in `kernels`; an argument is a list of numbers, or a list of lists.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from mpmath import mp, mpf

from . import inputs
from .kernel import Kernel, Known
from .kernels import one

# ---- samples


def _mean(x: Sequence[Any]) -> Any:
    return mp.fsum(x) / len(x)


def _away(x: Sequence[Any]) -> list[Any]:
    middle = _mean(x)
    return [v - middle for v in x]


def _gaps(a: Sequence[Any], b: Sequence[Any]) -> list[Any]:
    return [p - t for p, t in zip(a, b, strict=True)]


def _dot(a: Sequence[Any], b: Sequence[Any]) -> Any:
    return mp.fsum(x * y for x, y in zip(a, b, strict=True))


def _spread(x: Sequence[Any]) -> Any:
    away = _away(x)
    return _dot(away, away)


def mse(p: Any, t: Any) -> Any:
    return _mean([g * g for g in _gaps(p, t)])


def r2(p: Any, t: Any) -> Any:
    return mp.fsum(r2_terms(p, t))


def r2_terms(p: Any, t: Any) -> list[Any]:
    return [mpf(1), -mse(p, t) * len(t) / _spread(t)]


def explained_terms(p: Any, t: Any) -> list[Any]:
    return [mpf(1), -_spread(_gaps(p, t)) / _spread(t)]


def _lengths(p: Any, t: Any) -> Any:
    return mp.sqrt(_spread(p) * _spread(t))


def pearson(p: Any, t: Any) -> Any:
    return _dot(_away(p), _away(t)) / _lengths(p, t)


def pearson_terms(p: Any, t: Any) -> list[Any]:
    """The products, of whatever sign, added up."""
    return [mp.fsum(abs(a * b) for a, b in zip(_away(p), _away(t), strict=True)) / _lengths(p, t)]


def _ranks(x: Sequence[Any]) -> list[Any]:
    return [mpf(sum(v < u for v in x)) + mpf(sum(v == u for v in x) + 1) / 2 for u in x]


def pearson_slope_terms(p: Any, t: Any) -> list[list[Any]]:
    """The gradient is a difference of the two deviations, in their units; the means bring in those of all numbers."""
    r, both, own = pearson(p, t), _lengths(p, t), _spread(p)
    return [[b / both for b in _away(t)] + [r * a / own for a in _away(p)]] * len(p)


def explained_slope_terms(p: Any, t: Any) -> list[list[Any]]:
    """The mean of what is left brings in that of all numbers."""
    return [[2 * g / _spread(t) for g in _gaps(p, t)]] * len(p)


def psnr_terms(p: Any, t: Any) -> list[Any]:
    return [-10 * mp.log10(mse(p, t))]


def wasserstein(p: Any, t: Any) -> Any:
    return _mean([abs(g) for g in _gaps(sorted(p), sorted(t))])


# ---- shares and labels


def _overlap(p: Any, t: Any) -> tuple[Any, Any]:
    return _dot(p, t), mp.fsum(p) + mp.fsum(t)


def dice(p: Any, t: Any) -> Any:
    common, both = _overlap(p, t)
    return 1 - 2 * common / both


def soft_iou(p: Any, t: Any) -> Any:
    common, both = _overlap(p, t)
    return 1 - common / (both - common)


def iou_slope_terms(p: Any, t: Any) -> list[list[Any]]:
    common, both = _overlap(p, t)
    union = both - common
    return [[y / union, common * (1 - y) / union**2] for y in t]


def balanced(p: Any, t: Any) -> Any:
    positive = mp.fsum(t) / len(t)
    hit = -mp.fsum(y * mp.log(x) for x, y in zip(p, t, strict=True))
    miss = -mp.fsum((1 - y) * mp.log1p(-x) for x, y in zip(p, t, strict=True))
    return ((1 - positive) * hit + positive * miss) / len(t)


def auroc(p: Any, t: Any) -> Any:
    yes, no = ([x for x, y in zip(p, t, strict=True) if y == label] for label in (1, 0))
    return _mean([mpf(a > b) + mpf(a == b) / 2 for a in yes for b in no])


def average_precision(p: Any, t: Any) -> Any:
    """Precision at each positive, over those not below it."""
    found = []
    for x, y in zip(p, t, strict=True):
        above = [b for a, b in zip(p, t, strict=True) if a >= x]
        found += [mp.fsum(above) / len(above)] if y else []
    return _mean(found)


def calibration(p: Any, t: Any) -> Any:
    """Ten bins; inputs lie off their edges."""
    gaps: dict[int, list[Any]] = {}
    for x, y in zip(p, t, strict=True):
        gaps.setdefault(min(int(mp.floor(10 * x)), 9), []).append(y - x)
    return mp.fsum(abs(mp.fsum(g)) for g in gaps.values()) / len(p)


def lovasz(p: Any, t: Any) -> Any:
    margins = sorted(((1 - (2 * y - 1) * x, y) for x, y in zip(p, t, strict=True)), reverse=True)
    positive, hits, misses, last, value = mp.fsum(t), mpf(0), mpf(0), mpf(0), mpf(0)
    for margin, y in margins:
        hits, misses = hits + y, misses + 1 - y
        loss = 1 - (positive - hits) / (positive + misses)
        value, last = value + max(margin, mpf(0)) * (loss - last), loss
    return value


def lovasz_terms(p: Any, t: Any) -> list[Any]:
    """The steps are differences of Jaccard losses, which end at 1."""
    return [max(1 - (2 * y - 1) * x for x, y in zip(p, t, strict=True))]


# ---- clouds


def _square(a: Any, b: Any) -> Any:
    return mp.fsum(g * g for g in _gaps(a, b))


def _nearest(a: Any, b: Any) -> list[Any]:
    return [min(_square(x, y) for y in b) for x in a]


def chamfer(a: Any, b: Any) -> Any:
    return _mean(_nearest(a, b)) + _mean(_nearest(b, a))


def chamfer_slope_terms(a: Any, b: Any) -> list[list[Any]]:
    """A point is drawn to its nearest, and to all whose nearest it is."""
    found: list[list[list[Any]]] = [[[mpf(0)] for _ in x] for x in a]
    for i, j, n in [*_pairs(a, b), *((j, i, n) for i, j, n in _pairs(b, a))]:
        for k, gap in enumerate(_gaps(a[i], b[j])):
            found[i][k].append(2 * gap / n)
    return [parts for point in found for parts in point]


def _pairs(a: Any, b: Any) -> list[tuple[int, int, int]]:
    """Each point with its nearest, and how many points there are."""
    return [(i, min(range(len(b)), key=lambda j: _square(x, b[j])), len(a)) for i, x in enumerate(a)]


def hausdorff(a: Any, b: Any) -> Any:
    return mp.sqrt(max(_nearest(a, b) + _nearest(b, a)))


# ---- images


def _taps(size: int, sigma: Any) -> list[Any]:
    raw = [mp.exp(-(mpf(i - size // 2) ** 2) / (2 * sigma**2)) for i in range(size)]
    return [v / mp.fsum(raw) for v in raw]


def _windows(image: Any, size: int) -> list[list[Any]]:
    rows, columns = (range(n - size + 1) for n in (len(image), len(image[0])))
    return [[v for row in image[i : i + size] for v in row[j : j + size]] for i in rows for j in columns]


def ssim(a: Any, b: Any) -> Any:
    """Windows of 11 pixels, values from 0 to 1."""
    taps = _taps(11, mpf(1.5))
    weights = [u * v for u in taps for v in taps]
    return _mean([_similarity(x, y, weights) for x, y in zip(_windows(a, 11), _windows(b, 11), strict=True)])


def _similarity(x: Any, y: Any, weights: list[Any]) -> Any:
    c1, c2 = mpf("0.01") ** 2, mpf("0.03") ** 2
    mean_x, mean_y = _dot(weights, x), _dot(weights, y)
    away_x, away_y = [v - mean_x for v in x], [v - mean_y for v in y]
    xx, yy, xy = (
        mp.fsum(w * p * q for w, p, q in zip(weights, first, second, strict=True))
        for first, second in ((away_x, away_x), (away_y, away_y), (away_x, away_y))
    )
    luminance = (2 * mean_x * mean_y + c1) / (mean_x**2 + mean_y**2 + c1)
    return luminance * (2 * xy + c2) / (xx + yy + c2)


def total_variation(image: Any) -> Any:
    down = [abs(v - u) for above, below in pairwise(image) for u, v in zip(above, below, strict=True)]
    across = [abs(v - u) for row in image for u, v in pairwise(row)]
    return mp.fsum(down + across)


THREE_SUMS = Known("three sums, each with its own rounding", 6, ("torch", "jax"))
SQUARED = Known("a sum that is squared counts its rounding twice", 8, ("torch", "jax"))
BORDERS = Known("the pure form of a sum by bins takes differences of running sums", 16, ("strict",))

COMPOSITES = (
    Kernel("root_mean_squared_error", lambda p, t: mp.sqrt(mse(p, t)), inputs.samples),
    Kernel("r2_score", r2, inputs.samples, summands=r2_terms),
    Kernel("r2_score", r2, inputs.samples_far_from_zero, 64, summands=r2_terms, slope_goal=None),
    Kernel(
        "explained_variance",
        lambda p, t: mp.fsum(explained_terms(p, t)),
        inputs.samples,
        summands=explained_terms,
        slope_summands=explained_slope_terms,
    ),
    Kernel(
        "explained_variance",
        lambda p, t: mp.fsum(explained_terms(p, t)),
        inputs.samples_far_from_zero,
        64,
        summands=explained_terms,
        slope_goal=None,
    ),
    Kernel(
        "pearson_corrcoef",
        pearson,
        inputs.samples,
        summands=pearson_terms,
        slope_summands=pearson_slope_terms,
        known=THREE_SUMS,
    ),
    Kernel(
        "pearson_corrcoef",
        pearson,
        inputs.samples_far_from_zero,
        64,
        summands=pearson_terms,
        slope_goal=None,
    ),
    Kernel(
        "spearman_corrcoef",
        lambda p, t: pearson(_ranks(p), _ranks(t)),
        inputs.samples,
        summands=lambda p, t: pearson_terms(_ranks(p), _ranks(t)),
        slope_goal=None,
    ),
    Kernel("psnr", lambda p, t: psnr_terms(p, t)[0], inputs.intensities, options={"data_range": 1.0}),
    Kernel("wasserstein_distance", wasserstein, inputs.samples),
    Kernel("dice_loss", dice, inputs.masks, summands=one),
    Kernel("soft_iou_loss", soft_iou, inputs.masks, summands=one, slope_summands=iou_slope_terms, known=SQUARED),
    Kernel("balanced_cross_entropy", balanced, inputs.masks),
    Kernel("auroc", auroc, inputs.scored, slope_goal=None),
    Kernel("average_precision", average_precision, inputs.scored, slope_goal=None),
    Kernel(
        "expected_calibration_error",
        calibration,
        inputs.scored,
        summands=one,
        options={"bins": 10},
        slope_goal=None,
        known=BORDERS,
    ),
    Kernel("lovasz_hinge", lovasz, inputs.scored, summands=lovasz_terms, slope_goal=None),
    Kernel("chamfer_distance", chamfer, inputs.clouds, slope_summands=chamfer_slope_terms),
    Kernel("hausdorff_distance", hausdorff, inputs.clouds),
    Kernel("ssim", ssim, inputs.images, 64, summands=one, options={"data_range": 1.0}, slope_goal=None),
    Kernel("total_variation", total_variation, inputs.single_images),
)
