"""What may be given: each domain names, checks and draws itself.

A `Domain` is one of array arguments. ``REAL["n d"]`` adds event axes: equal words agree across the arguments of one
call, numbers are exact. ``A | LABEL`` is told apart by the dtype that is given, never by values; ``A | None`` may be
left out. An `Interval` is one of number parameters, written in a signature as an annotation: ``delta: Positive = 1.0``.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf
from sys import float_info
from typing import Annotated, Any, TypeAlias

from ._typing import Array, Namespace

TOLERANCE = 2e-6
"""How far outside [0, 1] a probability counts as the bound: what float32 rounding leaves of a sum to one."""

Condition: TypeAlias = Callable[[Namespace, Array], Array]
"""(namespace, array) -> where it holds."""

Members: TypeAlias = Callable[[Any, int], Any]
"""(NumPy array of numbers in [0, 1], number of classes) -> NumPy array of members, of the same shape.

From uniform numbers it draws at random; from 0 and 1 it gives the boundary; and what shrinks the numbers shrinks these.
"""


def real_members(u: Any, classes: int) -> Any:
    return 8.0 * u - 3.0


def nonnegative_members(u: Any, classes: int) -> Any:
    return 4.0 * u


def unit_members(u: Any, classes: int) -> Any:
    return u


def simplex_members(u: Any, classes: int) -> Any:
    whole = u.sum(-1, keepdims=True)
    return (u + (whole == 0)) / (whole + u.shape[-1] * (whole == 0))


def binary_members(u: Any, classes: int) -> Any:
    return (u > 0.5) * 1.0


def label_members(u: Any, classes: int) -> Any:
    return (u * (classes - 0.001)).astype("int64")


def index_members(u: Any, places: int) -> Any:
    """The first along the last axis is 0: a first place that nothing names could hide a NaN."""
    found = label_members(u, places)
    return (found - found[..., :1]) % places


def permutation_members(u: Any, classes: int) -> Any:
    return u.argsort(-1, kind="stable")


def box_members(u: Any, classes: int) -> Any:
    """Two uniform numbers place a corner, two the other one beyond it, or on it."""
    return u * [4.0, 4.0, 2.0, 2.0] + (u[..., [0, 1, 0, 1]] * [0.0, 0.0, 4.0, 4.0])


def mass_members(u: Any, classes: int) -> Any:
    """Not all zero: the first is one where the others leave no weight."""
    first = (u.sum(-1, keepdims=True) == 0) * (u[..., :1] * 0 + 1.0)
    return u + first


def ordered_corners(xp: Namespace, box: Array) -> Array:
    """Whether the second corner is nowhere below the first (NaN is left to travel)."""
    return ~((box[..., 2:3] < box[..., :1]) | (box[..., 3:] < box[..., 1:2]))


def zero_or_one(xp: Namespace, x: Array) -> Array:
    return (x == 0) | (x == 1) | (x != x)


def not_all_zero(xp: Namespace, x: Array) -> Array:
    return xp.any(x != 0, axis=-1, keepdims=True)


def rows_of_one(xp: Namespace, x: Array) -> Array:
    """No share below 0, and a sum of 1 to the rounding of float32; NaN is left to travel."""
    whole = xp.sum(x, axis=-1, keepdims=True)
    return ~(xp.any(x < 0, axis=-1, keepdims=True) | (xp.abs(whole - 1.0) > 1e-4))


@dataclass(frozen=True)
class Domain:
    """A set that the values of an array argument come from.

    Attributes
    ----------
    name : str
        How error messages and pages call its members.
    terms : str
        What its members must satisfy, as a sentence about one that does not says it; by default the name.
    members : callable
        Turns numbers of [0, 1] into members, for the conformance laws.
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
    within : str
        Of labels, the axis that they index, by its word; by default they name classes.
    image : bool
        Whether integer arrays imply a data range.
    unequal : str
        What to say to the caller whose first event axis is longer or shorter than it must be.
    optional : bool
        Whether the argument may be left out.
    repeated : bool
        Whether the argument is a sequence of arrays, each with event axes of lengths of its own.
    labels : Domain, optional
        Taken instead where the dtype is an integer or a boolean.
    """

    name: str
    members: Members
    terms: str = ""
    low: float = -inf
    high: float = inf
    slack: float = 0.0
    fill: float = 1.0
    condition: Condition | None = None
    event: tuple[str | int, ...] = ()
    label: bool = False
    within: str = ""
    image: bool = False
    unequal: str = ""
    optional: bool = False
    repeated: bool = False
    labels: "Domain | None" = None

    def __getitem__(self, axes: str) -> "Domain":
        return replace(self, event=tuple(int(a) if a.isdigit() else a for a in axes.split()))

    def __or__(self, other: "Domain | None") -> "Domain":
        return replace(self, optional=True) if other is None else replace(self, labels=other)

    def into(self, word: str) -> "Domain":
        """Labels that index the axis of this word."""
        return replace(self, within=word)

    def many(self) -> "Domain":
        """A sequence of arrays, such as the feature maps of a network's layers."""
        return replace(self, repeated=True)

    def numbered(self, i: int) -> "Domain":
        """The domain of one array of a sequence, whose event axes are its own."""
        event = tuple(e if isinstance(e, int) else f"{e} {i}" for e in self.event)
        return replace(self, repeated=False, event=event)

    def or_else(self, advice: str) -> "Domain":
        """The same, with advice for the caller whose first event axis is of another length."""
        return replace(self, unequal=advice)

    @property
    def right(self) -> str:
        """What would be right."""
        return self.terms or self.name

    @property
    def bounded(self) -> bool:
        """Whether a real value can lie outside."""
        return self.low > -inf or self.high < inf or self.condition is not None

    def outside(self, xp: Namespace, x: Array) -> Array | None:
        """Where ``x`` lies outside by more than the slack; None where nothing can."""
        bad = self.low - x > self.slack if self.low > -inf else None
        if self.high < inf:
            above = x - self.high > self.slack
            bad = above if bad is None else bad | above
        if self.condition is not None:
            unmet = ~self.condition(xp, x)
            bad = unmet if bad is None else bad | unmet
        return bad


REAL = Domain("real numbers", real_members)
NONNEGATIVE = Domain("non-negative numbers", nonnegative_members, low=0.0)
PROBABILITY = Domain(
    "probabilities", unit_members, "probabilities from 0 to 1", low=0.0, high=1.0, slack=TOLERANCE, fill=0.5
)
SIMPLEX = Domain(
    "distributions",
    simplex_members,
    "distributions, each share from 0 to 1",
    low=0.0,
    high=1.0,
    slack=TOLERANCE,
    fill=0.5,
)
BINARY = Domain("0 or 1", binary_members, fill=0.0, condition=zero_or_one)
LABEL = Domain("integer labels", label_members, low=0.0, fill=0.0, label=True)
INDEX = Domain("indices", index_members, fill=0.0, label=True)
PERMUTATION = Domain("indices", permutation_members, fill=0.0, label=True)
IMAGE = Domain("intensities", unit_members, fill=0.5, image=True)
MASS = Domain("weights", mass_members, "non-negative weights, not all of them 0", low=0.0, condition=not_all_zero)
BOX = Domain(
    "boxes (x1, y1, x2, y2)",
    box_members,
    "boxes (x1, y1, x2, y2) with x1 <= x2 and y1 <= y2",
    condition=ordered_corners,
)["4"]
STOCHASTIC = Domain(
    "shares of where the mass of each row goes",
    simplex_members,
    "non-negative with rows that sum to 1",
    fill=0.5,
    condition=rows_of_one,
)


WEIGHTED_CLOUDS: dict[str, Any] = {
    "pred": REAL["n coordinate"],
    "target": REAL["m coordinate"],
    "pred_weights": MASS["n"] | None,
    "target_weights": MASS["m"] | None,
}
"""Two sets of points, which may differ in size, and how much each point weighs."""


@dataclass(frozen=True)
class Interval:
    """The numbers between two ends, for a parameter."""

    name: str
    low: float = -inf
    high: float = inf
    open: bool = False

    def __contains__(self, value: float) -> bool:
        if self.open:
            return self.low < value and (value < self.high or self.high == inf)
        return self.low <= value <= self.high


Positive: TypeAlias = Annotated[float, Interval("positive", 0.0, open=True)]
NonPositive: TypeAlias = Annotated[float, Interval("at most 0", high=0.0)]
NonNegative: TypeAlias = Annotated[float, Interval("non-negative", 0.0)]
Fraction: TypeAlias = Annotated[float, Interval("between 0 and 1", 0.0, 1.0)]
Share: TypeAlias = Annotated[float, Interval("above 0 and below 1", 0.0, 1.0, open=True)]
Base: TypeAlias = Annotated[float, Interval("above 1", 1.0, open=True)]
"""Of a logarithm."""
Order: TypeAlias = Annotated[float, Interval("finite and at least 1", 1.0, float_info.max)]
"""The power of a distance that is still one."""
Count: TypeAlias = Annotated[int, Interval("a positive whole number", 1)]
ClassWeights: TypeAlias = Annotated[Array, NONNEGATIVE["class"]]
"""An array parameter with an axis of its own: one number a class."""
LayerWeights: TypeAlias = Annotated[Any, NONNEGATIVE["channel"].many()]
"""An array for each layer of a sequence of feature maps: one number a channel."""


@dataclass(frozen=True)
class AlongLast:
    """A number, or an array of one number for each place along the last axis."""


@dataclass(frozen=True)
class Several:
    """Numbers of an interval: a sequence of them, or one where it stands for two alike."""

    interval: Interval
    whole: bool = False
    pair: bool = False


@dataclass(frozen=True)
class Ladder:
    """Ascending numbers of [0, 1]: a sequence of them, or how many of equal spacing from 0 to 1."""


@dataclass(frozen=True)
class ImpliedRange(Interval):
    """A length that integer images imply and floating ones must state."""


DataRange: TypeAlias = Annotated[float, ImpliedRange("positive", 0.0, open=True)]
Spread: TypeAlias = Annotated[Any, AlongLast()]
Numbers: TypeAlias = Annotated[tuple[float, ...], Several(Interval("non-negative", 0.0))]
Extent: TypeAlias = Annotated[int | tuple[int, int], Several(Interval("a positive whole number", 1), True, True)]
"""Height and width, or one number for both."""
Levels: TypeAlias = Annotated[int | tuple[float, ...], Ladder()]
