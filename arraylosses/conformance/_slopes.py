"""Derivatives."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from typing import Any

import numpy as np

from .._math import stop_gradient
from .._typing import Formula
from ._backend import placed
from ._backends import installed
from ._law import BATCH, law
from ._trial import Broken, Exempt, Trial, close

# ---- derivatives


@contextmanager
def _holding_by(form: Formula) -> Iterator[None]:
    """Hold values constant by another form of `stop_gradient`."""
    own = stop_gradient.twins
    stop_gradient.twins = dict.fromkeys(own, form)
    try:
        yield
    finally:
        stop_gradient.twins = own


def _held_at(t: Trial, arrays: list[Any]) -> Callable[[list[Any]], Any]:
    """``t.value``, with the parts that the facts call held kept as they are at ``arrays``."""
    if not t.metric.facts.held:
        return t.value
    held: list[Any] = []

    def note(xp: Any, x: Any) -> Any:
        held.append(x)
        return x

    with _holding_by(note):
        t.value(arrays)
    if not held and not set(t.metric.facts.held) <= t.metric.definition.params.keys():
        raise Broken(f"{' and '.join(t.metric.facts.held)} should be held constant, and nothing is")

    def value(moved: list[Any]) -> Any:
        again = iter(held)
        with _holding_by(lambda xp, x: next(again)):
            return t.value(moved)

    return value


@law(asks="grad", wide=True)
def gradient_is_the_slope(t: Trial) -> None:
    """Automatic differentiation gives the finite difference, in float64, off the kinks and with held parts held."""
    grad = t.needs_gradient()
    rng = t.chance()
    arrays = t.scattered(rng).draw(BATCH, inner=True)
    value = _held_at(t, arrays)
    for place in t.smooth_places():
        way = rng.normal(size=arrays[place].shape)
        ahead, behind = (placed(arrays, place, arrays[place] + h * way) for h in (1e-6, -1e-6))
        numeric = (value(ahead) - value(behind)).sum() / 2e-6
        with t.backend.context():
            slope = (grad(t.partial(), arrays, place) * way).sum()
        close(slope, numeric, 2e-5, f"gradient by `{t.names[place]}`")


@law(asks="curve", wide=True)
def curvature_is_the_slope_of_the_gradient(t: Trial) -> None:
    """The derivative of the gradient along a way is its finite difference."""
    grad = t.needs_gradient()
    t.needs(t.metric.facts.twice, "its gradient has no derivative")
    t.needs(not t.metric.facts.held, "parts are held constant")
    assert t.backend.curve is not None
    rng, place = t.chance(), t.first_smooth_place()
    arrays = t.scattered(rng).draw(BATCH, inner=True)
    way = rng.normal(size=arrays[place].shape)
    moved = (placed(arrays, place, arrays[place] + h * way) for h in (1e-6, -1e-6))
    with t.backend.context():
        ahead, behind = (grad(t.partial(), at, place) for at in moved)
        got = t.backend.curve(t.partial(), arrays, place, way)
    close(got, (ahead - behind) / 2e-6, 1e-4, f"curvature by `{t.names[place]}`")


@law(asks="grad", wide=True)
def gradient_lies_between_the_sides(t: Trial) -> None:
    """At ties and kinks, the gradient along a way lies between the slopes ahead and behind."""
    grad = t.needs_gradient()
    t.needs(t.metric.facts.regular, "its kinks point up and down")
    arrays = t.rounded(2).draw(BATCH, inner=True)
    value, here = _held_at(t, arrays), t.value(arrays).sum()
    t.needs(bool(np.isfinite(here)), "the value is not finite here")
    rng = t.chance()
    for place in t.smooth_places():
        way = rng.normal(size=arrays[place].shape)
        sides = [(value(placed(arrays, place, arrays[place] + h * way)).sum() - here) / h for h in (1e-7, -1e-7)]
        with t.backend.context():
            slope = (grad(t.partial(), arrays, place) * way).sum()
        slack = 2e-5 * max(1e-3, *map(abs, sides))
        if not min(sides) - slack <= slope <= max(sides) + slack:
            raise Broken(f"gradient by `{t.names[place]}` along a way: {slope}, and the sides are {sides}")


def _finite(t: Trial, arrays: list[Any]) -> dict[str, Any]:
    """Weights that hide the elements whose value is not finite; Exempt where it is the whole that is not."""
    if "reduction" in t.metric.shared:
        return {"weights": np.isfinite(t.value(arrays, reduction="none")).astype(float)}
    if not np.isfinite(t.value(arrays)).all():
        raise Exempt("the value is not finite here")
    return {}


def _slopes(t: Trial, arrays: list[Any], options: dict[str, Any]) -> list[Any]:
    """Gradient by each argument that may move."""
    grad = t.needs_gradient()
    with t.backend.context():
        put = {k: t.backend.put(v) for k, v in options.items()}
        return [grad(t.partial(**put), arrays, place) for place in t.smooth_places()]


@law(asks="grad")
def gradient_is_never_nan(t: Trial) -> None:
    """On the closed domain, at ties, kinks and bounds, wherever the value is finite."""
    t.needs_gradient()
    for trial, arrays in product(t.widths, (t.draw_coarse(BATCH), _at_the_truth(t))):
        for place, slope in zip(t.smooth_places(), _slopes(trial, arrays, _finite(trial, arrays)), strict=True):
            if np.isnan(slope).any():
                raise Broken(f"gradient by `{t.names[place]}` is NaN")


def _at_the_truth(t: Trial) -> list[Any]:
    """Members whose first argument is the second, where they are of one kind and shape."""
    arrays = t.draw(BATCH)
    alike = len(arrays) > 1 and t.domains[0].name == t.domains[1].name and arrays[0].shape == arrays[1].shape
    return [arrays[1], *arrays[1:]] if alike else arrays


@law(asks="grad")
def gradients_agree(t: Trial) -> None:
    """One subgradient at every kink, on every library."""
    t.needs_gradient()
    t.needs(t.backend.name == "torch", "compared once, on torch")
    t.lacks("jax" not in installed(), "JAX to compare with")
    for arrays in (t.draw(BATCH), t.draw_coarse(BATCH)):
        options = _finite(t, arrays)
        ours, theirs = (_slopes(trial, arrays, options) for trial in (t, t.elsewhere("jax-x64")))
        for place, a, b in zip(t.smooth_places(), ours, theirs, strict=True):
            t.close(a, b, f"gradient by `{t.names[place]}`, torch against JAX", 1e-9)
