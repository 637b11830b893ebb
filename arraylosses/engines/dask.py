"""States over the chunks of Dask arrays, on threads, processes or a cluster."""

from collections.abc import Mapping
from typing import Any

from dask import delayed

from .._collection import Streams, streamed
from .._evaluate import accumulate
from .._metric import Metric
from .._stream import Stream
from .._typing import Axis


def evaluate(
    metrics: Metric | Stream | Streams | Mapping[str, Metric | Stream],
    /,
    *arrays: Any,
    axis: Axis = None,
    **params: Any,
) -> Any:
    """The metrics of Dask arrays, to be computed: a state for each chunk, and a tree of merges.

    For a cluster; `arraylosses.evaluate` computes them here and now, one part after the other.

    Parameters
    ----------
    metrics : Metric, Stream, or dict of them
    *arrays
        Dask arrays of one length; those after the first take its chunks along the leading axis.
    axis, **params
        As those of `arraylosses.stream`.

    Returns
    -------
    dask.delayed.Delayed
        Nothing is computed before ``.compute()``. A worker that is lost is made good by Dask: a state depends on its
        chunk alone.

    Raises
    ------
    ValueError
        If the arrays are not of one length.
    """
    chosen = streamed(metrics, axis, params)
    lengths = {x.shape[0] for x in arrays}
    if len(lengths) != 1:
        shapes = " and ".join(str(x.shape) for x in arrays)
        raise ValueError(f"`arrays` must be of one length along the leading axis; got shapes {shapes}.")
    blocks = [_blocks(x, arrays[0].chunks[0]) for x in arrays]
    states = [delayed(accumulate)(chosen, [block]) for block in zip(*blocks, strict=True)]
    while len(states) > 1:
        pairs = [delayed(chosen.merge)(a, b) for a, b in zip(states[::2], states[1::2], strict=False)]
        states = pairs + states[len(pairs) * 2 :]
    return delayed(chosen.compute)(states[0])


def _blocks(x: Any, rows: tuple[int, ...]) -> list[Any]:
    """Chunks of whole rows, one after the other."""
    whole = x.rechunk({0: rows, **dict.fromkeys(range(1, x.ndim), -1)})
    return list(whole.to_delayed().ravel())
