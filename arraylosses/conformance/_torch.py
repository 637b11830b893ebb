"""PyTorch as a trial sees it."""

from collections.abc import Callable
from typing import Any
from warnings import catch_warnings, simplefilter

import numpy as np
import torch
from torch._subclasses.fake_tensor import FakeTensorMode

from ._backend import Backend, placed, summed


def put(x: Any) -> Any:
    return torch.from_numpy(np.array(x))


def get(x: Any) -> Any:
    return x.detach().cpu().numpy(force=True)


def _all_put(arrays: list[Any]) -> list[Any]:
    return [None if a is None else put(a) for a in arrays]


def _slope(function: Callable[..., Any], arrays: list[Any], place: int, leaf: Any, again: bool = False) -> Any:
    """Gradient of the summed result by a leaf; 0 of what is held constant, of which torch makes nothing."""
    whole = summed(torch.sum, function(*placed(_all_put(arrays), place, leaf)))
    if not whole.requires_grad:
        return torch.zeros_like(leaf)
    return torch.autograd.grad(whole, leaf, create_graph=again, materialize_grads=True)[0]


def grad(function: Callable[..., Any], arrays: list[Any], place: int) -> Any:
    return get(_slope(function, arrays, place, put(arrays[place]).requires_grad_()))


def curve(function: Callable[..., Any], arrays: list[Any], place: int, way: Any) -> Any:
    leaf = put(arrays[place]).requires_grad_()
    along = torch.sum(_slope(function, arrays, place, leaf, again=True) * put(way))
    if not along.requires_grad:
        return np.zeros_like(get(leaf))
    return get(torch.autograd.grad(along, leaf, materialize_grads=True)[0])


def functional(function: Callable[..., Any], place: int) -> Callable[..., Any]:
    def of(*arrays: Any) -> Any:
        return summed(torch.sum, function(*arrays))

    made = torch.func.grad_and_value(of, argnums=place)
    return lambda *arrays: made(*arrays)[::-1]


def _compiled(function: Callable[..., Any], backend: str) -> Callable[..., Any]:
    """Compiled as a whole, once: a second compilation for arrays of the same shapes is an error."""
    torch._dynamo.reset()
    made = torch.compile(function, fullgraph=True, backend=backend)

    def call(*arrays: Any) -> Any:
        with torch._dynamo.config.patch(error_on_recompile=True), catch_warnings():
            if backend == "inductor":  # its own modules use what torch deprecates
                simplefilter("ignore", DeprecationWarning)
            return made(*arrays)

    return call


def jit(function: Callable[..., Any]) -> Callable[..., Any]:
    return _compiled(function, "aot_eager")


def native(function: Callable[..., Any]) -> Callable[..., Any]:
    return _compiled(function, "inductor")


def shape(function: Callable[..., Any], arrays: list[Any]) -> Any:
    with FakeTensorMode() as mode:
        return function(*(None if a is None else mode.from_tensor(put(a)) for a in arrays))


def made() -> Backend:
    return Backend(
        "torch",
        put,
        get,
        grad=grad,
        curve=curve,
        functional=functional,
        jit=jit,
        native=native,
        vmap=torch.func.vmap,
        shape=shape,
        brain=lambda x: x.to(torch.bfloat16),
    )
