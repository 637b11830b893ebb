"""Accumulate over batches: pure functions from a state and a batch to a state."""

from inspect import Parameter
from typing import Any

from ._definition import Form
from ._inputs import Inputs
from ._math import in_float64, wide
from ._metric import Function, Metric
from ._reduce import apart, remembered, resolve_axes
from ._state import Samples, TwoWords, merge
from ._typing import Array, Axis, Namespace, State
from ._values import cast
from ._xp import Library, as_array, device_of, library, quietly


class Identity:
    """A parameter that is an array: equal to itself only, so that a stream stays hashable."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Identity) and other.value is self.value


def _frozen(value: Any) -> Any:
    """A parameter as part of a hash."""
    if hasattr(value, "dtype"):
        return Identity(value)
    return tuple(map(_frozen, value)) if isinstance(value, (tuple, list)) else value


class Stream:
    """A metric with its parameters, to be computed in parts.

    Frozen, hashable and picklable: `update`, `merge` and `compute` are pure, and may be jitted, scanned and mapped.
    A state is a named tuple of arrays. One stream is equal to another of the same metric and parameters.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> s = al.stream(al.root_mean_squared_error)
    >>> state = s.init(np.zeros(2), np.zeros(2))
    >>> for batch in (np.array([3.0, 1.0]), np.array([1.0, 5.0])):
    ...     state = s.update(state, batch, np.zeros(2))
    >>> print(s.compute(state))
    3.0
    """

    def __init__(self, metric: Metric, axis: Axis, params: dict[str, Any]) -> None:
        self.metric = metric
        self.axis = axis
        self.params = params
        self._key = (metric, axis, tuple((k, _frozen(v)) for k, v in sorted(params.items())))

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Stream) and self._key == other._key

    def __repr__(self) -> str:
        shown = "".join(f", {k}={v!r}" for k, v in self.params.items())
        return f"stream({self.metric.__name__}{shown})"

    def __reduce__(self) -> Any:
        return Stream, (self.metric, self.axis, self.params)

    def init(self, *arrays: Array, weights: Array | None = None, **named: Array) -> State:
        """The state of no data, for batches that look like these. Weights may be given as to `update`; they weigh 0."""
        inputs, form, _ = self._inputs(arrays, None, named)
        axes = resolve_axes(self.axis, inputs.batch)
        if not inputs.batch:
            raise ValueError("a stream reduces the leading axis of its batches; got shape ().")
        if 0 not in axes:
            raise ValueError(f"a stream reduces the leading axis of its batches; got axis={self.axis}.")
        xp = inputs.lib.xp
        like = inputs.first
        # samples are let go below, and need no weights of 0
        nothing = None if form.grows else xp.zeros(inputs.batch, dtype=xp.bool, **device_of(xp, like))
        state = _as_arrays(inputs.lib, self._gathered(arrays, nothing, named))
        return state.emptied() if isinstance(state, Samples) else state

    def update(self, state: State, *arrays: Array, weights: Array | None = None, **named: Array) -> State:
        """The state of what has come before and of this batch."""
        inputs, form, params = self._inputs(arrays, weights, named)
        return quietly(self._updated, inputs.lib, state, inputs, form, params)

    def _updated(self, lib: Library, state: State, inputs: Inputs, form: Form, params: dict[str, Any]) -> State:
        return _merged(lib, state, self._state(lib, inputs, form, params))

    def merge(self, a: State, b: State) -> State:
        """One state of two: of two workers, for instance."""
        return quietly(_merged, _library_of(a), a, b)

    def compute(self, state: State) -> Any:
        """The value of all that the state has seen."""
        return quietly(self._computed, _library_of(state), state)

    def _computed(self, lib: Library, state: State) -> Any:
        arrayed, others = apart(self._read_params())
        return in_float64(lib.xp, (state, arrayed), _read, self.metric, others)

    def _read_params(self) -> dict[str, Any]:
        names = self.metric.definition.read_params
        return {k: v for k, v in self.params.items() if k in names}

    def _inputs(self, arrays: tuple[Array, ...], weights: Array | None, named: dict[str, Array]) -> Any:
        return self.metric.inputs(arrays, weights, {**named, **self.params})

    def _gathered(self, arrays: tuple[Array, ...], weights: Array | None, named: dict[str, Array]) -> State:
        inputs, form, params = self._inputs(arrays, weights, named)
        return quietly(self._state, inputs.lib, inputs, form, params)

    def _state(self, lib: Library, inputs: Inputs, form: Form, params: dict[str, Any]) -> State:
        gather, _ = self.metric.split(params, form)
        return remembered(self.metric.definition, form, inputs, resolve_axes(self.axis, inputs.batch), gather)


def _read(xp: Namespace, given: Any, metric: Metric, params: Any) -> Any:
    """Read in float64, so that neither the order of samples nor that of operations shows, and rounded once."""
    state, arrayed = given
    dtype = _leaf(state).dtype
    state = type(state)(*(x.wide if isinstance(x, TwoWords) else wide(xp, x) for x in state))
    lib = library(_leaf(state))
    value = metric.read(lib, state, state[0].dtype, {**dict(params), **arrayed})
    if isinstance(value, tuple):
        return type(value)(*(cast(lib, x, dtype) for x in value))
    return cast(lib, value, dtype)


def _merged(lib: Library, a: State, b: State) -> State:
    if type(a) is not type(b):
        raise TypeError(f"only states of one stream merge; got {type(a).__name__} and {type(b).__name__}.")
    first, second = _leaf(a), _leaf(b)
    if type(first) is not type(second) and library(second).xp is not lib.xp:
        raise TypeError(f"only states of one library merge; got {lib.name} and {library(second).name}.")
    if first.shape != second.shape and not isinstance(a, Samples):
        shapes = f"{tuple(first.shape)} and {tuple(second.shape)}"
        raise ValueError(f"only states of one shape merge; got {shapes}.")
    return _as_arrays(lib, merge(a, b))


def _as_arrays(lib: Library, state: State) -> State:
    """Arrays throughout: NumPy's arithmetic of 0-d arrays gives scalars."""
    if lib.name != "numpy":
        return state
    return type(state)(*(_as_arrays(lib, x) if isinstance(x, tuple) else as_array(x) for x in state))


def _leaf(state: State) -> Array:
    return state[0][0] if isinstance(state[0], tuple) else state[0]


def _library_of(state: State) -> Library:
    return library(_leaf(state))


def stream(metric: Metric, /, *, axis: Axis = None, **params: Any) -> Stream:
    """A metric to be computed over batches: ``init``, ``update``, ``merge`` and ``compute``.

    Parameters
    ----------
    metric : Metric
        A loss or a metric of this library, or of your own.
    axis : int or tuple of int, optional
        Axes of the elements that are used up, the leading one among them; all by default.
    **params
        Parameters of the metric.

    Returns
    -------
    Stream

    Raises
    ------
    TypeError
        For a function, which has no state, and for a parameter that the metric does not take.
    """
    if not isinstance(metric, Metric) or isinstance(metric, Function):
        raise TypeError(f"`metric` must be a loss or a metric; got {metric!r}.")
    definition = metric.definition
    params = definition.settled(params, ("weights", "axis"))
    for name, rule in definition.rules.items():
        if name not in params and (definition.params[name].default is Parameter.empty or rule.implied):
            raise TypeError(f"a stream of `{definition.name}` needs `{name}`.")
    return Stream(metric, axis, params)
