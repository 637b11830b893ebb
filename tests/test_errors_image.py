"""Bad input of images and of networks' weights: the error, and its one sentence."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

import arraylosses

pytestmark = pytest.mark.filterwarnings("error")

Call = Callable[[], Any]

# without its stub, which forbids most of these calls already
al: Any = arraylosses

IMAGE = np.linspace(0.0, 1.0, 16 * 16).reshape(16, 16)
SMALL = IMAGE[:8, :5]
RAYS = np.linspace(0.0, 1.0, 48).reshape(16, 3)
ORDER = np.asarray([np.arange(16), np.arange(16)[::-1]])
PHOTO = np.zeros((1, 3, 40, 40))
MAPS = [np.ones((1, 4, 2, 2)), np.ones((1, 2, 1, 1))]
ALEX = {0: (64, 3, 11, 11), 3: (192, 64, 5, 5), 6: (384, 192, 3, 3), 8: (256, 384, 3, 3), 10: (256, 256, 3, 3)}
WEIGHTS = {
    **{f"features.{i}.weight": np.zeros(shape) for i, shape in ALEX.items()},
    **{f"features.{i}.bias": np.zeros(shape[0]) for i, shape in ALEX.items()},
}


def features(image: Any = PHOTO, weights: Any = WEIGHTS, **options: Any) -> Any:
    return al.trunk_features(image, weights, **options)


VALUES: dict[str, Call] = {
    "`pred` must be at least 11 pixels high and wide for this window; got (8, 5).": (
        lambda: al.ssim_loss(SMALL, SMALL, data_range=1.0)
    ),
    "`pred` must be at least 4 pixels high and 9 wide for this window; got (8, 5).": (
        lambda: al.ssim_map(SMALL, SMALL, data_range=1.0, size=(4, 9))
    ),
    "`pred` must be at least 7 pixels high and wide for this window; got (8, 6).": (
        lambda: al.ssim(IMAGE[:8, :6], IMAGE[:8, :6], data_range=1.0, size=13, padding="reflect")
    ),
    "`size` must be odd with padding='zero'; got (3, 4).": (
        lambda: al.ssim(IMAGE, IMAGE, data_range=1.0, size=(3, 4), padding="zero")
    ),
    "`size` must be odd with padding='reflect'; got 8.": (
        lambda: al.ms_ssim(IMAGE, IMAGE, data_range=1.0, size=8, padding="reflect", level_weights=(1.0,))
    ),
    "`size` must be a positive whole number, or two of them; got (3, 0).": (
        lambda: al.ssim(IMAGE, IMAGE, data_range=1.0, size=(3, 0))
    ),
    "`gamma` must be non-negative; got -1.0.": lambda: al.ssim(IMAGE, IMAGE, data_range=1.0, gamma=-1.0),
    "`pred` must be at least 161 pixels high and wide for 5 scales of this window; got (16, 16).": (
        lambda: al.ms_ssim(IMAGE, IMAGE, data_range=1.0)
    ),
    "`pred` must be at least 22 pixels high and wide for 2 scales of this window; got (16, 16).": (
        lambda: al.ms_ssim(IMAGE, IMAGE, data_range=1.0, pooling="valid", level_weights=(0.5, 0.5))
    ),
    "`level_weights` must be a sequence of non-negative numbers; got (0.5, -0.5).": (
        lambda: al.ms_ssim(IMAGE, IMAGE, data_range=1.0, level_weights=(0.5, -0.5))
    ),
    "`pred` must have 20 along the ray axis, 4 by 5; got shape (16, 3).": (
        lambda: al.s3im_loss(RAYS, RAYS, ORDER, patch=(4, 5))
    ),
    "`patch` must hold a window of 8 rays; got (1, 16).": (
        lambda: al.s3im_loss(RAYS, RAYS, ORDER, patch=(1, 16), size=8)
    ),
    "`permutations` must be indices from 0 to 15; got 16.": (lambda: al.s3im_loss(RAYS, RAYS, ORDER + 1, patch=4)),
    "`permutations` must have 16 along the ray axis, as `pred` has; got shape (2, 9).": (
        lambda: al.s3im_loss(RAYS, RAYS, ORDER[:, :9], patch=4)
    ),
    "`seed` must be at least 0; got -1.": lambda: al.s3im_loss(RAYS, RAYS, patch=4, seed=-1),
    "`image` must have shape (..., 3, height, width); got (1, 40, 40).": lambda: al.lpips_scale_input(PHOTO[0, :1]),
    "`image` must have shape (..., 3, height, width); got (1, 2, 40, 40).": lambda: features(PHOTO[:, :2]),
    "`image` must be at least 31 pixels high and wide for trunk='alex'; got (30, 40).": (
        lambda: features(PHOTO[..., :30, :])
    ),
    "`image` must be at least 16 pixels high and wide for trunk='vgg'; got (15, 15).": (
        lambda: features(PHOTO[..., :15, :15], trunk="vgg")
    ),
    "`image` must be at least 17 pixels high and wide for trunk='squeeze'; got (16, 16).": (
        lambda: features(PHOTO[..., :16, :16], trunk="squeeze")
    ),
    "`trunk` must be 'alex', 'vgg' or 'squeeze'; got 'resnet'.": lambda: features(trunk="resnet"),
    "`trunk_weights` must hold 'features.0.weight', of shape (64, 3, 11, 11); got a mapping without it.": (
        lambda: features(weights={})
    ),
    "`trunk_weights['features.0.weight']` must have shape (64, 3, 3, 3); got (64, 3, 11, 11).": (
        lambda: features(trunk="vgg")
    ),
    "`trunk_weights['features.3.bias']` must have shape (192,); got (64,).": (
        lambda: features(weights={**WEIGHTS, "features.3.bias": np.zeros(64)})
    ),
    "`layer_weights` must hold 'lin0.model.1.weight', of shape (1, 64, 1, 1); got a mapping without it.": (
        lambda: al.lpips(PHOTO, PHOTO, trunk_weights=WEIGHTS, layer_weights={})
    ),
    "`pred` must have shape (..., 3, height, width); got (40, 40, 3).": (
        lambda: al.lpips(PHOTO[0].T, PHOTO[0].T, trunk_weights=WEIGHTS)
    ),
    "`target` must have the shape of `pred`, (1, 3, 40, 40); got (3, 40, 40).": (
        lambda: al.lpips(PHOTO, PHOTO[0], trunk_weights=WEIGHTS)
    ),
    "`epsilon` must be non-negative; got -1.0.": lambda: al.lpips_from_features(MAPS, MAPS, epsilon=-1.0),
}

KINDS: dict[str, Call] = {
    "`ssim_loss` needs `data_range`, the distance from black to white, for float64 images.": (
        lambda: al.ssim_loss(IMAGE, IMAGE)
    ),
    "`ssim_map` needs `data_range`, the distance from black to white, for float64 images.": (
        lambda: al.ssim_map(IMAGE, IMAGE)
    ),
    "`ms_ssim` needs `data_range`, the distance from black to white, for float64 images.": (
        lambda: al.ms_ssim(IMAGE, IMAGE)
    ),
    "`size` must be a positive whole number, or two of them; got (3, 3, 3).": (
        lambda: al.ssim(IMAGE, IMAGE, data_range=1.0, size=(3, 3, 3))
    ),
    "`level_weights` must be a sequence of non-negative numbers; got 0.5.": (
        lambda: al.ms_ssim(IMAGE, IMAGE, data_range=1.0, level_weights=0.5)
    ),
    "`s3im_loss` needs `patch`.": lambda: al.s3im_loss(RAYS, RAYS, ORDER),
    "`s3im_loss` needs either `permutations` or a `seed` to draw them from; got neither.": (
        lambda: al.s3im_loss(RAYS, RAYS, patch=4)
    ),
    "`s3im_loss` needs either `permutations` or a `seed` to draw them from; got both.": (
        lambda: al.s3im_loss(RAYS, RAYS, ORDER, patch=4, seed=0)
    ),
    "`image` must be floating, as `lpips_scale_input` makes it; got uint8.": (lambda: features(PHOTO.astype("uint8"))),
    "`trunk_weights` must be a mapping from names to arrays; got list.": lambda: features(weights=[]),
    "`trunk_weights['features.0.weight']` is of torch and the data of numpy; give arrays of one library.": (
        lambda: features(weights={**WEIGHTS, "features.0.weight": torch.zeros(64, 3, 11, 11)})
    ),
}


@pytest.mark.parametrize("sentence", VALUES)
def test_wrong_values(sentence: str) -> None:
    with pytest.raises(ValueError, match=rf"\A{re.escape(sentence)}\Z"):
        VALUES[sentence]()


@pytest.mark.parametrize("sentence", KINDS)
def test_wrong_kinds(sentence: str) -> None:
    with pytest.raises(TypeError, match=rf"\A{re.escape(sentence)}\Z"):
        KINDS[sentence]()
