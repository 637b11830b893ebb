"""Two images, pixel by pixel: how far apart they are, and how alike."""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from .._parameters import listed
from .._xp import unrecorded
from ..image import SimilarityMap, ssim
from ..image import ssim_map as similarity_map
from ..regression import absolute_error
from ._display import Display, named
from ._given import at_hand, on_host, taken

Part = Literal["similarity", "luminance", "contrast", "structure"]


class MapDisplay(Display):
    """A number for each pixel, as a colour.

    Attributes
    ----------
    image_ : matplotlib.image.AxesImage
    colorbar_ : matplotlib.colorbar.Colorbar
    """

    image_: Any
    colorbar_: Any
    pixels: Any
    label: str
    title: str
    look: Mapping[str, Any]

    def _draw(self, ax: Any) -> None:
        self.image_ = ax.imshow(self.pixels, **{"cmap": "cividis", "interpolation": "nearest", **self.look})
        below = self.image_.norm.vmin > np.min(self.pixels, initial=np.inf, where=~np.isnan(self.pixels))
        self.colorbar_ = self.figure_.colorbar(self.image_, ax=ax, label=self.label, extend=_beyond(below))
        ax.set(xlabel="column (pixels)", ylabel="row (pixels)", title=self.title)


def _beyond(below: Any) -> str:
    return "min" if below else "neither"


class ErrorMapDisplay(MapDisplay):
    """How far two images are apart. Made by `error_map`.

    Attributes
    ----------
    error : numpy.ndarray, (height, width)
        Mean over the channels of the absolute error; NaN where nothing weighs.
    mean_absolute_error : float
        Of the whole image.
    image_ : matplotlib.image.AxesImage
    colorbar_ : matplotlib.colorbar.Colorbar
    """

    def __init__(self, error: Any, mean: float, name: str | None, label: str, options: Mapping[str, Any]) -> None:
        self.error = self.pixels = error
        self.mean_absolute_error, self.label = mean, label
        self.title = named(name, "", **{"mean absolute error": mean})
        self.look = {"vmin": 0.0, **options}


class SsimMapDisplay(MapDisplay):
    """How alike two images are about each pixel. Made by `ssim_map`.

    Attributes
    ----------
    maps : SimilarityMap
        Of NumPy arrays, as `arraylosses.ssim_map` gives them.
    shown : numpy.ndarray, (height, width)
        The part that is drawn, its mean over the channels.
    ssim : float or None
        Of the whole image; None where only the maps are known.
    image_ : matplotlib.image.AxesImage
    colorbar_ : matplotlib.colorbar.Colorbar
    """

    def __init__(
        self,
        maps: SimilarityMap,
        part: Part,
        value: float | None,
        name: str | None,
        corner: tuple[float, float],
        options: Mapping[str, Any],
    ) -> None:
        self.maps, self.ssim = maps, value
        planes = getattr(maps, part)
        self.shown = self.pixels = np.mean(planes, axis=tuple(range(planes.ndim - 2)))
        self.label = f"{part} (1 is equal)"
        self.title = named(name, "", SSIM=value)
        (height, width), (top, left) = self.shown.shape, corner
        place = (left - 0.5, left + width - 0.5, top + height - 0.5, top - 0.5)
        self.look = {"vmin": 0.0, "vmax": 1.0, "extent": place, **options}


def _of_one_image(name: str, array: Any, spatial_axes: tuple[int, int]) -> tuple[int, ...]:
    """The axes that are not in the plane, of which only the last one, of channels, is longer than 1."""
    shape = tuple(array.shape)
    wanted = f"`{name}` must be one image, (channels, height, width) or (height, width)"
    if len(shape) < 2:
        raise ValueError(f"{wanted}; got shape {shape}.")
    plane = {axis % len(shape) for axis in spatial_axes if -len(shape) <= axis < len(shape)}
    if len(plane) != 2 or len(spatial_axes) != 2:
        raise ValueError(f"`spatial_axes` must be 2 axes of `{name}`, of shape {shape}; got {spatial_axes}.")
    rest = tuple(axis for axis in range(len(shape)) if axis not in plane)
    if any(shape[axis] != 1 for axis in rest[:-1]):
        raise ValueError(f"{wanted}; got a batch, shape {shape}: give one of it, such as `{name}[0]`.")
    return rest


def _upright(plane: Any, spatial_axes: tuple[int, int], ndim: int) -> Any:
    """Rows down, columns across."""
    first, second = (axis % ndim for axis in spatial_axes)
    return plane if first < second else plane.T


def error_map(
    pred: Any,
    target: Any,
    *,
    weights: Any = None,
    spatial_axes: tuple[int, int] = (-2, -1),
    unit: str = "intensity",
    name: str | None = None,
    ax: Any = None,
    **image: Any,
) -> ErrorMapDisplay:
    """Draw where two images differ, and by how much.

    The absolute error of each pixel, its mean over the channels; dark is equal.

    Parameters
    ----------
    pred, target : array, (channels, height, width) or (height, width)
        One image and the one that it should be, of any library; axes of length 1 may stand before. Integers are taken
        as they are: the error of 8-bit images goes up to 255.
    weights : array, optional
        Of `arraylosses.absolute_error`; pixels that weigh nothing stay white.
    spatial_axes : (int, int), default (-2, -1)
        Axes of height and width: (0, 1) for images whose channels come last.
    unit : str, default 'intensity'
        Of the images, for the colour bar.
    name : str, optional
        For the title, before the mean absolute error of the whole image.
    ax : matplotlib.axes.Axes, optional
        What to draw on; by default a figure of its own.
    **image
        Of ``Axes.imshow``: ``vmax=0.1`` gives several maps one scale.

    Returns
    -------
    ErrorMapDisplay

    Raises
    ------
    ValueError
        For a batch of several images, and for images of different size.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> pred, target = np.zeros((3, 2, 2)), np.full((3, 2, 2), 0.25)
    >>> display = al.plot.error_map(pred, target)
    >>> print(display.error, display.mean_absolute_error)
    [[0.25 0.25]
     [0.25 0.25]] 0.25
    """
    given = {"pred": pred, "target": target} | ({} if weights is None else {"weights": weights})
    arrays = at_hand(given)
    rest = _of_one_image("pred", arrays["pred"], spatial_axes)
    with unrecorded():
        error = on_host(absolute_error(**arrays, axis=rest))
        mean = float(on_host(absolute_error(**arrays)))
    error = _upright(error, spatial_axes, len(pred.shape))
    channels = pred.shape[rest[-1]] if rest else 1
    label = "absolute error" + (f", mean over {channels} channels" if channels > 1 else "") + f" ({unit})"
    return ErrorMapDisplay(error, mean, name, label, image).plot(ax)


def ssim_map(
    pred: Any,
    target: Any = None,
    *,
    part: Part = "similarity",
    name: str | None = None,
    ax: Any = None,
    **options: Any,
) -> SsimMapDisplay:
    """Draw where two images are alike in structure, and where they are not.

    The structural similarity about each pixel, its mean over the channels; dark is unlike.

    Parameters
    ----------
    pred, target : array, (channels, height, width) or (height, width)
        One image and the one that it should be, of any library; axes of length 1 may stand before. Instead of both,
        the `SimilarityMap` that `arraylosses.ssim_map` gives.
    part : {'similarity', 'luminance', 'contrast', 'structure'}
        What is drawn: the similarity, or one of the three that it is made of.
    name : str, optional
        For the title, before the SSIM of the whole image.
    ax : matplotlib.axes.Axes, optional
        What to draw on; by default a figure of its own.
    **options
        Of `arraylosses.ssim_map`, such as ``data_range=1.0`` or ``spatial_axes=(0, 1)`` (`alpha` too is its own); and
        of ``Axes.imshow``.

    Returns
    -------
    SsimMapDisplay

    Raises
    ------
    ValueError
        For a batch of several images, and for images of different size, smaller than the window, or, if they are
        floating, without `data_range`.

    Notes
    -----
    Without a border (``padding='valid'``, the default) the map is smaller than the image; it is drawn where its
    windows have their centres. Colours go from 0 to 1; the colour bar has a point at its end where less is met.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> image = np.linspace(0.0, 1.0, 16 * 16).reshape(16, 16)
    >>> display = al.plot.ssim_map(image, image, data_range=1.0)
    >>> print(display.ssim, display.shown.shape)
    1.0 (6, 6)
    """
    if part not in SimilarityMap._fields:
        raise ValueError(f"`part` must be one of {', '.join(map(repr, SimilarityMap._fields))}; got {part!r}.")
    params, look = taken(similarity_map, options)
    if isinstance(pred, SimilarityMap):
        return _of_maps(pred, target, params, part, name, look).plot(ax)
    arrays = at_hand({"pred": pred} | ({} if target is None else {"target": target}))
    plane = params.get("spatial_axes", (-2, -1))
    _of_one_image("pred", arrays["pred"], plane)
    with unrecorded():
        maps = on_host(similarity_map(**arrays, **params))
        value = float(on_host(ssim(**arrays, **params))) if part == "similarity" else None
    height, width = (pred.shape[axis] for axis in plane)
    corner = (height - maps[0].shape[-2]) / 2, (width - maps[0].shape[-1]) / 2
    return SsimMapDisplay(maps, part, value, name, corner, look).plot(ax)


def _of_maps(
    maps: SimilarityMap, target: Any, params: Mapping[str, Any], part: Part, name: str | None, look: Mapping[str, Any]
) -> SsimMapDisplay:
    more = [*(["target"] if target is not None else []), *params]
    if more:
        raise ValueError(f"`ssim_map` takes images, or what was made of them; got a SimilarityMap and {listed(more)}.")
    host = on_host(maps)
    _of_one_image("similarity", host.similarity, (-2, -1))
    return SsimMapDisplay(host, part, None, name, (0.0, 0.0), look)
