"""What each row is to reach, whether it did, and why not where it is known."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from .result import Result

LARGE_FOR_EAGER = 10**5

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

REASONS: dict[str, str] = {}
"""Glob of rows -> why they miss."""


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
