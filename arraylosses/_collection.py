"""Several metrics over the same batches: what they remember alike is remembered once."""

from collections.abc import Hashable, Mapping
from inspect import Parameter
from typing import Any, NamedTuple, overload

from ._definition import Form, coarser
from ._domains import Domain
from ._metric import Function, Metric
from ._parameters import listed
from ._reduce import Asked, gathered_together
from ._stream import Stream
from ._typing import Array, Axis, Formula, State
from ._xp import Library, quietly


class Pool(NamedTuple):
    """Where a metric's state is kept: under whose name, and what makes it of that one."""

    holder: str
    made: Formula | None = None


class Streams:
    """Several metrics in one pass: those that remember the same share one state.

    Precision, recall and their like are read from one set of counts, all of them from a confusion matrix if one is
    asked for; errors of one kind from one mean. Frozen, hashable and picklable as a `Stream` is, with the same four
    methods. A state is a dict of states, of which there may be fewer than metrics.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> s = al.stream({"rmse": al.root_mean_squared_error, "mse": al.squared_error, "mae": al.absolute_error})
    >>> state = s.init(np.zeros(2), np.zeros(2))
    >>> for batch in (np.array([3.0, 1.0]), np.array([1.0, 5.0])):
    ...     state = s.update(state, batch, np.zeros(2))
    >>> print({name: float(value) for name, value in s.compute(state).items()})
    {'rmse': 3.0, 'mse': 9.0, 'mae': 2.5}
    >>> print(list(state))
    ['rmse', 'mae']
    """

    def __init__(self, streams: Mapping[str, Stream]) -> None:
        self.streams = dict(streams)
        self.pools = _pools(self.streams)
        self.holders = {pool.holder: self.streams[pool.holder] for pool in self.pools.values()}

    def __hash__(self) -> int:
        return hash(tuple(self.streams.items()))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Streams) and list(self.streams.items()) == list(other.streams.items())

    def __repr__(self) -> str:
        return f"stream({{{', '.join(f'{name!r}: {one!r}' for name, one in self.streams.items())}}})"

    def __reduce__(self) -> Any:
        return Streams, (self.streams,)

    def init(self, *arrays: Array, weights: Array | None = None, **named: Array) -> dict[str, State]:
        """The states of no data, for batches that look like these."""
        return {name: one.init(*arrays, weights=weights, **named) for name, one in self.holders.items()}

    def update(
        self, state: Mapping[str, State], *arrays: Array, weights: Array | None = None, **named: Array
    ) -> dict[str, State]:
        """The states of what has come before and of this batch."""
        self._refuse_others(state)
        brief = {n: one.updated_briefly(state[n], arrays, weights, named) for n, one in self.holders.items()}
        rest = [name for name, one in brief.items() if one is None]
        asked = {name: self.holders[name].asked(state[name], arrays, weights, named) for name in rest}
        if asked:
            brief |= quietly(self._updated, next(iter(asked.values())).inputs.lib, state, asked)
        found: dict[str, State] = brief
        return found

    def _updated(self, lib: Library, state: Mapping[str, State], asked: Mapping[str, Asked]) -> dict[str, State]:
        found = zip(asked.items(), gathered_together(list(asked.values())), strict=True)
        return {name: self.holders[name].added(lib, state[name], one, *batch) for (name, one), batch in found}

    def merge(self, a: Mapping[str, State], b: Mapping[str, State], /, *more: Mapping[str, State]) -> dict[str, State]:
        """One state of two, or of many at once."""
        states = (a, b, *more)
        for state in states:
            self._refuse_others(state)
        return {name: one.merge(*(state[name] for state in states)) for name, one in self.holders.items()}

    def compute(self, state: Mapping[str, State]) -> dict[str, Any]:
        """The values by name."""
        self._refuse_others(state)
        return {name: self.streams[name].compute(state[at], made=made) for name, (at, made) in self.pools.items()}

    def _refuse_others(self, state: Mapping[str, State]) -> None:
        # JAX puts the keys of a dict in an order of its own
        if not isinstance(state, Mapping) or state.keys() != self.holders.keys():
            got = listed(list(state)) if isinstance(state, Mapping) else type(state).__name__
            raise TypeError(f"a state of these metrics is a dict of {listed(list(self.holders))}; got {got}.")


# ---- which remember alike


def _pools(streams: Mapping[str, Stream]) -> dict[str, Pool]:
    """The first of those that gather alike holds the state; one that can be read from a finer state holds none."""
    keys = {name: _key(one) for name, one in streams.items()}
    first = {key: name for name, key in reversed(keys.items())}
    return {name: _finer(key, first) or Pool(first[key]) for name, key in keys.items()}


class _Key(NamedTuple):
    gather: Hashable
    admits: tuple[Any, ...]
    axis: Axis
    params: tuple[tuple[str, Any], ...]


def _key(one: Stream) -> _Key:
    definition = one.metric.definition
    form = definition.form_for(one.params)
    gathered = {k: v for k, v in one.frozen_params if k not in definition.read_params and v is not None}
    return _Key(one.metric.remembers(form), _admits(form), one.axis, tuple(gathered.items()))


def _admits(form: Form) -> tuple[Any, ...]:
    """What a form lets in; how its members are called or drawn is no matter."""
    return tuple(
        (name, _limits(domain), domain.labels and _limits(domain.labels)) for name, domain in form.domains.items()
    )


def _limits(d: Domain) -> tuple[Any, ...]:
    return d.low, d.high, d.slack, d.condition, d.event, d.label, d.within, d.optional, d.repeated


def _finer(key: _Key, first: Mapping[_Key, str]) -> Pool | None:
    """The pool of a finer state of the same arguments, if one is remembered anyway."""
    for other, name in first.items():
        made = coarser(other.gather, key.gather)
        # labels are enough for what counts no classes
        if made is not None and (other.axis, _apart_from_classes(other)) == (key.axis, _apart_from_classes(key)):
            return Pool(name, made)
    return None


def _apart_from_classes(key: _Key) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in key.params if name != "num_classes"]


# ---- making them


@overload
def stream(metric: Metric, /, *, axis: Axis = None, **params: Any) -> Stream: ...
@overload
def stream(metric: Mapping[str, Metric | Stream], /, *, axis: Axis = None, **params: Any) -> Streams: ...
def stream(metric: Any, /, *, axis: Axis = None, **params: Any) -> Stream | Streams:
    """Metrics to be computed over batches: ``init``, ``update``, ``merge`` and ``compute``.

    Parameters
    ----------
    metric : Metric, or dict of them
        A loss or a metric of this library, or of your own; or several by name, which are computed in one pass.
    axis : int or tuple of int, optional
        Axes of the elements that are used up, the leading one among them; all by default.
    **params
        Parameters of the metric; of several, of each that takes them. One with others than the rest is given as a
        stream of its own: ``{"f1": al.f1_score, "f1 of each": al.stream(al.f1_score, average=None, num_classes=3)}``.

    Returns
    -------
    Stream or Streams

    Raises
    ------
    TypeError
        For a function, which has no state, and for a parameter that no metric takes.
    """
    if not isinstance(metric, Mapping):
        return _stream(metric, axis, params)
    if not metric:
        raise ValueError("`metric` must have at least one metric; got an empty dict.")
    metrics = [m for m in metric.values() if isinstance(m, Metric)]
    for name in params:
        if not any(name in m.definition.params for m in metrics):
            raise TypeError(f"none of the metrics takes `{name}`.")
    return Streams({name: _one(m, axis, params) for name, m in metric.items()})


def streamed(metrics: Any, axis: Axis, params: dict[str, Any]) -> Stream | Streams:
    """The stream of one metric or of several; one that is a stream already has its parameters."""
    if not isinstance(metrics, (Stream, Streams)):
        chosen: Stream | Streams = stream(metrics, axis=axis, **params)
        return chosen
    given = [*params, *([] if axis is None else ["axis"])]
    if given:
        raise TypeError(f"{metrics!r} has its parameters already; got {listed(given)} beside it.")
    return metrics


def _one(metric: Metric | Stream, axis: Axis, params: Mapping[str, Any]) -> Stream:
    if isinstance(metric, Stream):
        return metric
    known = metric.definition.params if isinstance(metric, Metric) else {}
    return _stream(metric, axis, {k: v for k, v in params.items() if k in known})


def _stream(metric: Metric, axis: Axis, params: dict[str, Any]) -> Stream:
    if not isinstance(metric, Metric) or isinstance(metric, Function):
        raise TypeError(f"`metric` must be a loss or a metric; got {metric!r}.")
    definition = metric.definition
    params = definition.settled(params, ("weights", "axis"))
    for name, rule in definition.rules.items():
        if name not in params and (definition.params[name].default is Parameter.empty or rule.implied):
            raise TypeError(f"a stream of `{definition.name}` needs `{name}`.")
    return Stream(metric, axis, params)
