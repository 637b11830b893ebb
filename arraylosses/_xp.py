"""The only file that knows array libraries.

An array's class never changes its library, so a dict from class to `Library` answers in 0.1 us what asking the
standard's `array_namespace` takes more than 1 us for; and torch.compile traces it without a warning.
"""

import sys
from collections.abc import Callable, Hashable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import accumulate
from math import prod
from types import NoneType
from typing import Any
from weakref import WeakValueDictionary

import numpy as np

from ._typing import Array, Dtype, Namespace
from ._where import numpy_where, with_own


@dataclass(frozen=True, eq=False)
class Library:
    """What the frame must know of an array library.

    Attributes
    ----------
    name : str
        As messages and the table of native twins call it.
    xp : module
        Its namespace, made conforming by array-api-compat where it is not.
    plain : tuple
        The dtypes that need no conversion: float32 and float64.
    memory : bool
        Whether its arrays always lie in host memory, computed.
    devices : bool
        Whether arrays on two devices must not meet. (JAX places constants itself; tracers have no device.)
    compiling : callable
        Whether torch's compiler looks on; sizes had better not be asked for then.
    kinds : callable
        ``(arrays)``: what of them, beside their shapes, decides how a call goes; None where that is decided anew in
        every call: of arrays of several classes, of a trace, and of a library whose calls are programs.
    """

    name: str
    xp: Namespace
    plain: tuple[Dtype, ...]
    memory: bool
    devices: bool
    compiling: Callable[[], bool]
    kinds: Callable[[Sequence[Array]], Hashable]


def _never() -> bool:
    return False


@dataclass
class Compiler:
    """torch's, which is asked for before anything else: it would walk through whatever comes before the answer, and ask
    in every call whether all that still is what it was.
    """

    looks_on: Callable[[], bool] = _never
    tensor: type = NoneType

    def takes(self, given: Sequence[Any]) -> bool:
        """Whether these, or the first of a sequence among them, are tensors; NumPy's arrays are walked through."""
        first = given[0] if given else None
        return self.takes(first) if isinstance(first, (tuple, list)) else isinstance(first, self.tensor)


COMPILER = Compiler()
"""Of no tensors until torch is met."""

LIBRARIES: dict[type, Library] = {}
NAMES: dict[str, str] = {}
"""A namespace's own name -> the library's: a module cannot be a key under torch.compile."""
BARE_NUMPY_DTYPES = ("numpy", "jax", "cupy", "dask")


def _name_of(cls: type) -> str:
    """The library that a class of arrays belongs to: 'torch' also for a subclass defined elsewhere."""
    roots = [c.__module__.partition(".")[0] for c in cls.__mro__]
    for root in roots:
        if root in ("numpy", "torch", "cupy", "dask"):
            return root
    return {"jaxlib": "jax", "array_api_strict": "strict"}.get(roots[0], roots[0])


def _conforming(name: str, x: Any) -> Namespace:
    """The namespace of ``x``; imports are deferred, so that no library is loaded that the caller does not use."""
    if name in QUICKER:
        return QUICKER[name]
    if name == "numpy":
        import array_api_compat.numpy as xp

        QUICKER[name] = xp = with_own(xp, where=numpy_where(xp.where))
    elif name == "torch":
        from ._torch_where import NAMESPACE

        return NAMESPACE
    elif name == "jax":
        import jax.numpy as xp
    else:
        from array_api_compat import array_namespace

        xp = array_namespace(x)
    return xp  # type: ignore[no-any-return]  # the libraries are untyped here


QUICKER: dict[str, Namespace] = {}
"""NumPy's namespace with a `where` of our own, once it is made."""

INSTEAD = {
    "MaskedArray": "its data, and `weights=~x.mask` for the mask",
    "matrix": "`numpy.asarray` of it",
    "Series": "its values by `.to_numpy()`",
    "DataFrame": "its values by `.to_numpy()`",
}


def _refusal(name: str, x: object) -> TypeError:
    kind = type(x).__name__
    instead = INSTEAD.get(kind, "an array, for example `numpy.asarray` of it")
    who = f"`{name}`" if name else "an argument"
    wanted = "an array of a library that follows the array API standard"
    return TypeError(f"{who} must be {wanted}; got {kind}: give {instead}.")


def _learn(name: str, x: Any) -> Library:
    cls = type(x)
    if isinstance(x, (np.ma.MaskedArray, np.matrix)):
        raise _refusal(name, x)
    library_name = _name_of(cls)
    try:
        xp = _conforming(library_name, x)
    except TypeError:
        raise _refusal(name, x) from None
    return _enter(cls, library_name, xp)


def _numpy_kinds(arrays: Sequence[Any]) -> Hashable:
    first = arrays[0]
    found = [type(first)]
    for x in arrays:
        if type(x) is not found[0]:
            return None
        found += x.dtype, x.flags.c_contiguous
    return tuple(found)


def _no_kinds(arrays: Sequence[Any]) -> Hashable:
    return None


def _enter(cls: type, name: str, xp: Namespace) -> Library:
    """Remember the library of a class of arrays."""
    dtypes: tuple[Dtype, ...] = (xp.float32, xp.float64)
    if name in BARE_NUMPY_DTYPES:  # there `xp.float32` is a class, and `x.dtype` is not
        dtypes = tuple(map(np.dtype, dtypes))
    compiling, kinds = _never, _numpy_kinds if name == "numpy" else _no_kinds
    if name == "torch":
        from ._torch_where import kinds

        torch = sys.modules["torch"]
        compiling = torch.compiler.is_compiling
        COMPILER.looks_on, COMPILER.tensor = compiling, torch.Tensor
    in_memory, on_devices = name in ("numpy", "strict"), name in ("torch", "strict", "cupy")
    LIBRARIES[cls] = found = Library(name, xp, dtypes, in_memory, on_devices, compiling, kinds)
    NAMES[xp.__name__] = name
    return found


NODES: "WeakValueDictionary[str, Any]" = WeakValueDictionary()
"""What torch's compiler may call as one node of its graph, by a key that it can write down."""


def library(x: Any, name: str = "") -> Library:
    """The library of an array; for what is not one, a TypeError that calls it ``name``."""
    return LIBRARIES.get(type(x)) or _learn(name, x)


def namespace(x: Array) -> Namespace:
    return library(x).xp


def library_named(xp: Namespace) -> str:
    """The name of a namespace that `library` has met."""
    return NAMES.get(xp.__name__, "")


def size(x: Array) -> int:
    return prod(x.shape)


def cut_for_nothing(lib: Library, arrays: Iterable[Array]) -> bool:
    """Whether a walk in blocks leaves no trace: NumPy, or tensors in host memory whose operations nobody records."""
    if lib.name == "torch":
        recorded = sys.modules["torch"].is_grad_enabled()
        return all(_eager_torch(x) and not (recorded and x.requires_grad) for x in arrays)
    return lib.name == "numpy"


def in_order(x: Any) -> Any:
    """A NumPy array whose memory holds its elements in the order of their indices; anything else as it is."""
    return np.asarray(x, order="C") if isinstance(x, np.ndarray) and not x.flags.c_contiguous else x


def _eager_torch(x: Any) -> bool:
    torch = sys.modules["torch"]
    return (
        type(x) in (torch.Tensor, torch.nn.Parameter)
        and not torch.compiler.is_compiling()
        and torch._C._functorch.peek_interpreter_stack() is None
        and x.device.type == "cpu"
    )


def _eager_jax(x: Any) -> bool:
    """An array of values, on one device, which is the host."""
    if isinstance(x, sys.modules["jax"].core.Tracer):
        return False
    devices = x.devices()
    return len(devices) == 1 and next(iter(devices)).platform == "cpu"


def compilable(x: Any) -> bool:
    """An array of JAX, not a tracer of one."""
    lib = LIBRARIES.get(type(x))
    return lib is not None and lib.name == "jax" and not isinstance(x, sys.modules["jax"].core.Tracer)


def settled(arrays: Iterable[Any]) -> bool:
    """Whether all are arrays of JAX whose values lie on the host."""
    return all(compilable(x) and _eager_jax(x) for x in arrays)


def readable(lib: Library, x: Array) -> bool:
    """Whether the values of ``x`` can be looked at: in host memory, and not traced."""
    return lib.memory or (lib.name == "torch" and _eager_torch(x)) or (lib.name == "jax" and _eager_jax(x))


def looked_at(lib: Library, x: Array) -> tuple[Namespace, Array]:
    """A readable array as one whose values can be asked for at once; under a trace JAX asks for nothing."""
    if lib.name != "jax":
        return lib.xp, x
    import array_api_compat.numpy as xp

    return xp, np.asarray(x)


def default_dtype(lib: Library) -> Dtype:
    """The library's default floating dtype, which integers and booleans become."""
    if lib.name == "torch":
        return sys.modules["torch"].get_default_dtype()
    if lib.name == "jax":
        return lib.xp.result_type(float)
    return lib.xp.__array_namespace_info__().default_dtypes()["real floating"]


def index_dtype(xp: Namespace) -> Dtype:
    """The library's own integer dtype: asking JAX for int64 warns where x64 is off."""
    return xp.result_type(int) if library_named(xp) == "jax" else xp.int64


def widest(xp: Namespace, like: Array) -> Dtype:
    """The most exact floating dtype beside ``like``: float64, but for 32-bit JAX and Apple's GPUs."""
    name = library_named(xp)
    if name == "jax":
        return xp.result_type(float)
    return like.dtype if name == "torch" and like.device.type == "mps" else xp.float64


def device_of(xp: Namespace, like: Array) -> dict[str, Any]:
    """``device=`` for a creation function. JAX's constants follow what they meet; NumPy and Dask have one place."""
    return {} if library_named(xp) in ("jax", "dask", "numpy") else {"device": like.device}


def as_numpy(x: Array) -> Any:
    """The values on the host: array-api-strict's other devices stand for those that NumPy cannot read."""
    return np.asarray(getattr(x, "_array", x))


def fetched(x: Array) -> Any:
    """A copy of the values on the host, from wherever they lie: only where the caller has asked for a move."""
    name = library(x).name
    if name == "torch":
        x = x.detach().cpu()
    return np.array(x.get() if name == "cupy" else as_numpy(x))


def compiled(call: Callable[..., Any]) -> Callable[..., Any]:
    """By JAX, one program for each shape."""
    found: Callable[..., Any] = sys.modules["jax"].jit(call)
    return found


def chunk_ends(x: Array) -> list[int]:
    """Where Dask's chunks of the leading axis end; of other arrays none."""
    if library(x).name != "dask":
        return []
    return list(accumulate(x.chunks[0]))


def present(arrays: tuple[Array, ...]) -> tuple[Array, ...]:
    """Dask's arrays computed, all in one run; others as they are."""
    if not any(library(x).name == "dask" for x in arrays):
        return arrays
    return tuple(sys.modules["dask"].compute(*arrays))


def unrecorded() -> Any:
    """A context in which torch, where it is loaded, keeps no graph."""
    return sys.modules["torch"].no_grad() if "torch" in sys.modules else nullcontext()


def quietly(call: Callable[..., Any], lib: Library, *args: Any) -> Any:
    """``call(lib, ...)``; NumPy's warnings about stated values (log 0, 0/0) are no news to the caller."""
    if not lib.memory:
        return call(lib, *args)
    with np.errstate(all="ignore"):
        return call(lib, *args)


def as_array(value: Any) -> Any:
    """NumPy's reductions give scalars where the standard says 0-d arrays."""
    return np.asarray(value) if isinstance(value, np.generic) else value


def _know_torch(torch: Any) -> None:
    """The first call of all may be a compiled one, and what it learned while traced would compile the second anew.

    (So it does, once, where torch is imported after this file and nothing was called before.)
    """
    xp = _conforming("torch", None)
    for cls in (torch.Tensor, torch.nn.Parameter):
        _enter(cls, "torch", xp)


if "torch" in sys.modules:
    _know_torch(sys.modules["torch"])
