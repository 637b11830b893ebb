"""States over the ranks of ``torch.distributed``."""

from typing import Any

from torch import distributed

from .._collection import Streams
from .._stream import Stream


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
        The same on every rank, on the device of the first state that a rank had.

    Raises
    ------
    ValueError
        If no rank had data.

    Notes
    -----
    States are sent whole, by ``all_gather_object``: a mean is a few hundred bytes; samples are what they are.
    """
    found: list[Any] = [None] * distributed.get_world_size(group)
    distributed.all_gather_object(found, state, group=group)
    states = [one for one in found if one is not None]
    if not states:
        raise ValueError("`state` must be a state on at least one rank; got None on all of them.")
    return states[0] if len(states) == 1 else stream.merge(*states)
