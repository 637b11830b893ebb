"""Losses and metrics of Keras, on whichever backend it runs: ``y_true`` first, ``sample_weight`` passed on."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from .._catalogue import catalogue
from .._checkpoint import state_from_dict, state_to_dict
from .._collection import stream
from .._metric import Metric as _Metric
from .._stream import Stream
from .._typing import Array
from .._xp import fetched
from ._common import needed, of_two, refuse_empty, refuse_growing

keras = needed("keras", "keras")

__all__ = ["Loss", "Metric"]

registered = keras.saving.register_keras_serializable(package="arraylosses")


@registered
class Loss(keras.losses.Loss):  # type: ignore[misc, name-defined]  # not followed by mypy
    """A loss of Keras: ``model.compile(loss=Loss(al.huber_loss, delta=0.5))``.

    Parameters
    ----------
    metric : Metric or str
        Of a prediction and a target, with a gradient, and the better the less it is; or its name.
    name : str, optional
        That of the metric by default.
    **params
        Of the metric, and ``axis`` and ``reduction``.

    Raises
    ------
    TypeError
        If the metric takes other arguments, has no gradient, or is better the higher it is.

    Notes
    -----
    ``sample_weight`` is the metric's ``weights``: the loss is the weighted sum over the sum of weights, where losses of
    Keras divide by the number of samples. A mask that a layer leaves on the prediction is a weight as well. No shape is
    changed: a target of shape (n,) does not fit a prediction of shape (n, 1).

    Examples
    --------
    >>> import arraylosses as al, keras
    >>> from arraylosses.interop.keras import Loss
    >>> loss = Loss(al.absolute_error)
    >>> y_true, y_pred = keras.ops.zeros(2), keras.ops.array([3.0, 5.0])
    >>> print(float(loss(y_true, y_pred)), float(loss(y_true, y_pred, sample_weight=keras.ops.array([1.0, 0.0]))))
    4.0 3.0
    """

    def __init__(self, metric: _Metric | str, *, name: str | None = None, **params: Any) -> None:
        self.metric = _found(metric, "a loss")
        facts = self.metric.facts
        if facts.smooth == "nowhere":
            raise TypeError(f"`{self.metric.__name__}` has no gradient to train by: as a metric it is `Metric`.")
        if facts.higher_is_better:
            raise TypeError(f"`{self.metric.__name__}` is better the higher it is, and `fit` would make it low.")
        self.params = _given(self.metric, params)
        super().__init__(name=name or self.metric.__name__)

    def __call__(self, y_true: Array, y_pred: Array, sample_weight: Array | None = None) -> Array:
        """The value, to be made small."""
        pred, target, weights = _arrays(y_true, y_pred, sample_weight)
        return self.metric(pred, target, weights=weights, **_tensors(self.params))

    def get_config(self) -> dict[str, Any]:
        """The name of the metric, and the parameters."""
        return {"metric": self.metric.__name__, "name": self.name, **self.params}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> "Loss":
        return cls(**_restored(config))


@registered
class Metric(keras.metrics.Metric):  # type: ignore[misc, name-defined]  # as above
    """A metric of Keras: ``model.compile(metrics=[Metric(al.r2_score)])``; `weighted_metrics` to have weights.

    Its value is that of all data at once, however they were split into batches.

    Parameters
    ----------
    metric : Metric or str
        Of a prediction and a target; or its name. One that keeps every sample needs a parameter that gives its state a
        fixed size, such as ``bins`` or ``capacity``: Keras' variables keep their shapes.
    name, dtype : str, optional
        As those of ``keras.metrics.Metric``; the name is that of the metric by default.
    **params
        Of the metric, and ``axis``, as those of `arraylosses.stream`.

    Raises
    ------
    TypeError
        If the metric takes other arguments, gives several numbers, or keeps every sample.
    ValueError
        By ``result``, if there was no batch.

    Notes
    -----
    The variables are made by the first batch, as those of ``keras.metrics.F1Score`` are.

    Examples
    --------
    >>> import arraylosses as al, keras
    >>> from arraylosses.interop.keras import Metric
    >>> rmse = Metric(al.root_mean_squared_error)
    >>> rmse.update_state(keras.ops.zeros(2), keras.ops.array([3.0, 1.0]))
    >>> rmse.update_state(keras.ops.zeros(2), keras.ops.array([1.0, 5.0]))
    >>> print(float(rmse.result()))
    3.0
    """

    def __init__(self, metric: _Metric | str, *, name: str | None = None, dtype: Any = None, **params: Any) -> None:
        self.metric = _found(metric, "a metric of Keras")
        super().__init__(name=name or self.metric.__name__, dtype=dtype)
        self.params = _given(self.metric, params)
        refuse_growing(self.stream, "Keras")
        self._empty: dict[str, Any] = {}

    @property
    def stream(self) -> Stream:
        """Of parameters on the device that Keras works on now."""
        return stream(self.metric, **_tensors(self.params))

    def update_state(self, y_true: Array, y_pred: Array, sample_weight: Array | None = None) -> None:
        """Take a batch."""
        pred, target, weights = _arrays(y_true, y_pred, sample_weight)
        if not self._empty:
            self._make_variables(pred, target, weights)
        new = state_to_dict(self.stream.update(self._state(), pred, target, weights=weights))
        for variable, name in zip(self.variables, self._empty, strict=True):
            variable.assign(new[name])

    def result(self) -> Array:
        """The value of all batches."""
        refuse_empty(self._empty or None, self.stream)
        return self.stream.compute(self._state())

    def reset_state(self) -> None:
        """Forget all batches."""
        for variable, nothing in zip(self.variables, self._empty.values(), strict=True):
            variable.assign(nothing)

    def get_config(self) -> dict[str, Any]:
        """The name of the metric, and the parameters."""
        return {"metric": self.metric.__name__, **super().get_config(), **self.params}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> "Metric":
        return cls(**_restored(config))

    def _state(self) -> Any:
        leaves = zip(self._empty, self.variables, strict=True)
        return state_from_dict({name: variable.value for name, variable in leaves}, self.stream)

    def _make_variables(self, *batch: Array | None) -> None:
        """Of the state of nothing, for batches that look like these; made by NumPy, for these may be traced."""
        pred, target, weights = (None if x is None else np.zeros(x.shape, _dtype(x)) for x in batch)
        empty = state_to_dict(stream(self.metric, **self.params).init(pred, target, weights=weights))
        labels = not any(x is not None and x.dtype.kind == "f" for x in (pred, target, weights))
        for name, nothing in empty.items():
            # of labels alone NumPy would count in float64, which JAX may not have
            dtype = keras.backend.floatx() if labels else str(nothing.dtype)
            self.add_variable(nothing.shape, _constant(nothing), dtype, name=name)
        self._empty = empty


def _found(metric: _Metric | str, value: str) -> _Metric:
    return of_two(catalogue[metric] if isinstance(metric, str) else metric, value=value)


def _given(metric: _Metric, params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters; arrays as NumPy's, of which Keras saves the numbers."""
    metric.definition.settled({name: x for name, x in params.items() if name not in metric.shared}, metric.shared)
    return {name: fetched(x) if hasattr(x, "shape") else x for name, x in params.items()}


def _tensors(params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters; arrays as the backend's, and where it works: Keras tries a model on no device at first."""
    return {name: keras.ops.convert_to_tensor(x) if hasattr(x, "shape") else x for name, x in params.items()}


def _restored(config: Mapping[str, Any]) -> dict[str, Any]:
    """What `get_config` gave, of which Keras may have made words and numbers."""
    return {k: keras.saving.deserialize_keras_object(x) if isinstance(x, dict) else x for k, x in config.items()}


def _arrays(y_true: Any, y_pred: Any, sample_weight: Any) -> tuple[Array, Array, Array | None]:
    """In our order; what a mask hides weighs nothing."""
    pred, target = map(keras.ops.convert_to_tensor, (y_pred, y_true))
    weights = None if sample_weight is None else keras.ops.convert_to_tensor(sample_weight)
    mask = getattr(y_pred, "_keras_mask", None)
    if mask is None or weights is None:
        return pred, target, weights if mask is None else mask
    lead = (*weights.shape, *[1] * (len(mask.shape) - len(weights.shape)))
    return pred, target, keras.ops.where(mask, keras.ops.reshape(weights, lead), 0.0)


def _dtype(x: Array) -> str:
    return str(keras.backend.standardize_dtype(x.dtype))


def _constant(value: Any) -> Any:
    """An initializer of Keras."""
    return lambda shape, dtype: keras.ops.convert_to_tensor(value, dtype)
