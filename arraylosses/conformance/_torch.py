"""PyTorch as a trial sees it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any
from warnings import catch_warnings, simplefilter

import numpy as np
import torch
from torch import distributed
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.distributed.device_mesh import DeviceMesh
from torch.distributed.tensor import DTensor, Shard, distribute_tensor

from .._sizes import sized
from ._backend import Backend, summed


def put(x: Any) -> Any:
    return torch.from_numpy(np.array(x))


def get(x: Any) -> Any:
    return x.detach().cpu().numpy(force=True)


def _all_put(arrays: list[Any]) -> list[Any]:
    return [None if a is None else put(a) for a in arrays]


def _slopes(value: Any, leaves: list[Any], again: bool = False) -> Any:
    """Gradients of the summed value; 0 by what is held constant, of which torch makes nothing."""
    whole = summed(torch.sum, value)
    if not whole.requires_grad:
        return [torch.zeros_like(leaf) for leaf in leaves]
    return torch.autograd.grad(whole, leaves, create_graph=again, materialize_grads=True)


def grad(function: Callable[..., Any], arrays: list[Any], places: Sequence[int]) -> list[Any]:
    given = _all_put(arrays)
    leaves = [given[place].requires_grad_() for place in places]
    return list(map(get, _slopes(function(*given), leaves)))


def curve(function: Callable[..., Any], arrays: list[Any], place: int, way: Any) -> Any:
    given = _all_put(arrays)
    leaf = given[place].requires_grad_()
    (slope,) = _slopes(function(*given), [leaf], again=True)
    return get(_slopes(slope * put(way), [leaf])[0])


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


def trained(function: Callable[..., Any]) -> Callable[..., Any]:
    call = jit(function)
    return lambda arrays, place: grad(call, arrays, [place])[0]


def lengths(function: Callable[..., Any]) -> Callable[..., Any]:
    call = jit(function)

    def any_length(*arrays: Any) -> Any:
        for x in arrays:
            torch._dynamo.maybe_mark_dynamic(x, 0)  # not `mark_dynamic`, which writes a page where a length was fixed
        return call(*arrays)

    return any_length


def native(function: Callable[..., Any]) -> Callable[..., Any]:
    return _compiled(function, "inductor")


def shape(function: Callable[..., Any], arrays: list[Any]) -> Any:
    with FakeTensorMode() as mode:
        return function(*(None if a is None else mode.from_tensor(put(a)) for a in arrays))


@contextmanager
def _group() -> Iterator[None]:
    """A group of this process alone, where there is none."""
    alone = not distributed.is_initialized()
    if alone:
        distributed.init_process_group("gloo", store=distributed.HashStore(), rank=0, world_size=1)
    try:
        yield
    finally:
        if alone:
            distributed.destroy_process_group()


def _gathered(value: Any) -> Any:
    if isinstance(value, tuple):
        return type(value)(*map(_gathered, value))
    return value.full_tensor() if isinstance(value, DTensor) else value


def spread(function: Callable[..., Any], arrays: list[Any]) -> Any:
    with _group(), catch_warnings():
        simplefilter("ignore", UserWarning)  # of single numbers that meet a DTensor, which torch replicates
        mesh = DeviceMesh("cpu", torch.arange(distributed.get_world_size()))
        given = (None if a is None else distribute_tensor(put(a), mesh, [Shard(0)]) for a in arrays)
        return _gathered(function(*given))


def made() -> Backend:
    return Backend(
        "torch",
        put,
        get,
        grad=grad,
        curve=curve,
        functional=functional,
        trained=trained,
        jit=jit,
        lengths=lengths,
        native=native,
        vmap=torch.func.vmap,
        shape=shape,
        spread=spread if distributed.is_available() else None,
        quick=True,
        few=True,
        context=partial(sized, brief=0, few=0, central=0),
        brain=lambda x: x.to(torch.bfloat16),
    )
