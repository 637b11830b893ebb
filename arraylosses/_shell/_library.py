"""The array library that a comparison is computed by."""

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import version
from types import ModuleType
from typing import Any

import numpy as np

from ._usage import Usage

NAMES = ("numpy", "torch", "jax", "cupy")


@dataclass(frozen=True)
class Library:
    """By name, and how a NumPy array becomes one of its own.

    Attributes
    ----------
    name, version, device : str
    put : callable
    dtypes : dict
        Those of the results so far, in their order.
    """

    name: str
    version: str
    device: str
    put: Callable[[Any], Any]
    dtypes: dict[str, None] = field(default_factory=dict)

    def seen(self, result: Any) -> None:
        """Note the dtype of a result."""
        first = result[0] if isinstance(result, tuple) else result
        self.dtypes[str(first.dtype).rpartition(".")[2]] = None

    def __str__(self) -> str:
        where = f" on {self.device}" if self.device else ""
        how = f", {' and '.join(self.dtypes)}" if self.dtypes else ""
        return f"{self.name}{where}{how}"


def library(name: str, device: str | None) -> Library:
    """A library, and a device of it, such as ``cuda:0``; the host by default, or what JAX and CuPy take."""
    if name == "numpy":
        if device is not None:
            raise Usage("`--device` is for torch, jax and cupy; NumPy has the host alone.")
        return Library(name, np.__version__, "", np.asarray)
    try:
        xp = import_module({"jax": "jax.numpy"}.get(name, name))
    except ModuleNotFoundError:
        raise Usage(f"`--xp {name}` needs {name}: `python -m pip install 'arraylosses[{name}]'`.") from None
    place, put = _MAKERS[name](xp, device)
    return Library(name, version(name) if name != "cupy" else xp.__version__, place, put)


Made = tuple[str, Callable[[Any], Any]]


def _torch(xp: ModuleType, device: str | None) -> Made:
    try:
        place = xp.zeros(1, device=device or "cpu").device
    except (RuntimeError, AssertionError) as fault:  # the second is what a build without CUDA raises
        raise _no_device("torch", device, str(fault)) from None
    return str(place), lambda x: xp.asarray(np.array(x), device=place)


def _jax(xp: ModuleType, device: str | None) -> Made:
    jax = import_module("jax")
    kind, _, number = (device or "").partition(":")
    try:
        place = jax.devices(kind or None)[int(number or 0)]
    except (RuntimeError, IndexError, ValueError) as fault:
        raise _no_device("jax", device, str(fault)) from None
    return str(place.platform), lambda x: jax.device_put(xp.asarray(x), place)


def _cupy(xp: ModuleType, device: str | None) -> Made:
    number = (device or "cuda:0").rpartition(":")[2]
    if not number.isdecimal() or int(number) >= xp.cuda.runtime.getDeviceCount():
        raise _no_device("cupy", device, f"there are {xp.cuda.runtime.getDeviceCount()} of them")

    def put(x: Any) -> Any:
        with xp.cuda.Device(int(number)):
            return xp.asarray(x)

    return f"cuda:{number}", put


def _no_device(name: str, device: str | None, why: str) -> Usage:
    said = " ".join(why.split()[:30]).rstrip(".")
    return Usage(f"{name} has no device `{device}` here: {said}.")


_MAKERS: dict[str, Callable[[ModuleType, str | None], Made]] = {"torch": _torch, "jax": _jax, "cupy": _cupy}
