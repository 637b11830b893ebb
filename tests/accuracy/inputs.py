"""Hard inputs: tails, cancellation, kinks, and every size between the ends of a dtype."""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import numpy as np

SEED = 20261125
SIZES = (0.0, 1e-30, 1e-15, 1e-8, 1e-4, 0.01, 0.1, 0.5, 1.0, 2.0, 3.0, 10.0, 20.0, 50.0, 88.0, 100.0, 1e4, 1e8, 1e15)
SHARES = (1e-30, 1e-8, 1e-4, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.9999)
RANDOM = 60
"""How many random rows stand beside those that are listed."""
CLASSES = 4

Data = tuple[Any, ...]
Inputs = Callable[[str], Data]
"""A dtype -> arrays of that dtype, one row a case; labels are integers."""


def _rng() -> Any:
    return np.random.default_rng(SEED)


def _signed(sizes: tuple[float, ...]) -> list[float]:
    return [*sizes, *(-x for x in sizes if x)]


def _wide(rng: Any, shape: Any, low: float = -12, high: float = 3) -> Any:
    """Either sign, every size alike."""
    return rng.choice([-1.0, 1.0], shape) * 10.0 ** rng.uniform(low, high, shape)


def _columns(rows: Iterator[tuple[float, ...]] | list[tuple[float, ...]], dtype: str) -> Data:
    return tuple(np.asarray(column, dtype=dtype) for column in zip(*rows, strict=True))


def differences(dtype: str) -> Data:
    """A prediction and a target: apart by every size, and near each other far from zero."""
    rng = _rng()
    eps = float(np.finfo(dtype).eps)
    rows = [(x, 0.0) for x in _signed(SIZES)] + [(0.0, x) for x in _signed(SIZES)]
    rows += [(y * (1 + k * eps), y) for y in (1.0, 1e-6, 1e6, 1e30) for k in (-2, -1, 0, 1, 3, 1000)]
    rows += list(zip(_wide(rng, RANDOM), _wide(rng, RANDOM), strict=True))
    return _columns(rows, dtype)


def scores_of_labels(dtype: str) -> Data:
    """A logit, and 0 or 1."""
    scores = [*_signed(SIZES), *_wide(_rng(), RANDOM, -3, 2)]
    return _columns([(x, y) for x, y in product(scores, (0.0, 1.0))], dtype)


def scores_of_shares(dtype: str) -> Data:
    """A logit, and a soft label."""
    return _columns(list(product(_signed(SIZES), (0.1, 0.5, 0.9))), dtype)


def _near_one(dtype: str) -> list[float]:
    eps = float(np.finfo(dtype).eps)
    return [1 - eps / 2, 1 - eps, 1 - 10 * eps]


def probabilities(dtype: str) -> Data:
    rng = _rng()
    return _columns([(p,) for p in (*SHARES, *_near_one(dtype), 1.0, *rng.random(RANDOM))], dtype)


def probabilities_of_labels(dtype: str) -> Data:
    (p,) = probabilities(dtype)
    return np.concatenate([p, p]), np.concatenate([np.zeros_like(p), np.ones_like(p)])


def probabilities_of_shares(dtype: str) -> Data:
    (p,) = probabilities(dtype)
    return _columns(list(product(p.tolist(), (0.1, 0.5, 0.9))), dtype)


def _logits(dtype: str) -> Any:
    """Rows of scores: one far above the rest, equal ones, near ones, huge ones."""
    rng = _rng()
    listed = [[gap, 0.0, 0.0, -gap] for gap in _signed(SIZES)]
    listed += [[20.0, 0.0, -3.0, 1.0], [1e8, 1e8, 0.0, 0.0], [88.0, 87.9, -88.0, 3.0], [0.0] * CLASSES]
    drawn = rng.normal(size=(RANDOM, CLASSES)) * 10, _wide(rng, (RANDOM, CLASSES))
    return np.concatenate([listed, *drawn]).astype(dtype)


def logits_of_labels(dtype: str) -> Data:
    scores = _logits(dtype)
    return np.repeat(scores, CLASSES, axis=0), np.tile(np.arange(CLASSES), len(scores))


def logits_of_shares(dtype: str) -> Data:
    scores = _logits(dtype)
    return scores, _rng().dirichlet(np.ones(CLASSES), len(scores)).astype(dtype)


def _simplex(count: int, dtype: str) -> Any:
    rng = _rng()
    return np.concatenate([rng.dirichlet(np.ones(CLASSES) * a, count) for a in (0.3, 1.0, 10.0)]).astype(dtype)


def shares(dtype: str) -> Data:
    certain = np.eye(CLASSES)[:1]
    return (np.concatenate([_simplex(RANDOM, dtype), certain.astype(dtype)]),)


def shares_of_labels(dtype: str) -> Data:
    rows = _simplex(RANDOM // 2, dtype)
    return np.repeat(rows, CLASSES, axis=0), np.tile(np.arange(CLASSES), len(rows))


def pairs_of_shares(dtype: str) -> Data:
    """Two distributions, near each other by every step."""
    rng = _rng()
    rows = _simplex(8, "float64")
    pred, target = [], []
    for step in (1e-15, 1e-12, 1e-7, 1e-4, 0.01, 0.1, 0.9):
        other = rows * (1 + step * rng.uniform(-1, 1, rows.shape))
        pred.append(other / other.sum(axis=-1, keepdims=True))
        target.append(rows)
    return np.concatenate(pred).astype(dtype), np.concatenate(target).astype(dtype)


def pairs_of_probabilities(dtype: str) -> Data:
    pred, target = pairs_of_shares(dtype)
    return pred.ravel(), target.ravel()


def _predicted(dtype: str, spreads: tuple[float, ...]) -> Data:
    rng = _rng()
    means, targets = _wide(rng, RANDOM, -3, 3), _wide(rng, RANDOM, -3, 3)
    rows = [(m, s, m + d) for m, d, s in product((0.0, 1.0, -1e4), (0.0, 0.1, -3.0, 20.0), spreads)]
    rows += list(zip(means, rng.choice(spreads, RANDOM), targets, strict=True))
    return _columns(rows, dtype)


def with_variance(dtype: str) -> Data:
    return _predicted(dtype, (1e-8, 1e-4, 0.1, 1.0, 7.0, 1e4, 1e8))


def with_log_variance(dtype: str) -> Data:
    return _predicted(dtype, (-18.0, -3.0, 0.0, 0.5, 18.0))


def standard_scores(dtype: str) -> Data:
    """Mean 0, deviation 1, and targets far into both tails."""
    rng = _rng()
    z = np.concatenate([_signed((0.0, 1e-8, 0.1, 0.67, 0.6745, 1.0, 3.0, 5.6, 5.7, 8.0)), rng.normal(size=RANDOM) * 3])
    z = np.concatenate([z, [-12.0] if dtype == "float32" else [-12.0, -20.0, -37.0]])
    return np.zeros_like(z, dtype=dtype), np.ones_like(z, dtype=dtype), z.astype(dtype)


def standard_levels(dtype: str) -> Data:
    (p,) = probabilities(dtype)
    p = np.concatenate([p[p < 1], np.asarray([0.075, 0.0751, 0.925, 0.3, 0.7], dtype=dtype)])
    return np.zeros_like(p), np.ones_like(p), p


def vectors(dtype: str) -> Data:
    """Directions of every length, and some of nearly one."""
    rng = _rng()
    unit = rng.normal(size=(RANDOM, 3))
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    scaled = unit * 10.0 ** rng.uniform(-10, 10, (RANDOM, 1))
    return (np.concatenate([unit, scaled, np.eye(3), 2 * np.eye(3)]).astype(dtype),)


def _boxes(rng: Any, count: int, size: float) -> Any:
    corner, extent = rng.uniform(-1, 1, (count, 2)), rng.uniform(0.05, 1, (count, 2))
    return np.concatenate([corner, corner + extent], axis=1) * size


def pairs_of_boxes(dtype: str) -> Data:
    """Boxes of every size that overlap, hold each other, are equal or far apart."""
    rng = _rng()
    pred = [_boxes(rng, RANDOM // 4, size) for size in (1e-3, 1.0, 1e3)]
    target = [_boxes(rng, RANDOM // 4, size) for size in (1e-3, 1.0, 1e3)]
    listed = [([0, 0, 2, 2], [0, 0, 2, 2]), ([0, 0, 4, 4], [1, 1, 2, 2])]
    listed += [([0, 0, 1, 1], [5, 5, 6, 7]), ([0, 0, 1, 1], [0, 0, 1, 1.0001])]
    first, second = zip(*listed, strict=True)
    return np.concatenate([*pred, first]).astype(dtype), np.concatenate([*target, second]).astype(dtype)
