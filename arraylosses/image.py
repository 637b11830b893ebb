"""Losses and metrics of images."""

from collections.abc import Callable, Iterator
from inspect import signature
from math import inf
from typing import Any, Literal, NamedTuple

from ._domains import IMAGE, PERMUTATION, REAL, Count, DataRange, Extent, NonNegative, Numbers, Positive
from ._math import (
    absolute,
    gaussian_taps,
    halved,
    mean,
    pad_image,
    permutation_rows,
    pick_rows,
    power,
    power_of_two_scale,
    sqrt,
    stop_gradient,
    uniform_taps,
    window_average,
    window_moments,
)
from ._metric import Loss, function, loss, metric
from ._state import Mean
from ._typing import Array, Formula, Namespace
from .regression import squared_error

PLANE = IMAGE["height width"]

ROUNDINGS = 16
"""How many roundings a mean of squares over a window may be off."""


@metric(
    squared_error,
    pred=IMAGE,
    target=IMAGE,
    range=(-inf, inf),
    best=inf,
    symmetric=True,
    unit="dB",
    monotone=True,
    shifts=("pred", "target"),
    reflects=("pred", "target"),
    scales=("pred", "target", "data_range"),
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
    Equal images give inf, with gradient 0. A mask is `weights`. NeuS divides by the sum of the mask plus 1e-5, which is
    ``psnr(sqrt(e), 0 * e, data_range=1.0)`` of ``e = squared_error(pred, target, weights=mask, avg_factor=divisor)``.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.psnr(np.full((8, 8), 0.5), np.full((8, 8), 0.4), data_range=1.0).round(6))
    20.0
    """
    assert data_range is not None
    value = error.value
    same = value == 0
    return xp.where(same, inf, 0.0 - 10 * xp.log10(xp.where(same, 1.0, value) / (data_range * data_range)))


Window = Literal["gaussian", "uniform"]
Padding = Literal["valid", "reflect", "zero"]


class Comparison(NamedTuple):
    """How the pixels about a place of two images are compared: weights along height and width, and constants."""

    rows: list[float]
    columns: list[float]
    padding: Padding
    unbias: float
    k1: float
    k2: float
    data_range: float
    stride: int = 1

    @property
    def size(self) -> tuple[int, int]:
        return len(self.rows), len(self.columns)


def _pair(size: Extent) -> tuple[int, int]:
    return (size, size) if isinstance(size, int) else size


def _spoken(size: tuple[int, int]) -> Extent:
    """A size as its caller has most likely said it."""
    return size[0] if size[0] == size[1] else size


def comparison(
    data_range: float | None = None,
    window: Window = "gaussian",
    size: Extent = 11,
    sigma: float = 1.5,
    padding: Padding = "valid",
    sample_covariance: bool = False,
    k1: float = 0.01,
    k2: float = 0.03,
) -> Comparison:
    """Out of the parameters of `ssim`."""
    assert data_range is not None
    rows, columns = (gaussian_taps(n, sigma) if window == "gaussian" else uniform_taps(n) for n in _pair(size))
    count = len(rows) * len(columns)
    if sample_covariance and count == 1:
        raise ValueError("`size` must be at least 2 with `sample_covariance`; got 1.")
    if padding != "valid" and (len(rows) % 2 == 0 or len(columns) % 2 == 0):
        got = _spoken((len(rows), len(columns)))
        raise ValueError(f"`size` must be odd with padding={padding!r}; got {got}.")
    unbias = count / (count - 1) if sample_covariance else 1.0
    return Comparison(rows, columns, padding, unbias, k1, k2, data_range)


def _needed(how: Comparison) -> tuple[int, int]:
    """The least height and width of an image."""
    height, width = how.size
    if how.padding == "valid":
        return height, width
    return (height // 2 + 1, width // 2 + 1) if how.padding == "reflect" else (1, 1)


def refuse_smaller(image: Array, height: int, width: int, what: str) -> None:
    """An image of too few pixels."""
    if image.shape[-2] < height or image.shape[-1] < width:
        need = f"{height} pixels high and wide" if height == width else f"{height} pixels high and {width} wide"
        raise ValueError(f"`pred` must be at least {need} for {what}; got {tuple(image.shape[-2:])}.")


class Pair(NamedTuple):
    """Two images less one mean of theirs, the mean, and the constants: E[x^2] - E[x]^2 cancels far from zero.

    All in a unit, a power of two, whose squares stay in range.
    """

    x: Array
    y: Array
    level: Array
    c1: Array
    c2: Array

    def each(self, change: Callable[[Array], Array]) -> "Pair":
        return self._replace(x=change(self.x), y=change(self.y))

    def averaged(self, xp: Namespace, maps: tuple[Array, ...], how: Comparison) -> Iterator[Array]:
        return (window_average(xp, v, how.rows, how.columns, how.stride) for v in maps)


def _largest(xp: Namespace, image: Array) -> Array:
    return xp.max(xp.abs(image), axis=(-2, -1), keepdims=True)


def levelled(xp: Namespace, pred: Array, target: Array, how: Comparison) -> Pair:
    largest = xp.clip(xp.maximum(_largest(xp, pred), _largest(xp, target)), how.data_range, None)
    scale = power_of_two_scale(xp, stop_gradient(xp, largest))
    x, y = pred * scale, target * scale
    level = mean(xp, y, axis=(-2, -1), keepdims=True)
    # a constant that vanishes beside the pixels leaves 0/0 in a flat window
    least = 4 * float(xp.finfo(scale.dtype).smallest_normal)
    c1, c2 = (xp.clip((k * how.data_range * scale) ** 2, least, None) for k in (how.k1, how.k2))
    return Pair(x - level, y - level, level, c1, c2)


def _fitted(xp: Namespace, pair: Pair, how: Comparison) -> Pair:
    """Images, widened so that a window fits about each pixel, unless only whole windows count."""
    if how.padding == "valid":
        return pair
    height, width = (n // 2 for n in how.size)
    return pair.each(lambda image: pad_image(xp, image, height, width, how.padding, -pair.level))


def _compared(xp: Namespace, pred: Array, target: Array, how: Comparison) -> Pair:
    """What `ssim` compares."""
    refuse_smaller(pred, *_needed(how), "this window")
    return _fitted(xp, levelled(xp, pred, target, how), how)


def _luminance(mean_x: Array, mean_y: Array, c1: Array) -> Array:
    return (2 * mean_x * mean_y + c1) / (mean_x * mean_x + mean_y * mean_y + c1)


def agreement(xp: Namespace, pair: Pair, how: Comparison) -> tuple[Array, Array]:
    """Maps of the luminance, and of contrast times structure, of images that the window fits into.

    Four filtered maps suffice: the denominator needs only the sum of the two variances.
    """
    x, y, level, c1, c2 = pair
    mean_x, mean_y, energy, product = pair.averaged(xp, (x, y, x * x + y * y, x * y), how)
    # what rounding leaves of a flat window is no variance, and no more covariance than there is variance
    variance = energy - mean_x * mean_x - mean_y * mean_y
    variance = xp.where(variance <= ROUNDINGS * float(xp.finfo(energy.dtype).eps) * energy, 0.0, variance)
    covariance = xp.maximum(xp.minimum(2 * (product - mean_x * mean_y), variance), -variance)
    luminance = _luminance(mean_x + level, mean_y + level, c1)
    return luminance, (how.unbias * covariance + c2) / (how.unbias * variance + c2)


class SimilarityMap(NamedTuple):
    """Similarity about each pixel, and its three parts."""

    similarity: Array
    luminance: Array
    contrast: Array
    structure: Array


def _components(xp: Namespace, pair: Pair, how: Comparison) -> tuple[Array, Array, Array]:
    """Maps of luminance, contrast and structure."""
    x, y, level, c1, c2 = pair
    mean_x, mean_y, xx, yy, xy = window_moments(xp, x, y, how.rows, how.columns)
    deviation_x, deviation_y = (sqrt(xp, how.unbias * v) for v in (xx, yy))
    contrast = (2 * deviation_x * deviation_y + c2) / (deviation_x**2 + deviation_y**2 + c2)
    structure = (how.unbias * xy + c2 / 2) / (deviation_x * deviation_y + c2 / 2)
    return _luminance(mean_x + level, mean_y + level, c1), contrast, structure


def _raised(xp: Namespace, x: Array, exponent: float) -> Array:
    """A whole power keeps the sign; another takes what is negative for 0."""
    if isinstance(exponent, (int, float)) and exponent == int(exponent):
        return x ** int(exponent)
    return power(xp, x, exponent)


def _is_one(exponent: float) -> bool:
    return isinstance(exponent, (int, float)) and exponent == 1


@loss(
    pred=PLANE,
    target=PLANE,
    range=(-1.0, 1.0),
    best=1.0,
    symmetric=True,
    reflects=("pred", "target"),
    scales=("pred", "target", "data_range"),
    mirrored=("height", "width"),
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
    size: Extent = 11,
    sigma: Positive = 1.5,
    padding: Padding = "valid",
    sample_covariance: bool = False,
    k1: NonNegative = 0.01,
    k2: NonNegative = 0.03,
    alpha: NonNegative = 1.0,
    beta: NonNegative = 1.0,
    gamma: NonNegative = 1.0,
) -> Array:
    r"""Structural similarity: agreement of local mean, contrast and structure.

    Closer to what people see than `psnr`; one value for each plane of pixels. `ssim_loss` is one minus it, and
    `ssim_map` shows where the images differ, and in what.

    .. math::
        l^\alpha c^\beta s^\gamma, \qquad
        l = \frac{2 \mu_x \mu_y + C_1}{\mu_x^2 + \mu_y^2 + C_1}, \quad
        c = \frac{2 \sigma_x \sigma_y + C_2}{\sigma_x^2 + \sigma_y^2 + C_2}, \quad
        s = \frac{\sigma_{xy} + C_2 / 2}{\sigma_x \sigma_y + C_2 / 2}

    Parameters
    ----------
    alpha : float, default 1.0
        Exponent of luminance.
    beta : float, default 1.0
        Exponent of contrast.
    gamma : float, default 1.0
        Exponent of structure. Where it is not whole, a negative structure counts as 0.

    Raises
    ------
    ValueError
        If the image is smaller than the window.

    Notes
    -----
    Three conventions are in use, and give three numbers on one pair of images. Wang's own, with a Gaussian window of 11
    pixels that lies inside the image and divides by n, is the default, and pytorch-msssim's. scikit-image's default is
    ``window='uniform', size=7, sample_covariance=True``. torchmetrics widens the image first: ``padding='reflect'``.
    pytorch-ssim widens it by zeros: ``padding='zero'``. One window as large as the image gives the global form:
    ``size=(height, width), window='uniform', sample_covariance=True``.

    With all exponents 1 the last two parts are one fraction, :math:`(2 \sigma_{xy} + C_2) / (\sigma_x^2 + \sigma_y^2 +
    C_2)`. Second moments are taken about the mean of the images, so that a bright image in float32 keeps its digits.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> image = np.linspace(0.0, 1.0, 16 * 16).reshape(16, 16)
    >>> print(al.ssim(image, image, data_range=1.0))
    1.0
    """
    how = comparison(data_range, window, size, sigma, padding, sample_covariance, k1, k2)
    pair = _compared(xp, pred, target, how)
    if _is_one(alpha) and _is_one(beta) and _is_one(gamma):
        luminance, rest = agreement(xp, pair, how)
        return mean(xp, luminance * rest, axis=(-2, -1))
    return mean(xp, _product(xp, _components(xp, pair, how), (alpha, beta, gamma)), axis=(-2, -1))


def _product(xp: Namespace, components: tuple[Array, ...], exponents: tuple[float, ...]) -> Array:
    luminance, contrast, structure = (_raised(xp, c, e) for c, e in zip(components, exponents, strict=True))
    return luminance * contrast * structure


def taking_parameters_of(other: Loss) -> Callable[[Formula], Formula]:
    """Give a formula ``(xp, pred, target, **options)`` the parameters of another."""

    def decorate(formula: Formula) -> Formula:
        formula.__signature__ = signature(other.__wrapped__).replace(  # type: ignore[attr-defined]
            return_annotation=signature(formula).return_annotation
        )
        return formula

    return decorate


@loss(
    image=PLANE,
    smooth="almost everywhere",
    unit="image",
    convex=("image",),
    shifts=("image",),
    reflects=("image",),
    scales=("image",),
    mirrored=("height", "width"),
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


@loss(
    pred=PLANE,
    target=PLANE,
    range=(0.0, 2.0),
    symmetric=True,
    reflects=("pred", "target"),
    scales=("pred", "target", "data_range"),
    mirrored=("height", "width"),
    equals=("1 - pytorch_msssim.ssim",),
    reference="Z. Wang et al. (2004), Image quality assessment: from error visibility to structural similarity.",
)
@taking_parameters_of(ssim)
def ssim_loss(xp: Namespace, pred: Array, target: Array, /, **options: Any) -> Array:
    r"""One minus the structural similarity.

    To be minimised, where `ssim` is reported; one value for each plane of pixels.

    .. math:: 1 - \operatorname{SSIM}(x, y)

    Parameters
    ----------
    alpha, beta, gamma : float, default 1.0
        Exponents of luminance, contrast and structure.

    Raises
    ------
    ValueError
        If the image is smaller than the window.

    Notes
    -----
    What is said of `ssim` holds here too. Some halve the loss, and clip it; this one is neither halved nor clipped.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> image = np.linspace(0.0, 1.0, 16 * 16).reshape(16, 16)
    >>> print(al.ssim_loss(image, image, data_range=1.0))
    0.0
    """
    return 1 - ssim.__wrapped__(xp, pred, target, **options)


@function(
    pred=PLANE,
    target=PLANE,
    reflects=("pred", "target"),
    scales=("pred", "target", "data_range"),
    equals=("skimage.metrics.structural_similarity(full=True), of whole windows",),
    reference="Z. Wang et al. (2004), Image quality assessment: from error visibility to structural similarity.",
)
@taking_parameters_of(ssim)
def ssim_map(xp: Namespace, pred: Array, target: Array, /, **options: Any) -> SimilarityMap:
    """Structural similarity about each pixel, with its luminance, contrast and structure.

    Shows where two images differ, and in what. The mean of `similarity` is `ssim`.

    Parameters
    ----------
    alpha, beta, gamma : float, default 1.0
        Exponents of luminance, contrast and structure in the similarity; the three parts come without them.

    Returns
    -------
    SimilarityMap
        Named tuple of `similarity`, `luminance`, `contrast` and `structure`, each (..., height, width); with
        ``padding='valid'``, (..., height - size + 1, width - size + 1).

    Raises
    ------
    ValueError
        If the image is smaller than the window.

    Notes
    -----
    A standard deviation of 0 has gradient 0.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> image = np.linspace(0.0, 1.0, 16 * 16).reshape(16, 16)
    >>> maps = al.ssim_map(image, 0.5 * image, data_range=1.0)
    >>> print(maps.similarity.shape, maps.contrast.max().round(3), maps.structure.min().round(3))
    (6, 6) 0.815 1.0
    """
    exponents = tuple(options.pop(name, 1.0) for name in ("alpha", "beta", "gamma"))
    how = comparison(**options)
    components = _components(xp, _compared(xp, pred, target, how), how)
    return SimilarityMap(_product(xp, components, exponents), *components)


Pooling = Literal["zero", "valid"]
WANG = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
"""Exponents of the five scales, as Wang found them by asking people."""


def _least(side: int, levels: int, pooling: Pooling) -> int:
    """Pixels that leave ``side`` of them after halving at all levels but the first."""
    halvings: int = 2 ** (levels - 1)
    return side * halvings if pooling == "valid" else (side - 1) * halvings + 1


@loss(
    pred=PLANE,
    target=PLANE,
    range=(0.0, 1.0),
    best=1.0,
    smooth="almost everywhere",
    symmetric=True,
    reflects=("pred", "target"),
    scales=("pred", "target", "data_range"),
    mirrored=("width",),
    also=("multiscale_structural_similarity",),
    equals=(
        "pytorch_msssim.ms_ssim",
        "torchmetrics.functional.multiscale_structural_similarity_index_measure for one channel, "
        "with pooling='valid', padding='reflect'",
    ),
    reference="Z. Wang, E. Simoncelli, A. Bovik (2003), Multiscale structural similarity for image quality assessment.",
)
def ms_ssim(
    xp: Namespace,
    pred: Array,
    target: Array,
    /,
    *,
    data_range: DataRange | None = None,
    level_weights: Numbers = WANG,
    pooling: Pooling = "zero",
    window: Window = "gaussian",
    size: Extent = 11,
    sigma: Positive = 1.5,
    padding: Padding = "valid",
    sample_covariance: bool = False,
    k1: NonNegative = 0.01,
    k2: NonNegative = 0.03,
) -> Array:
    r"""Structural similarity on several scales.

    Depends less than `ssim` on how far the viewer stands; one value for each plane of pixels.

    .. math:: [l_M c_M s_M]_+^{w_M} \prod_{j < M} [c_j s_j]_+^{w_j}

    Parameters
    ----------
    level_weights : sequence of float
        Exponents of the scales, from fine to coarse; by default the five of Wang.
    pooling : {'zero', 'valid'}
        What halving does with an odd side: a zero at both ends, which counts, or its last pixel left out.
    padding : {'valid', 'reflect', 'zero'}
        Of the coarsest image. Contrast and structure of the finer ones are taken from whole windows.

    Raises
    ------
    ValueError
        If the coarsest image is smaller than the window.

    Notes
    -----
    Luminance counts on the coarsest scale alone. The mean over a plane, where it is negative, counts as 0, with
    gradient 0. pytorch-msssim pads odd sides by zeros when it halves them, torchmetrics does not; torchmetrics moreover
    takes one mean over all channels before the powers.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> image = np.linspace(0.0, 1.0, 176 * 176).reshape(176, 176)
    >>> print(al.ms_ssim(image, image, data_range=1.0), al.ms_ssim(image[::8, ::8], image[::8, ::8], data_range=1.0,
    ...     level_weights=(0.5, 0.5)))
    1.0 1.0
    """
    levels = len(level_weights)
    fine = comparison(data_range, window, size, sigma, "valid", sample_covariance, k1, k2)
    coarse = comparison(data_range, window, size, sigma, padding, sample_covariance, k1, k2)
    height, width = (
        max(_least(last, levels, pooling), _least(whole, levels - 1, pooling) if levels > 1 else 1)
        for last, whole in zip(_needed(coarse), coarse.size, strict=True)
    )
    refuse_smaller(pred, height, width, f"{levels} scales of this window")
    value, pair = 1.0, levelled(xp, pred, target, fine)
    fill = -pair.level if pooling == "zero" else None
    for weight in level_weights[:-1]:
        rest = agreement(xp, pair, fine)[1]
        value = value * power(xp, mean(xp, rest, axis=(-2, -1)), weight)
        pair = pair.each(lambda image: halved(xp, image, fill))
    luminance, rest = agreement(xp, _fitted(xp, pair, coarse), coarse)
    return value * power(xp, mean(xp, luminance * rest, axis=(-2, -1)), level_weights[-1])


def _drawn(xp: Namespace, pred: Array, indices: Array | None, seed: int | None, count: int) -> Array:
    """Indices (..., repeats, rays), as given or as the seed draws them."""
    rays = pred.shape[-2]
    if (indices is None) == (seed is None):
        got = "neither" if seed is None else "both"
        raise TypeError(f"`s3im_loss` needs either `permutations` or a `seed` to draw them from; got {got}.")
    if indices is not None:
        return indices
    assert seed is not None
    if seed < 0:
        raise ValueError(f"`seed` must be at least 0; got {seed}.")
    drawn = permutation_rows(xp, seed, count, rays, pred)
    return xp.broadcast_to(drawn, (*pred.shape[:-2], count, rays))


def _stochastic_image(xp: Namespace, rays: Array, indices: Array, height: int) -> Array:
    """(..., n, channels) at (..., repeats, n), laid out row by row: (..., channels, height, n * repeats / height)."""
    lead, places = tuple(rays.shape[:-2]), indices.shape[-2] * indices.shape[-1]
    picked = pick_rows(xp, rays, xp.reshape(indices, (*lead, places)))
    return xp.reshape(xp.matrix_transpose(picked), (*lead, rays.shape[-1], height, places // height))


@loss(
    pred=REAL["ray channel"],
    target=REAL["ray channel"],
    permutations=PERMUTATION["repeat ray"].into("ray") | None,
    range=(0.0, 2.0),
    symmetric=True,
    lazy=False,
    reflects=("pred", "target"),
    orderless=("channel",),
    equals=("S3IM of the authors, without its weight",),
    reference="Z. Xie et al. (2023), S3IM: Stochastic structural similarity, arXiv:2308.07032.",
)
def s3im_loss(
    xp: Namespace,
    pred: Array,
    target: Array,
    permutations: Array | None = None,
    /,
    *,
    patch: Extent,
    seed: int | None = None,
    count: Count = 10,
    size: Count = 4,
    stride: Count = 4,
    sigma: Positive = 1.5,
) -> Array:
    r"""One minus the structural similarity of rays shuffled into an image.

    Compares the colours of rays that are drawn far from each other in groups, and so catches what a mean over single
    rays cannot.

    .. math:: 1 - \operatorname{SSIM}(P x, P y), \quad P = (\mathrm{id}, \pi_2, \dots, \pi_M)

    Parameters
    ----------
    patch : int or (int, int)
        Height and width of the image that the rays make, in rays.
    seed : int, optional
        Draws the permutations where none are given: the same on every library. Give another one at each step.
    count : int, default 10
        How many copies a seed makes: the rays as they come, and permutations of them.
    size : int, default 4
        Width of the window.
    stride : int, default 4
        From one window to the next.
    sigma : float, default 1.5
        Standard deviation of the window.

    Raises
    ------
    TypeError
        If both `permutations` and `seed` are given, or neither.
    ValueError
        If the rays are not as many as the patch has places.

    Notes
    -----
    The authors' code, to the digit: the copies, the first of them the rays as they come, become one image of the
    patch's height, so that windows straddle copies; an even window is centred on the pixel after its middle; borders
    are zero; intensities are from 0 to 1. The paper has the mean over the copies instead.
    Under torch.compile a seed is a constant of the compiled program: there, give `permutations`.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> rays = np.linspace(0.0, 1.0, 64 * 3).reshape(64, 3)
    >>> print(al.s3im_loss(rays, rays, patch=8, seed=0))
    0.0
    """
    height, width = _pair(patch)
    if height * width != pred.shape[-2]:
        rays = f"{height * width} along the ray axis, {height} by {width}"
        raise ValueError(f"`pred` must have {rays}; got shape {tuple(pred.shape)}.")
    indices = _drawn(xp, pred, permutations, seed, count)
    border, taps = (size - 1) // 2, gaussian_taps(size, sigma, size // 2)
    how = Comparison(taps, taps, "zero", 1.0, 0.01, 0.03, 1.0, stride)
    x, y = (_stochastic_image(xp, v, indices, height) for v in (pred, target))
    if min(x.shape[-2:]) + 2 * border < size:
        raise ValueError(f"`patch` must hold a window of {size} rays; got {_spoken((height, width))}.")
    pair = levelled(xp, x, y, how)
    pair = pair.each(lambda image: pad_image(xp, image, border, border, fill=-pair.level))
    luminance, rest = agreement(xp, pair, how)
    return 1 - mean(xp, luminance * rest, axis=(-3, -2, -1))
