"""Derivatives."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from typing import Any

import numpy as np

from .._domains import Domain
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
    stop_gradient.twins = dict.fromkeys((*own, "numpy"), form)
    try:
        yield
    finally:
        stop_gradient.twins = own


def _held_at(t: Trial, arrays: list[Any]) -> Callable[[list[Any]], Any]:
    """The value on NumPy, with the parts that the facts call held kept as they are at ``arrays``."""
    t = t.reference
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


STEP = 1e-7
"""Of a finite difference."""


def _between_the_sides(t: Trial, arrays: list[Any], rng: Any) -> None:
    """Broken unless the gradient along some way lies between the finite differences ahead and behind.

    Where no kink is near they are one number. Of thousands of random numbers, some are so near one that a step meets
    it: then the sides differ, and the gradient is one of them.
    """
    value = _held_at(t, arrays)
    parts = value(arrays)
    here, noise = parts.sum(), 2.0**-50 * np.abs(parts).sum() / STEP
    t.needs(bool(np.isfinite(here)), "the value is not finite here")
    for place, slope in t.slopes(arrays).items():
        way = rng.normal(size=arrays[place].shape)
        sides = [(value(placed(arrays, place, arrays[place] + h * way)).sum() - here) / h for h in (STEP, -STEP)]
        along, slack = (slope * way).sum(), noise + 2e-5 * max(1e-3, *map(abs, sides))
        if not min(sides) - slack <= along <= max(sides) + slack:
            raise Broken(f"gradient by `{t.names[place]}` along a way: {along}, and the sides are {sides}")


@law(asks="grad", wide=True)
def gradient_is_the_slope(t: Trial) -> None:
    """Automatic differentiation gives the finite difference, in float64, off the kinks and with held parts held."""
    t.needs_gradient()
    rng = t.chance()
    _between_the_sides(t, t.scattered(rng).draw(BATCH, inner=True), rng)


@law(asks="curve", wide=True)
def curvature_is_the_slope_of_the_gradient(t: Trial) -> None:
    """The derivative of the gradient along a way is its finite difference."""
    t.needs_gradient()
    t.needs(t.metric.facts.twice, "its gradient has no derivative")
    t.needs(not t.metric.facts.held, "parts are held constant")
    assert t.backend.curve is not None
    rng, place = t.chance(), t.first_smooth_place()
    arrays = t.scattered(rng).draw(BATCH, inner=True)
    way = rng.normal(size=arrays[place].shape)
    moved = (placed(arrays, place, arrays[place] + h * way) for h in (1e-6, -1e-6))
    ahead, behind = (t.slopes(at)[place] for at in moved)
    with t.backend.context():
        got = t.backend.curve(t.function(), arrays, place, way)
    close(got, (ahead - behind) / 2e-6, 1e-4, f"curvature by `{t.names[place]}`")


@law(asks="grad", wide=True)
def gradient_lies_between_the_sides(t: Trial) -> None:
    """At ties and kinks, the gradient along a way lies between the slopes ahead and behind."""
    t.needs_gradient()
    t.needs(t.metric.facts.regular, "its kinks point up and down")
    _between_the_sides(t, t.rounded(2).draw(BATCH, inner=True), t.chance())


def _finite(t: Trial, arrays: list[Any]) -> dict[str, Any]:
    """Weights that hide the elements whose value is not finite; Exempt where it is the whole that is not."""
    if "reduction" in t.metric.shared:
        return {"weights": np.isfinite(t.value(arrays, reduction="none")).astype(float)}
    if not np.isfinite(t.value(arrays)).all():
        raise Exempt("the value is not finite here")
    return {}


@law(asks="grad")
def gradient_is_never_nan(t: Trial) -> None:
    """On the closed domain, at ties, kinks and bounds, wherever the value is finite."""
    t.needs_gradient()
    for trial, arrays in product(t.widths, (t.draw_coarse(BATCH), _at_the_truth(t))):
        for place, slope in trial.slopes(arrays, **_finite(trial, arrays)).items():
            if np.isnan(slope).any():
                raise Broken(f"gradient by `{t.names[place]}` is NaN")


def _at_the_truth(t: Trial) -> list[Any]:
    """Members whose first argument is the second, where they are of one kind and shape."""
    arrays = t.draw(BATCH)
    alike = len(arrays) > 1 and t.domains[0].name == t.domains[1].name and arrays[0].shape == arrays[1].shape
    return [arrays[1], *arrays[1:]] if alike else arrays


@law(asks="grad")
def gradients_agree(t: Trial) -> None:
    """One subgradient at every kink, on every library; off the kinks, where the facts say that rounding chooses."""
    t.needs_gradient()
    t.needs(t.backend.name == "torch", "compared once, on torch")
    t.lacks("jax" not in installed(), "JAX to compare with")
    draws = (t, t.rounded(2)) if t.metric.facts.steady else (t.scattered(t.chance()),)
    for arrays in (drawn.draw(BATCH) for drawn in draws):
        options = _finite(t, arrays)
        ours, theirs = (trial.slopes(arrays, **options) for trial in (t, t.elsewhere("jax-x64")))
        for place, slope in ours.items():
            t.close(slope, theirs[place], f"gradient by `{t.names[place]}`, torch against JAX", 1e-9)


@law(asks="grad")
def just_outside_is_the_bound(t: Trial) -> None:
    """What rounding puts outside of a bound has the value of the bound, and its slopes."""
    t.needs_gradient()
    places = [i for i in t.smooth_places() if t.domains[i].slack]
    t.needs(bool(places), "its inputs have no bounds that rounding may cross")
    at = t.draw_coarse(BATCH)
    outside = [_moved_out(t.domains[i], a) if i in places else a for i, a in enumerate(at)]
    t.close(t.value(outside), t.value(at), "just outside")
    options = _finite(t, at)
    ours, theirs = (t.slopes(arrays, **options) for arrays in (outside, at))
    for place, slope in ours.items():
        t.close(slope, theirs[place], f"gradient by `{t.names[place]}`, just outside")


def _moved_out(domain: Domain, array: Any) -> Any:
    """What lies at a bound moved by half of what is allowed."""
    off = (array == domain.high) * 1.0 - (array == domain.low)
    return array + 0.5 * domain.slack * off
