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


def test_blocks_in_any_order_of_memory() -> None:
    pred, target = (np.asfortranarray(x.reshape(-1, 512)) for x in (PRED, TARGET))
    assert np.isclose(al.huber_loss(pred, target), al.huber_loss(PRED, TARGET), rtol=1e-5)
    assert np.isclose(al.huber_loss(PRED[::-2], TARGET[::-2]), al.huber_loss(PRED[1::2], TARGET[1::2]), rtol=1e-5)
