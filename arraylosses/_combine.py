"""Metrics of metrics."""

from collections.abc import Hashable
from dataclasses import replace
from inspect import Parameter, Signature
from typing import Any

from ._definition import Definition, Form
from ._metric import Function, Loss, Metric
from ._typing import Array, Namespace


class Averaged(Loss):
    """The mean over examples of a metric taken within each. Made by `averaged`; equal to another of the same making."""

    def __init__(self, metric: Metric, axis: tuple[int, ...]) -> None:
        self.metric = metric
        self.axis = axis
        super().__init__(_definition(metric, axis))
        self.__module__ = __name__

    def __reduce__(self) -> Any:
        return Averaged, (self.metric, self.axis)

    @property
    def has_an_address(self) -> bool:
        return self.metric.has_an_address

    def remembers(self, form: Form) -> Hashable:
        """Its kernel is made anew each time; what it is made of is not."""
        return self

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Averaged) and (self.metric, self.axis) == (other.metric, other.axis)

    def __hash__(self) -> int:
        return hash((self.metric, self.axis))


def _definition(metric: Metric, axis: tuple[int, ...]) -> Definition:
    inner = metric.definition
    lead = tuple(f"within {i}" for i in range(len(axis)))
    domains = {k: replace(d, event=lead + d.event) for k, d in inner.domains.items()}

    def kernel(xp: Namespace, /, *arrays: Array, **params: Any) -> Array:
        return metric(*arrays, axis=axis, **params)

    first = Parameter("xp", Parameter.POSITIONAL_ONLY)
    arrays = [Parameter(name, Parameter.POSITIONAL_OR_KEYWORD) for name in domains]
    kernel.__signature__ = Signature([first, *arrays, *inner.params.values()])  # type: ignore[attr-defined]  # PEP 362
    kernel.__name__ = f"averaged_{metric.__name__}"
    kernel.__doc__ = f"Mean over examples of `{metric.__name__}` within each, over the axes {axis}."
    facts = replace(metric.facts, also=(), equals=())
    return Definition(kernel.__name__, (Form(domains, kernel),), None, facts, kernel)


def averaged(metric: Metric, /, *, axis: int | tuple[int, ...]) -> Averaged:
    """A metric taken within each example, then averaged over examples: another metric.

    The mean of the PSNRs of images is not the PSNR of the mean error of all pixels; this makes the first of the second.

    Parameters
    ----------
    metric : Metric
        A loss or a metric of one number.
    axis : int or tuple of int
        Trailing axes of its elements that make up one example, such as ``(-3, -2, -1)``.

    Returns
    -------
    Averaged
        A loss: with weights per example, reductions and streams.

    Raises
    ------
    ValueError
        If the axes are not trailing, or the metric is not one number.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> per_image = al.averaged(al.psnr, axis=(-3, -2, -1))
    >>> pred, target = np.zeros((2, 3, 8, 8)), np.full((2, 3, 8, 8), 0.1)
    >>> print(round(float(per_image(pred, target, data_range=1.0)), 6))
    20.0
    """
    if not isinstance(metric, Metric):
        raise TypeError(f"`metric` must be a loss or a metric; got {metric!r}.")
    axes = (axis,) if isinstance(axis, int) else tuple(axis)
    if sorted(axes) != list(range(-len(axes), 0)):
        raise ValueError(f"`axis` must be trailing and negative, such as (-2, -1); got {axis}.")
    if isinstance(metric, Function) or metric.facts.range is None:
        raise ValueError(f"only a metric of one number can be averaged; got {metric!r}.")
    return Averaged(metric, tuple(sorted(axes)))
