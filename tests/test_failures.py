"""What other libraries get wrong, where neither a law nor a stored case says it.

Each is one call with its right answer, tried on every library in the dtype in which it fails elsewhere; the number is
that of the failure in the notes on the field.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import arraylosses
from tests._runs import INSTALLED, library

# without its stub: these calls are made of arrays of any library
al: Any = arraylosses

Put = Callable[[Any], Any]


def single(*rows: Any) -> tuple[Any, ...]:
    return tuple(np.asarray(row, dtype="float32") for row in rows)


def half(*rows: Any) -> tuple[Any, ...]:
    return tuple(np.asarray(row, dtype="float16") for row in rows)


def bytes_(*rows: Any) -> tuple[Any, ...]:
    return tuple(np.asarray(row, dtype="uint8") for row in rows)


LABELS = np.asarray([0])
RAMP = np.linspace(0, 1, 400, dtype="float32").reshape(20, 20)
SCALED = np.asarray([1.0, 2.0, 3.0, 4.5]), np.asarray([1.1, 1.9, 3.2, 4.0])
CORRELATION = float(np.corrcoef(*SCALED)[0, 1])

RIGHT: dict[str, tuple[Callable[..., Any], tuple[Any, ...], float]] = {
    "4: uint8 images do not wrap": (al.absolute_error, bytes_([0, 255, 10, 250], [1, 254, 20, 245]), 4.25),
    "4: nor in decibels": (al.psnr, bytes_([0, 255, 10, 250], [1, 254, 20, 245]), 33.1133652),
    "5: areas of int32 boxes do not wrap": (
        al.iou_loss,
        (np.asarray([[0, 0, 100_000, 100_000]], "int32"), np.asarray([[0, 0, 100_000, 50_000]], "int32")),
        0.5,
    ),
    "6: products of counts do not wrap": (
        lambda a, b, w: al.cohen_kappa(a, b, weights=w, num_classes=2),
        (
            np.asarray([0, 1, 0, 1]),
            np.asarray([0, 1, 1, 0]),
            np.asarray([50_000.0, 50_000.0, 5000.0, 5000.0], "float32"),
        ),
        0.8181818,
    ),
    "7: squares of float16": (al.squared_error, half(np.full(1000, 20.0), np.zeros(1000)), 400.0),
    "8: their root": (al.root_mean_squared_error, half([300.0], [0.0]), 300.0),
    "9: and decibels": (
        lambda p, t: al.psnr(p, t, data_range=255.0),
        half(np.full((64, 64), 200.0), np.full((64, 64), 100.0)),
        8.1308036,
    ),
    "10: areas of float16 masks": (al.dice_loss, half(np.ones((512, 512)), np.ones((512, 512))), 0.0),
    "11: a hundred thousand classes in float16": (
        al.cross_entropy,
        (np.zeros((1, 100_000), "float16"), LABELS),
        np.log(100_000),
    ),
    "12: sums of float16": (
        lambda p, t: al.absolute_error(p, t, reduction="sum"),
        half(np.ones(5000), np.zeros(5000)),
        5e3,
    ),
    "19: logits of 1e8": (al.cross_entropy, (*single([[1e8, 1e8]]), LABELS), np.log(2)),
    "20: an impossible class of no share": (al.cross_entropy, single([[0.0, -np.inf]], [[1.0, 0.0]]), 0.0),
    "21: certain and right": (al.binary_cross_entropy_with_logits, single([np.inf, -np.inf], [1.0, 0.0]), 0.0),
    "22: every target ignored": (
        lambda p, t: al.cross_entropy(p, t, ignore_index=-100),
        (*single([[1.0, 2.0]]), np.asarray([-100])),
        np.nan,
    ),
    "25: certain and wrong": (al.binary_cross_entropy, single([0.0], [1.0]), np.inf),
    "26: nearly so": (al.binary_cross_entropy, single([1.2e-38], [1.0]), -np.log(1.2e-38)),
    "27: nearly right": (al.binary_cross_entropy, single([1e-10], [0.0]), 1e-10),
    "28: log cosh of 100": (al.log_cosh_error, single([100.0], [0.0]), 100 - np.log(2)),
    "29: log cosh of 1e-4": (al.log_cosh_error, single([1e-4], [0.0]), 5e-9),
    "30: a focal loss that is nearly 0": (al.focal_loss_with_logits, single([20.0], [1.0]), 8.7565107e-27),
    "31: and one that is 100": (
        lambda p, t: al.focal_loss_with_logits(p, t, gamma=0.5),
        single([-100.0], [1.0]),
        100.0,
    ),
    "33: a share of 0 twice": (al.kl_divergence, single([[0.5, 0.5, 0.0]], [[0.5, 0.5, 0.0]]), 0.0),
    "33: a share that should be 0": (al.kl_divergence, single([[1.0, 0.0]], [[0.5, 0.5]]), np.inf),
    "35: a variance of 1e-10": (al.gaussian_nll, single([1.0], [1e-10], [1.0]), 0.5 * np.log(1e-10)),
    "50: two boxes without area": (al.iou_loss, single([[0.0] * 4], [[0.0] * 4]), 1.0),
    "53: nothing to find, nothing found": (al.dice_loss, single(np.zeros(4), np.zeros(4)), 0.0),
    "55: constant images": (
        lambda p, t: al.ssim(p, t, data_range=1.0),
        single(np.full((16, 16), 0.6), np.full((16, 16), 0.8)),
        0.96000400,
    ),
    "55: bright ones": (
        lambda p, t: al.ssim(p, t, data_range=1.0),
        single(np.full((16, 16), 1e4), np.full((16, 16), 1e4 + 1)),
        0.999999995,
    ),
    "55: of 255 levels": (
        lambda p, t: al.ssim(p, t, data_range=255.0),
        single(np.full((16, 16), 255.0), np.full((16, 16), 254.0)),
        0.99999228,
    ),
    "60: an image and its negative": (
        lambda p, t: al.ms_ssim(p, t, data_range=1.0, level_weights=(0.5,)),
        single(RAMP, 1 - RAMP),
        0.0,
    ),
    "65: a constant target": (al.r2_score, single([1.0, 3.0], [2.0, 2.0]), np.nan),
    "66: data of 1e-20": (al.pearson_corrcoef, single(*(1e-20 * x for x in SCALED)), CORRELATION),
    "66: and of 1e20": (al.pearson_corrcoef, single(*(1e20 * x for x in SCALED)), CORRELATION),
    "68: the same order": (al.spearman_corrcoef, single(np.arange(9.0), np.arange(9.0) ** 3), 1.0),
    "68: a NaN": (al.spearman_corrcoef, single([1.0, np.nan, 2.0], [1.0, 2.0, 3.0]), np.nan),
    "68: a constant": (al.spearman_corrcoef, single([1.0, 1.0, 1.0], [1.0, 2.0, 3.0]), np.nan),
    "69: one class alone": (al.auroc, single([0.1, 0.9], [1.0, 1.0]), np.nan),
    "70: large scores": (al.auroc, single([98.0, 98.5, 99.0, 100.0], [0.0, 1.0, 0.0, 1.0]), 0.75),
    "72: scores a rounding apart": (al.auroc, single(0.5 + np.arange(4) * 2.0**-24, [0.0, 1.0, 0.0, 1.0]), 0.75),
    "73: scores of NaN": (al.auroc, single([np.nan, 0.5], [1.0, 0.0]), np.nan),
    "74: no positives": (al.average_precision, single([0.1, 0.9], [0.0, 0.0]), np.nan),
    "75: nothing": (al.squared_error, single([], []), np.nan),
    "77: no positive anywhere": (al.f1_score, single([0.1, 0.2], [0.0, 0.0]), 0.0),
    "78: a confidence of 1 has a bin": (
        lambda p, t: al.expected_calibration_error(p, t, bins=10),
        single([1.0, 1.0, 0.45], [1.0, 0.0, 0.0]),
        (2 * 0.5 + 0.45) / 3,
    ),
    "80: clouds at 1000, 1e-3 apart": (
        lambda a, b: al.chamfer_distance(a, b, squared=False, direction="pred_to_target"),
        single(
            1000 + 0.125 * np.arange(96.0).reshape(1, 32, 3),
            1000 + 0.125 * np.arange(96.0).reshape(1, 32, 3) + 2.0**-10,
        ),
        3**0.5 * 2.0**-10,
    ),
    "81: a cost of NaN": (al.transport_cost, single([0.5, 0.5], [0.5, 0.5], [[0.0, np.nan], [1.0, 0.0]]), np.nan),
    "82: weights have no scale": (
        lambda a, b, w, v: al.wasserstein_distance(a, b, w, v),
        single([[1.0, 2.0]], [[1.0, 2.0]], [[1.0, 1.0]], [[0.5, 0.5]]),
        0.0,
    ),
    "83: little entropy": (
        lambda a, b: al.sinkhorn_distance(a, b, regularization=1e-4, iterations=500, cost="transport"),
        (np.asarray([[[0.0], [1.0]]]), np.asarray([[[0.5], [1.5]]])),
        0.25,
    ),
}


@pytest.mark.parametrize("name", INSTALLED)
@pytest.mark.parametrize("failure", RIGHT)
def test_the_right_answer(failure: str, name: str) -> None:
    metric, arrays, want = RIGHT[failure]
    lib = library(name)
    if any(a.dtype.name in lib.lacks for a in arrays):
        pytest.skip(f"{name} has no float16")
    with lib.session(False):
        got = lib.get(metric(*map(lib.put, arrays)))
    assert got.dtype.name in ("float32", "float64")
    np.testing.assert_allclose(np.asarray(got, dtype=np.float64), want, rtol=1e-6, atol=1e-37)


@pytest.mark.parametrize("name", [name for name in INSTALLED if library(name).gradient])
@pytest.mark.parametrize(
    ("failure", "metric", "first", "others", "want"),
    [
        ("35", al.gaussian_nll, [1e-10], lambda v: ([1.0], v, [1.0]), [5e9]),
        ("39", al.binary_cross_entropy_with_logits, [0.0], lambda x: (x, [1.0]), [-0.5]),
        ("40", al.binary_cross_entropy_with_logits, [20.0], lambda x: (x, [1.0]), [-2.0611537e-9]),
        ("45", al.opacity_loss, [0.0, 1.0], lambda o: (o,), [0.0, 0.0]),
        ("47", lambda p, t: al.psnr(p, t, data_range=1.0), [0.5, 0.25], lambda p: (p, [0.5, 0.25]), [0.0, 0.0]),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_the_right_gradient(failure: str, metric: Any, first: Any, others: Any, want: Any, name: str) -> None:
    del failure  # a name of the case
    lib = library(name)
    assert lib.gradient is not None
    x = lib.put(np.asarray(first, "float32"))

    def value(x: Any) -> Any:
        given = [a if a is x else lib.put(np.asarray(a, "float32")) for a in others(x)]
        return metric(*given)

    np.testing.assert_allclose(lib.get(lib.gradient(value, x)), want, rtol=1e-6)


@pytest.mark.parametrize("name", [name for name in INSTALLED if library(name).gradient])
def test_a_box_without_height_has_a_gradient(name: str) -> None:
    """46."""
    lib = library(name)
    assert lib.gradient is not None
    target = lib.put(np.asarray([[0.0, 0.0, 2.0, 2.0]], "float32"))
    for box in ([1.0, 1.0, 2.0, 1.0], [1.0, 1.0, 1.0, 1.0]):
        for loss in (al.iou_loss, al.giou_loss, al.diou_loss, al.ciou_loss):
            slope = lib.get(lib.gradient(lambda p, loss=loss: loss(p, target), lib.put(np.asarray([box], "float32"))))
            assert np.isfinite(slope).all(), loss


@pytest.mark.parametrize("name", INSTALLED)
def test_divergence_of_near_distributions_is_not_negative(name: str) -> None:
    """32: 300 pairs whose shares are a few 2**-22 apart."""
    lib, rng = library(name), np.random.default_rng(32)
    whole = rng.integers(2**18, 2**20, size=(300, 4))
    whole[:, 3] = 2**22 - whole[:, :3].sum(axis=1)
    moved = whole + rng.integers(-3, 4, size=whole.shape) * [1, 1, 1, 0]
    moved[:, 3] = 2**22 - moved[:, :3].sum(axis=1)
    pred, target = (lib.put((x / 2**22).astype("float32")) for x in (moved, whole))
    value = lib.get(al.kl_divergence(pred, target, reduction="none"))
    assert (value >= 0).all()
    assert (value[(moved != whole).any(axis=1)] > 0).all()


REFUSED: dict[str, tuple[type[Exception], Callable[[], Any]]] = {
    "58: a range out of the batch": (TypeError, lambda: al.ssim(RAMP, RAMP)),
    "59: an image smaller than the window": (ValueError, lambda: al.ssim(RAMP[:7, :7], RAMP[:7, :7], data_range=1.0)),
    "61: a range of 0": (ValueError, lambda: al.psnr(RAMP, RAMP, data_range=0.0)),
    "81: a mass below 0": (ValueError, lambda: al.transport_cost(np.asarray([2.0, -1.0]), np.ones(2) / 2, np.eye(2))),
    "82: no mass at all": (
        ValueError,
        lambda: al.wasserstein_distance(np.ones(2), np.ones(2), np.zeros(2), np.ones(2)),
    ),
}


@pytest.mark.parametrize("failure", REFUSED)
def test_refused(failure: str) -> None:
    error, call = REFUSED[failure]
    with pytest.raises(error, match=r"\.\Z"):
        call()
