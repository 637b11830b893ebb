"""Scores and decisions: receiver operating characteristic, precision and recall, confusion."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from .._collection import stream
from .._parameters import listed
from .._state import Confusion
from ..decisions import confusion_matrix
from ..ranking import (
    PrecisionRecallCurve,
    RocCurve,
    auroc,
    average_precision,
    precision_recall_curve,
    roc_curve,
)
from ._curve import CurveDisplay, shares_its_page
from ._display import Display, legend, reference, style, unit_square
from ._given import Picture, at_hand, on_host, taken

CONFUSION = Picture("confusion", confusion_matrix, None)
MOST_IN_WORDS = 20
"""Classes up to which the cells of a confusion matrix hold their numbers."""
MOST_BESIDE = 40
"""Letters of all names together that have room side by side."""


class RocDisplay(CurveDisplay):
    """A receiver operating characteristic. Made by `roc`.

    Attributes
    ----------
    curve : RocCurve
        Of NumPy arrays.
    auroc : float or None
        Area below it; None where only the curve is known.
    line_ : matplotlib.lines.Line2D
    chance_ : matplotlib.lines.Line2D
        The diagonal; that of an earlier curve where there is one on the axes.
    """

    picture = Picture("roc", roc_curve, RocCurve)
    number = auroc
    word = "AUROC"
    kind = "ROC curve"
    auroc: float | None
    chance_: Any

    def _draw(self, ax: Any) -> None:
        rates = self.curve.false_positive_rate, self.curve.true_positive_rate
        self.line_ = ax.plot(*rates, label=self.label, **style(ax, self.options))[0]
        self.chance_ = reference(ax, "chance (AUROC = 0.5)", (0, 1), (0, 1))
        unit_square(ax, "false positive rate", "true positive rate")
        legend(ax)


@shares_its_page("``bins``")
def roc(
    pred: Any, target: Any = None, *, weights: Any = None, name: str | None = None, ax: Any = None, **options: Any
) -> RocDisplay:
    """Draw the rate of true positives against that of false ones, over all thresholds.

    How well scores put positives before negatives, whatever the threshold; the legend has the area below.

    Parameters
    ----------
    pred : array, RocCurve or state
        Scores, higher for positives. Or the curve that `arraylosses.roc_curve` gives; or the state of a stream of
        `roc_curve`, `auroc`, or another metric that remembers the same.
    target : array, optional
        Of the shape of `pred`: 1 for positives, 0 for negatives.
    <the rest>

    Returns
    -------
    RocDisplay

    <what is refused>

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> display = al.plot.roc(np.array([0.1, 0.4, 0.35, 0.8]), np.array([0, 0, 1, 1]), name="first")
    >>> print(display.auroc, display.line_.get_label())
    0.75 first (AUROC = 0.75)
    """
    return RocDisplay.of({"pred": pred, "target": target}, weights, name, ax, options)


class PrecisionRecallDisplay(CurveDisplay):
    """Precision against recall. Made by `precision_recall`.

    Attributes
    ----------
    curve : PrecisionRecallCurve
        Of NumPy arrays.
    average_precision : float or None
        Area below its steps; None where only the curve is known.
    line_ : matplotlib.lines.Line2D
    chance_ : matplotlib.lines.Line2D
        The precision of calling everything positive, dotted in the colour of the curve.
    """

    picture = Picture("precision_recall", precision_recall_curve, PrecisionRecallCurve)
    number = average_precision
    word = "AP"
    kind = "precision-recall curve"
    average_precision: float | None
    chance_: Any

    def _draw(self, ax: Any) -> None:
        # the precision of a score holds for the recall that its threshold adds: average precision sums such steps
        look = {"drawstyle": "steps-pre", **style(ax, self.options)}
        self.line_ = ax.plot(self.curve.recall, self.curve.precision, label=self.label, **look)[0]
        share, colour = self.curve.precision[-1], self.line_.get_color()
        self.chance_ = ax.axhline(share, linestyle=":", linewidth=1.2, color=colour, label="_chance")
        reference(ax, "everything called positive", [], [], ":")
        unit_square(ax, "recall", "precision")
        legend(ax)


@shares_its_page("``bins``")
def precision_recall(
    pred: Any, target: Any = None, *, weights: Any = None, name: str | None = None, ax: Any = None, **options: Any
) -> PrecisionRecallDisplay:
    """Draw precision against recall, over all thresholds.

    Take it, rather than `roc`, where positives are rare. The legend has the average precision, the area below the
    steps that are drawn; the dotted line is the share of positives, the precision of calling everything positive.

    Parameters
    ----------
    pred : array, PrecisionRecallCurve or state
        Scores, higher for positives. Or the curve that `arraylosses.precision_recall_curve` gives; or the state of a
        stream of it, of `average_precision`, or of another metric that remembers the same.
    target : array, optional
        Of the shape of `pred`: 1 for positives, 0 for negatives.
    <the rest>

    Returns
    -------
    PrecisionRecallDisplay

    <what is refused>

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> display = al.plot.precision_recall(np.array([0.1, 0.4, 0.35, 0.8]), np.array([0, 0, 1, 1]))
    >>> print(display.line_.get_label())
    AP = 0.833
    """
    return PrecisionRecallDisplay.of({"pred": pred, "target": target}, weights, name, ax, options)


# ---- confusion

Normalize = Literal["true", "pred", "all"]
SHARES = {
    None: "weight",
    "true": "share of the true class",
    "pred": "share of the predicted class",
    "all": "share of everything",
}


class ConfusionDisplay(Display):
    """A confusion matrix. Made by `confusion`.

    Attributes
    ----------
    matrix : numpy.ndarray, (classes, classes)
        True classes down, predicted ones across.
    image_ : matplotlib.image.AxesImage
    colorbar_ : matplotlib.colorbar.Colorbar
    text_ : numpy.ndarray of matplotlib.text.Text, (classes, classes)
        The numbers in the cells; None for more than 20 classes.
    """

    image_: Any
    colorbar_: Any
    text_: Any

    def __init__(
        self,
        matrix: Any,
        normalize: Normalize | None,
        labels: Sequence[Any] | None,
        name: str | None,
        options: Mapping[str, Any],
    ) -> None:
        self.matrix, self.normalize, self.name, self.options = matrix, normalize, name, dict(options)
        self.labels = list(range(len(matrix)) if labels is None else labels)
        if len(self.labels) != len(matrix):
            raise ValueError(f"`labels` must be {len(matrix)} names, one a class; got {len(self.labels)}.")

    def _draw(self, ax: Any) -> None:
        top = 1.0 if self.normalize else None
        self.image_ = ax.imshow(self.matrix, **{"cmap": "cividis", "vmin": 0.0, "vmax": top, **self.options})
        self.colorbar_ = self.figure_.colorbar(self.image_, ax=ax, label=SHARES[self.normalize])
        ax.set(xlabel="predicted class", ylabel="true class", title=self.name or "")
        few = len(self.matrix) <= MOST_IN_WORDS
        if few:
            places, width = range(len(self.labels)), max(len(str(label)) for label in self.labels)
            ax.set_xticks(places, self.labels, rotation=90 if width * len(self.labels) > MOST_BESIDE else 0)
            ax.set_yticks(places, self.labels)
        self.text_ = self._numbers(ax) if few else None

    def _numbers(self, ax: Any) -> Any:
        """In each cell its number, dark on light and light on dark."""
        written = np.empty(self.matrix.shape, dtype=object)
        for (down, across), value in np.ndenumerate(self.matrix):
            shade = self.image_.cmap(self.image_.norm(value))
            colour = "black" if _luminance(shade) > 0.46 else "white"
            written[down, across] = ax.text(across, down, self._told(value), ha="center", va="center", color=colour)
        return written

    def _told(self, value: float) -> str:
        if self.normalize:
            return f"{value:.2f}"
        return f"{value:,.0f}" if value.is_integer() else f"{value:.3g}"


def _luminance(shade: Any) -> float:
    """How light a colour is, from 0 to 1, by the weights of ITU-R BT.709."""
    return float(np.dot(shade[:3], (0.2126, 0.7152, 0.0722)))


def _matrix(pred: Any, target: Any, weights: Any, params: dict[str, Any]) -> Any:
    """Of labels or scores, of a state, or of counts that are there already."""
    if target is None and not isinstance(pred, (tuple, Mapping)):
        return _counted(pred, weights, params)
    matrix = CONFUSION.reader({"pred": pred, "target": target}, weights, params)(confusion_matrix)
    if matrix.ndim != 2:
        raise ValueError(f"`confusion` draws one matrix; got the shape {matrix.shape}: draw them one by one.")
    return matrix


def _counted(pred: Any, weights: Any, params: Mapping[str, Any]) -> Any:
    """A matrix of counts, as a state that is read."""
    counts = on_host(at_hand({"pred": pred})["pred"])
    more = [*params.keys() - {"normalize"}, *([] if weights is None else ["weights"])]
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or more:
        got = f"the shape {counts.shape}" + (f" and {listed(more)}" if more else "")
        raise ValueError(f"`pred` without `target` must be a matrix of counts, (classes, classes), alone; got {got}.")
    return stream(confusion_matrix, **params).compute(Confusion(counts.astype(np.float64)))


def confusion(
    pred: Any,
    target: Any = None,
    *,
    weights: Any = None,
    normalize: Normalize | None = None,
    labels: Sequence[Any] | None = None,
    name: str | None = None,
    ax: Any = None,
    **options: Any,
) -> ConfusionDisplay:
    """Draw how much of each true class was called each class.

    Parameters
    ----------
    pred : array or state
        Integer labels, with ``num_classes``, or scores of the classes, with ``class_axis``. Or, alone, the matrix of
        counts that `arraylosses.confusion_matrix` gives; or the state of a stream of it.
    target : array, optional
        True labels.
    weights : array, optional
        How much each label counts.
    normalize : {'true', 'pred', 'all'}, optional
        Shares of the rows, of the columns, or of everything.
    labels : sequence, optional
        Names of the classes; their numbers by default.
    name : str, optional
        For the title.
    ax : matplotlib.axes.Axes, optional
        What to draw on; by default a figure of its own.
    **options
        Of `arraylosses.confusion_matrix`; and of ``Axes.imshow``.

    Returns
    -------
    ConfusionDisplay

    Raises
    ------
    TypeError
        For a state of another metric, and for labels without ``num_classes``.
    ValueError
        For a matrix that is not square, and for names that are not as many as the classes.

    Notes
    -----
    Numbers stand in the cells, and names beside them, of up to 20 classes.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> display = al.plot.confusion(np.array([0, 1, 1]), np.array([0, 0, 1]), num_classes=2, labels=["cat", "dog"])
    >>> print(display.matrix)
    [[1. 1.]
     [0. 1.]]
    """
    params, look = taken(confusion_matrix, options)
    if normalize is not None:
        params["normalize"] = normalize
    matrix = _matrix(pred, target, weights, params)
    return ConfusionDisplay(matrix, normalize, labels, name, look).plot(ax)
