"""States over JAX's devices and processes."""

from typing import Any

import jax
import jax.numpy as jnp

from .._collection import Streams
from .._stream import Stream


def all_merge(stream: Stream | Streams, state: Any, axis_name: str) -> Any:
    """The state of all devices along a named axis, in ``jax.shard_map`` or ``jax.vmap``: the same on each of them.

    Parameters
    ----------
    stream : Stream or Streams
    state : State or dict of them
        Of this device. Samples must be as many on every device, as sharded arrays are.
    axis_name : str
        Of the mesh, or of the map.

    Returns
    -------
    State or dict of them
    """
    size, place = jax.lax.axis_size(axis_name), jax.lax.axis_index(axis_name)

    def gathered(x: Any) -> Any:
        # a sum, which is the same everywhere by its type; what is gathered may differ, as far as JAX can tell
        return jax.lax.psum(jnp.zeros((size, *x.shape), x.dtype).at[place].set(x), axis_name)

    several = jax.tree.map(gathered, state)
    return _folded(stream, several, size)


def across_processes(stream: Stream | Streams, state: Any) -> Any:
    """The state of all processes of ``jax.distributed``, on each of them.

    Parameters
    ----------
    stream : Stream or Streams
    state : State or dict of them
        Of this process, outside all transformations. Samples must be as many in every process: those of others are
        sent through files or by another engine.

    Returns
    -------
    State or dict of them
    """
    from jax.experimental.multihost_utils import process_allgather

    several = jax.tree.map(jnp.asarray, process_allgather(state, tiled=False))
    return _folded(stream, several, jax.process_count())


def _folded(stream: Stream | Streams, several: Any, count: int) -> Any:
    """One state of those that lie along a leading axis."""
    states = [jax.tree.map(lambda x, i=i: x[i], several) for i in range(count)]
    return states[0] if count == 1 else stream.merge(*states)
