"""Images, window by window in NumPy, and as their authors' code has it in torch."""

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from skimage import metrics as untyped_skimage

import arraylosses as al

from ._common import Array, Claim, Formula, Given, each, reduced, torchmetrics

skimage: Any = untyped_skimage

RNG = np.random.default_rng(20240903)
IMAGE = RNG.random((2, 3, 20, 17))
NOISY = np.clip(IMAGE + RNG.normal(0.0, 0.1, IMAGE.shape), 0.0, 1.0)
BYTES, NOISY_BYTES = ((255 * x).astype(np.uint8) for x in (IMAGE, NOISY))
WIDE = RNG.random((2, 1, 45, 42))
NOISY_WIDE = WIDE + RNG.normal(0.0, 0.2, WIDE.shape)
W = RNG.uniform(0.1, 3.0, 2)
RAYS = RNG.random((2, 48, 3))
NOISY_RAYS = RAYS + RNG.normal(0.0, 0.1, RAYS.shape)
SHUFFLED = np.stack([[np.arange(48), RNG.permutation(48), RNG.permutation(48)] for _ in range(2)])
MAPS = [RNG.normal(size=(3, channels, 6 - i, 5)) for i, channels in enumerate((4, 6))]
OTHER_MAPS = [RNG.normal(size=m.shape) for m in MAPS]
MAPS[0][0, :, 1, 2] = OTHER_MAPS[1][2, :, 0, 0] = 0.0
CHANNELS = [RNG.random(4), RNG.random(6)]

# ---- similarity


def _windows(image: Array, size: tuple[int, int], padding: str) -> Array:
    if padding != "valid":
        around = [(0, 0)] * (image.ndim - 2) + [(n // 2, n // 2) for n in size]
        image = np.pad(image, around, mode="constant" if padding == "zero" else "reflect")
    return np.lib.stride_tricks.sliding_window_view(image, size, axis=(-2, -1))


def _taps(window: str, size: int, sigma: float) -> Array:
    taps = np.exp(-0.5 * ((np.arange(size) - (size - 1) / 2) / sigma) ** 2) if window == "gaussian" else np.ones(size)
    return taps / taps.sum()


def similarity_parts(
    pred: Array,
    target: Array,
    *,
    data_range: float = 255.0,
    window: str = "gaussian",
    size: Any = 11,
    sigma: float = 1.5,
    padding: str = "valid",
    sample_covariance: bool = False,
    k1: float = 0.01,
    k2: float = 0.03,
    spatial_axes: tuple[int, int] = (-2, -1),
) -> tuple[Array, Array, Array]:
    """Luminance, contrast and structure by the formula, window by window."""
    sides = (size, size) if isinstance(size, int) else size
    x, y = (_windows(np.moveaxis(v, spatial_axes, (-2, -1)).astype(float), sides, padding) for v in (pred, target))
    weight = np.outer(*(_taps(window, n, sigma) for n in sides))
    mean_x, mean_y = ((v * weight).sum((-2, -1)) for v in (x, y))
    x, y = x - mean_x[..., None, None], y - mean_y[..., None, None]
    factor = weight.size / (weight.size - 1) if sample_covariance else 1.0
    xx, xy, yy = (factor * (v * weight).sum((-2, -1)) for v in (x * x, x * y, y * y))
    c1, c2 = (k1 * data_range) ** 2, (k2 * data_range) ** 2
    deviation = np.sqrt(xx) * np.sqrt(yy)
    luminance = (2 * mean_x * mean_y + c1) / (mean_x**2 + mean_y**2 + c1)
    return luminance, (2 * deviation + c2) / (xx + yy + c2), (xy + c2 / 2) / (deviation + c2 / 2)


def similarity_maps(
    pred: Array, target: Array, *, alpha: float = 1.0, beta: float = 1.0, gamma: float = 1.0, **options: Any
) -> tuple[Array, ...]:
    parts = similarity_parts(pred, target, **options)
    luminance, contrast, structure = parts
    if gamma % 1:
        structure = np.maximum(structure, 0.0)
    return luminance**alpha * contrast**beta * structure**gamma, *parts


def similarity(pred: Array, target: Array, **options: Any) -> Array:
    return similarity_maps(pred, target, **options)[0].mean((-2, -1))


def scales(
    pred: Array,
    target: Array,
    *,
    level_weights: Any = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333),
    pooling: str = "zero",
    padding: str = "valid",
    **options: Any,
) -> Array:
    """As pytorch_msssim has it, with torch's pooling."""
    value = np.ones(pred.shape[:-2])
    for weight in level_weights[:-1]:
        _, contrast, structure = similarity_parts(pred, target, **options)
        value *= np.maximum((contrast * structure).mean((-2, -1)), 0.0) ** weight
        border = [n % 2 if pooling == "zero" else 0 for n in pred.shape[-2:]]
        pred, target = (F.avg_pool2d(torch.from_numpy(v), 2, padding=border).numpy() for v in (pred, target))
    last = similarity(pred, target, padding=padding, **options)
    return value * np.maximum(last, 0.0) ** level_weights[-1]


def stochastic(
    pred: Array, target: Array, permutations: Array | None = None, *, patch: Any, seed: int | None = None, **how: Any
) -> Array:
    """The authors' code."""
    height, width = (patch, patch) if isinstance(patch, int) else patch
    size, stride, count = how.get("size", 4), how.get("stride", 4), how.get("count", 10)
    if permutations is None:
        generator = np.random.Generator(np.random.Philox(seed))
        rows = [np.arange(height * width), *(generator.permutation(height * width) for _ in range(count - 1))]
        permutations = np.broadcast_to(rows, (*pred.shape[:-2], count, height * width))
    taps = torch.exp(-((torch.arange(size, dtype=torch.float64) - size // 2) ** 2) / (2 * how.get("sigma", 1.5) ** 2))
    taps = taps / taps.sum()
    kernel = torch.outer(taps, taps).expand(3, 1, size, size).contiguous()
    values = []
    for x, y, index in zip(*(v.reshape(-1, *v.shape[-2:]) for v in (pred, target, permutations)), strict=True):
        images = [
            torch.from_numpy(v[index.reshape(-1)]).permute(1, 0).reshape(1, 3, height, width * len(index))
            for v in (x, y)
        ]

        def filtered(v: Any) -> Any:
            return F.conv2d(v, kernel, padding=(size - 1) // 2, groups=3, stride=stride)

        a, b = images
        mu_a, mu_b = filtered(a), filtered(b)
        aa, bb, ab = filtered(a * a) - mu_a**2, filtered(b * b) - mu_b**2, filtered(a * b) - mu_a * mu_b
        top = (2 * mu_a * mu_b + 0.01**2) * (2 * ab + 0.03**2)
        values.append(1 - (top / ((mu_a**2 + mu_b**2 + 0.01**2) * (aa + bb + 0.03**2))).mean())
    return np.reshape(values, pred.shape[:-2])


# ---- perceptual distance


def perceptual(pred: Any, target: Any, *, layer_weights: Any = None, epsilon: float = 0.0) -> Array:
    value = np.zeros(pred[0].shape[:-3])
    for i, pair in enumerate(zip(pred, target, strict=True)):
        length = [np.sqrt((f**2).sum(-3, keepdims=True)) for f in pair]
        a, b = (f / (n + epsilon + (n == 0)) for f, n in zip(pair, length, strict=True))
        weight = np.ones(a.shape[-3]) if layer_weights is None else layer_weights[i]
        value += np.einsum("...chw,c->...hw", (a - b) ** 2, weight).mean((-2, -1))
    return value


def scaled(image: Array, *, normalize: bool = False) -> Array:
    """The buffers of lpips.ScalingLayer."""
    shift, scale = (
        torch.tensor(v, dtype=torch.float64)[:, None, None] for v in ([-0.030, -0.088, -0.188], [0.458, 0.448, 0.450])
    )
    x = torch.from_numpy(image)
    return ((2 * x - 1 if normalize else x) - shift).div(scale).numpy()


ELEMENTS: dict[str, Formula] = {
    "ssim": similarity,
    "ssim_loss": lambda p, t, **o: 1 - similarity(p, t, **o),
    "ms_ssim": scales,
    "s3im_loss": stochastic,
    "lpips_from_features": perceptual,
}
ORACLES: dict[str, Formula] = {
    **{name: lambda *a, f=f, **o: reduced(f, *a, **o) for name, f in ELEMENTS.items()},
    "ssim_map": similarity_maps,
    "lpips_scale_input": scaled,
}

SIMILARITY = each(
    [
        {"reduction": "none"},
        {"weights": W},
        {"size": 7, "sigma": 0.8, "k1": 0.02, "k2": 0.05},
        {"window": "uniform", "size": 7, "sample_covariance": True},
        {"window": "uniform", "size": (20, 17), "sample_covariance": True},
        {"size": (3, 8)},
        {"padding": "reflect"},
        {"padding": "zero", "size": 5},
        {"padding": "zero", "size": (3, 9)},
        {"spatial_axes": (1, 2), "size": 3},
        {"size": 4},
        {"alpha": 0.5, "beta": 2.0, "gamma": 3.0},
        {"alpha": 0.0, "gamma": 0.5, "padding": "reflect"},
    ],
    data_range=1.0,
)
RAY_OPTIONS: list[dict[str, Any]] = [{"patch": (6, 8)}, {"patch": (8, 6), "size": 5, "stride": 3, "weights": W}]
CALLS: dict[str, Given] = {
    "ssim": [((NOISY, IMAGE), SIMILARITY), ((NOISY_BYTES, BYTES), [{}, {"data_range": 200.0}])],
    "ssim_loss": [((NOISY, IMAGE), SIMILARITY)],
    "ssim_map": [((NOISY, IMAGE), [o for o in SIMILARITY if not o.keys() & {"reduction", "weights"}])],
    "ms_ssim": [
        (
            (NOISY_WIDE, WIDE),
            each(
                [{}, {"weights": W}, {"pooling": "valid", "level_weights": (0.1, 0.4, 0.3, 0.2)}],
                data_range=1.0,
                size=3,
            ),
        ),
        (
            (NOISY_WIDE, WIDE),
            each(
                [
                    {"reduction": "none"},
                    {"pooling": "valid", "padding": "reflect"},
                    {"window": "uniform", "size": (3, 7)},
                ],
                data_range=1.0,
                level_weights=(0.2, 0.3, 0.5),
            ),
        ),
        ((1 - WIDE, WIDE), [{"data_range": 1.0, "size": 3}]),
    ],
    "s3im_loss": [
        ((NOISY_RAYS, RAYS, SHUFFLED), [*RAY_OPTIONS, {"patch": (12, 4), "reduction": "none", "sigma": 0.7}]),
        ((NOISY_RAYS, RAYS), each(RAY_OPTIONS, seed=5, count=3)),
        ((NOISY_RAYS[0], RAYS[0]), [{"patch": (6, 8), "seed": 7}]),
    ],
    "lpips_from_features": [
        ((MAPS, OTHER_MAPS), [{}, {"layer_weights": CHANNELS, "reduction": "none"}, {"epsilon": 1e-3}]),
    ],
    "lpips_scale_input": [((NOISY,), [{}, {"normalize": True}])],
}


# ---- what the facts claim of other libraries


def planes(pred: Array, target: Array, **options: Any) -> Any:
    """scikit-image's similarity of each plane, averaged."""
    pairs = zip(pred.reshape(-1, *pred.shape[-2:]), target.reshape(-1, *target.shape[-2:]), strict=True)
    return np.mean([skimage.structural_similarity(p, t, data_range=1.0, **options) for p, t in pairs])


WANG: dict[str, Any] = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}


def whole_windows() -> Array:
    """scikit-image's map of one plane, without its border."""
    return skimage.structural_similarity(NOISY[0, 0], IMAGE[0, 0], data_range=1.0, full=True, **WANG)[1][5:-5, 5:-5]


CLAIMS: dict[str, Claim] = {
    "skimage gaussian similarity": (
        lambda: al.ssim(NOISY, IMAGE, data_range=1.0),
        lambda: planes(NOISY, IMAGE, **WANG),
    ),
    "skimage uniform similarity": (
        lambda: al.ssim(NOISY, IMAGE, data_range=1.0, window="uniform", size=7, sample_covariance=True),
        lambda: planes(NOISY, IMAGE),
    ),
    "skimage map": (lambda: al.ssim_map(NOISY[0, 0], IMAGE[0, 0], data_range=1.0).similarity, whole_windows),
    "torchmetrics similarity": (
        lambda: al.ssim(NOISY, IMAGE, data_range=1.0, padding="reflect"),
        lambda: torchmetrics("image.structural_similarity_index_measure", NOISY, IMAGE, data_range=1.0),
    ),
    "torchmetrics multiscale similarity": (
        lambda: al.ms_ssim(
            np.tile(NOISY_WIDE, (5, 5)), np.tile(WIDE, (5, 5)), data_range=1.0, pooling="valid", padding="reflect"
        ),
        lambda: torchmetrics(
            "image.multiscale_structural_similarity_index_measure",
            np.tile(NOISY_WIDE, (5, 5)),
            np.tile(WIDE, (5, 5)),
            data_range=1.0,
        ),
    ),
}
