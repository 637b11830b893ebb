"""Derivatives."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from .._math import stop_gradient
from .._metric import Loss
from ._backends import installed
from ._law import BATCH, law
from ._trial import Broken, Exempt, Trial, close

# ---- derivatives


@contextmanager
def _constants(say: Callable[[Any], Any]) -> Iterator[None]:
    """Let ``say`` answer for what a formula holds constant, on every library."""
    pure, twins = stop_gradient.pure, dict(stop_gradient.twins)
    stop_gradient.pure = lambda xp, x: say(x)
    stop_gradient.twins.clear()
    try:
        yield
    finally:
        stop_gradient.pure = pure
        stop_gradient.twins.update(twins)


def _held(t: Trial, arrays: list[Any]) -> list[Any]:
    """What the formula holds constant, in the order of its being asked."""
    kept: list[Any] = []

    def keep(x: Any) -> Any:
        kept.append(x)
        return x

    with _constants(keep):
        t.value(arrays)
    return kept


def _value_with(t: Trial, arrays: list[Any], kept: list[Any]) -> Any:
    """The value, constants being what they were elsewhere."""
    in_turn = iter(kept)
    with _constants(lambda x: next(in_turn)):
        return t.value(arrays)


def _slope_by_difference(t: Trial, arrays: list[Any], place: int, way: Any) -> Any:
    """What is held constant keeps, at the moved places, the values that it has in the middle."""
    moved = [[a if i != place else a + h * way for i, a in enumerate(arrays)] for h in (1e-6, -1e-6)]
    if not t.metric.facts.held:
        ahead, behind = map(t.value, moved)
        return (ahead - behind).sum() / 2e-6
    kept = _held(t, arrays)
    ahead, behind = (_value_with(t, there, kept) for there in moved)
    return (ahead - behind).sum() / 2e-6


@law
def gradient_is_the_slope(t: Trial) -> None:
    """Automatic differentiation gives the finite difference, in float64 and off the kinks."""
    grad = t.needs_gradient()
    t.needs(t.backend.double, "finite differences need float64")
    rng = np.random.default_rng(int(t.source((1,))[0] * 1e6))
    steady = Trial(t.variant, t.backend, rng.random)
    arrays = steady.draw(BATCH, inner=True)
    for place in t.real_places():
        way = rng.normal(size=arrays[place].shape)
        numeric = _slope_by_difference(t, arrays, place, way)
        with t.backend.context():
            slope = (grad(t.partial(), arrays, place) * way).sum()
        close(slope, numeric, 2e-5, f"gradient by `{t.names[place]}`")


def _finite(t: Trial, arrays: list[Any]) -> dict[str, Any]:
    """Weights that hide the elements whose value is not finite; Exempt where it is the whole that is not."""
    if isinstance(t.metric, Loss):
        return {"weights": np.isfinite(t.value(arrays, reduction="none")).astype(float)}
    if not np.isfinite(t.value(arrays)).all():
        raise Exempt("the value is not finite here")
    return {}


def _slopes(t: Trial, arrays: list[Any], options: dict[str, Any]) -> list[Any]:
    """Gradient by each real argument."""
    grad = t.needs_gradient()
    with t.backend.context():
        put = {k: t.backend.put(v) for k, v in options.items()}
        return [grad(t.partial(**put), arrays, place) for place in t.real_places()]


@law
def gradient_is_never_nan(t: Trial) -> None:
    """On the closed domain, at ties, kinks and bounds, wherever the value is finite."""
    t.needs_gradient()
    arrays = t.draw_coarse(BATCH)
    for place, slope in zip(t.real_places(), _slopes(t, arrays, _finite(t, arrays)), strict=True):
        if np.isnan(slope).any():
            raise Broken(f"gradient by `{t.names[place]}` is NaN")


@law
def gradients_agree(t: Trial) -> None:
    """One subgradient at every kink, on every library."""
    t.needs_gradient()
    t.needs(t.backend.name == "torch" and "jax" in installed(), "compared once, torch with JAX")
    for arrays in (t.draw(BATCH), t.draw_coarse(BATCH)):
        options = _finite(t, arrays)
        ours, theirs = (_slopes(trial, arrays, options) for trial in (t, t.elsewhere("jax-x64")))
        for place, a, b in zip(t.real_places(), ours, theirs, strict=True):
            close(a, b, 1e-9, f"gradient by `{t.names[place]}`, torch against JAX")
