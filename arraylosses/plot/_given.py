"""What a picture is drawn of: arrays of any library, a curve, or a stream's state; and how it comes to the host."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .._collection import stream
from .._metric import Metric
from .._parameters import listed
from .._xp import fetched, library, present, size, unrecorded

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
        Gives the curve.
    kind : type
        Of the curve, a named tuple.
    """

    name: str
    metric: Metric
    kind: type

    def of(self, arrays: dict[str, Any], weights: Any, params: dict[str, Any]) -> tuple[Any, Number]:
        """The curve on the host, and what gives other numbers of the same."""
        first, *others = arrays
        given = arrays[first]
        if not isinstance(given, (tuple, Mapping)):
            return self._of_arrays(arrays, weights, params)
        more = {**{name: arrays[name] for name in others}, "weights": weights}
        self._refuse_more(given, [name for name, value in more.items() if value is not None])
        return self._of_curve(given, params) if isinstance(given, self.kind) else self._of_state(given, params)

    def _refuse_more(self, given: Any, names: list[str]) -> None:
        if names:
            told = f"got a {type(given).__name__} and {listed(names)}"
            raise ValueError(f"`{self.name}` takes arrays, or what was made of them; {told}.")

    def _of_arrays(self, arrays: dict[str, Any], weights: Any, params: dict[str, Any]) -> tuple[Any, Number]:
        arrays = {name: x for name, x in arrays.items() if x is not None}
        if weights is not None:
            arrays["weights"] = weights
        there = at_hand(arrays)

        def value(metric: Metric) -> Any:
            with unrecorded():
                return on_host(metric(**there, **params))

        return self._one(value(self.metric)), lambda metric: float(value(metric))

    def _of_curve(self, curve: Any, params: dict[str, Any]) -> tuple[Any, Number]:
        self._refuse_more(curve, list(params))
        return self._one(on_host(curve)), lambda metric: None

    def _of_state(self, state: Any, params: dict[str, Any]) -> tuple[Any, Number]:
        if isinstance(state, Mapping):
            raise TypeError(
                f"`{self.name}` draws one state; got a dict of {listed(map(str, state))}: give one of them."
            )
        settings = self._settings(state, params)

        def value(metric: Metric) -> Any:
            with unrecorded():
                return on_host(stream(metric, **settings).compute(state))

        return self._one(value(self.metric)), lambda metric: float(value(metric))

    def _settings(self, state: Any, params: dict[str, Any]) -> dict[str, Any]:
        """The parameters by which the state was gathered, and those by which it is read.

        Of the stream that is written in the state's class only the former count: the class is that of every stream
        which remembers alike, whatever they read.
        """
        owner = getattr(state, "owner", None)
        if owner is None:
            raise TypeError(f"`{self.name}` draws arrays, a {self.kind.__name__} or a state; got {_called(state)}.")
        form = owner.metric.definition.form_for(owner.params)
        names = {*form.params, form.selector}
        settings = {k: v for k, v in owner.params.items() if k in names} | params
        if not settings.keys() <= self.metric.definition.params.keys():
            raise self._other(owner)
        if stream(self.metric, **settings).kind is not type(state):
            raise self._other(owner)
        return settings

    def _other(self, owner: Any) -> TypeError:
        wanted = f"states of `{self.metric.__name__}` and of what remembers the same"
        return TypeError(f"`{self.name}` draws {wanted}; got one of {owner!r}.")

    def _one(self, curve: Any) -> Any:
        """One curve, of at least one point."""
        shape = curve[0].shape
        if len(shape) != 1:
            told = f"got {'x'.join(map(str, shape[:-1])) or 'none'}, shape {shape}"
            raise ValueError(f"`{self.name}` draws one curve; {told}: draw them one by one, on one `ax`.")
        if shape[0] == 0:
            raise ValueError(f"`{self.name}` needs a curve of at least one point; got shape {shape}.")
        return curve


def _called(value: Any) -> str:
    return f"a {type(value).__name__}"
