"""The weights of LPIPS from a file that the caller has; nothing is downloaded."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ._extras import needed
from ._typing import Array
from ._xp import device_of, library
from .perceptual import TRUNKS, layer_shapes, trunk_shapes

MAKE = "`python -m arraylosses.interop.lpips alexnet.pth -o alex.npz`"
"""The command that makes such a file."""
FROM = f"{MAKE} makes one of torchvision's weights and the linear layers that the lpips package carries"


def load_lpips(file: str | Path, *, like: Array | None = None) -> dict[str, Any]:
    """The weights of `lpips`, from one file, as its arguments: ``lpips(pred, target, **load_lpips(file, like=pred))``.

    Parameters
    ----------
    file : str or Path
        ``.npz`` or ``.safetensors``, with the weights of a network by torchvision's names, and those of its layers by
        the lpips package's: as `arraylosses.interop.lpips.convert` makes it.
    like : array, optional
        The weights are given as arrays of its library, on its device; of NumPy by default.

    Returns
    -------
    dict
        ``trunk``, found from the shapes; ``trunk_weights``; and ``layer_weights``, None where the file has none.

    Raises
    ------
    FileNotFoundError
        If there is no such file, with the command that makes it.
    ValueError
        If it cannot be read, or holds another network.

    Notes
    -----
    Nothing is downloaded, and nothing of a file is executed.

    Examples
    --------
    >>> import tempfile, numpy as np, arraylosses as al
    >>> shapes = {"0": (64, 3, 11, 11), "3": (192, 64, 5, 5), "6": (384, 192, 3, 3), "8": (256, 384, 3, 3)}
    >>> shapes["10"] = (256, 256, 3, 3)
    >>> weights = {f"features.{i}.weight": np.zeros(shape) for i, shape in shapes.items()}
    >>> weights |= {f"features.{i}.bias": np.ones(shape[0]) for i, shape in shapes.items()}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.savez(f"{folder}/mine.npz", **weights)
    ...     held = al.load_lpips(f"{folder}/mine.npz")
    >>> print(held["trunk"], held["layer_weights"])
    alex None
    >>> image = np.zeros((3, 64, 64))
    >>> print(al.lpips(image, image, **held))
    0.0
    """
    file = Path(file)
    found = read_weights(file)
    trunk = trunk_of(file.name, found)
    trunk_weights, layers = (_chosen(found, shapes(trunk), like) for shapes in (trunk_shapes, layer_shapes))
    return {"trunk": trunk, "trunk_weights": trunk_weights, "layer_weights": layers or None}


def _chosen(found: Mapping[str, Any], wanted: Mapping[str, Any], like: Array | None) -> dict[str, Array]:
    """Those of the wanted names that are there, on the library of another array."""
    if like is None:
        return {name: found[name] for name in wanted if name in found}
    xp = library(like, "like").xp
    return {name: xp.asarray(found[name], **device_of(xp, like)) for name in wanted if name in found}


def trunk_of(name: str, found: Mapping[str, Any]) -> str:
    """The network whose weights are there, all and of the right shape."""
    for trunk in TRUNKS:
        if _fits(found, trunk_shapes(trunk)):
            _refuse_layers(name, found, trunk)
            return trunk
    got = ", ".join(map(repr, list(found)[:3])) or "nothing"
    raise ValueError(
        f"`{name}` must hold the weights of AlexNet, VGG-16 or SqueezeNet 1.1 by torchvision's names, such as "
        f"'features.0.weight'; got {got}."
    )


def _fits(found: Mapping[str, Any], wanted: Mapping[str, tuple[int, ...]]) -> bool:
    return all(key in found and tuple(found[key].shape) == shape for key, shape in wanted.items())


def _refuse_layers(name: str, found: Mapping[str, Any], trunk: str) -> None:
    """Those of another network, or some of them only."""
    wanted = layer_shapes(trunk)
    given = [key for key in found if key.startswith("lin")]
    if given and not (set(given) >= set(wanted) and _fits(found, wanted)):
        shapes = f"{next(iter(wanted))!r} to {list(wanted)[-1]!r}"
        raise ValueError(f"`{name}` must hold all layers of trunk={trunk!r}, {shapes}, or none; got {len(given)}.")


# ---- reading


def read_weights(file: Path) -> dict[str, Any]:
    """All arrays of a file, by name."""
    if not file.exists():
        raise FileNotFoundError(f"`{file}` is not there; {FROM}.")
    readers = {".npz": _read_npz, ".safetensors": _read_safetensors}
    if file.suffix not in readers:
        raise ValueError(f"`{file.name}` must be of kind .npz or .safetensors; {FROM}.")
    try:
        return readers[file.suffix](file)
    except ImportError:
        raise
    except Exception as why:  # each reader has errors of its own
        raise ValueError(f"`{file.name}` cannot be read: {type(why).__name__}: {why}") from why


def _read_npz(file: Path) -> dict[str, Any]:
    with file.open("rb") as opened, np.load(opened, allow_pickle=False) as held:  # which stays open where it is no zip
        return dict(held)


def _read_safetensors(file: Path) -> dict[str, Any]:
    return dict(safetensors(f"`{file.name}`: reading").load_file(file))


def safetensors(what: str) -> Any:
    """The package of these files."""
    return needed("safetensors.numpy", f"{what} .safetensors needs safetensors", "safetensors")
