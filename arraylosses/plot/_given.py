"""What a picture is drawn of: arrays of any library, a curve, or a stream's state; and how it comes to the host."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from .._collection import stream
from .._metric import Metric
from .._parameters import listed
from .._xp import fetched, library, present, size, unrecorded

Reader = Callable[[Metric], Any]
Number = Callable[[Metric], float | None]
"""The value of another metric of what a curve was drawn of; None where only the curve is known."""


def on_host(value: Any) -> Any:
    """An array, or a named tuple of them, as NumPy, from wherever it lies: a picture is made of nothing else."""
    return type(value)(*map(fetched, value)) if isinstance(value, tuple) else fetched(value)


def at_hand(arrays: Mapping[str, Any]) -> dict[str, Any]:
    """Arrays that hold something and whose values are there: Dask's are computed."""
    for name, array in arrays.items():
        library(array, name)  # or a sentence
        if size(array) == 0:
            raise ValueError(f"`{name}` must have at least one element to be drawn; got shape {tuple(array.shape)}.")
    return dict(zip(arrays, present(tuple(arrays.values())), strict=True))


def taken(metric: Metric, options: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Options of a metric, and those of what is drawn."""
    known = metric.definition.params
    of_metric = {k: v for k, v in options.items() if k in known}
    return of_metric, {k: v for k, v in options.items() if k not in known}


@dataclass(frozen=True)
class Picture:
    """What a function of this package draws.

    Attributes
    ----------
    name : str
        Of the function.
    metric : Metric
        Gives what is drawn.
    kind : type or None
        Of the curve, a named tuple; None of a matrix, which is an array.
    """

    name: str
    metric: Metric
    kind: type | None

    def curve(self, arrays: dict[str, Any], weights: Any, params: dict[str, Any]) -> tuple[Any, Number]:
        """One curve on the host, and what gives other numbers of the same."""
        given = next(iter(arrays.values()))
        if self.kind is not None and isinstance(given, self.kind):
            self._refuse_more(given, _beside(arrays, weights) + list(params))
            return self._one(on_host(given)), lambda metric: None
        value = self.reader(arrays, weights, params)
        return self._one(value(self.metric)), lambda metric: float(value(metric))

    def reader(self, arrays: dict[str, Any], weights: Any, params: dict[str, Any]) -> Reader:
        """What gives the value of a metric, on the host, of arrays or of a state."""
        given = next(iter(arrays.values()))
        if not isinstance(given, (tuple, Mapping)):
            there = at_hand({name: x for name, x in {**arrays, "weights": weights}.items() if x is not None})
            return partial(_of_arrays, there, params)
        gathered = params.keys() - self.metric.definition.read_params.keys()
        self._refuse_more(given, _beside(arrays, weights) + sorted(gathered))
        return partial(_of_state, given, self._settings(given, params))

    def _refuse_more(self, given: Any, names: list[str]) -> None:
        if names:
            got = f"a {type(given).__name__} and {listed(names)}"
            raise ValueError(f"`{self.name}` takes arrays, or what was made of them; got {got}.")

    def _settings(self, state: Any, params: dict[str, Any]) -> dict[str, Any]:
        """The parameters by which the state was gathered, and those by which it is read.

        Of the stream that is written in the state's class only the former count: the class is that of every stream
        which remembers alike, whatever they read.
        """
        owner = getattr(state, "owner", None)
        if owner is None:
            raise self._no_state(state)
        form = owner.metric.definition.form_for(owner.params)
        settings = {k: v for k, v in owner.params.items() if k in form.params or k == form.selector} | params
        known = settings.keys() <= self.metric.definition.params.keys()
        if not known or stream(self.metric, **settings).kind is not type(state):
            wanted = f"states of `{self.metric.__name__}` and of what remembers the same"
            raise TypeError(f"`{self.name}` draws {wanted}; got one of {owner!r}.")
        return settings

    def _no_state(self, given: Any) -> TypeError:
        if isinstance(given, Mapping):
            got = f"a dict of {listed(map(str, given))}: give one of them"
        else:
            got = f"a {type(given).__name__}"
        drawn = "a matrix of counts" if self.kind is None else f"a {self.kind.__name__}"
        return TypeError(f"`{self.name}` draws arrays, {drawn} or one state; got {got}.")

    def _one(self, curve: Any) -> Any:
        """One curve, of at least one point."""
        shape = curve[0].shape
        if len(shape) != 1:
            raise ValueError(
                f"`{self.name}` draws one curve; got the shape {shape}: draw them one by one, on one `ax`."
            )
        if shape[0] == 0:
            raise ValueError(f"`{self.name}` draws a curve of at least one point; got the shape {shape}.")
        if any(np.isnan(part).all() for part in curve[:2]):
            undefined = self.metric.facts.undefined
            when = f"for {undefined} or " if undefined else ""
            raise ValueError(f"`{self.name}` has nothing to draw: the curve is NaN, as it is {when}where data are NaN.")
        return curve


def _beside(arrays: Mapping[str, Any], weights: Any) -> list[str]:
    """Names of what is given beside the first argument."""
    return [name for name, x in [*arrays.items(), ("weights", weights)][1:] if x is not None]


def _of_arrays(arrays: Mapping[str, Any], params: Mapping[str, Any], metric: Metric) -> Any:
    with unrecorded():
        return on_host(metric(**arrays, **params))


def _of_state(state: Any, settings: Mapping[str, Any], metric: Metric) -> Any:
    with unrecorded():
        return on_host(stream(metric, **settings).compute(state))
