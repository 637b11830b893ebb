"""JAX as a trial sees it, in 32 bits or in 64."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import PartitionSpec

from ._backend import Backend, placed, summed


def _all_put(arrays: list[Any]) -> list[Any]:
    return [None if a is None else jnp.asarray(a) for a in arrays]


def _slope(function: Callable[..., Any], arrays: list[Any], place: int) -> Callable[[Any], Any]:
    given = _all_put(arrays)
    return jax.grad(lambda x: summed(jnp.sum, function(*placed(given, place, x))))  # type: ignore[no-any-return]


def grad(function: Callable[..., Any], arrays: list[Any], place: int) -> Any:
    return np.asarray(_slope(function, arrays, place)(jnp.asarray(arrays[place])))


def curve(function: Callable[..., Any], arrays: list[Any], place: int, way: Any) -> Any:
    """The gradient of the gradient along a way: what a function on the host has too, where a forward one has not."""
    slope, along = _slope(function, arrays, place), jnp.asarray(way)
    return np.asarray(jax.grad(lambda x: jnp.sum(slope(x) * along))(jnp.asarray(arrays[place])))


def functional(function: Callable[..., Any], place: int) -> Callable[..., Any]:
    def of(*arrays: Any) -> Any:
        return summed(jnp.sum, function(*arrays))

    return jax.jit(jax.value_and_grad(of, argnums=place))  # type: ignore[no-any-return]  # the library is untyped


def scan(step: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    return lambda state, data: jax.lax.scan(lambda s, batch: (step(s, batch), None), state, data)[0]


def shards(function: Callable[..., Any], arrays: list[Any]) -> list[Any]:
    """The results of each device: in a sharded array they lie one after the other."""
    count = jax.device_count()
    mesh = jax.make_mesh((count,), ("shard",), axis_types=(jax.sharding.AxisType.Auto,))
    spec = PartitionSpec("shard")

    def of(*parts: Any) -> Any:
        return jax.tree.map(lambda leaf: leaf[None], function(*parts))

    whole = jax.jit(jax.shard_map(of, mesh=mesh, in_specs=spec, out_specs=spec))(*_all_put(arrays))
    return [jax.tree.map(partial(_part, i), whole) for i in range(count)]


def _part(i: int, leaf: Any) -> Any:
    """Of one device, to stand beside those of others."""
    return jnp.asarray(np.asarray(leaf)[i])


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
        grad=grad,
        curve=curve,
        functional=functional,
        jit=jax.jit,
        vmap=jax.vmap,
        scan=scan,
        shape=lambda function, arrays: jax.eval_shape(function, *_all_put(arrays)),
        shards=shards if jax.device_count() > 1 else None,
        guard=guard,
        brain=lambda x: x.astype(jnp.bfloat16),
        context=context,
    )
