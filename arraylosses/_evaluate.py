"""Metrics of data that comes in batches, or is too large for memory."""

import mmap
from collections.abc import Iterable, Iterator, Mapping, Sized
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

import numpy as np

from ._collection import Streams, streamed
from ._metric import Metric
from ._state import Samples
from ._stream import Stream
from ._typing import Array, Axis
from ._xp import chunk_ends, compilable, compiled, present, size, unrecorded

BATCH_BYTES = 1 << 27
"""Of arrays that are cut into batches, what all of them together weigh in one."""


class BatchError(ValueError):
    """A batch could not be taken.

    Attributes
    ----------
    batch : int
        Which one, from 0 on.
    stream : Stream or Streams
    state : State, dict of them, or None
        What all batches before it have given; None where there is none. ``error.stream.compute(error.state)`` reads it.
    """

    def __init__(self, batch: int, stream: Stream | Streams, state: Any, why: str) -> None:
        super().__init__(f"batch {batch}: {why}")
        self.batch = batch
        self.stream = stream
        self.state = state


def evaluate(
    metrics: Metric | Stream | Streams | Mapping[str, Metric | Stream],
    /,
    *data: Any,
    batch_size: int | None = None,
    progress: bool | None = None,
    axis: Axis = None,
    **params: Any,
) -> Any:
    """A metric, or several, of data that comes batch by batch: the number that all of it in one array would give.

    Parameters
    ----------
    metrics : Metric, Stream, or dict of them
        Those that remember the same share one state, as in `stream`.
    *data
        One iterable of batches, such as a ``DataLoader``, a generator or a list; or the arguments of the metric, to be
        cut along their leading axis: arrays of any library, NumPy's memory maps of files larger than memory, or Dask
        arrays, which are computed chunk by chunk. A batch is a tuple or list of the metric's arrays, a dict of them by
        name (``weights`` among them), or one array.
    batch_size : int, optional
        Elements of the leading axis that are taken at a time; by default, of arrays, what weighs 128 MiB.
    progress : bool, optional
        Show a bar, which needs tqdm; None, the default, does so in a terminal where tqdm is installed, from the second
        second on.
    axis, **params
        As those of `stream`.

    Returns
    -------
    array, named tuple, or dict of them by name

    Raises
    ------
    BatchError
        Where a batch does not fit; what was gathered before it is in its ``state``.
    ValueError
        If there is no batch.

    Notes
    -----
    No batch is kept, and no graph of automatic differentiation. Arrays of JAX are added by one compiled program for
    each shape of batch, in which a label out of range gives NaN. Dask arrays are computed here and now, one part after
    the other; `arraylosses.engines.dask.evaluate` gives a task for a cluster, which holds all parts at once.

    How data are cut changes no bit of a float32 result, but for NumPy's batches of over 1.5 million differences
    (squared, absolute, Huber and smooth L1 errors), whose sum it may change by 1e-8.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> batches = ((np.full(3, i), np.zeros(3)) for i in range(3))
    >>> print(float(al.evaluate(al.absolute_error, batches)))
    1.0
    >>> both = {"mae": al.absolute_error, "r2": al.r2_score}
    >>> values = al.evaluate(both, np.arange(4.0), np.arange(4.0), batch_size=2)
    >>> print({name: float(value) for name, value in values.items()})
    {'mae': 0.0, 'r2': 1.0}
    """
    chosen = streamed(metrics, axis, params)
    return chosen.compute(accumulate(chosen, *data, batch_size=batch_size, progress=progress))


def accumulate(
    stream: Stream | Streams, /, *data: Any, batch_size: int | None = None, progress: bool | None = None
) -> Any:
    """The state of data that comes batch by batch: what one worker sends to the others.

    Parameters
    ----------
    stream : Stream or Streams
    *data, batch_size, progress
        As those of `evaluate`.

    Returns
    -------
    State or dict of them
        For ``stream.merge`` and ``stream.compute``.

    Raises
    ------
    BatchError
        Where a batch does not fit; what was gathered before it is in its ``state``.
    ValueError
        If there is no batch.

    Examples
    --------
    >>> import functools, numpy as np, arraylosses as al
    >>> s = al.stream(al.absolute_error)
    >>> states = [al.accumulate(s, np.full(3, float(i)), np.zeros(3)) for i in range(3)]
    >>> print(float(s.compute(functools.reduce(s.merge, states))))
    1.0
    """
    with unrecorded():
        return _walked(stream, _shown(_batches(data, batch_size), progress))


def _walked(chosen: Stream | Streams, batches: Iterable[Any]) -> Any:
    """The state of all batches."""
    gathered = _Gathered(chosen)
    for i, batch in enumerate(_read(chosen, gathered, batches)):
        arrays, named = _arguments(batch)
        try:
            gathered.take(arrays, named)
        except (TypeError, ValueError) as why:
            raise BatchError(i, chosen, gathered.state, str(why)) from why
    if not gathered.parts:
        raise ValueError("`data` must have at least one batch; it ended at once.")
    return gathered.state


def _read(chosen: Stream | Streams, gathered: "_Gathered", batches: Iterable[Any]) -> Iterator[Any]:
    """The batches; one that cannot be read does not lose those before it."""
    i, batches = 0, iter(batches)
    while True:
        try:
            batch = next(batches)
        except StopIteration:
            return
        except Exception as why:  # whatever reads the data may raise, a file that was cut off for one
            told = f"it could not be read: {type(why).__name__}: {why}"
            raise BatchError(i, chosen, gathered.state, told) from why
        yield batch
        i += 1


def _arguments(batch: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    if isinstance(batch, Mapping):
        return (), dict(batch)
    return (tuple(batch) if isinstance(batch, (tuple, list)) else (batch,)), {}


class _Gathered:
    """What the batches have given: one state; of samples, which grow, a few, so that none is copied at each batch."""

    def __init__(self, chosen: Stream | Streams) -> None:
        self.chosen = chosen
        self.parts: list[tuple[int, Any]] = []
        self.empty: Any = None
        self.grows = False

    @property
    def state(self) -> Any:
        """All parts as one."""
        merged = None
        for _, part in reversed(self.parts):
            merged = part if merged is None else self.chosen.merge(part, merged)
        return merged

    def take(self, arrays: tuple[Any, ...], named: dict[str, Any]) -> None:
        if self.empty is None:
            self.empty = self.chosen.init(*arrays, **named)
            states = self.empty.values() if isinstance(self.empty, dict) else (self.empty,)
            self.grows = any(isinstance(one, Samples) for one in states)
        if self.grows:
            self._push(self._updated(self.empty, arrays, named))
        else:
            before = self.parts[0][1] if self.parts else self.empty
            self.parts = [(1, self._updated(before, arrays, named))]

    def _updated(self, state: Any, arrays: tuple[Any, ...], named: dict[str, Any]) -> Any:
        update = self.chosen.update
        if not self.grows and all(map(compilable, (*arrays, *named.values()))):
            update = _compiled(self.chosen)
        return update(state, *arrays, **named)

    def _push(self, state: Any) -> None:
        """As a binary counter carries: two parts of as many batches become one."""
        batches = 1
        while self.parts and self.parts[-1][0] == batches:
            state = self.chosen.merge(self.parts.pop()[1], state)
            batches *= 2
        self.parts.append((batches, state))


@lru_cache(maxsize=32)
def _compiled(chosen: Stream | Streams) -> Any:
    """One program for each shape of batch."""
    return compiled(chosen.update)


# ---- data


def _batches(data: tuple[Any, ...], batch_size: int | None) -> tuple[Iterable[Any], int | None]:
    """The batches, and how many there are if that is known."""
    if not data:
        raise TypeError("`data` must be an iterable of batches, or the arrays of the metric; got nothing.")
    if all(hasattr(x, "shape") and hasattr(x, "dtype") for x in data):
        cuts = _cuts(data, batch_size)
        return _cut(data, cuts), len(cuts)
    if len(data) > 1 or not isinstance(data[0], Iterable):
        kinds = " and ".join(type(x).__name__ for x in data)
        raise TypeError(f"`data` must be an iterable of batches, or the arrays of the metric; got {kinds}.")
    if batch_size is not None:
        raise TypeError("`batch_size` cuts arrays; `data` comes in batches already.")
    return data[0], len(data[0]) if isinstance(data[0], Sized) else None


def _cuts(data: tuple[Array, ...], batch_size: int | None) -> list[slice]:
    """Stretches of the leading axis."""
    lengths = {int(x.shape[0]) if x.ndim else -1 for x in data}
    if len(lengths) > 1 or -1 in lengths:
        shapes = " and ".join(str(tuple(x.shape)) for x in data)
        raise ValueError(f"`data` must be arrays of one length along the leading axis; got shapes {shapes}.")
    n = lengths.pop()
    if batch_size is None and (ends := chunk_ends(data[0])):
        return [slice(start, stop) for start, stop in zip([0, *ends[:-1]], ends, strict=True)]
    rows = batch_size or max(1, BATCH_BYTES * n // max(sum(map(_weight, data)), 1))
    if rows < 1:
        raise ValueError(f"`batch_size` must be at least 1; got {batch_size}.")
    # nothing at all is one batch of nothing; the standard does not say what lies beyond an end
    return [slice(start, start + rows if start + rows < n else None) for start in range(0, max(n, 1), rows)]


def _weight(x: Array) -> int:
    """Bytes; the standard has no word for them, and then 8 of each element."""
    return getattr(x, "nbytes", 8 * size(x))


def _cut(data: tuple[Array, ...], cuts: list[slice]) -> Iterator[tuple[Array, ...]]:
    for cut in cuts:
        yield present(tuple(x[cut] for x in data))
        for x in data:
            _let_go(x)


def _let_go(x: Array) -> None:
    """Pages of a file that was mapped to be read: the system would keep them in memory as long as there is room."""
    if not isinstance(x, np.memmap) or x.mode != "r":
        return
    base: Any = x
    while isinstance(base, np.ndarray):
        base = base.base
    if isinstance(base, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        base.madvise(mmap.MADV_DONTNEED)


def _shown(batches: tuple[Iterable[Any], int | None], progress: bool | None) -> Iterable[Any]:
    """The batches, with a bar that tells how many have passed."""
    several, total = batches
    if progress is False or (progress is None and find_spec("tqdm") is None):
        return several
    try:
        from tqdm import tqdm
    except ModuleNotFoundError:
        raise ModuleNotFoundError("`progress` needs tqdm: `pip install 'arraylosses[progress]'`.") from None
    found: Iterable[Any] = tqdm(
        several, total=total, unit="batch", delay=1, leave=False, disable=None if progress is None else False
    )
    return found
