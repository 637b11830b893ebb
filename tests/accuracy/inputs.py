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


LENGTH = 24
"""Numbers in a sample."""


def _related(rng: Any, count: int, noise: float) -> tuple[Any, Any]:
    target = rng.normal(size=(count, LENGTH))
    return target + noise * rng.normal(size=target.shape), target


def samples(dtype: str) -> Data:
    """Predictions good and bad, of every scale, whose mean is no larger than their spread."""
    rng = _rng()
    pairs = [_related(rng, 6, noise) for noise in (1e-4, 0.1, 1.0, 30.0)]
    scales = 10.0 ** rng.uniform(-12, 12, (24, 1))
    pred, target = (np.concatenate(x) * scales for x in zip(*pairs, strict=True))
    return pred.astype(dtype), target.astype(dtype)


def samples_far_from_zero(dtype: str) -> Data:
    """Both moved by up to a million times their spread."""
    rng = _rng()
    pred, target = _related(rng, 12, 0.3)
    offset = np.asarray([1e2, -1e3, 1e4, 1e5, -1e6, 1e6] * 2)[:, None]
    return (pred + offset).astype(dtype), (target + offset).astype(dtype)


def intensities(dtype: str) -> Data:
    """Images as rows of numbers from 0 to 1: nearly equal, and not at all."""
    rng = _rng()
    target = rng.random((16, LENGTH))
    noise = 10.0 ** -rng.uniform(0, 6, (16, 1)) * rng.normal(size=target.shape)
    return np.clip(target + noise, 0, 1).astype(dtype), target.astype(dtype)


def masks(dtype: str) -> Data:
    """Probabilities beside labels, from doubt to certainty."""
    rng = _rng()
    target = (rng.random((20, LENGTH)) < 0.4) * 1.0
    sure = 10.0 ** -rng.uniform(0.3, 5, (20, 1))
    pred = np.abs(target - sure * rng.random(target.shape))
    return pred.astype(dtype), target.astype(dtype)


def scored(dtype: str) -> Data:
    """Scores that tell labels apart more or less, with ties."""
    rng = _rng()
    target = (rng.random((20, LENGTH)) < 0.4) * 1.0
    target[:, 0], target[:, 1] = 1.0, 0.0
    pred = np.clip(0.3 * target + 0.7 * rng.random(target.shape), 0.001, 0.999)
    pred[:10] = np.round(pred[:10] * 15) / 16 + 0.003
    return pred.astype(dtype), target.astype(dtype)


def clouds(dtype: str) -> Data:
    """Two clouds of every size, near each other and apart, at zero and far from it."""
    rng = _rng()
    target = rng.normal(size=(6, 27, 3))
    pred = target[:, :26] + 10.0 ** -rng.uniform(0, 4, (6, 1, 1)) * rng.normal(size=(6, 26, 3))
    scale = 10.0 ** rng.uniform(-9, 9, (6, 1, 1))
    offset = np.where(np.arange(6) % 3 == 0, 100.0, 0.0)[:, None, None]
    return tuple(((x + offset) * scale).astype(dtype) for x in (pred, target))


def images(dtype: str) -> Data:
    """Textures, steps, and constant images; with little noise, and with much."""
    rng = _rng()
    side = 12
    step = np.zeros((side, side))
    step[:, side // 2 :] = 1.0
    plain = [rng.random((side, side)), step, np.full((side, side), 0.3), 0.9 + 0.01 * rng.random((side, side))]
    target = np.stack([image for image in plain for _ in range(3)])
    noise = np.tile([1e-5, 0.01, 0.3], len(plain))[:, None, None]
    pred = np.clip(target + noise * rng.normal(size=target.shape), 0, 1)
    return pred.astype(dtype), target.astype(dtype)


def single_images(dtype: str) -> Data:
    return images(dtype)[:1]


def distances(dtype: str) -> Data:
    """Signed, of every size."""
    return _columns([(x,) for x in (*_signed(SIZES), *_wide(_rng(), RANDOM, -6, 2))], dtype)


def deviations(dtype: str) -> Data:
    return _columns([(x,) for x in (*SIZES, *np.abs(_wide(_rng(), RANDOM)))], dtype)


def losses(dtype: str) -> Data:
    return _columns([(x,) for x in (0.0, *np.abs(_wide(_rng(), RANDOM, -8, 4)))], dtype)


def rays(dtype: str) -> Data:
    """Opacities of samples along a ray, from nearly clear to opaque."""
    rng = _rng()
    alpha = rng.random((RANDOM, 8)) * 10.0 ** -rng.uniform(0, 8, (RANDOM, 1))
    alpha[:4] = [[0.0] * 8, [1.0] + [0.5] * 7, [0.5] * 7 + [1.0], [1e-7] * 8]
    return (alpha.astype(dtype),)


def _matrices(rng: Any) -> Any:
    return rng.normal(size=(RANDOM, 3, 3)) * 10.0 ** rng.uniform(-8, 8, (RANDOM, 1, 1))


def matrices(dtype: str) -> Data:
    return (_matrices(_rng()).astype(dtype),)


def pairs_of_vectors(dtype: str) -> Data:
    """Directions near each other and apart, of every length."""
    rng = _rng()
    first = rng.normal(size=(RANDOM, 3))
    second = first + 10.0 ** -rng.uniform(0, 6, (RANDOM, 1)) * rng.normal(size=first.shape)
    lengths = 10.0 ** rng.uniform(-10, 10, (2, RANDOM, 1))
    return (first * lengths[0]).astype(dtype), (second * lengths[1]).astype(dtype)


def vectors_with_matrices(dtype: str) -> Data:
    rng = _rng()
    gradient = rng.normal(size=(RANDOM, 3)) * 10.0 ** rng.uniform(-8, 8, (RANDOM, 1))
    return gradient.astype(dtype), _matrices(rng).astype(dtype)


def ensembles(dtype: str) -> Data:
    """Members that agree far from zero, and that do not."""
    rng = _rng()
    offset, apart = rng.choice([0.0, 1.0, -1e4], (RANDOM, 1)), 10.0 ** rng.uniform(-4, 1, (RANDOM, 1))
    mean = offset + apart * rng.normal(size=(RANDOM, 4))
    target = (offset + 3 * apart * rng.normal(size=(RANDOM, 1)))[:, 0]
    return mean.astype(dtype), (apart**2 * rng.random((RANDOM, 4))).astype(dtype), target.astype(dtype)


def members(dtype: str) -> Data:
    """Ensembles that agree far from zero, and that do not, with a target among them or far off."""
    mean, _, target = ensembles(dtype)
    return mean, target
