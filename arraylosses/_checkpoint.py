"""States as plain arrays: to be saved, and to go on with on another library."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import numpy as np

from ._collection import Streams
from ._parameters import listed
from ._state import TwoWords
from ._stream import Stream
from ._typing import Array, Namespace, State
from ._xp import fetched


def state_to_dict(state: State | Mapping[str, State]) -> dict[str, Array]:
    """A state as a flat dict of its arrays, for ``numpy.savez``, safetensors, or JSON by ``tolist()``.

    Parameters
    ----------
    state : State, or dict of them
        Of a stream, or of several metrics.

    Returns
    -------
    dict of str to array
        Such as ``{"Mean.total.head": ..., "Mean.total.tail": ..., ...}``: the kind of state, its part, and the word;
        with ``name/`` before it for the states of several metrics.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> s = al.stream(al.absolute_error)
    >>> state = s.update(s.init(np.zeros(2), np.zeros(2)), np.array([3.0, 1.0]), np.zeros(2))
    >>> saved = {name: array.tolist() for name, array in al.state_to_dict(state).items()}
    >>> print(saved)
    {'Mean.total.head': 4.0, 'Mean.total.tail': 0.0, 'Mean.weight.head': 2.0, 'Mean.weight.tail': 0.0}
    >>> print(s.compute(al.state_from_dict(saved, s)))
    2.0
    """
    if isinstance(state, Mapping):
        return {f"{name}/{key}": x for name, one in state.items() for key, x in state_to_dict(one).items()}
    return dict(_named(state))


def _named(state: State) -> Iterator[tuple[str, Array]]:
    for part, leaf in zip(state._fields, state, strict=True):
        name = f"{type(state).__name__}.{part}"
        if isinstance(leaf, TwoWords):
            yield from ((f"{name}.{word}", x) for word, x in zip(leaf._fields, leaf, strict=True))
        else:
            yield name, leaf


def state_from_dict(saved: Mapping[str, Any], stream: Stream | Streams) -> Any:
    """The state that `state_to_dict` has made a dict of.

    Parameters
    ----------
    saved : dict of str to array
        Or of numbers and lists, such as JSON gives, which become NumPy arrays of float64. An open file of
        ``numpy.load`` will do.
    stream : Stream or Streams
        Whose state it is.

    Returns
    -------
    State, or dict of them

    Raises
    ------
    ValueError
        If a part of the state is missing, as in a file that was cut off, or the stream has other states.
    """
    arrays = {name: x if hasattr(x, "dtype") else np.asarray(x, dtype=np.float64) for name, x in saved.items()}
    if isinstance(stream, Stream):
        return _restored(arrays, stream)
    parted = {name.rpartition("/")[::2]: x for name, x in arrays.items()}
    return {
        one: _restored({key: x for (whose, key), x in parted.items() if whose == one}, stream.streams[one])
        for one in stream.holders
    }


def _restored(arrays: Mapping[str, Array], stream: Stream) -> State:
    kind, got = stream.kind, next(iter(arrays), "").partition(".")[0]
    if kind.__name__ != got:
        told = listed(list(arrays)) if arrays else "nothing"
        raise ValueError(f"`saved` must have a state of {stream!r}, {kind.__name__}; got {told}.")
    return kind(*(_leaf(f"{got}.{part}", arrays) for part in kind._fields))


def _leaf(name: str, arrays: Mapping[str, Array]) -> Any:
    if name in arrays:
        return arrays[name]
    words = [f"{name}.{word}" for word in TwoWords._fields]
    missing = [word for word in words if word not in arrays]
    if missing:
        raise ValueError(f"`saved` lacks {listed(missing)}: it was cut off, or is of another state.")
    return TwoWords(*(arrays[word] for word in words))


def convert_state(
    state: State | Mapping[str, State], xp: Namespace, *, dtype: Literal["float32", "float64"] | None = None
) -> Any:
    """The state as arrays of another library: start on JAX, finish on PyTorch.

    Parameters
    ----------
    state : State, or dict of them
    xp : module
        The library: ``numpy``, ``torch``, ``jax.numpy``, ``cupy``, or one that follows the standard. Its arrays lie on
        the device that it takes by default, and are copies.
    dtype : {'float32', 'float64'}, optional
        Of the batches to come; that of the state by default. Two words of float32 keep 14 digits of a sum or a count.

    Returns
    -------
    State, or dict of them

    Raises
    ------
    ValueError
        If the library has not the dtype, as JAX has no float64 without ``jax_enable_x64``.

    Examples
    --------
    >>> import numpy as np, torch, arraylosses as al
    >>> s = al.stream(al.absolute_error)
    >>> state = s.update(s.init(np.zeros(2), np.zeros(2)), np.array([3.0, 1.0]), np.zeros(2))
    >>> print(s.compute(al.convert_state(state, torch)))
    tensor(2., dtype=torch.float64)
    """
    if isinstance(state, Mapping):
        return {name: convert_state(one, xp, dtype=dtype) for name, one in state.items()}
    return type(state)(*(_moved(leaf, xp, dtype) for leaf in state))


def _moved(leaf: Any, xp: Namespace, dtype: str | None) -> Any:
    if isinstance(leaf, TwoWords):
        head, tail = (fetched(word) for word in leaf)
        return TwoWords(*(_put(word, xp) for word in _split(head, tail, np.dtype(dtype or head.dtype))))
    host = fetched(leaf)
    return _put(host.astype(dtype) if dtype and host.dtype.kind == "f" else host, xp)


def _split(head: Any, tail: Any, dtype: Any) -> tuple[Any, Any]:
    """Two words of another dtype, of the same number."""
    if head.dtype == dtype:
        return head, tail
    value = head.astype(np.float64) + tail
    first = value.astype(dtype)
    rest = np.subtract(value, first, out=np.zeros_like(value), where=np.isfinite(first))
    return first, rest.astype(dtype)


def _put(host: Any, xp: Namespace) -> Any:
    moved = xp.asarray(host)
    name = str(moved.dtype).rpartition(".")[2]
    if name != host.dtype.name:
        raise ValueError(f"the state is of {host.dtype}, and `xp` makes {name} of it: give dtype={name!r}.")
    return moved
