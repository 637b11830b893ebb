"""Metrics as scikit-learn's scorers: ``y_true`` first, a Python float, greater is better."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from .._metric import Metric
from ._common import needed, of_two

make_scorer = needed("sklearn", "sklearn.metrics", "scikit-learn").make_scorer

__all__ = ["Score", "score", "scorer"]

Multioutput = Literal["uniform_average"] | None
VALUE = "a score"


@dataclass(frozen=True)
class Score:
    """A metric in scikit-learn's order of arguments. Made by `score`; equal to another of the same metric.

    Attributes
    ----------
    metric : Metric
    """

    metric: Metric

    @property
    def __name__(self) -> str:
        return self.metric.__name__

    def __call__(
        self, y_true: Any, y_pred: Any, *, sample_weight: Any = None, multioutput: Multioutput = None, **params: Any
    ) -> float:
        """The value, as a Python float."""
        if multioutput not in (None, "uniform_average"):
            raise ValueError(f"`multioutput` must be 'uniform_average' or None; got {multioutput!r}.")
        target, pred = _array("y_true", y_true), _array("y_pred", y_pred)
        weights = None if sample_weight is None else _array("sample_weight", sample_weight)
        if multioutput is None:
            return _number(self.metric, self.metric(pred, target, weights=weights, **params))
        each = self.metric(pred, target, weights=weights, axis=0, **params)
        return float(each.mean())


def score(metric: Metric) -> Score:
    """A metric as a function of ``(y_true, y_pred, *, sample_weight=None)``.

    Parameters
    ----------
    metric : Metric
        Of a prediction and a target, whose value is one number.

    Returns
    -------
    Score
        Callable with ``sample_weight``, with the metric's own parameters, and with ``multioutput``: None for the metric
        of all outputs together, 'uniform_average' for the mean of the metrics of each. It pickles, and stands wherever
        scikit-learn takes a function of that order. Lists, series and data frames become NumPy arrays.

    Raises
    ------
    TypeError
        If the value is no one number, or the arguments are others.

    Examples
    --------
    >>> import arraylosses as al
    >>> from arraylosses.interop.sklearn import score
    >>> rmse = score(al.root_mean_squared_error)
    >>> print(rmse([0, 0, 0], [3, 4, 100], sample_weight=[1, 1, 0]))
    3.5355339059327378
    """
    return Score(of_two(metric, value=VALUE))


def scorer(
    metric: Metric,
    /,
    *,
    response_method: str | tuple[str, ...] | None = None,
    greater_is_better: bool | None = None,
    **params: Any,
) -> Any:
    """A metric as a scorer, for ``cross_val_score``, ``GridSearchCV`` and their like.

    Parameters
    ----------
    metric : Metric
        Of a prediction and a target, whose value is one number.
    response_method : str or tuple of str, optional
        Which method of the estimator gives the prediction, as in ``sklearn.metrics.make_scorer``: 'predict' by default
        where a prediction is a label, becomes one by a threshold, or is a real number as the target is. Elsewhere it
        must be said: a probability is 'predict_proba', a logit 'decision_function'.
    greater_is_better : bool, optional
        By default what the facts of the metric say. Where less is better, the score is the value with its sign changed.
    **params
        Of the metric, and ``multioutput``, as in `score`.

    Returns
    -------
    callable
        ``scorer(estimator, X, y, sample_weight=None)``, as ``make_scorer`` makes it.

    Raises
    ------
    TypeError
        If the value is no one number, the arguments are others, or a parameter is unknown.
    ValueError
        If the facts do not say what must be known.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> from sklearn.linear_model import LinearRegression
    >>> from sklearn.model_selection import cross_val_score
    >>> from arraylosses.interop.sklearn import scorer
    >>> x = np.arange(12.0)[:, None]
    >>> scores = cross_val_score(LinearRegression(), x, x[:, 0] % 2, scoring=scorer(al.root_mean_squared_error), cv=3)
    >>> print(scores.round(3))
    [-0.557 -0.493 -0.557]
    """
    function = score(metric)
    own = {name: value for name, value in params.items() if name != "multioutput"}
    metric.definition.settled(own, ("multioutput",))
    better = metric.facts.higher_is_better if greater_is_better is None else greater_is_better
    if better is None:
        raise ValueError(f"`{metric.__name__}` has no best value: give greater_is_better=True or False.")
    response = response_method or _response(metric, own)
    return make_scorer(function, greater_is_better=better, response_method=response, **params)


def _response(metric: Metric, params: dict[str, Any]) -> str:
    """What the estimator is asked for, where there is no doubt."""
    form = metric.definition.form_for(params)
    pred, target = form.domains.values()
    labels = pred.label or pred.labels or "threshold" in form.params
    if labels or (pred.name == target.name and not pred.bounded):
        return "predict"
    told = f"`{metric.__name__}` has predictions that are {pred.name} and targets that are {target.name}"
    raise ValueError(f"{told}: give response_method='predict_proba', 'decision_function' or 'predict'.")


def _array(name: str, x: Any) -> Any:
    """Arrays as they are; anything else as a NumPy array of numbers."""
    found = x if hasattr(x, "device") else np.asarray(x)
    if getattr(found.dtype, "kind", "f") in "OSUT":
        raise TypeError(f"`{name}` must be numbers; got {found.dtype}: `sklearn.preprocessing` encodes labels.")
    return found


def _number(metric: Metric, value: Any) -> float:
    if value.shape != ():
        raise ValueError(f"{VALUE} is one number; `{metric.__name__}` gave an array of shape {tuple(value.shape)}.")
    return float(value)
