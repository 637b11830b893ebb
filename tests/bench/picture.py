"""One picture: every row against a peer, on a logarithmic axis, with the line at 1."""

from pathlib import Path
from typing import Any

from .result import Result
from .summary import family, parted

COLOURS = {"numpy": "#1f6fb4", "torch": "#d9541e", "jax-jit": "#2a8f4f", "cupy": "#7b4fa3"}
MARKERS = {
    "numpy": "o",
    "torch": "o",
    "torch-grad": "^",
    "torch-compiled": "s",
    "torch-compiled-grad": "D",
    "jax-jit": "o",
    "jax-grad": "^",
    "cupy": "o",
}
LANES = {"numpy": 0.24, "torch": 0.0, "jax-jit": -0.24, "cupy": 0.24}
"""Where in a metric's line a library's marks lie."""


def shown(rows: list[Result]) -> list[Result]:
    return [r for r in rows if family(r) and r.ratio]


def draw(rows: list[Result], path: Path) -> None:
    """The largest size is a full mark, the smaller ones are faint."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    pyplot.rcParams["svg.hashsalt"] = "performance"  # the same picture from the same numbers
    chosen = shown(rows)
    metrics = list(dict.fromkeys(parted(r.name)[0] for r in chosen))
    figure, axes = pyplot.subplots(figsize=(9, 1.4 + 0.34 * len(metrics)), layout="constrained")
    for r in chosen:
        mark(axes, r, metrics, largest(r, chosen))
    dress(axes, metrics)
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None, dpi=120)
    pyplot.close(figure)


def largest(r: Result, rows: list[Result]) -> bool:
    metric, _, place = parted(r.name)
    same = [x.elements or 0 for x in rows if parted(x.name)[0::2] == (metric, place)]
    return (r.elements or 0) >= max(same)


def mark(axes: Any, r: Result, metrics: list[str], full: bool) -> None:
    metric, _, where = parted(r.name)
    place = where.partition("@")[0]
    of = str(family(r)).partition("@")[0]
    look = {"color": COLOURS[of], "alpha": 1.0 if full else 0.28, "s": 34 if full else 16, "linewidths": 0}
    axes.scatter(r.ratio, metrics.index(metric) - LANES[of], marker=MARKERS[place], zorder=3 if full else 2, **look)


def dress(axes: Any, metrics: list[str]) -> None:
    """Axes, stripes behind every other metric, and the line at 1."""
    axes.set_xscale("log")
    axes.set_yticks(range(len(metrics)), metrics)
    axes.set_ylim(len(metrics) - 0.5, -0.5)
    for i in range(0, len(metrics), 2):
        axes.axhspan(i - 0.5, i + 0.5, color="0.955", zorder=0)
    axes.axvline(1, color="black", linewidth=1.2, zorder=1)
    axes.grid(axis="x", color="0.85", zorder=0.5)
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.set_xlabel("times as fast as the fastest peer (right of 1: ours is faster)")
    axes.spines[["top", "right", "left"]].set_visible(False)
    explain(axes)


def explain(axes: Any) -> None:
    """Colours are libraries, forms are ways of calling."""
    from matplotlib.lines import Line2D

    def entry(colour: str, form: str, label: str, alpha: float = 1.0) -> Line2D:
        return Line2D([], [], color=colour, marker=form, linestyle="", label=label, alpha=alpha)

    libraries = {"numpy": "NumPy", "torch": "PyTorch", "jax-jit": "JAX, jitted"}
    ways = {"o": "value", "^": "with gradient", "s": "torch.compile", "D": "compiled, with gradient"}
    handles = [entry(COLOURS[of], "o", label) for of, label in libraries.items()]
    handles += [entry("0.3", form, label) for form, label in ways.items()]
    handles.append(entry("0.3", "o", "smaller arrays", 0.3))
    axes.figure.legend(handles=handles, loc="outside upper center", ncols=4, frameon=False, fontsize=9)
