"""Similarity of photographs: three conventions, three numbers, each that of the library that follows it."""

from typing import Any

import numpy as np
import pytest

import arraylosses as al

skimage_data: Any = pytest.importorskip("skimage.data")
metrics: Any = pytest.importorskip("skimage.metrics")
filters: Any = pytest.importorskip("skimage.filters")


def spoilt() -> dict[str, tuple[Any, Any]]:
    """Photographs, noisy and blurred, in [0, 1]."""
    camera = skimage_data.camera()[128:384, 128:384] / 255
    coins = skimage_data.coins()[:256, :256] / 255
    noise = np.random.default_rng(11).normal(0.0, 0.05, camera.shape)
    return {
        "noisy camera": (np.clip(camera + noise, 0.0, 1.0), camera),
        "blurred coins": (filters.gaussian(coins, 1.5), coins),
    }


SPOILT = spoilt()
WANG: dict[str, Any] = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}


@pytest.mark.parametrize("photograph", SPOILT)
def test_three_conventions(photograph: str) -> None:
    pred, target = SPOILT[photograph]
    default = float(al.ssim(pred, target, data_range=1.0, window="uniform", size=7, sample_covariance=True))
    wang = float(al.ssim(pred, target, data_range=1.0))
    reflected = float(al.ssim(pred, target, data_range=1.0, padding="reflect"))
    assert default == pytest.approx(metrics.structural_similarity(pred, target, data_range=1.0), rel=1e-9)
    assert wang == pytest.approx(metrics.structural_similarity(pred, target, data_range=1.0, **WANG), rel=1e-9)
    for one, other in ((default, wang), (wang, reflected), (default, reflected)):
        assert abs(one - other) > 1e-4


@pytest.mark.parametrize("photograph", SPOILT)
def test_torchmetrics_widens_by_reflection(photograph: str) -> None:
    torch: Any = pytest.importorskip("torch")
    theirs: Any = pytest.importorskip("torchmetrics.functional.image")
    pair = [torch.from_numpy(v)[None, None] for v in SPOILT[photograph]]
    want = theirs.structural_similarity_index_measure(*pair, data_range=1.0)
    assert float(al.ssim(*pair, data_range=1.0, padding="reflect")) == pytest.approx(float(want), rel=1e-6)


@pytest.mark.parametrize("photograph", SPOILT)
def test_float32_keeps_its_digits(photograph: str) -> None:
    """Beside 200 levels of grey too."""
    pred, target = SPOILT[photograph]
    for offset in (0.0, 200.0):
        moved = [(v + offset).astype("float32") for v in (pred, target)]
        exact = float(al.ssim(*(v.astype("float64") for v in moved), data_range=1.0))
        assert float(al.ssim(*moved, data_range=1.0)) == pytest.approx(exact, rel=2e-5)
