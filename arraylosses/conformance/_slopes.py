"""Derivatives."""

import numpy as np

from ._backends import installed
from ._law import BATCH, law
from ._trial import Broken, Exempt, Trial, close

# ---- derivatives


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
        ahead, behind = ([a if i != place else a + h * way for i, a in enumerate(arrays)] for h in (1e-6, -1e-6))
        numeric = (t.value(ahead) - t.value(behind)) / 2e-6
        with t.backend.context():
            slope = (grad(t.partial(), arrays, place) * way).sum()
        close(slope, numeric, 2e-5, f"gradient by `{t.names[place]}`")


@law
def gradient_is_never_nan(t: Trial) -> None:
    """On the closed domain, at ties, kinks and bounds, wherever the value is finite."""
    grad = t.needs_gradient()
    arrays = t.draw(BATCH)
    if not np.isfinite(t.value(arrays)):
        raise Exempt("the value is not finite here")
    with t.backend.context():
        for place in t.real_places():
            slope = grad(t.partial(), arrays, place)
            if np.isnan(slope).any():
                raise Broken(f"gradient by `{t.names[place]}` is NaN")


@law
def gradients_agree(t: Trial) -> None:
    """One subgradient at every kink, on every library."""
    grad = t.needs_gradient()
    t.needs(t.backend.name == "torch" and "jax" in installed(), "compared once, torch with JAX")
    arrays = t.draw(BATCH)
    other = t.elsewhere("jax-x64")
    if not np.isfinite(t.value(arrays)):
        raise Exempt("the value is not finite here")
    for place in t.real_places():
        ours = grad(t.partial(), arrays, place)
        with other.backend.context():
            theirs = other.needs_gradient()(other.partial(), arrays, place)
        close(ours, theirs, 1e-9, f"gradient by `{t.names[place]}`, torch against JAX")
