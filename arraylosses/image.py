"""Losses and metrics of images."""

from math import inf
from typing import Literal

from ._domains import IMAGE, Count, DataRange, NonNegative, Positive
from ._math import absolute, gaussian_taps, mean, pad_image, uniform_taps, window_average
from ._metric import loss, metric
from ._state import Mean
from ._typing import Array, Namespace
from .regression import squared_error

PLANE = IMAGE["height width"]


@metric(
    squared_error,
    pred=IMAGE,
    target=IMAGE,
    range=(-inf, inf),
    best=inf,
    symmetric=True,
    unit="dB",
    also=("peak_signal_noise_ratio",),
    equals=("skimage.metrics.peak_signal_noise_ratio", "torchmetrics.functional.peak_signal_noise_ratio"),
    reference="Q. Huynh-Thu, M. Ghanbari (2008), Scope of validity of PSNR in image/video quality assessment.",
)
def psnr(xp: Namespace, error: Mean, /, *, data_range: DataRange | None = None) -> Array:
    r"""Peak signal-to-noise ratio.

    The mean squared error on a logarithmic scale, relative to the distance from black to white.

    .. math:: 10 \log_{10} \frac{L^2}{\operatorname{MSE}}

    Notes
    -----
    One mean over all pixels of all images; the mean of per-image values is ``averaged(psnr, axis=(-3, -2, -1))``.
    Equal images give inf, with gradient 0.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.psnr(np.full((8, 8), 0.5), np.full((8, 8), 0.4), data_range=1.0).round(6))
    20.0
    """
    assert data_range is not None
    value = error.value
    same = value == 0
    return xp.where(same, inf, 10 * xp.log10(data_range * data_range / xp.where(same, 1.0, value)))


Window = Literal["gaussian", "uniform"]
Padding = Literal["valid", "reflect", "zero"]


def _taps(window: Window, size: int, sigma: float) -> list[float]:
    return gaussian_taps(size, sigma) if window == "gaussian" else uniform_taps(size)


def _fitted(xp: Namespace, image: Array, size: int, padding: Padding) -> Array:
    """The image, widened so that a window fits about each pixel, unless only whole windows count."""
    height, width = image.shape[-2:]
    need = size if padding == "valid" else size // 2 + 1 if padding == "reflect" else 1
    if min(height, width) < need:
        got = f"got {(height, width)}"
        raise ValueError(f"`pred` must be at least {need} pixels high and wide for this window; {got}.")
    if padding != "valid" and size % 2 == 0:
        raise ValueError(f"`size` must be odd with padding={padding!r}; got {size}.")
    return image if padding == "valid" else pad_image(xp, image, size // 2, padding)


@loss(
    pred=PLANE,
    target=PLANE,
    range=(-1.0, 1.0),
    best=1.0,
    symmetric=True,
    also=("structural_similarity",),
    equals=(
        "pytorch_msssim.ssim",
        "skimage.metrics.structural_similarity(gaussian_weights=True, sigma=1.5, use_sample_covariance=False)",
        "skimage.metrics.structural_similarity, with window='uniform', size=7, sample_covariance=True",
        "torchmetrics.functional.structural_similarity_index_measure, with padding='reflect'",
    ),
    reference="Z. Wang et al. (2004), Image quality assessment: from error visibility to structural similarity.",
)
def ssim(
    xp: Namespace,
    pred: Array,
    target: Array,
    /,
    *,
    data_range: DataRange | None = None,
    window: Window = "gaussian",
    size: Count = 11,
    sigma: Positive = 1.5,
    padding: Padding = "valid",
    sample_covariance: bool = False,
    k1: NonNegative = 0.01,
    k2: NonNegative = 0.03,
) -> Array:
    r"""Structural similarity: agreement of local mean, contrast and structure.

    Closer to what people see than `psnr`; one value for each plane of pixels.

    .. math::
        \frac{(2 \mu_x \mu_y + C_1)(2 \sigma_{xy} + C_2)}{(\mu_x^2 + \mu_y^2 + C_1)(\sigma_x^2 + \sigma_y^2 + C_2)}

    Parameters
    ----------
    window : {'gaussian', 'uniform'}
        Weights of the pixels about each one.
    size : int, default 11
        Width of the window, in pixels.
    sigma : float, default 1.5
        Standard deviation of a Gaussian window.
    padding : {'valid', 'reflect', 'zero'}
        Only windows that lie inside the image; or the image widened by reflection, or by zeros.
    sample_covariance : bool, default False
        Divide local second moments by n - 1.
    k1, k2 : float
        ``C1 = (k1 * data_range)**2``, ``C2 = (k2 * data_range)**2``.

    Raises
    ------
    ValueError
        If the image is smaller than the window.

    Notes
    -----
    Second moments are taken about the mean of the images, so that a bright image in float32 keeps its digits. Four
    filtered maps suffice: the denominator needs only the sum of the two variances.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> image = np.linspace(0.0, 1.0, 16 * 16).reshape(16, 16)
    >>> print(al.ssim(image, image, data_range=1.0))
    1.0
    """
    assert data_range is not None
    if sample_covariance and size == 1:
        raise ValueError("`size` must be at least 2 with `sample_covariance`; got 1.")
    taps = _taps(window, size, sigma)
    x, y = (_fitted(xp, image, size, padding) for image in (pred, target))
    # E[x^2] - E[x]^2 cancels far from zero: both images are moved by one mean, which is put back below
    level = mean(xp, y, axis=(-2, -1), keepdims=True)
    x, y = x - level, y - level
    mean_x, mean_y, energy, product = (window_average(xp, v, taps) for v in (x, y, x * x + y * y, x * y))
    unbias = size**2 / (size**2 - 1) if sample_covariance else 1.0
    variance = unbias * (energy - mean_x * mean_x - mean_y * mean_y)
    covariance = unbias * (product - mean_x * mean_y)
    c1, c2 = (k1 * data_range) ** 2, (k2 * data_range) ** 2
    mean_x, mean_y = mean_x + level, mean_y + level
    luminance = (2 * mean_x * mean_y + c1) / (mean_x * mean_x + mean_y * mean_y + c1)
    return mean(xp, luminance * (2 * covariance + c2) / (variance + c2), axis=(-2, -1))


@loss(
    image=PLANE,
    smooth="almost everywhere",
    unit="image",
    equals=("torchmetrics.functional.total_variation for one channel", "kornia.losses.total_variation for one channel"),
    reference="L. Rudin, S. Osher, E. Fatemi (1992), Nonlinear total variation based noise removal algorithms.",
)
def total_variation(xp: Namespace, image: Array, /) -> Array:
    r"""Sum of absolute differences between neighbouring pixels, along height and along width.

    A penalty on noise that leaves edges alone; one value for each plane of pixels.

    .. math:: \sum_{ij} |x_{i+1,j} - x_{ij}| + |x_{i,j+1} - x_{ij}|

    Notes
    -----
    The subgradient of a zero difference is 0.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.total_variation(np.array([[0.0, 1.0], [3.0, 1.0]])))
    6.0
    """
    down = absolute(xp, image[..., 1:, :] - image[..., :-1, :])
    across = absolute(xp, image[..., 1:] - image[..., :-1])
    return xp.sum(down, axis=(-2, -1)) + xp.sum(across, axis=(-2, -1))
