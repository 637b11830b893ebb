"""Boxes and masks."""

from typing import Any

import numpy as np

from .case import MILLION, Case, plain
from .elementwise import distinct


def boxes(rng: Any, n: int) -> list[Any]:
    corner, size = rng.random((2, 2, n, 2), dtype=np.float32)
    return list(np.concat([corner, corner + size + 0.05], axis=-1))


def masks(rng: Any, n: int) -> list[Any]:
    target = (rng.random(n) < 0.3).astype(np.float32)
    return [np.clip(0.7 * target + 0.3 * rng.random(n, dtype=np.float32), 0, 1), target]


def apart(rng: Any, n: int) -> list[Any]:
    return [distinct(rng, n), rng.integers(0, 2, n).astype(np.float32)]


# ---- formulas


def giou(xp: Any, a: Any, b: Any) -> Any:
    low, high = xp.maximum(a[:, :2], b[:, :2]), xp.minimum(a[:, 2:], b[:, 2:])
    inner = (high - low).clip(0.0)
    outer = xp.maximum(a[:, 2:], b[:, 2:]) - xp.minimum(a[:, :2], b[:, :2])
    sizes = [c[:, 2:] - c[:, :2] for c in (a, b)]
    area, hull, one, two = (s[:, 0] * s[:, 1] for s in (inner, outer, *sizes))
    union = one + two - area
    return (1 - area / union + (hull - union) / hull).mean()


def all_overlaps(xp: Any, a: Any, b: Any) -> Any:
    """Every box with every other."""
    low, high = xp.maximum(a[:, None, :2], b[:, :2]), xp.minimum(a[:, None, 2:], b[:, 2:])
    inner = (high - low).clip(0.0)
    area = inner[..., 0] * inner[..., 1]
    one, two = ((c[:, 2] - c[:, 0]) * (c[:, 3] - c[:, 1]) for c in (a, b))
    return area / (one[:, None] + two - area)


def lovasz(xp: Any, score: Any, label: Any) -> Any:
    """The authors' code: sort the margins, and weigh them by the steps of the Jaccard loss."""
    margin = 1 - score * (2 * label - 1)
    order = xp.argsort(-margin)
    ordered, hit = margin[order], label[order]
    whole = hit.sum()
    jaccard = 1 - (whole - xp.cumsum(hit, 0)) / (whole + xp.cumsum(1 - hit, 0))
    steps = xp.concatenate([jaccard[:1], jaccard[1:] - jaccard[:-1]])
    return (xp.clip(ordered, 0.0, None) * steps).sum()


def dice(xp: Any, p: Any, t: Any) -> Any:
    return 1 - 2 * (p * t).sum() / (p.sum() + t.sum())


EVERYWHERE = ("numpy", "torch", "jax")

CASES = (
    Case("giou_loss", boxes, plain(giou, *EVERYWHERE, name="torchvision's formula"), (10**3, 10**4, 10**5), bare=True),
    Case(
        "pairwise_iou",
        boxes,
        plain(all_overlaps, *EVERYWHERE, name="torchvision's formula"),
        (256, 1024, 4096),
        trained=False,
    ),
    Case(
        "lovasz_hinge",
        apart,
        plain(lovasz, *EVERYWHERE, name="authors' formula"),
        MILLION,
        tolerance=1e-3,
        # the authors' steps are differences of numbers near 1, which in float32 are one or two roundings apart
        gradient_tolerance=0.1,
    ),
    Case("dice_loss", masks, plain(dice, *EVERYWHERE), MILLION),
)
