"""What may be given: each domain names, checks and draws itself.

A `Domain` is one of array arguments. ``REAL["n d"]`` adds event axes: equal words agree across the arguments of one
call, numbers are exact. ``A | LABEL`` is told apart by the dtype that is given, never by values; ``A | None`` may be
left out. An `Interval` is one of number parameters, written in a signature as an annotation: ``delta: Positive = 1.0``.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf
from typing import Annotated, Any, TypeAlias

from ._typing import Array, Namespace

TOLERANCE = 2e-6
"""How far outside [0, 1] a probability counts as the bound: what float32 rounding leaves of a sum to one."""

Sampler: TypeAlias = Callable[[Any, tuple[int, ...], int], Any]
"""(NumPy generator, shape, number of classes) -> NumPy array."""


def sample_real(rng: Any, shape: tuple[int, ...], classes: int) -> Any:
    return rng.normal(0.3, 2.0, shape)


def sample_positive(rng: Any, shape: tuple[int, ...], classes: int) -> Any:
    return rng.gamma(2.0, 0.5, shape) + 0.05


def sample_probability(rng: Any, shape: tuple[int, ...], classes: int) -> Any:
    return rng.uniform(0.02, 0.98, shape)


def sample_simplex(rng: Any, shape: tuple[int, ...], classes: int) -> Any:
    parts = rng.gamma(1.0, 1.0, shape) + 0.05
    return parts / parts.sum(-1, keepdims=True)


def sample_binary(rng: Any, shape: tuple[int, ...], classes: int) -> Any:
    return rng.integers(0, 2, shape).astype(float)


def sample_label(rng: Any, shape: tuple[int, ...], classes: int) -> Any:
    return rng.integers(0, classes, shape)


def sample_box(rng: Any, shape: tuple[int, ...], classes: int) -> Any:
    box = rng.random(shape)
    box[..., 2:] = box[..., :2] + 0.05 + rng.random((*shape[:-1], 2))
    return box


def ordered_corners(xp: Namespace, box: Array) -> Array:
    """Whether the second corner is nowhere below the first (NaN is left to travel)."""
    return ~xp.any(box[..., 2:] < box[..., :2], axis=-1, keepdims=True)


def zero_or_one(xp: Namespace, x: Array) -> Array:
    return (x == 0) | (x == 1) | (x != x)


def not_all_zero(xp: Namespace, x: Array) -> Array:
    return xp.any(x != 0, axis=-1, keepdims=True)


@dataclass(frozen=True)
class Domain:
    """A set that the values of an array argument come from.

    Attributes
    ----------
    name : str
        How error messages and pages call its members.
    sample : callable
        Draws members for the conformance laws.
    low, high : float
        Closed bounds.
    slack : float
        How far outside a bound a value still counts as the bound.
    fill : float
        A member, which stands in for what weighs nothing.
    condition : callable, optional
        ``(xp, array) -> bool array``: what the bounds cannot say.
    event : tuple of str or int
        Trailing axes that belong to one element: classes, coordinates, pixels.
    label : bool
        Integers that name classes.
    image : bool
        Whether integer arrays imply a data range.
    optional : bool
        Whether the argument may be left out.
    labels : Domain, optional
        Taken instead where the dtype is an integer or a boolean.
    """

    name: str
    sample: Sampler
    low: float = -inf
    high: float = inf
    slack: float = 0.0
    fill: float = 1.0
    condition: Callable[[Namespace, Array], Array] | None = None
    event: tuple[str | int, ...] = ()
    label: bool = False
    image: bool = False
    optional: bool = False
    labels: "Domain | None" = None

    def __getitem__(self, axes: str) -> "Domain":
        return replace(self, event=tuple(int(a) if a.isdigit() else a for a in axes.split()))

    def __or__(self, other: "Domain | None") -> "Domain":
        return replace(self, optional=True) if other is None else replace(self, labels=other)

    @property
    def bounded(self) -> bool:
        """Whether a real value can lie outside."""
        return self.low > -inf or self.high < inf or self.condition is not None

    def outside(self, xp: Namespace, x: Array) -> Array | None:
        """Where ``x`` lies outside by more than the slack; None where nothing can."""
        bad = x < self.low - self.slack if self.low > -inf else None
        if self.high < inf:
            above = x > self.high + self.slack
            bad = above if bad is None else bad | above
        if self.condition is not None:
            unmet = ~self.condition(xp, x)
            bad = unmet if bad is None else bad | unmet
        return bad


REAL = Domain("real numbers", sample_real)
NONNEGATIVE = Domain("non-negative numbers", sample_positive, low=0.0)
PROBABILITY = Domain("probabilities", sample_probability, low=0.0, high=1.0, slack=TOLERANCE, fill=0.5)
SIMPLEX = Domain("distributions", sample_simplex, low=0.0, high=1.0, slack=TOLERANCE, fill=0.5)
BINARY = Domain("0 or 1", sample_binary, fill=0.0, condition=zero_or_one)
LABEL = Domain("integer labels", sample_label, low=0.0, fill=0.0, label=True)
IMAGE = Domain("intensities", sample_probability, fill=0.5, image=True)
MASS = Domain("weights, not all of them 0", sample_positive, low=0.0, condition=not_all_zero)
BOX = Domain("boxes (x1, y1, x2, y2)", sample_box, condition=ordered_corners)["4"]


@dataclass(frozen=True)
class Interval:
    """The numbers between two ends, for a parameter."""

    name: str
    low: float = -inf
    high: float = inf
    open: bool = False

    def __contains__(self, value: float) -> bool:
        return (self.low < value if self.open else self.low <= value) and value <= self.high


Positive: TypeAlias = Annotated[float, Interval("positive", 0.0, open=True)]
NonNegative: TypeAlias = Annotated[float, Interval("non-negative", 0.0)]
Fraction: TypeAlias = Annotated[float, Interval("between 0 and 1", 0.0, 1.0)]
Count: TypeAlias = Annotated[int, Interval("a positive whole number", 1)]
ClassWeights: TypeAlias = Annotated[Array, NONNEGATIVE["class"]]
"""An array parameter with an axis of its own: one number a class."""


@dataclass(frozen=True)
class ImpliedRange(Interval):
    """A length that integer images imply and floating ones must state."""


DataRange: TypeAlias = Annotated[float, ImpliedRange("positive", 0.0, open=True)]
