"""Perceptual distance of images, in the features of a network whose weights the caller holds."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

from ._domains import REAL, LayerWeights, NonNegative
from ._inputs import FLOATING, check_beside
from ._math import conv2d, divide, max_pool2d, mean, norm, positive_part
from ._metric import function, loss
from ._typing import Array, Axis, Namespace, Reduction
from ._values import cast
from ._xp import Library, device_of, library

MAPS = REAL["channel height width"].many()
Trunk = Literal["alex", "vgg", "squeeze"]
Weights: TypeAlias = Mapping[str, Array]
CHANNEL = -3

# ---- from features


def _unit(xp: Namespace, features: Array, epsilon: float) -> Array:
    """Features of length one over the channels; where there are none, 0 with gradient 0."""
    length = xp.expand_dims(norm(xp, features, axis=CHANNEL), axis=CHANNEL)
    return divide(xp, features, length + epsilon, empty=0.0)


def _weighed(xp: Namespace, squares: Array, weights: Array | None) -> Array:
    return squares if weights is None else squares * xp.reshape(weights, (-1, 1, 1))


@loss(
    pred=MAPS,
    target=MAPS,
    symmetric=True,
    smooth="almost everywhere",
    orderless=("channel",),
    mirrored=("height", "width"),
    equals=("lpips.LPIPS behind its network, with epsilon=1e-10",),
    reference="R. Zhang et al. (2018), The unreasonable effectiveness of deep features as a perceptual metric, "
    "arXiv:1801.03924.",
)
def lpips_from_features(
    xp: Namespace,
    pred: tuple[Array, ...],
    target: tuple[Array, ...],
    /,
    *,
    layer_weights: LayerWeights | None = None,
    epsilon: NonNegative = 0.0,
) -> Array:
    r"""Learned perceptual image patch similarity of images whose features are given.

    For a network of one's own; `lpips` takes images and the weights of a known one. One value for each image.

    .. math::
        \sum_l \frac{1}{H_l W_l} \sum_{hw} \sum_c w_{lc}
        \left( \frac{x_{lchw}}{\lVert x_{lhw} \rVert} - \frac{y_{lchw}}{\lVert y_{lhw} \rVert} \right)^2

    Parameters
    ----------
    layer_weights : sequence of array, optional
        For each layer, one non-negative weight a channel; all 1 by default.
    epsilon : float, default 0.0
        Added to the length of a feature; the authors have 1e-10.

    Notes
    -----
    Linear in the weights, as the authors' code is; their paper has the weights inside the norm, and so their squares.
    Features that are all 0 stay 0, with gradient 0.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> features = [np.ones((1, 2, 4, 4)), np.ones((1, 3, 2, 2))]
    >>> others = [np.array([[[[1.0]], [[0.0]]]]) * features[0], features[1]]
    >>> print(al.lpips_from_features(features, others).round(6))
    0.585786
    """
    value = 0.0
    for a, b, w in zip(pred, target, layer_weights or (None,) * len(pred), strict=True):
        gap = _unit(xp, a, epsilon) - _unit(xp, b, epsilon)
        value = value + mean(xp, xp.sum(_weighed(xp, gap * gap, w), axis=CHANNEL), axis=(-2, -1))
    return value


# ---- networks

SHIFT = (-0.030, -0.088, -0.188)
SCALE = (0.458, 0.448, 0.450)
"""Means and deviations of the three colours, of images from -1 to 1."""


class Convolution(NamedTuple):
    """With its bias, and cut below at 0."""

    key: str
    channels: int
    size: int
    stride: int = 1
    padding: int = 0


class Pool(NamedTuple):
    size: int
    ceil_mode: bool = False


class Fire(NamedTuple):
    """SqueezeNet's module: few channels, and out of them as many again by 1 x 1 as by 3 x 3."""

    key: str
    squeezed: int
    expanded: int


Step: TypeAlias = Convolution | Pool | Fire


def _same(*layers: tuple[int, int]) -> tuple[Convolution, ...]:
    """Convolutions by 3 x 3 that keep the size: (index, channels) of each."""
    return tuple(Convolution(f"features.{i}", channels, 3, padding=1) for i, channels in layers)


def _fire(index: int, squeezed: int, expanded: int) -> Fire:
    return Fire(f"features.{index}", squeezed, expanded)


TRUNKS: dict[str, tuple[tuple[Step, ...], ...]] = {
    "alex": (
        (Convolution("features.0", 64, 11, stride=4, padding=2),),
        (Pool(3), Convolution("features.3", 192, 5, padding=2)),
        (Pool(3), *_same((6, 384))),
        _same((8, 256)),
        _same((10, 256)),
    ),
    "vgg": (
        _same((0, 64), (2, 64)),
        (Pool(2), *_same((5, 128), (7, 128))),
        (Pool(2), *_same((10, 256), (12, 256), (14, 256))),
        (Pool(2), *_same((17, 512), (19, 512), (21, 512))),
        (Pool(2), *_same((24, 512), (26, 512), (28, 512))),
    ),
    "squeeze": (
        (Convolution("features.0", 64, 3, stride=2),),
        (Pool(3, ceil_mode=True), _fire(3, 16, 64), _fire(4, 16, 64)),
        (Pool(3, ceil_mode=True), _fire(6, 32, 128), _fire(7, 32, 128)),
        (Pool(3, ceil_mode=True), _fire(9, 48, 192)),
        (_fire(10, 48, 192),),
        (_fire(11, 64, 256),),
        (_fire(12, 64, 256),),
    ),
}
"""AlexNet, VGG-16 and SqueezeNet 1.1 as torchvision numbers their layers, cut where features are taken."""


def _weighing(step: Step, before: int) -> tuple[list[tuple[str, tuple[int, ...]]], int]:
    """The names and shapes of the convolutions of a step on so many channels, and how many it leaves."""
    if isinstance(step, Pool):
        return [], before
    if isinstance(step, Convolution):
        return [(step.key, (step.channels, before, step.size, step.size))], step.channels
    few, many = step.squeezed, step.expanded
    points, patches = (many, few, 1, 1), (many, few, 3, 3)
    squeezed = f"{step.key}.squeeze", (few, before, 1, 1)
    return [squeezed, (f"{step.key}.expand1x1", points), (f"{step.key}.expand3x3", patches)], 2 * many


def trunk_shapes(trunk: str) -> dict[str, tuple[int, ...]]:
    """Every weight of a network by torchvision's name, with its shape."""
    shapes: dict[str, tuple[int, ...]] = {}
    channels = 3
    for step in (step for steps in TRUNKS[trunk] for step in steps):
        found, channels = _weighing(step, channels)
        for key, shape in found:
            shapes |= {f"{key}.weight": shape, f"{key}.bias": shape[:1]}
    return shapes


def layer_shapes(trunk: str) -> dict[str, tuple[int, ...]]:
    """The weights of the channels of each layer by the names of the lpips package, with their shapes."""
    shapes: dict[str, tuple[int, ...]] = {}
    channels = 3
    for i, steps in enumerate(TRUNKS[trunk]):
        for step in steps:
            channels = _weighing(step, channels)[1]
        shapes[f"lin{i}.model.1.weight"] = (1, channels, 1, 1)
    return shapes


LEAST = {"alex": 31, "vgg": 16, "squeeze": 17}
"""The least height and width that leave a pixel in the last layer."""


@function(
    image=REAL["channel height width"],
    equals=("lpips.ScalingLayer",),
    reference="R. Zhang et al. (2018), The unreasonable effectiveness of deep features as a perceptual metric, "
    "arXiv:1801.03924.",
)
def lpips_scale_input(xp: Namespace, image: Array, /, *, normalize: bool = False) -> Array:
    """Images as the networks of LPIPS take them: each colour less its mean, over its deviation.

    Parameters
    ----------
    normalize : bool, default False
        The image is from 0 to 1, not from -1 to 1, and is widened first.

    Returns
    -------
    array
        (..., 3, height, width).

    Raises
    ------
    ValueError
        If there are not 3 channels.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.lpips_scale_input(np.full((3, 1, 1), 0.5), normalize=True).round(4).ravel())
    [0.0655 0.1964 0.4178]
    """
    _refuse_colours("image", image)
    shift, scale = (
        xp.reshape(xp.asarray(colours, dtype=image.dtype, **device_of(xp, image)), (3, 1, 1))
        for colours in (SHIFT, SCALE)
    )
    return ((2 * image - 1 if normalize else image) - shift) / scale


def _refuse_colours(name: str, image: Array) -> None:
    if image.ndim < 3 or image.shape[CHANNEL] != 3:
        raise ValueError(f"`{name}` must have shape (..., 3, height, width); got {tuple(image.shape)}.")


class _Held(NamedTuple):
    """Weights that the caller holds, beside the image that they are for."""

    lib: Library
    name: str
    weights: Weights
    image: Array

    def array(self, key: str, shape: tuple[int, ...]) -> Array:
        """One of them, of the one shape that it may have, in the dtype of the image."""
        if key not in self.weights:
            raise ValueError(f"`{self.name}` must hold {key!r}, of shape {shape}; got a mapping without it.")
        found = self.weights[key]
        check_beside(self.lib, f"{self.name}[{key!r}]", found, self.image)
        if tuple(found.shape) != shape:
            raise ValueError(f"`{self.name}[{key!r}]` must have shape {shape}; got {tuple(found.shape)}.")
        return cast(self.lib, found, self.image.dtype)


def _convolved(held: _Held, x: Array, how: Convolution) -> Array:
    weight = held.array(f"{how.key}.weight", (how.channels, x.shape[1], how.size, how.size))
    bias = held.array(f"{how.key}.bias", (how.channels,))
    xp = held.lib.xp
    return positive_part(xp, conv2d(xp, x, weight, bias, stride=how.stride, padding=how.padding))


def _stepped(held: _Held, x: Array, step: Step) -> Array:
    if isinstance(step, Pool):
        return max_pool2d(held.lib.xp, x, size=step.size, stride=2, ceil_mode=step.ceil_mode)
    if isinstance(step, Convolution):
        return _convolved(held, x, step)
    x = _convolved(held, x, Convolution(f"{step.key}.squeeze", step.squeezed, 1))
    points = _convolved(held, x, Convolution(f"{step.key}.expand1x1", step.expanded, 1))
    patches = _convolved(held, x, Convolution(f"{step.key}.expand3x3", step.expanded, 3, padding=1))
    return held.lib.xp.concat([points, patches], axis=1)


def _pixels(lib: Library, image: Array, trunk: str) -> Array:
    """The image, checked, in at least 32 bits."""
    if trunk not in TRUNKS:
        raise ValueError(f"`trunk` must be 'alex', 'vgg' or 'squeeze'; got {trunk!r}.")
    _refuse_colours("image", image)
    if not lib.xp.isdtype(image.dtype, FLOATING):
        raise TypeError(f"`image` must be floating, as `lpips_scale_input` makes it; got {image.dtype}.")
    if min(image.shape[-2:]) < LEAST[trunk]:
        got = f"got {tuple(image.shape[-2:])}"
        raise ValueError(f"`image` must be at least {LEAST[trunk]} pixels high and wide for trunk={trunk!r}; {got}.")
    return cast(lib, image, lib.xp.float32 if lib.xp.finfo(image.dtype).bits < 32 else image.dtype)


def _refuse_no_mapping(name: str, weights: Any) -> None:
    if not isinstance(weights, Mapping):
        raise TypeError(f"`{name}` must be a mapping from names to arrays; got {type(weights).__name__}.")


def trunk_features(image: Array, trunk_weights: Weights, *, trunk: Trunk = "alex") -> tuple[Array, ...]:
    """Features of an image in the layers of a network that LPIPS compares.

    AlexNet, VGG-16 or SqueezeNet 1.1, on the library of the image, with weights that the caller holds.

    Parameters
    ----------
    image : array
        (..., 3, height, width), scaled by `lpips_scale_input`.
    trunk_weights : mapping from str to array
        torchvision's names, such as ``features.0.weight``, to arrays of the library of the image.
    trunk : {'alex', 'vgg', 'squeeze'}
        Which network.

    Returns
    -------
    tuple of array
        Of each layer (..., channels, height, width): 5 layers, of SqueezeNet 7.

    Raises
    ------
    TypeError
        If the weights are no mapping, or not of the library of the image.
    ValueError
        If a weight is missing or has another shape, or the image is too small.

    Notes
    -----
    Nothing is downloaded. `load_lpips` reads a file for every library; one line loads what else the caller has::

        weights = dict(numpy.load("alexnet.npz"))
        weights = safetensors.numpy.load_file("alexnet.safetensors")
        weights = torchvision.models.alexnet(weights="DEFAULT").state_dict()
        weights = {name: tensor.numpy() for name, tensor in torch.load("alexnet.pth").items()}

    Of equal pixels under a maximum, the first has the gradient.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> shapes = {"0": (64, 3, 11, 11), "3": (192, 64, 5, 5), "6": (384, 192, 3, 3), "8": (256, 384, 3, 3)}
    >>> shapes["10"] = (256, 256, 3, 3)
    >>> weights = {f"features.{i}.weight": np.zeros(shape) for i, shape in shapes.items()}
    >>> weights |= {f"features.{i}.bias": np.ones(shape[0]) for i, shape in shapes.items()}
    >>> [f.shape for f in al.trunk_features(np.zeros((3, 64, 64)), weights)][-1]
    (256, 3, 3)
    """
    lib = library(image, "image")
    _refuse_no_mapping("trunk_weights", trunk_weights)
    x = _pixels(lib, image, trunk)
    lead, xp = tuple(x.shape[:CHANNEL]), lib.xp
    x = xp.reshape(x, (-1, *x.shape[CHANNEL:]))
    held = _Held(lib, "trunk_weights", trunk_weights, x)
    features = []
    for steps in TRUNKS[trunk]:
        for step in steps:
            x = _stepped(held, x, step)
        features.append(xp.reshape(x, (*lead, *x.shape[1:])))
    return tuple(features)


def _linear(weights: Weights, features: tuple[Array, ...]) -> tuple[Array, ...]:
    """Weights of the channels of each layer, by the names of the lpips package."""
    lib = library(features[0])
    held = _Held(lib, "layer_weights", weights, features[0])
    found = (held.array(f"lin{i}.model.1.weight", (1, f.shape[CHANNEL], 1, 1)) for i, f in enumerate(features))
    return tuple(lib.xp.reshape(w, (-1,)) for w in found)


def lpips(
    pred: Array,
    target: Array,
    *,
    trunk_weights: Weights,
    layer_weights: Weights | Sequence[Array] | None = None,
    trunk: Trunk = "alex",
    normalize: bool = False,
    epsilon: float = 0.0,
    weights: Array | None = None,
    axis: Axis = None,
    reduction: Reduction = "mean",
    avg_factor: Any = None,
) -> Array:
    r"""Learned perceptual image patch similarity.

    Near to how people judge two images, where `psnr` and `ssim` compare pixels; one value for each image. Composes
    `lpips_scale_input`, `trunk_features` and `lpips_from_features`.

    Parameters
    ----------
    pred, target : array
        Images (..., 3, height, width), from -1 to 1.
    trunk_weights : mapping from str to array
        Of the network, by torchvision's names; see `trunk_features`.
    layer_weights : mapping from str to array, or sequence of array, optional
        Of the channels of each layer, by the names of the lpips package, such as ``lin0.model.1.weight``, or in the
        order of the layers. All 1 by default, as with ``lpips=False`` there.
    trunk : {'alex', 'vgg', 'squeeze'}
        Which network the weights are of.
    normalize : bool, default False
        The images are from 0 to 1.
    epsilon : float, default 0.0
        Added to the length of a feature; the authors have 1e-10.
    weights : array, optional
        How much each image counts; a boolean mask is a weight.
    axis : int or tuple of int, optional
        Axes of the images to reduce; all of them by default.
    reduction : {'mean', 'sum', 'none'}
        Weighted mean, weighted sum, or one weighted value per image.
    avg_factor : float or 0-d array, optional
        Divides the weighted sum instead of the weights' sum.

    Returns
    -------
    array
        0-d, or without the axes that `axis` names; with ``reduction='none'``, one value per image.

    Raises
    ------
    TypeError
        If the weights are no mapping, or not of the library of the images.
    ValueError
        If a weight is missing or has another shape, if the images differ in shape, or if they are too small.

    Notes
    -----
    Nothing is downloaded: `load_lpips` reads both from one file, which `arraylosses.interop.lpips` makes of
    torchvision's weights and the lpips package's. Equals ``lpips.LPIPS(net=trunk)`` of version 0.1, with
    ``epsilon=1e-10``.

    References
    ----------
    R. Zhang et al. (2018), The unreasonable effectiveness of deep features as a perceptual metric, arXiv:1801.03924.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> fires = {3: (64, 16, 64), 4: (128, 16, 64), 6: (128, 32, 128), 7: (256, 32, 128)}
    >>> fires |= {9: (256, 48, 192), 10: (384, 48, 192), 11: (384, 64, 256), 12: (512, 64, 256)}
    >>> shapes = {"0": (64, 3, 3, 3)}
    >>> for i, (inner, few, many) in fires.items():
    ...     shapes |= {f"{i}.squeeze": (few, inner, 1, 1), f"{i}.expand1x1": (many, few, 1, 1)}
    ...     shapes[f"{i}.expand3x3"] = (many, few, 3, 3)
    >>> weights = {f"features.{i}.weight": np.ones(shape) for i, shape in shapes.items()}
    >>> weights |= {f"features.{i}.bias": np.zeros(shape[0]) for i, shape in shapes.items()}
    >>> image = np.linspace(-1.0, 1.0, 3 * 32 * 32).reshape(1, 3, 32, 32)
    >>> print(al.lpips(image, image, trunk_weights=weights, trunk="squeeze"))
    0.0
    """
    for name, image in (("pred", pred), ("target", target)):
        library(image, name)
        _refuse_colours(name, image)
    if pred.shape != target.shape:
        raise ValueError(f"`target` must have the shape of `pred`, {tuple(pred.shape)}; got {tuple(target.shape)}.")
    scaled = (lpips_scale_input(image, normalize=normalize) for image in (pred, target))
    features, others = (trunk_features(image, trunk_weights, trunk=trunk) for image in scaled)
    linear = _linear(layer_weights, features) if isinstance(layer_weights, Mapping) else layer_weights
    shared: dict[str, Any] = {"weights": weights, "axis": axis, "reduction": reduction, "avg_factor": avg_factor}
    return lpips_from_features(features, others, layer_weights=linear, epsilon=epsilon, **shared)
