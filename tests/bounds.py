"""How far off states in bins are at most, as the docstrings say: tested, and told in docs/scale.md."""

from typing import Any

import numpy as np


def shares(x: Any, bins: int) -> Any:
    return np.bincount(np.minimum((x * bins).astype(int), bins - 1), minlength=bins) / len(x)


def off_by_ties(pred: Any, target: Any, bins: int) -> float:
    """AUROC: half of the pairs that share a bin."""
    return float(np.sum(shares(pred[target == 1], bins) * shares(pred[target == 0], bins))) / 2


def off_by_ranks(x: Any, y: Any, bins: int) -> float:
    """Spearman's correlation, as its docstring says."""
    a, b = (np.sqrt(cubes / (1 - cubes)) for cubes in (np.sum(shares(v, bins) ** 3) for v in (x, y)))
    return float(a + b + a * b + (a * a + b * b + a * a * b * b) / 2)


def held(part: Any, sums: Any) -> list[tuple[float, float, float]]:
    """Of bins that hold something: their share, their part of the sum, and the share below them."""
    full = part > 0
    return list(zip(part[full], sums[full], np.cumsum(part)[full] - part[full], strict=True))


def off_by_errors(error: Any, uncertainty: Any, bins: int) -> float:
    """AUSE, as its docstring says."""
    place = np.minimum((uncertainty * bins).astype(int), bins - 1)
    sums = np.bincount(place, error, minlength=bins) / len(error)
    (first, *_), *others = held(shares(uncertainty, bins), sums)
    ours = error.max() * first + sum(e * p / (2 * k) for p, e, k in others)
    (first, *_), *others = held(shares(error, bins), sums)
    oracle = (first + sum(p * p / (4 * k) for p, _, k in others)) / bins
    return float((ours + oracle) / error.mean())
