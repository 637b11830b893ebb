"""JAX as a trial sees it, in 32 bits or in 64."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import PartitionSpec

from ._backend import Backend, summed


def _all_put(arrays: list[Any]) -> list[Any]:
    return [None if a is None else jnp.asarray(a) for a in arrays]


def _summed(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *arrays: summed(jnp.sum, function(*arrays))


@lru_cache(maxsize=64)
def _slopes(function: Callable[..., Any], places: tuple[int, ...]) -> Callable[..., Any]:
    """Compiled once for all draws: a program is dear, and its operations one by one are dearer."""
    return jax.jit(jax.grad(_summed(function), argnums=places))  # type: ignore[no-any-return]  # the library is untyped


def grad(function: Callable[..., Any], arrays: list[Any], places: Sequence[int]) -> list[Any]:
    return [np.asarray(slope) for slope in _slopes(function, tuple(places))(*_all_put(arrays))]


@lru_cache(maxsize=8)
def _curve(function: Callable[..., Any], place: int) -> Callable[..., Any]:
    """The gradient of the gradient along a way: what a function on the host has too, where a forward one has not."""
    slope = jax.grad(_summed(function), argnums=place)
    along = jax.grad(lambda way, *arrays: jnp.sum(slope(*arrays) * way), argnums=place + 1)
    return jax.jit(along)  # type: ignore[no-any-return]  # the library is untyped


def curve(function: Callable[..., Any], arrays: list[Any], place: int, way: Any) -> Any:
    return np.asarray(_curve(function, place)(jnp.asarray(way), *_all_put(arrays)))


def functional(function: Callable[..., Any], place: int) -> Callable[..., Any]:
    return jax.jit(jax.value_and_grad(_summed(function), argnums=place))  # type: ignore[no-any-return]  # the library is untyped


def vmap(function: Callable[..., Any]) -> Callable[..., Any]:
    return jax.jit(jax.vmap(function))  # type: ignore[no-any-return]  # the library is untyped


def scan(step: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    return lambda state, data: jax.lax.scan(lambda s, batch: (step(s, batch), None), state, data)[0]


def shards(function: Callable[..., Any]) -> Callable[..., list[Any]]:
    """The results of each device: in a sharded array they lie one after the other."""
    count = jax.device_count()
    mesh = jax.make_mesh((count,), ("shard",), axis_types=(jax.sharding.AxisType.Auto,))
    spec = PartitionSpec("shard")

    def of(*parts: Any) -> Any:
        return jax.tree.map(lambda leaf: leaf[None], function(*parts))

    made = jax.jit(jax.shard_map(of, mesh=mesh, in_specs=spec, out_specs=spec))

    def call(*arrays: Any) -> list[Any]:
        whole = jax.tree.map(np.asarray, made(*_all_put(list(arrays))))
        return [jax.tree.map(partial(_part, i), whole) for i in range(count)]

    return call


def _part(i: int, leaf: Any) -> Any:
    """Of one device, to stand beside those of others."""
    return jnp.asarray(leaf[i])


def guard() -> AbstractContextManager[Any]:
    return jax.transfer_guard("disallow")  # type: ignore[no-any-return]  # the library is untyped


def made(double: bool) -> Backend:
    @contextmanager
    def context() -> Iterator[None]:
        with jax.enable_x64(double):
            yield

    return Backend(
        "jax-x64" if double else "jax",
        jnp.asarray,
        np.asarray,
        double,
        wide="" if double else "jax-x64",
        once=jax.jit,
        grad=grad,
        curve=curve,
        functional=functional,
        jit=jax.jit,
        vmap=vmap,
        scan=scan,
        shape=lambda function, arrays: jax.eval_shape(function, *_all_put(arrays)),
        shards=shards if jax.device_count() > 1 else None,
        guard=guard,
        brain=lambda x: x.astype(jnp.bfloat16),
        context=context,
    )
