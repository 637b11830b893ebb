"""What all pictures share: where they are drawn, how lines are told apart, and what is said without matplotlib."""

from collections.abc import Mapping
from typing import Any, Self

from .._extras import needed

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Okabe and Ito's, which colour-blind readers tell apart; yellow, which white paper swallows, is left out."""
MARKERS = "os^DvPX"
"""Beside the colours: half of these are one grey."""
GREY = "0.45"


def matplotlib(part: str) -> Any:
    """A module of matplotlib; one sentence where it is not installed."""
    return needed(f"matplotlib.{part}", "pictures need matplotlib", "'arraylosses[plot]'")


class Display:
    """A picture that was drawn, and what it was drawn from.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        What it was drawn on last.
    figure_ : matplotlib.figure.Figure
        The figure of it.
    """

    ax_: Any
    figure_: Any
    _projection: str | None = None

    def plot(self, ax: Any = None) -> Self:
        """Draw it, once more if it was drawn before.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            What to draw on; by default a figure of its own, made by ``matplotlib.pyplot.subplots``.

        Returns
        -------
        Display
            Itself.
        """
        self.ax_ = axes(ax, self._projection)
        self.figure_ = self.ax_.figure
        self._draw(self.ax_)
        return self

    def _draw(self, ax: Any) -> None:
        raise NotImplementedError


def axes(ax: Any, projection: str | None = None) -> Any:
    """What is drawn on. Only where nothing is given is pyplot asked, which shows figures in notebooks and windows."""
    if ax is None:
        layout = None if projection else "constrained"  # which cuts off the labels of axes in space
        made = matplotlib("pyplot").subplots(layout=layout, subplot_kw={"projection": projection})
        return made[1]
    if not isinstance(ax, matplotlib("axes").Axes):
        remedy = ": give one of them" if hasattr(ax, "__len__") and not isinstance(ax, str) else ""
        raise TypeError(f"`ax` must be an Axes of matplotlib; got {type(ax).__name__}{remedy}.")
    if projection is not None and ax.name != projection:
        told = f"made by `figure.add_subplot(projection={projection!r})`; got {ax.name!r}"
        raise ValueError(f"`ax` must have the projection {projection!r}, {told}.")
    return ax


def _curves(ax: Any) -> int:
    """How many curves an axes has, by what its legend names."""
    return sum(not str(line.get_label()).startswith("_") and line.get_color() != GREY for line in ax.lines)


def style(ax: Any, options: Mapping[str, Any]) -> dict[str, Any]:
    """How the next curve is drawn: in a colour and with a marker of its own, but for what is asked for."""
    turn = _curves(ax)
    own = {
        "color": COLOURS[turn % len(COLOURS)],
        "marker": MARKERS[turn % len(MARKERS)],
        "markersize": 5,
        "linewidth": 1.8,
    }
    own |= {"markevery": (0.02 * (turn % 5), 0.1)}
    return own | spelled_out(options)


def spelled_out(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options of a line by their whole names: matplotlib refuses both ``c`` and ``color``."""
    found: dict[str, Any] = matplotlib("cbook").normalize_kwargs(dict(options), matplotlib("lines").Line2D)
    return found


def reference(ax: Any, label: str, x: Any, y: Any, linestyle: str = "--") -> Any:
    """A grey line that curves are held against; one of a name on each axes."""
    there = [line for line in ax.lines if line.get_label() == label]
    return there[0] if there else ax.plot(x, y, linestyle, color=GREY, linewidth=1.2, zorder=1, label=label)[0]


def unit_square(ax: Any, x: str, y: str) -> None:
    """Axes for two shares."""
    ax.set(xlabel=x, ylabel=y, xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")


def legend(ax: Any) -> None:
    """Curves by their order, and then what they are held against."""
    handles, labels = ax.get_legend_handles_labels()
    order = sorted(range(len(labels)), key=lambda i: getattr(handles[i], "get_color", str)() == GREY)
    ax.legend([handles[i] for i in order], [labels[i] for i in order])


def named(name: str | None, kind: str, **numbers: float | None) -> str:
    """What the legend says of a curve: its name, and the numbers that are known of it."""
    told = ", ".join(f"{what} = {value:.3g}" for what, value in numbers.items() if value is not None)
    if not told:
        return name or kind
    return f"{name} ({told})" if name else told
