"""OpenEXR, by its own package."""

from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np

from ._cover import PREMULTIPLIED, Cover
from ._fault import FileFault, imported

READ = ("Y", "RGB", "RGBA")


def read_exr(path: Path) -> tuple[Any, Cover]:
    """Pixels (channels, height, width), and what the last channel covers; half floats become float32."""
    if not path.exists():
        raise FileFault(path, "does not exist.")
    channels = _channels(path)
    if len(channels) != 1 or next(iter(channels)) not in READ:
        told = ", ".join(f"`{name}`" for name in channels)
        raise FileFault(path, f"must have the channels RGB, RGBA or Y, and no others; it has {told}.")
    name, found = next(iter(channels.items()))
    pixels = np.array(found, dtype=np.float32)
    if pixels.ndim == 2:
        return pixels[None], ""
    return np.moveaxis(pixels, -1, 0).copy(), PREMULTIPLIED if name == "RGBA" else ""


def _channels(path: Path) -> dict[str, Any]:
    exr = imported("OpenEXR", "exr", "OpenEXR")
    with redirect_stdout(StringIO()):  # where it warns of what it cannot read
        file = exr.File(str(path))
    with file:
        if len(file.parts) > 1:
            raise FileFault(path, f"has {len(file.parts)} parts, and one image is compared: save it in a file alone.")
        if not file.parts:
            raise FileFault(path, "is cut off or damaged: none of its parts can be read.")
        return {name: channel.pixels for name, channel in file.channels().items()}
