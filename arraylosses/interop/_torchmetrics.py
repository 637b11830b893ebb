"""Metrics as torchmetrics has them; found as `arraylosses.interop.torch.Metric`."""

from collections.abc import Callable, Mapping
from typing import Any

from .._checkpoint import state_from_dict, state_to_dict
from .._collection import Streams, streamed
from .._stream import Stream
from .._typing import Array, Axis
from ..engines.torch import all_merge, each
from ._common import needed, refuse_empty

torch, torchmetrics = needed("torch", "torch"), needed("torch", "torchmetrics")

SETTINGS = ("dist_sync_on_step", "process_group", "distributed_available_fn", "sync_on_compute", "compute_with_cache")
"""What torchmetrics asks of every metric. ``dist_sync_fn`` is not among them: the states are merged, not reduced."""


class Metric(torchmetrics.Metric):  # type: ignore[misc, name-defined]  # not followed by mypy
    """A metric, or several in one pass, as a ``torchmetrics.Metric``.

    It has all that torchmetrics, its ``MetricCollection`` and Lightning's ``self.log`` ask of one. The value is that of
    all data at once, in one process or in many, of which some may have had no batch.

    Parameters
    ----------
    metrics : Metric, Stream, or dict of them
        Of several, ``compute`` gives a dict.
    axis, **params
        As those of `arraylosses.stream`; and torchmetrics' own ``dist_sync_on_step``, ``process_group``,
        ``distributed_available_fn``, ``sync_on_compute`` and ``compute_with_cache``.

    Attributes
    ----------
    stream : Stream or Streams
    state : State, dict of them, or None
        None before the first batch.

    Raises
    ------
    TypeError
        If it is no metric, or a parameter is unknown.
    ValueError
        By ``compute``, if there was no batch.

    Examples
    --------
    >>> import torch, arraylosses as al
    >>> from arraylosses.interop.torch import Metric
    >>> rmse = Metric(al.root_mean_squared_error)
    >>> rmse.update(torch.tensor([3.0, 1.0]), torch.zeros(2))
    >>> rmse.update(torch.tensor([1.0, 5.0]), torch.zeros(2))
    >>> print(rmse.compute(), rmse.higher_is_better)
    tensor(3.) False
    """

    full_state_update = False

    def __init__(self, metrics: Any, /, *, axis: Axis = None, **params: Any) -> None:
        super().__init__(**{name: params.pop(name) for name in SETTINGS if name in params})
        self.stream = streamed(metrics, axis, params)
        self.state: Any = None
        self._persistent["state"] = False

    @property
    def higher_is_better(self) -> bool | None:
        """What the facts say; None of several."""
        return self.stream.metric.facts.higher_is_better if isinstance(self.stream, Stream) else None

    @property
    def is_differentiable(self) -> bool | None:
        """What the facts say; None of several."""
        return self.stream.metric.facts.smooth != "nowhere" if isinstance(self.stream, Stream) else None

    @property
    def metric_state(self) -> dict[str, Any]:
        return {"state": self.state}

    def update(self, *arrays: Array, weights: Array | None = None, **named: Array) -> None:
        """Take a batch: the arrays of the metric, prediction first, and their weights."""
        before = self.state
        if before is None:
            before = each(_tensor, self.stream.init(*arrays, weights=weights, **named))
        self.state = self.stream.update(before, *arrays, weights=weights, **named)

    def compute(self) -> Any:
        """The value of all batches."""
        refuse_empty(self.state, self.stream)
        return self.stream.compute(self.state)

    def reset(self) -> None:
        """Forget all batches."""
        super().reset()
        self.state = None

    def extra_repr(self) -> str:
        return repr(self.stream)

    # ---- what torchmetrics does with the states that it knows of

    def _copy_state_dict(self) -> dict[str, Any]:
        return {"state": each(_constant, self.state)}

    def _reduce_states(self, incoming_state: Mapping[str, Any]) -> None:
        found = [each(_constant, one) for one in (incoming_state["state"], self.state) if one is not None]
        self.state = self.stream.merge(*found) if len(found) == 2 else found[0] if found else None

    def _sync_dist(self, dist_sync_fn: Any = None, process_group: Any = None) -> None:
        self._take(all_merge(self.stream, self.state, group=process_group or self.process_group))

    def _take(self, state: Any) -> None:
        self.state = each(lambda x: x.to(self.device), state)

    def _apply(self, fn: Callable[[Array], Array], exclude_state: Any = "") -> Any:
        before = self.device
        super()._apply(fn, exclude_state)
        if self.device != before:
            self._take(self.state)
            self.stream = _moved(self.stream, {}, self.device)
        return self

    def state_dict(self, destination: Any = None, prefix: str = "", keep_vars: bool = False) -> dict[str, Any]:
        """The state by the names of its parts, if ``persistent(True)`` was said."""
        found: dict[str, Any] = super().state_dict(destination=destination, prefix=prefix, keep_vars=keep_vars)
        if self._persistent["state"] and self.state is not None:
            found.update({prefix + name: _constant(x) for name, x in state_to_dict(self.state).items()})
        return found

    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, *rest: Any) -> None:
        saved = {name.removeprefix(prefix): state_dict.pop(name) for name in [*state_dict] if name.startswith(prefix)}
        if saved:
            self._take(state_from_dict(saved, self.stream))
        super()._load_from_state_dict(state_dict, prefix, *rest)


def _tensor(x: Array) -> Array:
    if not isinstance(x, torch.Tensor):
        raise TypeError(f"`update` takes tensors; got arrays of {type(x).__module__.partition('.')[0]}.")
    return x


def _constant(x: Array) -> Array:
    return x.detach()


def _moved(chosen: Any, seen: dict[int, Any], device: Any) -> Any:
    """The stream, with its parameters that are tensors on a device; what several share they share afterwards."""
    if isinstance(chosen, Streams):
        return Streams({name: _moved(one, seen, device) for name, one in chosen.streams.items()})

    def placed(x: Any) -> Any:
        return seen.setdefault(id(x), x.to(device)) if isinstance(x, torch.Tensor) else x

    return Stream(chosen.metric, chosen.axis, {name: placed(x) for name, x in chosen.params.items()})
