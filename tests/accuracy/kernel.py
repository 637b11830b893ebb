"""What is measured, and what is known of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .inputs import Inputs

Exact = Callable[..., Any]


@dataclass(frozen=True)
class Known:
    """Why a kernel does not reach its goal, on which libraries, and the error that it keeps to."""

    reason: str
    limit: int
    by: tuple[str, ...] = ("numpy", "torch", "jax", "strict")


@dataclass(frozen=True)
class Kernel:
    """A metric under measurement.

    Attributes
    ----------
    name : str
        The metric.
    exact : callable
        Its value for one element, or of one sample, in mpmath.
    inputs : callable
        A dtype -> arrays, of which each row is one case.
    goal : int
        Largest error of a value, in units in the last place.
    summands : callable, optional
        Of a value that crosses zero, the parts it is the difference of: it is measured by the largest of them.
    slope_summands : callable, optional
        The same of its gradient by the first argument, component by component.
    slope_goal : int or None
        Largest error of its gradient; None where the gradient is not measured.
    known : Known or None
        What keeps it from its goal.
    options : dict
        Its parameters.
    """

    name: str
    exact: Exact
    inputs: Inputs
    goal: int = 4
    summands: Exact | None = None
    slope_summands: Exact | None = None
    slope_goal: int | None = 4
    known: Known | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
