"""The libraries that a trial runs on, each seen from NumPy."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from .._typing import Array


@dataclass(frozen=True)
class Backend:
    """An array library as a trial sees it. What it cannot do is None, and the laws of it do not speak of the library.

    Attributes
    ----------
    name : str
    put : callable
        A NumPy array as one of the library's, of the same dtype where it has it.
    get : callable
        Back to NumPy.
    double : bool
        Whether it computes in float64.
    wide : str
        Name of the mode in which it does, where that is not the usual one.
    grad : callable or None
        ``(function, arrays, place) -> array``: gradient of the sum of the result by one argument.
    jit, vmap, scan : callable or None
        Compile a function of arrays; map it over the leading axis; walk it over the leading axis from state to state.
    idle : callable or None
        A context in which computing anything breaks the law.
    memory : bool
        Whether arrays are views of host memory.
    second : callable or None
        A NumPy array as one of the library's on another device.
    lacks : tuple of str
        Dtypes that it does not have.
    laws : tuple of str or None
        The only laws that are tried, where a value costs milliseconds.
    context : callable
        Entered around everything that the library does.
    """

    name: str
    put: Callable[[Any], Array]
    get: Callable[[Array], Any]
    double: bool = True
    wide: str = ""
    grad: Callable[..., Any] | None = None
    jit: Callable[..., Any] | None = None
    vmap: Callable[..., Any] | None = None
    scan: Callable[..., Any] | None = None
    idle: Callable[[], AbstractContextManager[Any]] | None = None
    memory: bool = False
    second: Callable[[Any], Array] | None = None
    lacks: tuple[str, ...] = ()
    laws: tuple[str, ...] | None = None
    context: Callable[[], AbstractContextManager[Any]] = nullcontext


def summed(add: Callable[..., Any], value: Any) -> Any:
    """One number of a result, or of all parts of a curve."""
    return sum(map(add, value)) if isinstance(value, tuple) else add(value)


def _numpy() -> Backend:
    return Backend("numpy", np.array, np.asarray, memory=True, lacks=("bfloat16",))


def _strict() -> Backend:
    import array_api_strict as xp

    def second(x: Any) -> Array:
        return xp.asarray(x, device=xp.Device("device1"))  # type: ignore[no-any-return]  # the library is untyped

    def get(x: Any) -> Any:
        return np.asarray(x._array)

    return Backend("strict", xp.asarray, get, second=second, lacks=("float16", "bfloat16"))


def _torch() -> Backend:
    import torch

    def put(x: Any) -> Any:
        return torch.from_numpy(np.array(x))

    def get(x: Any) -> Any:
        return x.detach().cpu().numpy()

    def grad(function: Callable[..., Any], arrays: list[Any], place: int) -> Any:
        leaf = put(arrays[place]).requires_grad_()
        value = function(*(leaf if i == place else None if a is None else put(a) for i, a in enumerate(arrays)))
        whole = summed(torch.sum, value)
        if not whole.requires_grad:
            return np.zeros_like(get(leaf))
        # what is held constant has a gradient of 0, of which torch makes nothing
        return get(torch.autograd.grad(whole, leaf, materialize_grads=True)[0])

    def jit(function: Callable[..., Any]) -> Callable[..., Any]:
        torch._dynamo.reset()
        return torch.compile(function, fullgraph=True, backend="eager")  # type: ignore[no-any-return]  # untyped

    return Backend("torch", put, get, grad=grad, jit=jit, vmap=torch.func.vmap)


def _jax(double: bool) -> Backend:
    import jax

    @contextmanager
    def context() -> Iterator[None]:
        with jax.enable_x64(double):
            yield

    def grad(function: Callable[..., Any], arrays: list[Any], place: int) -> Any:
        given = [None if a is None else jax.numpy.asarray(a) for a in arrays]

        def of(x: Any) -> Any:
            return summed(jax.numpy.sum, function(*given[:place], x, *given[place + 1 :]))

        return np.asarray(jax.grad(of)(given[place]))

    def scan(step: Callable[[Any, Any], Any]) -> Callable[..., Any]:
        return lambda state, data: jax.lax.scan(lambda s, batch: (step(s, batch), None), state, data)[0]

    return Backend(
        "jax-x64" if double else "jax",
        jax.numpy.asarray,
        np.asarray,
        double,
        wide="" if double else "jax-x64",
        grad=grad,
        jit=jax.jit,
        vmap=jax.vmap,
        scan=scan,
        context=context,
    )


DASK_LAWS = ("libraries_agree", "lazy_as_stated", "result_is_of_the_library", "a_mask_is_a_weight")
"""A value costs Dask milliseconds of graph; these are what differs for a lazy library."""


def _dask() -> Backend:
    import dask.array

    def put(x: Any) -> Any:
        return dask.array.from_array(np.array(x), chunks=-1)

    def get(x: Any) -> Any:
        """In this thread, where NumPy can be told that 0/0 is no news."""
        with np.errstate(all="ignore"):
            return np.asarray(x.compute(scheduler="synchronous"))

    def refuse(*args: Any, **options: Any) -> None:
        raise AssertionError("the graph was computed")

    def idle() -> AbstractContextManager[Any]:
        return dask.config.set(scheduler=refuse)  # type: ignore[no-any-return]  # the library is untyped

    return Backend("dask", put, get, idle=idle, lacks=("bfloat16",), laws=DASK_LAWS)


def _cupy() -> Backend:
    import cupy

    return Backend("cupy", cupy.asarray, cupy.asnumpy, lacks=("bfloat16",))


def _other(name: str) -> Backend:
    """Any namespace of the standard, by the path of its module."""
    xp = import_module(name)

    def get(x: Any) -> Any:
        return x.todense() if hasattr(x, "todense") else np.asarray(x)

    return Backend(name, xp.asarray, get, lacks=("float16", "bfloat16"))


MAKERS: dict[str, tuple[str, Callable[[], Backend]]] = {
    "numpy": ("numpy", _numpy),
    "strict": ("array_api_strict", _strict),
    "torch": ("torch", _torch),
    "jax": ("jax", lambda: _jax(False)),
    "jax-x64": ("jax", lambda: _jax(True)),
    "dask": ("dask", _dask),
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
        "--xla_backend_optimization_level=0 --xla_cpu_use_fusion_emitters=false"
        f" --xla_cpu_parallel_codegen_split_count=1 --xla_force_host_platform_device_count={DEVICES}"
    ),
    "JAX_COMPILATION_CACHE_DIR": os.path.join(tempfile.gettempdir(), "arraylosses-jax"),
    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
    "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "0",
}


def prepare() -> None:
    """Settings that a process of trials must make before it imports JAX; afterwards they have no effect.

    XLA compiles each small kernel that a law needs: without optimisation, and once for all processes, that takes a
    quarter of the time. Set XLA_FLAGS, to nothing even, to have the kernels that users have.
    """
    if "XLA_FLAGS" not in os.environ:
        os.environ.update(JAX_SETTINGS)
