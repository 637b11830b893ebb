"""Functions of NumPy arrays that every library may call: choices for which the standard has no form.

The arguments are held constant: what comes back is a choice (who is matched with whom), and its caller takes distances
anew from the arrays that it was given, so that gradients are exact.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from .._typing import Array, Namespace
from .._xp import as_numpy, device_of, index_dtype, library_named

Shape = tuple[int, ...]
Results = Callable[..., list[tuple[Shape, bool]]]
"""(a shape an argument, then options) -> a shape a result, and whether it holds whole numbers."""


class Hosted:
    """A function of NumPy arrays, for arrays of any library.

    Attributes
    ----------
    name : str
    call : callable
        (NumPy arrays, then numbers) -> NumPy arrays, each with the leading axes of the arguments.
    results : callable
        What they will be, known before anything is computed.
    scipy : bool
        Whether it needs SciPy, which is an optional dependency.
    reads : bool
        Whether it looks at its arguments' values; else they only say where and in what dtype the results are wanted.
    """

    def __init__(self, call: Callable[..., tuple[Any, ...]], results: Results, scipy: bool, reads: bool) -> None:
        self.name = call.__name__
        self.call = call
        self.results = results
        self.scipy = scipy
        self.reads = reads
        HOSTED[self.name] = self

    def __call__(
        self, xp: Namespace, /, *arrays: Array, options: tuple[float, ...] = (), asked: str = ""
    ) -> list[Array]:
        """The results, as arrays of the library; ``asked`` is the metric that wants them."""
        if self.scipy:
            _need_scipy(asked)
        return CALLERS.get(library_named(xp), _by_conversion)(self, xp, arrays, options)

    def run(self, arrays: list[Any], options: tuple[float, ...]) -> list[Any]:
        """NumPy in, NumPy out: whole numbers as int64, others in the dtype of the first argument."""
        results = self.results(*(a.shape for a in arrays), *options)
        found = zip(self.call(*arrays, *options), results, strict=True)
        return [np.asarray(x, dtype=np.int64 if whole else arrays[0].dtype) for x, (_, whole) in found]


_asked = 0


def callbacks() -> int:
    """How often a program of JAX has been written that calls the host."""
    return _asked


HOSTED: dict[str, Hosted] = {}
"""By name: what torch's operator is told is a word."""


def hosted(
    results: Results, scipy: bool = False, reads: bool = True
) -> Callable[[Callable[..., tuple[Any, ...]]], Hosted]:
    """Make a function of NumPy arrays one for every library; ``results`` tells the shapes beforehand."""
    return lambda call: Hosted(call, results, scipy, reads)


def _need_scipy(asked: str) -> None:
    """Asked before the host is called: an error from there comes wrapped in one of the library's."""
    try:
        import scipy.optimize  # noqa: F401
    except ImportError:
        raise ImportError(f"`{asked}` needs SciPy: `python -m pip install 'arraylosses[scipy]'`.") from None


def _by_conversion(hosted: Hosted, xp: Namespace, arrays: tuple[Array, ...], options: tuple[float, ...]) -> list[Array]:
    results = hosted.run(list(map(as_numpy, arrays)), options)
    return [xp.asarray(x, **device_of(xp, arrays[0])) for x in results]


def _by_numpy(hosted: Hosted, xp: Namespace, arrays: tuple[Array, ...], options: tuple[float, ...]) -> list[Array]:
    return hosted.run(list(arrays), options)


def _by_cupy(hosted: Hosted, xp: Namespace, arrays: tuple[Array, ...], options: tuple[float, ...]) -> list[Array]:
    with arrays[0].device:
        return [xp.asarray(x) for x in hosted.run([a.get() for a in arrays], options)]


def _by_torch(hosted: Hosted, xp: Namespace, arrays: tuple[Array, ...], options: tuple[float, ...]) -> list[Array]:
    from ._torch_host import host

    found: list[Array] = host(hosted.name, [a.detach() for a in arrays], list(map(float, options)))
    return found


def _by_jax(hosted: Hosted, xp: Namespace, arrays: tuple[Array, ...], options: tuple[float, ...]) -> list[Array]:
    import jax

    index = index_dtype(xp)
    results = hosted.results(*(a.shape for a in arrays), *options)
    kinds = [jax.ShapeDtypeStruct(shape, index if whole else arrays[0].dtype) for shape, whole in results]

    def call(*given: Any) -> list[Any]:
        found = hosted.run([np.asarray(a) for a in given], options)
        return [x.astype(kind.dtype, copy=False) for x, kind in zip(found, kinds, strict=True)]

    if not hosted.reads:  # known while tracing: a constant, and no call from the device
        return [xp.asarray(x) for x in call(*(np.zeros(a.shape, a.dtype) for a in arrays))]
    global _asked
    _asked += 1
    held = [jax.lax.stop_gradient(a) for a in arrays]
    return list(jax.pure_callback(call, kinds, *held, vmap_method="broadcast_all"))


CALLERS: dict[str, Callable[..., list[Array]]] = {
    "numpy": _by_numpy,
    "cupy": _by_cupy,
    "torch": _by_torch,
    "jax": _by_jax,
}
