"""What each row is to reach, whether it did, and why not where it is known."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from .result import Result

LARGE_FOR_EAGER = 10**5
"""Elements from which an eager call of JAX is judged: on fewer it is overhead alone."""

SPEEDS = {
    "limit/squared_error/*": 0.70,
    "limit/absolute_error/*": 0.50,
    "limit/huber_loss/*": 0.25,
    "limit/smooth_l1_loss/*": 0.25,
    # our digits cost time
    "cross_entropy/*/torch": 0.6,
    "cross_entropy/*/torch-grad": 0.6,
    "binary_cross_entropy_with_logits/*/torch": 0.6,
    "binary_cross_entropy_with_logits/*/torch-grad": 0.6,
    "focal_loss_with_logits/*/torch": 0.6,
    "focal_loss_with_logits/*/torch-grad": 0.6,
    # the peer is one fused kernel
    "huber_loss/*/torch-grad": 0.3,
    "smooth_l1_loss/*/torch-grad": 0.3,
    # the caller's own jit saves more
    "*/jax-eager": 1 / 1.5,
    "*": 1.0,
}
"""Glob of rows -> times as fast as the fastest peer, or the share of the limit; the first that matches counts."""

EXTRA = {
    "frame/import*": 50.0,
    "frame/squared_error/64/numpy": 5.0,
    "frame/squared_error/64/torch": 8.0,
    "frame/squared_error-weighted/64/numpy": 15.0,
    "frame/squared_error-weighted/64/torch": 35.0,
    "frame/stream.update/64/numpy": 60.0,
    "frame/stream.update/64/torch": 100.0,
}
"""Glob of rows -> how far above the bare formula at most, in the row's unit."""

MEGABYTE = 1e6 / 2**20
MEMORY = {
    "memory/*_error/*": 2 * MEGABYTE,
    "memory/huber_loss/*": 2 * MEGABYTE,
    "memory/chamfer_distance/*": 1000 * MEGABYTE,
    # the result, and what is allowed elsewhere
    "memory/pairwise_iou/4096/*": 64 + 2 * MEGABYTE,
    # six times the two images
    "memory/ssim/8x3x256x256/*": 6 * 12.0,
}
"""Glob of rows -> MiB above the inputs at most."""

MEANS = {"numpy": 3.0, "torch": 2.0, "jax-jit": 1.2}
"""Family of rows -> geometric mean."""

OVERHEAD = (
    "On so few numbers a call is overhead: kinds, shapes and devices are looked at, for what the frame's rows tell. "
    "The formula looks at nothing."
)
IN_RANGE = "Labels are looked at, for one out of range is an error, or NaN under jit; the formula counts it elsewhere."
SHARES = "Shares are looked at, for one outside [0, 1] is an error, or NaN under jit; the formula takes anything."
TAILS = "Both tails keep every digit, by choices that the formula has not, and that XLA does not vectorize as well."
CORNER = "The slope at 0 is 0 on every library, by a maximum of two numbers; XLA has the absolute value itself."
OWN_TERM = "The label's own term is left out of the sum, so that a confident answer keeps its digits."
CLOSE = (
    "Close distributions keep their digits: two forms are made and one is chosen, on torch in float64. "
    "The peers' sum of logarithms is below 0 for half of such pairs."
)
MEAN = "The mean is corrected by a second pass, without which data far from zero have no digits."
TIES = "Equal scores are counted together; the formula takes them as the sort left them."
STEPS = "Equal errors share their steps, so that no sort decides; the authors' code takes the order it got."
DOUBTS = "Equal uncertainties share their errors, so that no sort decides; the authors' code takes the order it got."
BINS = (
    "Weight, hits and score of each bin are kept, in float64, for streams and for other norms; "
    "the formula keeps one sum, in the precision of the scores."
)

REASONS: dict[str, str] = {
    "*/100/*": OVERHEAD,
    "*/64/*": OVERHEAD,
    "psnr/1x3x64x64/*": OVERHEAD,
    "absolute_error/*/jax-*": CORNER,
    "huber_loss/*/jax-*": CORNER,
    "kl_divergence/*": CLOSE,
    "cross_entropy/*": OWN_TERM,
    "binary_cross_entropy_with_logits/*": TAILS,
    "focal_loss_with_logits/*": TAILS,
    "r2_score/*/jax-*": MEAN,
    "pearson_corrcoef/*/jax-*": MEAN,
    "confusion_matrix-*": IN_RANGE,
    "f_beta-*": IN_RANGE,
    "accuracy-*": IN_RANGE,
    "auroc/*": TIES,
    "average_precision/*": TIES,
    "expected_calibration_error/*": BINS,
    "dice_loss/*": SHARES,
    "lovasz_hinge/*": STEPS,
    "ause/*": DOUBTS,
    "giou_loss/*": "The corners of each box are looked at, for two that are exchanged are an error.",
    "limit/*": "A block is written to cache and read again; two threads took 0.75 to 1.4 times as long as one.",
    "memory/*/torch*": "torch's blocks are larger than NumPy's, for its calls take longer to begin.",
}
"""Glob of rows -> why they miss; the first that matches counts."""


def looked_up(name: str, table: Mapping[str, Any]) -> Any:
    """Of the first glob that matches."""
    return next((value for glob, value in table.items() if fnmatchcase(name, glob)), None)


def goal(r: Result) -> float | None:
    """In the figure that `reached` gives; None where there is none."""
    name = r.name.partition("@")[0]
    if name.endswith("/jax-eager") and (r.elements or 0) < LARGE_FOR_EAGER:
        return None
    found: float | None = looked_up(name, TABLES.get(name.partition("/")[0], SPEEDS))
    return found


TABLES = {"frame": EXTRA, "memory": MEMORY}


def reached(r: Result) -> float | None:
    return {"frame": r.over, "memory": r.ours}.get(r.name.partition("/")[0], r.ratio)


def met(r: Result) -> bool | None:
    """None where nothing was to be reached, or nothing was measured."""
    wanted, got = goal(r), reached(r)
    if wanted is None or got is None:
        return None
    return got <= wanted if r.name.partition("/")[0] in TABLES else got >= wanted


def reason(r: Result) -> str | None:
    found: str | None = looked_up(r.name, REASONS)
    return found
