"""Images: noise and structural similarity."""

from functools import partial
from typing import Any

import numpy as np

from .case import Case, Formula, Maker, Size, joined, of, plain, torchmetrics

SMALL, MEDIUM, LARGE = (1, 3, 64, 64), (8, 3, 256, 256), (1, 3, 1080, 1920)
SIZES: tuple[Size, ...] = (SMALL, MEDIUM, LARGE)
UNIT: dict[str, Any] = {"data_range": 1.0}


def images(rng: Any, size: tuple[int, ...]) -> list[Any]:
    target = rng.random(size, dtype=np.float32)
    return [np.clip(target + 0.1 * rng.standard_normal(size, dtype=np.float32), 0, 1), target]


# ---- peers


def noise_ratio(xp: Any, p: Any, t: Any) -> Any:
    return 10 * xp.log10(1 / ((p - t) ** 2).mean())


def similarity_by_plane() -> Formula:
    from skimage.metrics import structural_similarity

    one = partial(structural_similarity, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=1.0)

    def call(pred: Any, target: Any) -> Any:
        planes = zip(pred.reshape(-1, *pred.shape[-2:]), target.reshape(-1, *target.shape[-2:]), strict=True)
        return np.mean([one(p, t) for p, t in planes])

    return call


def channels_last(name: str) -> Maker:
    """Of dm_pix, which takes the mean over channels last."""

    def make() -> Formula:
        import dm_pix
        import jax.numpy as jnp

        function = getattr(dm_pix, name)
        return lambda *pair: function(*(jnp.moveaxis(x, 1, -1) for x in pair)).mean()

    return make


def one_noise_ratio() -> Formula:
    """Of dm_pix, made one of all images by laying them side by side."""
    import dm_pix

    return lambda *pair: dm_pix.psnr(*(x.reshape(-1, x.shape[-1], 1) for x in pair))


TAPS = np.exp(-0.5 * (np.arange(-5, 6) / 1.5) ** 2)
TAPS = (TAPS / TAPS.sum()).astype(np.float32)
LEVELS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)


def by_levels(xp: Any, blur: Formula, pred: Any, target: Any) -> Any:
    """The multi-scale index, given an average by a Gaussian window inside the image."""
    product: Any = 1.0
    for i, weight in enumerate(LEVELS):
        structure, whole = similarity(blur, pred, target)
        last = i == len(LEVELS) - 1
        product = product * xp.maximum(whole if last else structure, 0.0) ** weight
        if not last:
            pred, target = halved(xp, pred), halved(xp, target)
    return product.mean()


def similarity(blur: Formula, p: Any, t: Any) -> tuple[Any, Any]:
    """Contrast and structure, and with luminance, of each plane."""
    mean_p, mean_t = blur(p), blur(t)
    spread = blur(p * p) - mean_p**2 + blur(t * t) - mean_t**2
    structure = (2 * (blur(p * t) - mean_p * mean_t) + 0.03**2) / (spread + 0.03**2)
    light = (2 * mean_p * mean_t + 0.01**2) / (mean_p**2 + mean_t**2 + 0.01**2)
    return structure.mean((-2, -1)), (structure * light).mean((-2, -1))


def halved(xp: Any, x: Any) -> Any:
    """Means of two by two; a side of odd length begins with zeros."""
    x = xp.pad(x, [(0, 0), (0, 0), *((n % 2, n % 2) for n in x.shape[-2:])])
    height, width = (n // 2 for n in x.shape[-2:])
    x = x[..., : 2 * height, : 2 * width]
    return x.reshape(*x.shape[:-2], height, 2, width, 2).mean((-3, -1))


def levels_by_scipy() -> Formula:
    from scipy.ndimage import correlate1d

    def blur(x: Any) -> Any:
        return correlate1d(correlate1d(x, TAPS, -1), TAPS, -2)[..., 5:-5, 5:-5]

    return lambda pred, target: by_levels(np, blur, pred, target)


def levels_by_xla() -> Formula:
    import jax
    import jax.numpy as jnp

    def along(x: Any, shape: tuple[int, int]) -> Any:
        kernel = jnp.asarray(TAPS).reshape(1, 1, *shape)
        planes = x.reshape(-1, 1, *x.shape[-2:])
        return jax.lax.conv(planes, kernel, (1, 1), "VALID")

    def blur(x: Any) -> Any:
        blurred = along(along(x, (11, 1)), (1, 11))
        return blurred.reshape(*x.shape[:-2], *blurred.shape[-2:])

    return lambda pred, target: by_levels(jnp, blur, pred, target)


def msssim(name: str) -> Maker:
    return of(f"pytorch_msssim.{name}", **UNIT)


CASES = (
    Case(
        "ssim",
        images,
        {
            "numpy": {"scikit-image": similarity_by_plane},
            "torch": {"pytorch-msssim": msssim("ssim")},
            "jax": {"dm_pix": channels_last("ssim")},
        },
        SIZES,
        options=UNIT,
    ),
    Case(
        "ssim",
        images,
        torchmetrics("image.structural_similarity_index_measure", **UNIT),
        SIZES,
        options={**UNIT, "padding": "reflect"},
        variant="reflect",
    ),
    Case(
        "ms_ssim",
        images,
        {
            "numpy": {"formula": levels_by_scipy},
            "torch": {"pytorch-msssim": msssim("ms_ssim")},
            "jax": {"formula": levels_by_xla},
        },
        ((1, 3, 176, 176), MEDIUM, LARGE),
        options=UNIT,
    ),
    Case(
        "ms_ssim",
        images,
        torchmetrics("image.multiscale_structural_similarity_index_measure", **UNIT),
        ((1, 3, 192, 192), MEDIUM, LARGE),
        options={**UNIT, "padding": "reflect", "pooling": "valid"},
        variant="reflect",
        # torchmetrics has one contrast for all channels, of the inside of the image
        gradient_tolerance=2e-3,
    ),
    Case(
        "psnr",
        images,
        joined(
            plain(noise_ratio, "numpy", "torch", "jax"),
            {
                "numpy": {"scikit-image": of("skimage.metrics.peak_signal_noise_ratio", **UNIT)},
                "jax": {"dm_pix": one_noise_ratio},
            },
            torchmetrics("image.peak_signal_noise_ratio", **UNIT),
        ),
        SIZES,
        options=UNIT,
    ),
)
