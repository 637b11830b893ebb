"""The libraries that a trial runs on, each seen from NumPy."""

import os
import tempfile
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from .._typing import Array
from ._backend import Backend


def _numpy() -> Backend:
    return Backend("numpy", np.array, np.asarray, memory=True, quick=True)


def _strict() -> Backend:
    import array_api_strict as xp

    def second(x: Any) -> Array:
        return xp.asarray(x, device=xp.Device("device1"))

    def get(x: Any) -> Any:
        return np.asarray(x._array)

    return Backend("strict", xp.asarray, get, second=second, lacks=("float16",))


def _cupy() -> Backend:
    import cupy

    return Backend("cupy", cupy.asarray, cupy.asnumpy)


def _made(library: str, *mode: bool) -> Backend:
    """By the file of a library, which imports it."""
    return import_module(f"._{library}", __package__).made(*mode)  # type: ignore[no-any-return]  # a module's attribute


TO_NUMPY = ("todense", "unwrap_numpy", "to_numpy")
"""What libraries call their way to NumPy, where `numpy.asarray` is none."""


def _other(name: str) -> Backend:
    """Any namespace of the standard, by the path of its module."""
    xp = import_module(name)

    def get(x: Any) -> Any:
        way = next((way for way in TO_NUMPY if hasattr(x, way)), None)
        return np.asarray(x) if way is None else np.asarray(getattr(x, way)())

    return Backend(name, xp.asarray, get, lacks=("float16",))


MAKERS: dict[str, tuple[str, Callable[[], Backend]]] = {
    "numpy": ("numpy", _numpy),
    "strict": ("array_api_strict", _strict),
    "torch": ("torch", lambda: _made("torch")),
    "jax": ("jax", lambda: _made("jax", False)),
    "jax-x64": ("jax", lambda: _made("jax", True)),
    "dask": ("dask", lambda: _made("dask")),
    "cupy": ("cupy", _cupy),
}
_MADE: dict[str, Backend] = {}
MODES = ("jax-x64",)
"""What is a mode of a library, and not one of its own: its laws are tried as the library's."""


def installed() -> tuple[str, ...]:
    """Names of the libraries that can be imported here."""
    return tuple(name for name, (module, _) in MAKERS.items() if name not in MODES and find_spec(module) is not None)


def importable(name: str) -> bool:
    """Whether a module of this path is here, and is a namespace of the standard."""
    try:
        return hasattr(import_module(name), "asarray")
    except (ImportError, ValueError):
        return False


def backend(name: str) -> Backend:
    """A library by name, or by the path of its module.

    Raises
    ------
    ValueError
        For one that is neither known nor a module that has `asarray`.
    ImportError
        For one that is known and not installed.
    """
    if name not in _MADE:
        _MADE[name] = _maker(name)()
    return _MADE[name]


def _maker(name: str) -> Callable[[], Backend]:
    if name not in MAKERS:
        if not importable(name):
            known = ", ".join(MAKERS)
            raise ValueError(f"`xp` must be one of {known}, or a module of the array API standard; got {name!r}.")
        return lambda: _other(name)
    module, maker = MAKERS[name]
    if find_spec(module) is None:
        raise ImportError(f"`{name}` is not installed here: there is no module `{module}`.")
    return maker


DEVICES = 4
"""How many devices JAX is made to see, for the laws of sharded arrays."""

JAX_SETTINGS = {
    "XLA_FLAGS": (
        "--xla_cpu_use_fusion_emitters=false"
        f" --xla_cpu_parallel_codegen_split_count=1 --xla_force_host_platform_device_count={DEVICES}"
    ),
    "JAX_COMPILATION_CACHE_DIR": os.path.join(tempfile.gettempdir(), "arraylosses-jax"),
    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
    "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "0",
}


def prepare(level: int = 1) -> None:
    """Settings that a process of trials must make before it imports JAX; afterwards they have no effect.

    XLA compiles each small kernel that a law needs: with little optimisation, and once for all processes, that takes a
    third of the time. Set XLA_FLAGS, to nothing even, to have the kernels that users have.

    Parameters
    ----------
    level : int, optional
        Of optimisation. At 0 kernels are compiled in half the time again; some version of XLA got a guarded square root
        wrong there.
    """
    if "XLA_FLAGS" not in os.environ:
        os.environ.update(JAX_SETTINGS)
        os.environ["XLA_FLAGS"] += f" --xla_backend_optimization_level={level}"
