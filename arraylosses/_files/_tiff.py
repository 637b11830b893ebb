"""TIFF of more than 8 bits, by tifffile: Pillow makes 8 bits of 16 in colour."""

from pathlib import Path
from typing import Any

import numpy as np

from ._cover import PREMULTIPLIED, STRAIGHT, Cover
from ._fault import FileFault, imported

GREY, COLOUR = 1, 2
UPRIGHT = 1
ASSOCIATED = 1
"""Of an extra sample: alpha by which the colours are multiplied."""


def narrow(path: Path) -> bool:
    """Whether it has 8 bits a sample or fewer, of whole numbers."""
    with imported("tifffile", "io", "tifffile").TiffFile(path) as file:
        page = file.pages[0]
        return bool(page.bitspersample <= 8 and page.sampleformat == 1)


def read_tiff(path: Path) -> tuple[Any, Cover]:
    """Pixels (channels, height, width), and what the last channel covers."""
    with imported("tifffile", "io", "tifffile").TiffFile(path) as file:
        if len(file.pages) > 1:
            raise FileFault(path, f"holds {len(file.pages)} images, and one is compared: save them one by one.")
        page = file.pages[0]
        _check(path, page)
        pixels = np.array(_decoded(path, page))
    if page.axes == "YX":
        return pixels[None], ""
    if page.axes == "YXS":
        pixels = np.moveaxis(pixels, -1, 0).copy()
    if not page.extrasamples:
        return pixels, ""
    return pixels, PREMULTIPLIED if page.extrasamples[0] == ASSOCIATED else STRAIGHT


def _check(path: Path, page: Any) -> None:
    """Sentences about what is no plain image."""
    if page.photometric not in (GREY, COLOUR):
        name = page.photometric.name
        raise FileFault(path, f"has the colours {name}: convert it to grey from black to white, or to RGB.")
    if page.axes not in ("YX", "YXS", "SYX"):
        raise FileFault(path, f"has the axes {page.axes}; an image has height, width and at most channels.")
    turn = page.tags.get("Orientation")
    if turn is not None and turn.value != UPRIGHT:
        raise FileFault(path, f"has the orientation {int(turn.value)}: save it upright.")


def _decoded(path: Path, page: Any) -> Any:
    try:
        return page.asarray()
    except ValueError as why:
        if "imagecodecs" not in str(why):
            raise
        need = "which tifffile reads with another package: `python -m pip install imagecodecs`."
        raise FileFault(path, f"is compressed by {page.compression.name}, {need}") from None
