"""Does the answer of a stream show how it was split? Random parts, merged in random order, in float32."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

import arraylosses as al
from tests._runs import Library, library

from .inputs import SEED

SIZE, STEP = 4096, 512
"""Elements, and what the length of a part is a multiple of: JAX compiles anew for each length."""
PARTS = 7
RUNS = 1000
LIBRARIES = ("numpy", "torch", "jax")


@dataclass(frozen=True)
class Split:
    """How often a metric's answer was that of the whole.

    Attributes
    ----------
    metric, by : str
        What was split, and who computed it.
    runs, same : int
        Random splits, and those with the same bits.
    worst : float
        The largest distance from the answer of the whole, in units in the last place.
    """

    metric: str
    by: str
    runs: int
    same: int
    worst: float


Case = tuple[tuple[Any, ...], Any, dict[str, Any]]
"""Arrays, weights and parameters."""


def cases() -> dict[str, Case]:
    rng = np.random.default_rng(SEED)
    x, noise, w, p = rng.normal(size=SIZE), rng.normal(size=SIZE), rng.random(SIZE) + 0.1, rng.random(SIZE)
    y, label, std = x + noise, (rng.random(SIZE) < p) * 1.0, 0.2 + rng.random(SIZE)
    classes = rng.integers(0, 5, size=(2, SIZE))
    given: dict[str, Case] = {
        "mean_squared_error": ((x, y), None, {}),
        "root_mean_squared_error": ((x, y), w, {}),
        "binary_cross_entropy": ((p, label), w, {}),
        "relative_entropy": ((p, w / 2), None, {}),
        "gaussian_nll": ((x, std, y), None, {}),
        "dice_score": ((p, label), w, {}),
        "r2_score": ((x, y), None, {}),
        "explained_variance": ((x + 1000, y + 1000), w, {}),
        "pearson_corrcoef": ((x, y), None, {}),
        "spearman_corrcoef": ((x, y), w, {}),
        "auroc": ((p, label), w, {}),
        "expected_calibration_error": ((p, label), w, {}),
        "f1_score": (tuple(classes), w, {"num_classes": 5}),
        "auce": ((x, std, y), w, {"levels": 11}),
    }
    return {name: (tuple(map(_single, arrays)), _single(weights), p) for name, (arrays, weights, p) in given.items()}


def _single(x: Any) -> Any:
    return x if x is None or x.dtype.kind != "f" else x.astype(np.float32)


def spans(rng: Any) -> list[tuple[int, int]]:
    """A random split, in random order; parts may be empty."""
    cuts = np.sort(rng.integers(0, SIZE // STEP + 1, size=rng.integers(1, PARTS))) * STEP
    ends = [0, *map(int, cuts), SIZE]
    return [(ends[i], ends[i + 1]) for i in rng.permutation(len(ends) - 1)]


def _streamed(metric: Any, case: Case, lib: Library) -> Callable[[list[tuple[int, int]]], float]:
    """The value of the parts put together."""
    arrays, weights, params = case
    s = al.stream(metric, **params)
    held = [lib.put(a) for a in arrays]
    weight = None if weights is None else lib.put(weights)
    start = s.init(*(a[:1] for a in held), weights=None if weight is None else weight[:1])

    def state(i: int, j: int) -> Any:
        return s.update(start, *(a[i:j] for a in held), weights=None if weight is None else weight[i:j])

    def value(parts: list[tuple[int, int]]) -> float:
        first, *rest = (state(i, j) for i, j in parts)
        for other in rest:
            first = s.merge(first, other)
        return float(lib.get(s.compute(first)))

    return value


def _torchmetrics(name: str) -> Callable[[Case], Callable[[list[tuple[int, int]]], float]]:
    def of(case: Case) -> Callable[[list[tuple[int, int]]], float]:
        import torch
        import torchmetrics

        pred, target = (torch.from_numpy(a) for a in case[0])

        def value(parts: list[tuple[int, int]]) -> float:
            metric = getattr(torchmetrics, name)()
            for i, j in parts:
                if j > i:
                    metric.update(pred[i:j], target[i:j])
            return float(metric.compute())

        return value

    return of


PEERS = {
    "mean_squared_error": _torchmetrics("MeanSquaredError"),
    "r2_score": _torchmetrics("R2Score"),
    "explained_variance": _torchmetrics("ExplainedVariance"),
    "pearson_corrcoef": _torchmetrics("PearsonCorrCoef"),
}


def _counted(metric: str, by: str, value: Callable[[list[tuple[int, int]]], float], runs: int) -> Split:
    rng = np.random.default_rng(SEED)
    whole = value([(0, SIZE)])
    off = [abs(value(spans(rng)) - whole) / float(np.spacing(np.float32(abs(whole)))) for _ in range(runs)]
    return Split(metric, by, runs, off.count(0.0), max(off))


def split(runs: int = RUNS, libraries: tuple[str, ...] = LIBRARIES, peers: bool = True) -> Iterator[Split]:
    """Every case on every library, JAX in 32 bits, and torchmetrics."""
    for name, case in cases().items():
        for by in libraries:
            yield _counted(name, by, _streamed(getattr(al, name), case, library(by)), runs)
        if peers and name in PEERS:
            yield _counted(name, "torchmetrics", PEERS[name](case), runs)
