"""Metrics as those of Flax: ``update(**kwargs)``, ``compute()`` and ``reset()`` of ``flax.nnx``."""

from collections.abc import Mapping
from typing import Any

from .._collection import Streams, streamed
from .._parameters import listed
from .._stream import Stream
from .._typing import Array, Axis
from ._common import needed, refuse_empty, refuse_growing

nnx, jax = needed("flax", "flax.nnx"), needed("flax", "jax")

__all__ = ["Metric"]


class Metric(nnx.Metric):  # type: ignore[misc, name-defined]  # not followed by mypy
    """A metric, or several in one pass, as an ``nnx.Metric``: alone, in ``nnx.MultiMetric``, and under ``nnx.jit``.

    Parameters
    ----------
    metrics : Metric, Stream, or dict of them
        Of several, ``compute`` gives a dict.
    argnames : dict of str, optional
        The keywords of ``update`` by the names of the metric's arguments, where they differ:
        ``{"pred": "logits", "target": "labels"}``. Keywords that are nobody's are left alone, for other metrics of a
        ``MultiMetric`` may want them.
    axis, **params
        As those of `arraylosses.stream`.

    Attributes
    ----------
    stream : Stream or Streams
    state : nnx.metrics.MetricState
        Of the state of all batches; of None before the first.

    Raises
    ------
    TypeError
        If it is no metric, a parameter is unknown, or, by ``update`` under a transformation, if the metric keeps every
        sample.
    ValueError
        By ``compute``, if there was no batch.

    Notes
    -----
    The first batch says what the state looks like, so that a step under ``nnx.jit`` is compiled twice: for the first
    batch, and for those after it. ``nnx.scan`` asks for a state that keeps its shape: take the first batch before it.

    Examples
    --------
    >>> import jax.numpy as jnp, arraylosses as al
    >>> from arraylosses.interop.flax import Metric
    >>> rmse = Metric(al.root_mean_squared_error, argnames={"pred": "values", "target": "labels"})
    >>> rmse.update(values=jnp.asarray([3.0, 1.0]), labels=jnp.zeros(2))
    >>> rmse.update(values=jnp.asarray([1.0, 5.0]), labels=jnp.zeros(2))
    >>> print(rmse.compute())
    3.0
    """

    def __init__(
        self, metrics: Any, /, *, argnames: Mapping[str, str] | None = None, axis: Axis = None, **params: Any
    ) -> None:
        self.stream = streamed(metrics, axis, params)
        self.argnames = tuple(_own(self.stream, argnames or {}).items())
        self.state = nnx.metrics.MetricState(None)

    def reset(self) -> None:
        """Forget all batches."""
        self.state.set_value(None)

    def update(self, **kwargs: Array) -> None:
        """Take a batch: the arrays of the metric by name, and ``weights`` if it has some."""
        named = self._named(kwargs)
        if any(isinstance(x, jax.core.Tracer) for x in named.values()):
            refuse_growing(self.stream, "a transformation of JAX")
        before = self.state.get_value()
        if before is None:
            before = self.stream.init(**named)
        self.state.set_value(self.stream.update(before, **named))

    def compute(self) -> Any:
        """The value of all batches."""
        state = self.state.get_value()
        refuse_empty(state, self.stream)
        return self.stream.compute(state)

    def _named(self, kwargs: Mapping[str, Array]) -> dict[str, Array]:
        """What is the metric's, by the metric's own names."""
        for name, keyword in self.argnames:
            if name != keyword and keyword not in kwargs:
                raise TypeError(f"`update` of {self.stream!r} needs `{keyword}`.")
        return {name: kwargs[keyword] for name, keyword in self.argnames if keyword in kwargs}


def _own(chosen: Stream | Streams, argnames: Mapping[str, str]) -> dict[str, str]:
    """The keyword of every argument."""
    several = chosen.streams.values() if isinstance(chosen, Streams) else (chosen,)
    names = {name: name for one in several for name in (*one.metric.definition.domains, "weights")}
    for name in argnames.keys() - names.keys():
        raise TypeError(f"`argnames` must be by arguments of the metric, {listed(names)}; got `{name}`.")
    return names | dict(argnames)
