"""A curve, with a number in its legend: how it comes from what is given, and what is said of all of them."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Self, TypeVar

from .._metric import Metric
from ._display import Display, named
from ._given import Picture, taken

SHARED = {
    "the rest": """weights : array, optional
        How much each element counts.
    name : str, optional
        For the legend.
    ax : matplotlib.axes.Axes, optional
        What to draw on; by default a figure of its own. Several curves may share one.
    **options
        Of the metric that gives the curve, such as {option}; and of the line, such as ``color``.""",
    "what is refused": """Raises
    ------
    TypeError
        For a curve or a state of another kind.
    ValueError
        For arrays beside a curve or a state, for empty arrays, for several curves at once, and for one that is NaN.""",
}
"""What the pages of all curves say alike."""

Drawing = TypeVar("Drawing", bound=Callable[..., Any])


def shares_its_page(option: str) -> Callable[[Drawing], Drawing]:
    """Put the shared parts where a docstring names them in angle brackets; ``option`` is an example of one."""

    def decorate(function: Drawing) -> Drawing:
        page = function.__doc__ or ""
        for part, text in SHARED.items():
            page = page.replace(f"<{part}>", text.replace("{option}", option))
        function.__doc__ = page
        return function

    return decorate


class CurveDisplay(Display):
    """A curve and the number that sums it up.

    Attributes
    ----------
    curve : tuple
        Named, of NumPy arrays.
    line_ : matplotlib.lines.Line2D
    """

    picture: ClassVar[Picture]
    number: ClassVar[Metric]
    word: ClassVar[str]
    """What the legend calls the number."""
    kind: ClassVar[str]
    """What the legend calls a curve without name and number."""
    line_: Any

    def __init__(self, curve: Any, number: float | None, name: str | None, options: Mapping[str, Any]) -> None:
        self.curve, self.name, self.options = curve, name, dict(options)
        setattr(self, self.number.__name__, number)

    @classmethod
    def of(cls, arrays: dict[str, Any], weights: Any, name: str | None, ax: Any, options: Mapping[str, Any]) -> Self:
        """Drawn, of arrays, a curve or a state."""
        params, look = taken(cls.picture.metric, options)
        curve, number = cls.picture.curve(arrays, weights, params)
        return cls(curve, number(cls.number), name, look).plot(ax)

    @property
    def label(self) -> str:
        """What the legend says."""
        return named(self.name, self.kind, **{self.word: getattr(self, self.number.__name__)})
