"""Images with all their bits: (channels, height, width), as they were saved.

Pillow and imageio read PNG and TIFF of 16 bits in colour as 8 bits and say nothing; pypng and tifffile keep them.
"""

import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np

from ._address import SUFFIXES, Address
from ._arrays import numbers, read_array
from ._cover import PREMULTIPLIED, STRAIGHT, Cover
from ._exr import read_exr
from ._fault import FileFault, imported, reading
from ._tiff import narrow, read_tiff

Alpha: TypeAlias = Literal["refuse", "white", "black", "drop", "keep"]
Channels: TypeAlias = Literal["first", "last"]

WHITE = {"bool": 1.0, "uint8": 255.0, "uint16": 65535.0}
"""The distance from black to white that an integer type implies."""


@dataclass(frozen=True)
class Image:
    """Pixels (..., channels, height, width), or (height, width) of an array.

    Attributes
    ----------
    pixels : NumPy array
    white : float or None
        What white is; None where the file does not say, as of floating numbers.
    remarks : tuple of str
        What was done to them on the way.
    """

    pixels: Any
    white: float | None
    remarks: tuple[str, ...] = ()

    @property
    def depth(self) -> str:
        """How the numbers are kept."""
        return {255.0: "8 bits", 65535.0: "16 bits"}.get(self.white or 0.0, str(self.pixels.dtype))


def read_image(address: Address, *, alpha: Alpha = "refuse", channels: Channels = "first") -> Image:
    """The image of a file.

    Parameters
    ----------
    address : Address
    alpha : {'refuse', 'white', 'black', 'drop', 'keep'}
        What becomes of an alpha channel that is not opaque throughout: a sentence, the image over a colour, the colours
        alone, or one channel more.
    channels : {'first', 'last'}
        Where NumPy's files have them.

    Raises
    ------
    FileFault
        If the file cannot be read, or is not one image in grey or in three colours.
    """
    if address.suffix not in SUFFIXES["image"]:
        return _of_array(address, channels)
    with reading(address):
        pixels, cover, remarks = _read(address.path)
    image = Image(numbers(address, pixels), WHITE.get(pixels.dtype.name), remarks)
    return _uncovered(address, image, alpha, cover) if cover else image


def _of_array(address: Address, channels: Channels) -> Image:
    array = read_array(address)
    if array.ndim < 2:
        raise FileFault(address, f"must hold an image, of two axes or more; its shape is {array.shape}.")
    if channels == "last" and array.ndim > 2:
        array = np.ascontiguousarray(np.moveaxis(array, -1, -3))
    elif array.ndim == 3 and array.shape[2] in (1, 2, 3, 4) < array.shape[:1]:
        raise FileFault(address, f"has shape {array.shape}, channels last: say so, by `--channels last`.")
    return Image(array, WHITE.get(array.dtype.name))


# ---- readers

Pixels: TypeAlias = tuple[Any, Cover, tuple[str, ...]]
"""Pixels, what the last channel covers, and remarks."""
PNG, EXR = b"\x89PNG\r\n\x1a\n", b"\x76\x2f\x31\x01"
TIFF = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
DEPTH = 24
"""Where a PNG file says how many bits a sample has."""


def _read(path: Path) -> Pixels:
    """By what the file begins with, whatever its name is."""
    with open(path, "rb") as file:
        head = file.read(32)
    if head.startswith(EXR) or path.suffix.lower() == ".exr":
        return (*read_exr(path), ())
    if head.startswith(PNG) and len(head) > DEPTH and head[DEPTH] == 16:
        return _deep_png(path)
    if head.startswith(TIFF) and not narrow(path):
        return (*read_tiff(path), ())
    return _by_pillow(path)


def _deep_png(path: Path) -> Pixels:
    png = imported("png", "io", "pypng")
    with open(path, "rb") as file:
        width, height, rows, about = png.Reader(file=file).asDirect()
        pixels = np.vstack([np.asarray(row, dtype=np.uint16) for row in rows])
    return np.moveaxis(pixels.reshape(height, width, -1), -1, 0).copy(), STRAIGHT if about["alpha"] else "", ()


AS_THEY_ARE = ("L", "LA", "RGB", "RGBA")
READ = ("PNG", "JPEG", "TIFF", "BMP", "WEBP")


def _by_pillow(path: Path) -> Pixels:
    """Images of 8 bits and less, upright."""
    pillow, turned = (imported(f"PIL.{name}", "io", "Pillow") for name in ("Image", "ImageOps"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", pillow.DecompressionBombWarning)
        image = _opened(pillow, path)
    with image:
        if getattr(image, "n_frames", 1) > 1:
            raise FileFault(path, f"holds {image.n_frames} images, and one is compared: save them one by one.")
        upright = turned.exif_transpose(image)
        remarks = () if image.getexif().get(0x0112, 1) == 1 else ("turned upright by its EXIF orientation",)
        pixels = np.array(_direct(path, upright))
    channels = pixels[None] if pixels.ndim == 2 else np.moveaxis(pixels, -1, 0).copy()
    return channels, STRAIGHT if len(channels) in (2, 4) else "", remarks


def _opened(pillow: Any, path: Path) -> Any:
    try:
        return pillow.open(path, formats=READ)
    except pillow.UnidentifiedImageError:
        known = "PNG, JPEG, TIFF, BMP, WebP or EXR"
        raise FileFault(path, f"is no image that is read ({known}), whatever its name says.") from None


def _direct(path: Path, image: Any) -> Any:
    """Palettes written out, black and white as 0 and 255, and a colour that stands for nothing as an alpha channel."""
    if image.mode == "CMYK":
        raise FileFault(path, "is CMYK, whose colours depend on a printer's profile: convert it to RGB.")
    if image.has_transparency_data and image.mode in ("P", "RGB", "L", "PA"):
        return image.convert("LA" if image.mode == "L" else "RGBA")
    if image.mode in ("P", "1"):
        return image.convert("RGB" if image.mode == "P" else "L")
    if image.mode not in AS_THEY_ARE:
        raise FileFault(path, f"has pixels of mode {image.mode}: convert it to grey or RGB.")
    return image


# ---- alpha

TOLD = (
    "has an alpha channel, and what is behind it is not said: give `--alpha white` or `black` to put it over a "
    "colour, `drop` to compare the colours alone, `keep` to compare it as a channel."
)


def _uncovered(address: Address, image: Image, alpha: Alpha, kind: Cover) -> Image:
    """What `alpha` asks for."""
    colours, cover = image.pixels[:-1], image.pixels[-1:]
    opaque = bool((cover == (image.white or 1.0)).all())
    if alpha == "keep":
        return replace(image, remarks=(*image.remarks, "alpha kept as a channel"))
    if opaque or alpha == "drop":
        what = "an opaque alpha channel left out" if opaque else "alpha left out"
        return replace(image, pixels=colours.copy(), remarks=(*image.remarks, what))
    if alpha == "refuse":
        raise FileFault(address, TOLD)
    return replace(image, pixels=_over(image, alpha, kind), remarks=(*image.remarks, f"put over {alpha}"))


def _over(image: Image, alpha: Alpha, kind: Cover) -> Any:
    """The colours before a colour."""
    white = image.white or 1.0
    colours, share = image.pixels[:-1], image.pixels[-1:] / white
    carried = colours if kind == PREMULTIPLIED else colours * share
    return carried + (white if alpha == "white" else 0.0) * (1.0 - share)
