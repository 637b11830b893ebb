"""How well predictions know what they do not know: reliability, coverage and sparsification."""

from typing import Any

import numpy as np

from ..probabilistic import ReliabilityCurve, expected_calibration_error, reliability_curve
from ..sparsification import SparsificationCurve, ause, sparsification_curve
from ..uncertainty import CoverageCurve, auce, coverage_curve
from ._curve import CurveDisplay, shares_its_page
from ._display import legend, matplotlib, reference, style, unit_square
from ._given import Picture

MOST_COUNTED = 20
"""Bins up to which each has room for its count."""


class ReliabilityDisplay(CurveDisplay):
    """A reliability diagram. Made by `reliability`.

    Attributes
    ----------
    curve : ReliabilityCurve
        Of NumPy arrays.
    expected_calibration_error : float or None
        None where only the curve is known.
    line_ : matplotlib.lines.Line2D
    reference_ : matplotlib.lines.Line2D
        The diagonal; that of an earlier curve where there is one on the axes.
    bars_ : matplotlib.patches.StepPatch
        Share of the weight in each bin.
    text_ : list of matplotlib.text.Text
        Weight of each bin that holds something; none where another curve has written its own, or there are more than 20
        bins.
    """

    picture = Picture("reliability", reliability_curve, ReliabilityCurve)
    number = expected_calibration_error
    word = "ECE"
    kind = "reliability"
    expected_calibration_error: float | None
    reference_: Any
    bars_: Any
    text_: list[Any]

    def _draw(self, ax: Any) -> None:
        first = not ax.texts
        there = self.curve.weight > 0
        look = style(ax, {"markevery": 1, **self.options})
        self.line_ = ax.plot(self.curve.confidence[there], self.curve.accuracy[there], label=self.label, **look)[0]
        self.reference_ = reference(ax, "perfect calibration", (0, 1), (0, 1))
        self._bars(ax)
        self.text_ = self._counts(ax) if first and len(there) <= MOST_COUNTED else []
        unit_square(ax, "mean confidence of a bin", "share that is right; bars: share of the samples")
        legend(ax)

    @property
    def share(self) -> Any:
        """Share of the weight in each bin, (bins,)."""
        return self.curve.weight / np.sum(self.curve.weight)

    def _bars(self, ax: Any) -> None:
        edges = np.linspace(0.0, 1.0, len(self.share) + 1)
        colour = self.line_.get_color()
        look = {"fill": True, "facecolor": colour, "alpha": 0.2, "edgecolor": colour, "zorder": 0}
        self.bars_ = ax.stairs(self.share, edges, **look)

    def _counts(self, ax: Any) -> list[Any]:
        """Above each bar, upright where bins are narrow."""
        bins = len(self.share)
        halo = matplotlib("patheffects").withStroke(linewidth=2, foreground="white")  # lines go behind them
        look = {"ha": "center", "va": "bottom", "fontsize": "x-small", "rotation": 0 if bins <= 10 else 90}
        counts = enumerate(zip(self.curve.weight, self.share, strict=True))
        return [
            ax.text((i + 0.5) / bins, y + 0.005, f"{n:,.4g}", path_effects=[halo], **look)
            for i, (n, y) in counts
            if n > 0
        ]


@shares_its_page("``bins`` (15)")
def reliability(
    pred: Any, target: Any = None, *, weights: Any = None, name: str | None = None, ax: Any = None, **options: Any
) -> ReliabilityDisplay:
    """Draw how often predictions are right against how sure they are.

    Of calibrated predictions it is the diagonal; below it they are too sure. Bars show how many there are of each, and
    the numbers on them the weight of each bin; the legend has the expected calibration error.

    Parameters
    ----------
    pred : array, ReliabilityCurve or state
        Probabilities of a yes; or with ``class_axis`` those of all classes, of which the most probable is judged. Or
        the curve that `arraylosses.reliability_curve` gives; or the state of a stream of it, of
        `expected_calibration_error`, or of another metric that remembers the same.
    target : array, optional
        0 or 1; or integer labels.
    <the rest>

    Returns
    -------
    ReliabilityDisplay

    <what is refused>

    Notes
    -----
    Bins that hold nothing have no point, and the line goes on to the next.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> pred, target = np.array([0.25, 0.875, 0.875, 0.875]), np.array([0, 1, 1, 0])
    >>> display = al.plot.reliability(pred, target, bins=2)
    >>> print(display.line_.get_label(), display.curve.weight)
    ECE = 0.219 [1. 3.]
    """
    return ReliabilityDisplay.of({"pred": pred, "target": target}, weights, name, ax, options)


class CoverageDisplay(CurveDisplay):
    """Coverage of central intervals against their probability. Made by `coverage`.

    Attributes
    ----------
    curve : CoverageCurve
        Of NumPy arrays.
    auce : float or None
        Area between the curve and the diagonal; None where only the curve is known.
    line_ : matplotlib.lines.Line2D
    reference_ : matplotlib.lines.Line2D
        The diagonal; that of an earlier curve where there is one on the axes.
    area_ : matplotlib.collections.PolyCollection
        Between the two.
    """

    picture = Picture("coverage", coverage_curve, CoverageCurve)
    number = auce
    word = "AUCE"
    kind = "coverage"
    auce: float | None
    reference_: Any
    area_: Any

    def _draw(self, ax: Any) -> None:
        level, share = self.curve
        self.line_ = ax.plot(level, share, label=self.label, **style(ax, self.options))[0]
        self.reference_ = reference(ax, "perfect calibration", (0, 1), (0, 1))
        self.area_ = ax.fill_between(level, level, share, color=self.line_.get_color(), alpha=0.15, linewidth=0)
        unit_square(ax, "probability of the interval", "share of targets within it")
        legend(ax)


@shares_its_page("``levels``")
def coverage(
    mean: Any,
    std: Any = None,
    target: Any = None,
    *,
    weights: Any = None,
    name: str | None = None,
    ax: Any = None,
    **options: Any,
) -> CoverageDisplay:
    """Draw the share of targets within their predicted intervals against the intervals' probability.

    Of calibrated predictions it is the diagonal; below it they are too sure, above it not sure enough. The legend has
    the area between the two.

    Parameters
    ----------
    mean : array, CoverageCurve or state
        Of a predicted normal distribution. Or the curve that `arraylosses.coverage_curve` gives; or
        the state of a stream of `coverage_curve` or `auce`.
    std : array, optional
        Its standard deviation.
    target : array, optional
        What was measured.
    <the rest>

    Returns
    -------
    CoverageDisplay

    <what is refused>

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> display = al.plot.coverage(np.zeros(4), np.ones(4), np.zeros(4), name="unsure")
    >>> print(display.line_.get_label(), display.curve.coverage.min())
    unsure (AUCE = 0.49) 1.0
    """
    return CoverageDisplay.of({"mean": mean, "std": std, "target": target}, weights, name, ax, options)


class SparsificationDisplay(CurveDisplay):
    """Sparsification curves of an uncertainty and of the errors themselves. Made by `sparsification`.

    Attributes
    ----------
    curve : SparsificationCurve
        Of NumPy arrays.
    ause : float or None
        Area between the two curves; None where only the curves are known.
    line_, oracle_ : matplotlib.lines.Line2D
        Of the uncertainty, and of the errors.
    random_ : matplotlib.lines.Line2D
        Of an uncertainty that says nothing; that of an earlier curve where there is one on the axes.
    area_ : matplotlib.collections.PolyCollection
        Between the two curves.
    """

    picture = Picture("sparsification", sparsification_curve, SparsificationCurve)
    number = ause
    word = "AUSE"
    kind = "uncertainty"
    ause: float | None
    oracle_: Any
    random_: Any
    area_: Any

    def _draw(self, ax: Any) -> None:
        gone, ours, oracle = self.curve
        self.line_ = ax.plot(gone, ours, label=self.label, **style(ax, self.options))[0]
        colour = self.line_.get_color()
        reference(ax, "oracle: largest errors first", [], [], ":")
        self.oracle_ = ax.plot(gone, oracle, ":", color=colour, linewidth=1.5, label="_oracle")[0]
        self.random_ = reference(ax, "random order", (0, 1), (1, 1))
        self.area_ = ax.fill_between(gone, oracle, ours, color=colour, alpha=0.15, linewidth=0)
        ax.set(
            xlabel="fraction taken away, most uncertain first", ylabel="error of the rest, as a share of that of all"
        )
        ax.set(xlim=(-0.01, 1.01))
        legend(ax)


@shares_its_page("``penalty='rmse'``")
def sparsification(
    error: Any,
    uncertainty: Any = None,
    *,
    weights: Any = None,
    name: str | None = None,
    ax: Any = None,
    **options: Any,
) -> SparsificationDisplay:
    """Draw how the error falls as the most uncertain samples are taken away.

    An uncertainty that ranks the errors well falls as the oracle's curve, which takes the largest errors away first;
    one that says nothing stays at 1. The legend has the area between the first two.

    Parameters
    ----------
    error : array, SparsificationCurve or state
        Errors that were made, none of them negative. Or the curve that `arraylosses.sparsification_curve` gives; or
        the state of a stream of it or of `ause`.
    uncertainty : array, optional
        How unsure the prediction was of each; only the ranking matters.
    <the rest>

    Returns
    -------
    SparsificationDisplay

    <what is refused>

    Notes
    -----
    The area is the exact one unless ``fractions`` are given, which then are those of the curve and of the area.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> display = al.plot.sparsification(np.array([1.0, 2.0, 3.0]), np.array([0.1, 0.2, 0.3]), name="perfect")
    >>> print(display.line_.get_label())
    perfect (AUSE = 0)
    """
    return SparsificationDisplay.of({"error": error, "uncertainty": uncertainty}, weights, name, ax, options)
