"""Boxes, one pair at a time, from the papers."""

from math import atan2, inf, log, pi
from typing import Any

import numpy as np

from ._common import Array, Formula, Given, Options, reduced

RNG = np.random.default_rng(77)
NEAR, CLOSE = RNG.uniform(0.0, 1.0, (2, 20, 4)), RNG.uniform(0.0, 0.4, (20, 4))
BOXES = np.concat([NEAR[0, :, :2], NEAR[0, :, :2] + 0.2 + NEAR[0, :, 2:]], axis=-1)
OTHERS = np.concat([NEAR[1, :, :2], NEAR[1, :, :2] + 0.2 + NEAR[1, :, 2:]], axis=-1)
ALIKE = BOXES + CLOSE - 0.2 * np.asarray([1.0, 1.0, 0.0, 0.0])
WEIGHT = RNG.uniform(0.1, 3.0, 20)
APART, POINT, LINE = [5.0, 5.0, 6.0, 7.0], [0.5, 0.5, 0.5, 0.5], [0.0, 0.5, 2.0, 0.5]
ODD = np.asarray([APART, POINT, LINE, LINE, POINT, BOXES[0], BOXES[0]])
OTHER_ODD = np.asarray([BOXES[0], BOXES[0], BOXES[0], LINE, POINT, POINT, APART])


class Pair:
    """What the papers measure of two boxes."""

    def __init__(self, a: Array, b: Array) -> None:
        (ax, ay), (bx, by) = ((c[2] - c[0], c[3] - c[1]) for c in (a, b))
        wide, high = (max(0.0, min(a[i + 2], b[i + 2]) - max(a[i], b[i])) for i in (0, 1))
        full = [max(a[i + 2], b[i + 2]) - min(a[i], b[i]) for i in (0, 1)]
        self.union = ax * ay + bx * by - wide * high
        self.iou = ratio(wide * high, self.union)
        self.hull = full[0] * full[1]
        centres = [(c[i] + c[i + 2]) / 2 for i in (0, 1) for c in (a, b)]
        rho = (centres[0] - centres[1]) ** 2 + (centres[2] - centres[3]) ** 2
        self.distance = ratio(rho, full[0] ** 2 + full[1] ** 2)
        pointed = ax == ay == 0 or bx == by == 0
        self.shape = 0.0 if pointed else 4 / pi**2 * (atan2(ax, ay) - atan2(bx, by)) ** 2


def ratio(a: float, b: float) -> float:
    return a / b if b else 0.0


def generalized(p: Pair) -> float:
    return p.iou - ratio(p.hull - p.union, p.hull)


def distance(p: Pair) -> float:
    return p.iou - p.distance


def complete(p: Pair, gated: bool = False) -> float:
    alpha = 0.0 if gated and p.iou <= 0.5 else ratio(p.shape, 1 - p.iou + p.shape)
    return p.iou - p.distance - alpha * p.shape


def plain_loss(a: Array, b: Array, mode: str = "linear", iou_floor: float | None = None) -> Array:
    ious = [max(Pair(*pair).iou, iou_floor or 0.0) for pair in zip(a, b, strict=True)]
    if mode == "log":
        return np.asarray([-log(r) if r else inf for r in ious])
    return 1 - np.asarray(ious) ** (2 if mode == "square" else 1)


def loss_by(score: Formula) -> Formula:
    return lambda a, b, **o: np.asarray([1 - score(Pair(*pair), **o) for pair in zip(a, b, strict=True)])


def pairwise_by(score: Formula) -> Formula:
    def oracle(a: Array, b: Array, **options: Any) -> Array:
        if a.ndim > 2:
            return np.stack([oracle(x, y, **options) for x, y in zip(a, b, strict=True)])
        return np.asarray([[score(Pair(x, y), **options) for y in b] for x in a])

    return oracle


ELEMENTS: dict[str, Formula] = {
    "iou_loss": plain_loss,
    "diou_loss": loss_by(distance),
    "ciou_loss": loss_by(complete),
}
ORACLES: dict[str, Formula] = {
    **{name: lambda *a, f=f, **o: reduced(f, *a, **o) for name, f in ELEMENTS.items()},
    "pairwise_giou": pairwise_by(generalized),
    "pairwise_diou": pairwise_by(distance),
    "pairwise_ciou": pairwise_by(complete),
}

REDUCTIONS: Options = [
    {},
    {"reduction": "none"},
    {"reduction": "sum"},
    {"weights": WEIGHT},
    {"weights": WEIGHT > 1.0, "avg_factor": 2.5},
]
EACH: Given = [((BOXES, OTHERS), [{}]), ((BOXES[:7], OTHERS), [{}]), ((ODD, OTHER_ODD), [{}])]
STACKS: Given = [((np.stack([BOXES, OTHERS]), np.stack([OTHERS[:4], ALIKE[:4]])), [{}])]
GATED: Options = [{"gated": True}, {"gated": True, "weights": WEIGHT}]

CALLS: dict[str, Given] = {
    "iou_loss": [
        ((BOXES, ALIKE), [*REDUCTIONS, *({"mode": m, **o} for m in ("square", "log") for o in REDUCTIONS)]),
        ((BOXES, OTHERS), [{"mode": m, "iou_floor": 0.3} for m in ("linear", "square", "log")]),
        ((ODD, OTHER_ODD), [{}, {"mode": "log", "reduction": "none"}, {"mode": "log", "iou_floor": 1e-6}]),
    ],
    "diou_loss": [((BOXES, OTHERS), REDUCTIONS), ((ODD, OTHER_ODD), [{"reduction": "none"}])],
    "ciou_loss": [
        ((BOXES, OTHERS), [*REDUCTIONS, *GATED]),
        ((BOXES, ALIKE), [{"reduction": "none"}, *GATED]),
        ((ODD, OTHER_ODD), [{"reduction": "none"}, {"reduction": "none", "gated": True}]),
    ],
    "pairwise_giou": [*EACH, *STACKS],
    "pairwise_diou": [*EACH, *STACKS],
    "pairwise_ciou": [*EACH, *STACKS, ((BOXES, ALIKE), [{"gated": True}])],
}
