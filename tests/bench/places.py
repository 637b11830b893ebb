"""Where a function runs: on which library, with or without its gradient, compiled or not, on which device."""

from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import numpy as np

from .case import Formula
from .clock import Call

Put = Callable[[Formula, list[Any], str], Call]
"""A call of a function on arrays that are brought to a device before."""


def on_numpy(formula: Formula, arrays: list[Any], device: str) -> Call:
    return lambda: formula(*arrays)


def on_cupy(formula: Formula, arrays: list[Any], device: str) -> Call:
    from cupy import asarray

    given = list(map(asarray, arrays))
    return lambda: formula(*given)


# ---- torch


def tensors(arrays: list[Any], device: str) -> list[Any]:
    from torch import from_numpy

    return [from_numpy(a).to(device) for a in arrays]


def on_torch(formula: Formula, arrays: list[Any], device: str) -> Call:
    from torch import no_grad

    given = tensors(arrays, device)
    with_values = no_grad()(formula)
    return lambda: with_values(*given)


def with_gradient(formula: Formula, arrays: list[Any], device: str) -> Call:
    """The value forwards, then the gradient by the first array."""
    from torch import autograd

    first, *rest = tensors(arrays, device)
    first = first.clone().requires_grad_()
    return lambda: autograd.grad(formula(first, *rest), first)[0]


def apart(formula: Formula) -> Formula:
    """The same under code of its own, for torch.compile keeps what it made by code, and gives up after eight."""

    def call(*arrays: Any) -> Any:
        return formula(*arrays)

    own: Formula = FunctionType(call.__code__.replace(), call.__globals__, closure=call.__closure__)
    return own


def by_compiler(put: Put) -> Put:
    """By torch.compile, with the machine code of this machine."""

    def compiled(formula: Formula, arrays: list[Any], device: str) -> Call:
        from torch import compile

        return put(compile(apart(formula), dynamic=False), arrays, device)

    return compiled


# ---- JAX


def on_jax_arrays(arrays: list[Any], device: str) -> list[Any]:
    import jax

    home = jax.devices(device)[0]
    return [jax.device_put(a.astype(np.int32) if a.dtype == np.int64 else a, home) for a in arrays]


def eager(formula: Formula, arrays: list[Any], device: str) -> Call:
    given = on_jax_arrays(arrays, device)
    return lambda: formula(*given).block_until_ready()


def on_jax(formula: Formula, arrays: list[Any], device: str) -> Call:
    import jax

    return eager(jax.jit(formula), arrays, device)


def on_jax_with_gradient(formula: Formula, arrays: list[Any], device: str) -> Call:
    """Both, in one program: a trainer prints the value."""
    import jax

    given = on_jax_arrays(arrays, device)
    both = jax.jit(jax.value_and_grad(formula))
    return lambda: jax.block_until_ready(both(*given))[1]


# ---- all of them


@dataclass(frozen=True)
class Place:
    """Attributes
    ----------
    library : str
        Whose peers run here.
    put : callable
    trains : bool
        Whether it is of interest only for what is trained.
    gradient : bool
        Whether what it gives is one.
    compiles : bool
        Whether a first call takes seconds.
    """

    library: str
    put: Put
    trains: bool = False
    gradient: bool = False
    compiles: bool = False


PLACES = {
    "numpy": Place("numpy", on_numpy),
    "torch": Place("torch", on_torch),
    "torch-grad": Place("torch", with_gradient, trains=True, gradient=True),
    "torch-compiled": Place("torch", by_compiler(on_torch), trains=True, compiles=True),
    "torch-compiled-grad": Place("torch", by_compiler(with_gradient), trains=True, gradient=True, compiles=True),
    "jax-jit": Place("jax", on_jax),
    "jax-grad": Place("jax", on_jax_with_gradient, trains=True, gradient=True),
    "jax-eager": Place("jax", eager),
    "cupy": Place("cupy", on_cupy),
}
"""By the name that ends a row's; ``jax-eager`` has a rival of its own, the caller's jit of ours."""
