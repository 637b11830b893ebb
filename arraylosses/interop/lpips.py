"""The weights of LPIPS, from files of torchvision and of the lpips package, in one file for `arraylosses.load_lpips`.

``python -m arraylosses.interop.lpips alexnet.pth -o alex.npz``, where ``alexnet.pth`` is what
``torch.save(torchvision.models.alexnet(weights="DEFAULT").state_dict(), "alexnet.pth")`` has written. The linear layers
lie in the lpips package: ``python -m pip install --no-deps lpips`` brings them, and nothing else of it is used.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from .._lpips import FROM, read_weights, safetensors, trunk_of
from ..perceptual import layer_shapes, trunk_shapes

PICKLED = (".pth", ".pt")


def convert(trunk: str | Path | Mapping[str, Any], file: str | Path, *, layers: str | Path | None = None) -> str:
    """Write the weights of a network and of its layers into one file.

    Parameters
    ----------
    trunk : str, Path or mapping
        The state dict of torchvision's AlexNet, VGG-16 or SqueezeNet 1.1, or a file of it: ``.pth``, ``.pt``,
        ``.npz`` or ``.safetensors``.
    file : str or Path
        Where to, ``.npz`` or ``.safetensors``.
    layers : str or Path, optional
        The file of the linear layers; by default that of the installed lpips package, version 0.1.

    Returns
    -------
    str
        Which network it is: 'alex', 'vgg' or 'squeeze'.

    Raises
    ------
    FileNotFoundError
        If a file is not there, or no lpips package where none was named.
    ValueError
        If a file holds something else.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import numpy as np, arraylosses as al
    >>> from arraylosses.interop.lpips import convert
    >>> from arraylosses.perceptual import layer_shapes, trunk_shapes
    >>> with TemporaryDirectory() as folder:
    ...     np.savez(f"{folder}/heads.npz", **{k: np.ones(s) for k, s in layer_shapes("alex").items()})
    ...     trunk = {k: np.ones(s) for k, s in trunk_shapes("alex").items()}
    ...     print(convert(trunk, f"{folder}/alex.npz", layers=f"{folder}/heads.npz"))
    ...     print(list(al.load_lpips(f"{folder}/alex.npz")))
    alex
    ['trunk', 'trunk_weights', 'layer_weights']
    """
    given = f"{trunk}" if isinstance(trunk, (str, Path)) else "trunk"
    weights = trunk if isinstance(trunk, Mapping) else _read(Path(trunk))
    weights = {name: _host(x) for name, x in weights.items() if name.startswith("features.")}
    found = trunk_of(given, weights)
    held = {name: weights[name] for name in trunk_shapes(found)} | _layers(found, layers)
    trunk_of("layers", held)
    _write(Path(file), held)
    return found


def _host(x: Any) -> Any:
    return np.asarray(x.detach().cpu() if hasattr(x, "detach") else x, dtype=np.float32)


def _layers(trunk: str, file: str | Path | None) -> dict[str, Any]:
    held = _read(Path(file) if file else _packaged(trunk))
    wanted = layer_shapes(trunk)
    if not held.keys() >= wanted.keys():
        raise ValueError(f"`layers` must hold {', '.join(map(repr, wanted))}; got {', '.join(map(repr, held))}.")
    return {name: _host(held[name]) for name in wanted}


def _packaged(trunk: str) -> Path:
    """In the lpips package, which is not imported."""
    found = find_spec("lpips")
    if found is None or found.origin is None:
        raise FileNotFoundError(
            "the linear layers lie in the lpips package, which is not installed: "
            "`python -m pip install --no-deps lpips`, or give `layers`."
        )
    return Path(found.origin).parent / "weights" / "v0.1" / f"{trunk}.pth"


def _read(file: Path) -> Mapping[str, Any]:
    if file.suffix not in PICKLED or not file.exists():
        return read_weights(file)
    import torch

    try:
        return dict(torch.load(file, map_location="cpu", weights_only=True))
    except Exception as why:  # torch has many
        raise ValueError(f"`{file.name}` cannot be read as a state dict: {type(why).__name__}: {why}") from why


def _write(file: Path, held: dict[str, Any]) -> None:
    if file.suffix == ".npz":
        np.savez(file, **held)
    elif file.suffix == ".safetensors":
        safetensors(f"`{file.name}`: writing").save_file(held, file)
    else:
        raise ValueError(f"`{file.name}` must be of kind .npz or .safetensors.")


def main() -> int:
    parser = ArgumentParser(prog="python -m arraylosses.interop.lpips", description=FROM + ".")
    parser.add_argument("trunk", help="torchvision's state dict: .pth, .npz or .safetensors")
    parser.add_argument("-o", "--output", required=True, help="where to: .npz or .safetensors")
    parser.add_argument("--layers", help="the linear layers; by default those of the installed lpips package")
    options = parser.parse_args()
    try:
        trunk = convert(options.trunk, options.output, layers=options.layers)
    except (ImportError, OSError, ValueError) as why:
        print(why, file=sys.stderr)
        return 1
    print(f"{options.output}: the weights of {trunk} and of its layers")
    return 0


if __name__ == "__main__":
    sys.exit(main())
