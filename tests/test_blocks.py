"""Evaluation in blocks: memory stays flat, whatever the size, the axes and the order in memory."""

import tracemalloc
from typing import Any

import numpy as np
import pytest

import arraylosses as al

RNG = np.random.default_rng(11)
PRED, TARGET = RNG.random((2, 1 << 21), dtype=np.float32)
MASK = TARGET > 0.5
LABELS = RNG.integers(0, 10, (2, 1 << 20))
LOGITS = RNG.normal(size=(1 << 15, 100)).astype("float32")
SPARE = 4 << 20
"""Bytes beyond the inputs: a few blocks and their temporaries."""

CALLS: dict[str, Any] = {
    "squared_error": lambda: al.squared_error(PRED, TARGET),
    "huber_loss": lambda: al.huber_loss(PRED, TARGET),
    "of one long row": lambda: al.huber_loss(PRED[None], TARGET[None]),
    "weighted": lambda: al.squared_error(PRED, TARGET, weights=TARGET),
    "masked": lambda: al.absolute_error(PRED, TARGET, weights=MASK),
    "binary_cross_entropy": lambda: al.binary_cross_entropy(PRED, TARGET),
    "r2_score": lambda: al.r2_score(PRED, TARGET),
    "pearson_corrcoef": lambda: al.pearson_corrcoef(PRED, TARGET),
    "cross_entropy": lambda: al.cross_entropy(LOGITS, LABELS[0, : 1 << 15]),
    "confusion_matrix": lambda: al.confusion_matrix(*LABELS, num_classes=10),
    "expected_calibration_error": lambda: al.expected_calibration_error(PRED, MASK),
    "of rows": lambda: al.squared_error(PRED.reshape(-1, 64), TARGET.reshape(-1, 64), axis=1),
    "of columns": lambda: al.squared_error(PRED.reshape(-1, 64), TARGET.reshape(-1, 64), axis=0),
}


@pytest.mark.parametrize("name", CALLS)
def test_memory_stays_flat(name: str) -> None:
    CALLS[name]()
    tracemalloc.start()
    try:
        CALLS[name]()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < SPARE


def test_many_blocks_lose_no_digits() -> None:
    """A float32 mean over axis 0, which NumPy adds one by one, and one of 2**21 values far from zero."""
    tenth = np.full((1 << 21, 2), 0.1, "float32")
    zero = np.zeros_like(tenth)
    assert np.allclose(al.absolute_error(tenth, zero, axis=0), np.float32(0.1), rtol=1e-6)
    want = al.r2_score(PRED.astype(float) + 4096, TARGET.astype(float) + 4096)
    assert np.isclose(al.r2_score(PRED + np.float32(4096), TARGET + np.float32(4096)), want, rtol=2e-3)


@pytest.mark.parametrize("shape", [(-1,), (1, -1), (2, -1), (-1, 512), (7, 11, 13, 1007)])
@pytest.mark.parametrize("axis", [None, 0, -1])
def test_the_order_of_memory_does_not_show(shape: tuple[int, ...], axis: int | None) -> None:
    count = abs(np.prod(shape)) if -1 not in shape else PRED.size
    pred, target = (x[:count].reshape(shape) for x in (PRED, TARGET))
    want = al.huber_loss(pred, target, weights=target, axis=axis)
    for other in (np.asfortranarray, lambda x: np.repeat(x, 2, axis=-1)[..., ::2], lambda x: x[::-1].copy()[::-1]):
        assert np.array_equal(al.huber_loss(other(pred), other(target), weights=other(target), axis=axis), want)
