"""Losses of one number: value and gradient against the error."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from numbers import Real
from typing import Any

import numpy as np

from .._catalogue import catalogue
from .._domains import Domain
from .._metric import Loss, Metric
from .._xp import fetched, library
from ._display import GREY, Display, legend, matplotlib, reference, style

POINTS = 601
"""Odd, so that the kink or the minimum at 0 is one of them."""
STEEP = 2.0
"""How many times as far as its values a loss' gradients are shown."""


class LossCurveDisplay(Display):
    """Losses against the error, or against the prediction. Made by `loss_curve`.

    Attributes
    ----------
    labels : tuple of str
        What the legend calls each loss.
    argument : str
        What the losses are drawn against, as the axis calls it.
    error : numpy.ndarray, (points,)
        The error, or the prediction where the target is a probability or there is none.
    values : numpy.ndarray, (losses, points)
    gradients : tuple of numpy.ndarray or None
        Of each loss, (points,), by automatic differentiation; None for one that has no derivative, or that was not
        asked for it.
    lines_, gradient_lines_ : list of matplotlib.lines.Line2D
        What was drawn; None in place of a gradient that is not there.
    """

    lines_: list[Any]
    gradient_lines_: list[Any]

    def __init__(
        self,
        labels: Sequence[str],
        argument: str,
        error: Any,
        values: Any,
        gradients: Sequence[Any],
        options: Mapping[str, Any],
    ) -> None:
        self.labels, self.argument, self.error = tuple(labels), argument, error
        self.values, self.gradients, self.options = values, tuple(gradients), dict(options)

    def _draw(self, ax: Any) -> None:
        self.lines_, self.gradient_lines_ = [], []
        for label, value, gradient in zip(self.labels, self.values, self.gradients, strict=True):
            look = style(ax, self.options)
            self.lines_.append(ax.plot(self.error, value, label=label, **look)[0])
            self.gradient_lines_.append(None if gradient is None else self._slope(ax, gradient, look))
        ax.set(xlabel=self.argument, ylabel="loss" if self._flat else "loss and its gradient")
        ax.axhline(0.0, color=GREY, linewidth=0.6, zorder=0)
        ax.set_ylim(*_limits(ax, self.values, self.gradients))
        legend(ax)

    @property
    def _flat(self) -> bool:
        return all(gradient is None for gradient in self.gradients)

    def _slope(self, ax: Any, gradient: Any, look: Mapping[str, Any]) -> Any:
        """Dashed and thinner, in the colour of its loss; the legend says once what dashes are."""
        reference(ax, "gradient", [], [])
        dashed = {**look, "linestyle": "--", "linewidth": 0.7 * look["linewidth"], "markerfacecolor": "none"}
        return ax.plot(self.error, gradient, label="_gradient", **dashed)[0]


def _limits(ax: Any, values: Any, gradients: Sequence[Any]) -> tuple[float, float]:
    """All values, and gradients up to some times as far: those of logarithms would press everything else flat."""
    finite = values[np.isfinite(values)]
    far = STEEP * max(float(np.max(np.abs(finite), initial=0.0)), 0.5)
    slopes = [np.clip(g[~np.isnan(g)], -far, far) for g in gradients if g is not None]
    shown = np.concatenate([finite, *slopes, [0.0]])
    low, high = float(np.min(shown)), float(np.max(shown))
    low, high = low - 0.05 * (high - low), high + 0.05 * (high - low)
    if ax.get_autoscaley_on():
        return low, high
    before = ax.get_ylim()  # of an earlier picture on these axes
    return min(low, before[0]), max(high, before[1])


# ---- what is drawn


@dataclass(frozen=True)
class Card:
    """A loss as a function of one number.

    Attributes
    ----------
    name : str
        What messages call it.
    label : str
        What the legend calls it.
    call : callable
        ``(loss, moved, target) -> array``: a value for each element.
    argument : str
        What it is drawn against, but for the target.
    span : tuple of float
        What of that is drawn, unless something else is asked for.
    target : float or None
        The target unless something else is asked for; None where there is none.
    of_error : bool
        Whether it is drawn against the prediction less the target.
    smooth : bool
        Whether it has a derivative.
    """

    name: str
    label: str
    call: Callable[[Any, float], Any]
    argument: str
    span: tuple[float, float] = (-3.0, 3.0)
    target: float | None = 0.0
    of_error: bool = True
    smooth: bool = True

    def aimed(self, target: float | None) -> float:
        """The target that is asked for, or its own."""
        if target is not None and self.target is None:
            raise ValueError(f"`{self.name}` has no target; got target={target:g}.")
        return (self.target or 0.0) if target is None else target

    def against(self, target: float | None) -> str:
        """The words beside the axis."""
        aim = self.aimed(target)
        untold = self.target is None or (self.of_error and aim == 0)
        return self.argument if untold else f"{self.argument}, target {aim:g}"


@dataclass(frozen=True)
class _Elements:
    """A loss of the library, of arrays of which one moves and the others stand still."""

    loss: Loss
    params: Mapping[str, Any]
    still: Mapping[str, float] = field(default_factory=dict)

    def __call__(self, moved: Any, target: float) -> Any:
        full = library(moved).xp.full_like
        names = list(self.loss.definition.domains)[1:]
        others = [full(moved, target if name == "target" else self.still[name]) for name in names]
        return self.loss(moved, *others, reduction="none", **self.params)


@dataclass(frozen=True)
class _Plain:
    """A function of prediction and target that is none of the library's."""

    label: str
    function: Callable[..., Any]

    def __call__(self, moved: Any, target: float) -> Any:
        found = self.function(moved, library(moved).xp.full_like(moved, target))
        if getattr(found, "shape", None) != moved.shape:
            got = f"shape {tuple(found.shape)}" if hasattr(found, "shape") else type(found).__name__
            wanted = f"one value for each element, shape {tuple(moved.shape)}"
            raise ValueError(f"{self.label!r} must give {wanted}; got {got}.")
        return found


ERROR = "error (prediction less target)"


def _card(given: Any) -> Card:
    """What was given as a loss: itself, its name, with parameters, or with a label."""
    labelled = isinstance(given, tuple) and len(given) == 2 and isinstance(given[0], str)
    label, inner = given if labelled else (None, given)
    loss, params = _taken_apart(inner)
    if isinstance(loss, Loss):
        return _card_of_loss(loss, params, label)
    if isinstance(loss, Metric):
        told = f"a {loss.kind}, which has no value for each element"
        raise TypeError(f"`losses` must each be a loss; got `{loss.__name__}`, {told}.")
    if label is not None and callable(inner):
        return Card(label, label, _Plain(label, inner), ERROR)
    told = "a loss of the library, its name, `functools.partial` of it, or (label, callable)"
    raise TypeError(f"`losses` must each be {told}; got {loss!r}.")


def _taken_apart(given: Any) -> tuple[Any, dict[str, Any]]:
    """A loss and its parameters; anything else as it is."""
    params: dict[str, Any] = {}
    while isinstance(given, partial) and not given.args:
        given, params = given.func, {**given.keywords, **params}
    if isinstance(given, str):
        found = catalogue.find(given)
        if found is None:
            raise ValueError(f"there is no metric `{given}`{catalogue.suggestion(given, ())}")
        given = found
    return given, params


def _card_of_loss(loss: Loss, params: dict[str, Any], label: str | None) -> Card:
    """By the domains of its arguments: the first one moves."""
    domains = loss.definition.domains
    _refuse_events(loss.__name__, domains)
    params = _needed(loss) | params
    (moved, domain), *others = domains.items()
    still = {name: _still(other) for name, other in others if name != "target"}
    told = {**still, **params}
    label = label or "".join([loss.__name__, *(f", {k}={_spelled(v)}" for k, v in told.items())])
    target = domains.get("target")
    aim = None if target is None else _aim(target)
    of_error = target is not None and not target.bounded and not domain.bounded
    argument = ERROR if of_error else f"prediction ({domain.name})" if target else moved.replace("_", " ")
    call, smooth = _Elements(loss, params, still), loss.facts.smooth != "nowhere"
    return Card(loss.__name__, label, call, argument, _span(domain), aim, of_error, smooth)


def _refuse_events(name: str, domains: Mapping[str, Domain]) -> None:
    """A loss of vectors, images or clouds has no curve."""
    for argument, domain in domains.items():
        if domain.event or domain.label or domain.repeated:
            shape = ", ".join(map(str, domain.event)) + "," * (len(domain.event) == 1)
            what = f"has the shape ({shape})" if shape else "is a label"
            raise ValueError(f"`{name}` has no curve: an element of its `{argument}` {what}, and is not one number.")


def _needed(loss: Loss) -> dict[str, Any]:
    """Parameters without a default, as the conformance kit gives them: a card has no caller."""
    from ..conformance import variants

    return next(variants(loss)).params


def _still(domain: Domain) -> float:
    """What stands still: a deviation of 1, and its logarithm."""
    return 1.0 if domain.bounded else 0.0


def _aim(domain: Domain) -> float:
    return 1.0 if domain.bounded or domain.condition is not None else 0.0


def _span(domain: Domain) -> tuple[float, float]:
    return max(domain.low, -3.0), min(domain.high, 3.0)


def _spelled(value: Any) -> str:
    return f"{value:g}" if isinstance(value, (int, float)) and not isinstance(value, bool) else repr(value)


# ---- where it is computed

DIFFERENTIATING = {"torch": "torch", "jax": "jax-x64"}
"""Libraries that differentiate, and the mode of the kit in which they compute in float64."""


def _backend(gradient: bool, xp: str | None) -> Any:
    """The library that computes the curves, as the conformance kit sees it."""
    from ..conformance import backend, installed

    if xp is not None and xp not in ("numpy", *DIFFERENTIATING):
        raise ValueError(f"`xp` must be 'numpy', 'torch' or 'jax'; got {xp!r}.")
    if gradient and xp == "numpy":
        raise ValueError("`xp` must be 'torch' or 'jax' for a gradient; got 'numpy'.")
    if not gradient and xp is None:
        return backend("numpy")
    found = [xp] if xp else [name for name in DIFFERENTIATING if name in installed()]
    if not found:
        told = "`python -m pip install 'arraylosses[torch]'`, or give gradient=False"
        raise ModuleNotFoundError(f"a gradient needs PyTorch or JAX: {told}.", name="torch")
    return backend(DIFFERENTIATING.get(found[0], found[0]))


def _computed(card: Card, moved: Any, target: float, gradient: bool, backend: Any) -> tuple[Any, Any]:
    """Value and gradient at each place, as NumPy."""

    def curve(x: Any) -> Any:
        return card.call(x, target)

    with backend.context():
        value = backend.get(curve(backend.put(moved)))
        slope = backend.grad(curve, [moved], [0])[0] if gradient and card.smooth else None
    return value, slope


def _places(error: Any, cards: Sequence[Card]) -> Any:
    """Where the losses are computed."""
    if error is None:
        low, high = (max(card.span[0] for card in cards), min(card.span[1] for card in cards))
        return np.linspace(low, high, POINTS)
    library(error, "error")
    found = fetched(error).astype(np.float64)
    if found.ndim != 1 or found.size < 2:
        raise ValueError(f"`error` must have one axis and at least 2 numbers; got shape {found.shape}.")
    return found


def _refuse_unlike(cards: Sequence[Card], target: float | None) -> str:
    """The one thing that all are drawn against."""
    if not cards:
        raise TypeError("`loss_curve` needs at least one loss; got none.")
    if target is not None and not isinstance(target, Real):
        raise TypeError(f"`target` must be a number; got {target!r}.")
    first = cards[0].against(target)
    for card in cards[1:]:
        if card.against(target) != first:
            got = f"`{cards[0].name}` against {first!r} and `{card.name}` against {card.against(target)!r}"
            raise ValueError(f"losses on one picture must be drawn against the same; got {got}.")
    return first


def loss_curve(
    *losses: Any,
    error: Any = None,
    target: float | None = None,
    gradient: bool = True,
    ax: Any = None,
    xp: str | None = None,
    **line: Any,
) -> LossCurveDisplay:
    """Draw losses, and their gradients, against the error.

    Tells losses apart at a glance: how much an outlier counts, how hard a small error pulls, where a kink is. The
    gradient is what training follows, by automatic differentiation, not a formula of its own.

    Parameters
    ----------
    *losses : Loss, str, functools.partial or (str, callable)
        Losses whose elements are numbers: themselves, by name, with parameters by ``functools.partial``; or a label
        with one of these, or with any function of ``(pred, target)`` that gives a value for each element.
    error : array, (points,), optional
        Where to draw them: prediction less target, 601 numbers from -3 to 3 by default. Of losses whose target is a
        probability, the prediction; of those without a target, their one argument.
    target : float, optional
        What is predicted: by default 0 where it is any number, and 1 where it is a probability.
    gradient : bool, default True
        Draw the derivative by the prediction too, dashed. It needs PyTorch or JAX.
    ax : matplotlib.axes.Axes, optional
        What to draw on; by default a figure of its own.
    xp : {'torch', 'jax', 'numpy'}, optional
        The library that computes, in float64. By default PyTorch or else JAX, and NumPy without gradient.
    **line
        How the lines are drawn, such as ``linewidth=3``.

    Returns
    -------
    LossCurveDisplay

    Raises
    ------
    ValueError
        For a loss of vectors, labels, images or clouds, which has no curve; for losses of unlike arguments, such as of
        an error and of a probability, on one picture; for a target where there is none.
    TypeError
        For what is no loss.
    ModuleNotFoundError
        If matplotlib is missing; or, for a gradient, PyTorch and JAX.

    Notes
    -----
    The first argument moves. What else a loss takes stands still, at 1 (a deviation, a variance) or 0 (a log
    variance), and a parameter without a default is what the conformance kit takes; the legend says so. The axis holds
    all values, and gradients up to twice as far: those of logarithms would press everything else flat.

    Examples
    --------
    >>> from functools import partial
    >>> import arraylosses as al
    >>> display = al.plot.loss_curve("mse", partial(al.huber_loss, delta=0.5), gradient=False)
    >>> display.labels
    ('squared_error', 'huber_loss, delta=0.5')
    >>> display.values.shape
    (2, 601)
    """
    matplotlib("axes")  # before anything is computed
    cards = [_card(loss) for loss in losses]
    argument = _refuse_unlike(cards, target)
    where, backend = _places(error, cards), _backend(gradient, xp)
    found = []
    for card in cards:
        aim = card.aimed(target)
        found.append(_computed(card, where + aim if card.of_error else where, aim, gradient, backend))
    values, gradients = np.stack([value for value, _ in found]), [slope for _, slope in found]
    return LossCurveDisplay([card.label for card in cards], argument, where, values, gradients, line).plot(ax)
