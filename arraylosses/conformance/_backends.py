"""The libraries that a trial runs on, each seen from NumPy."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np

from .._typing import Array


@dataclass(frozen=True)
class Backend:
    """An array library as a trial sees it.

    Attributes
    ----------
    name : str
    put : callable
        A NumPy array as one of the library's, of the same dtype where it has it.
    get : callable
        Back to NumPy.
    double : bool
        Whether it computes in float64.
    grad : callable or None
        ``(function, arrays, place) -> array``: gradient of the sum of the result by one argument.
    jit, vmap : callable or None
        Compile, and map over the leading axis, a function of arrays.
    context : callable
        Entered around everything that the library does.
    """

    name: str
    put: Callable[[Any], Array]
    get: Callable[[Array], Any]
    double: bool = True
    grad: Callable[..., Any] | None = None
    jit: Callable[..., Any] | None = None
    vmap: Callable[..., Any] | None = None
    context: Callable[[], AbstractContextManager[Any]] = nullcontext


def summed(add: Callable[..., Any], value: Any) -> Any:
    """One number of a result, or of all parts of a curve."""
    return sum(map(add, value)) if isinstance(value, tuple) else add(value)


def _read_only(x: Any) -> Any:
    x = np.array(x)
    x.flags.writeable = False
    return x


def _numpy() -> Backend:
    return Backend("numpy", np.array, np.asarray)


def _read_only_numpy() -> Backend:
    return Backend("numpy-readonly", _read_only, np.asarray)


def _strict() -> Backend:
    import array_api_strict as xp

    return Backend("strict", xp.asarray, lambda x: np.asarray(x._array))


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

    name = "jax-x64" if double else "jax"
    return Backend(name, jax.numpy.asarray, np.asarray, double, grad, jax.jit, jax.vmap, context)


def _dask() -> Backend:
    import dask.array

    def put(x: Any) -> Any:
        return dask.array.from_array(np.array(x), chunks=-1)

    def get(x: Any) -> Any:
        """In this thread, where NumPy can be told that 0/0 is no news."""
        with np.errstate(all="ignore"):
            return np.asarray(x.compute(scheduler="synchronous"))

    return Backend("dask", put, get)


def _cupy() -> Backend:
    import cupy

    return Backend("cupy", cupy.asarray, cupy.asnumpy)


MAKERS: dict[str, tuple[str, Callable[[], Backend]]] = {
    "numpy": ("numpy", _numpy),
    "numpy-readonly": ("numpy", _read_only_numpy),
    "strict": ("array_api_strict", _strict),
    "torch": ("torch", _torch),
    "jax": ("jax", lambda: _jax(False)),
    "jax-x64": ("jax", lambda: _jax(True)),
    "dask": ("dask", _dask),
    "cupy": ("cupy", _cupy),
}
_MADE: dict[str, Backend] = {}


def installed() -> tuple[str, ...]:
    """Names of the backends whose library can be imported here."""
    return tuple(name for name, (module, _) in MAKERS.items() if find_spec(module) is not None)


def backend(name: str) -> Backend:
    """A backend by name; ValueError for one that is unknown, ImportError for one that is not installed."""
    if name not in MAKERS:
        raise ValueError(f"`xp` must be one of {', '.join(MAKERS)}; got {name!r}.")
    if name not in _MADE:
        _MADE[name] = MAKERS[name][1]()
    return _MADE[name]
