"""States over the ranks of ``torch.distributed``."""

from collections.abc import Callable
from typing import Any

from torch import distributed

from .._collection import Streams
from .._stream import Stream
from .._typing import Array


def all_merge(stream: Stream | Streams, state: Any, *, group: Any = None) -> Any:
    """The state of all ranks together, on every rank.

    Parameters
    ----------
    stream : Stream or Streams
    state : State, dict of them, or None
        Of this rank; None where it had no data. Ranks may have seen batches of any number and size, and samples of any
        number.
    group : ProcessGroup, optional
        The default one by default.

    Returns
    -------
    State or dict of them
        The same on every rank, on the device of its own state; on the host where it had none.

    Raises
    ------
    ValueError
        If no rank had data.

    Notes
    -----
    States are sent whole and over the host, by ``all_gather_object``: a mean is a few hundred bytes; samples are what
    they are.
    """
    found: list[Any] = [None] * distributed.get_world_size(group)
    # what a rank sends from its own device would stay there, where no other rank can merge it
    distributed.all_gather_object(found, each(lambda x: x.cpu(), state), group=group)
    states = [one for one in found if one is not None]
    if not states:
        raise ValueError("`state` must be a state on at least one rank; got None on all of them.")
    merged = states[0] if len(states) == 1 else stream.merge(*states)
    return merged if state is None else each(lambda x: x.to(_device(state)), merged)


def each(fn: Callable[[Array], Array], state: Any) -> Any:
    """``fn`` of every array of a state, of several, or of none."""
    if isinstance(state, dict):
        return {name: each(fn, one) for name, one in state.items()}
    if isinstance(state, tuple):
        return type(state)(*(each(fn, leaf) for leaf in state))
    return None if state is None else fn(state)


def _device(state: Any) -> Any:
    """Where the first of its arrays lies."""
    while not hasattr(state, "device"):
        state = next(iter(state.values() if isinstance(state, dict) else state))
    return state.device
