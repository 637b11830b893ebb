"""Predicted distributions, and uncertainties against errors."""

from functools import partial
from typing import Any

import numpy as np

from .case import MILLION, Case, Formula, Maker, joined, plain
from .elementwise import distinct

MEMBERS = 10


def predicted(rng: Any, n: int) -> list[Any]:
    mean, noise = rng.standard_normal((2, n), dtype=np.float32)
    std = 0.2 + rng.random(n, dtype=np.float32)
    return [mean, std, mean + std * noise]


def ensembles(rng: Any, n: int) -> list[Any]:
    drawn = distinct(rng, n + n // MEMBERS).reshape(-1, MEMBERS + 1)
    return [np.ascontiguousarray(drawn[:, 1:]), drawn[:, 0].copy()]


def doubted(rng: Any, n: int) -> list[Any]:
    doubt = rng.random(n, dtype=np.float32)
    return [np.abs(doubt * rng.standard_normal(n, dtype=np.float32)), doubt]


# ---- peers


def scoring(name: str, backend: str, **options: Any) -> Maker:
    """Of scoringrules, which takes the target first, the mean."""

    def make() -> Formula:
        import scoringrules

        function = partial(getattr(scoringrules, name), backend=backend, **options)

        def call(*arrays: Any) -> Any:
            *params, target = arrays
            return function(target, *params).mean()

        return call

    return make


def everywhere(name: str, **options: Any) -> dict[str, dict[str, Maker]]:
    return {lib: {"scoringrules": scoring(name, lib, **options)} for lib in ("numpy", "torch", "jax")}


def toolbox(name: str, **options: Any) -> Maker:
    def make() -> Formula:
        import uncertainty_toolbox

        function = partial(getattr(uncertainty_toolbox, name), **options)
        return lambda *arrays: function(*arrays)

    return make


SHARES = np.linspace(0, 1, 100)


def uncovered(xp: Any, mean: Any, std: Any, target: Any) -> Any:
    """The share of targets within each interval, one interval after another."""
    from scipy.special import ndtri

    far = xp.abs(target - mean) / std
    gaps = [abs((far <= float(ndtri(0.5 + p / 2))).mean(dtype=far.dtype) - float(p)) for p in SHARES]
    return sum(gaps) / len(gaps)


def sparsified(xp: Any, error: Any, doubt: Any) -> Any:
    """evaluating_bdl's: the mean error of what is kept, in the order of the doubt and in its own, 100 times."""
    n = error.shape[0]
    curves = [error[xp.argsort(doubt)], error[xp.argsort(error)]]
    kept = [int((1 - i / 100) * n) for i in range(100)]
    one, best = ([curve[:k].mean() / error.mean() for k in kept] for curve in curves)
    gaps = [a - b for a, b in zip(one, best, strict=True)]
    return (sum(gaps) - (gaps[0] + gaps[-1]) / 2) / 100


CASES = (
    Case(
        "ause",
        doubted,
        plain(sparsified, "numpy", "torch", "jax", name="authors' formula"),
        MILLION,
        options={"fractions": 100, "whole_samples": True},
        trained=False,
    ),
    Case(
        "auce",
        predicted,
        joined(
            plain(uncovered, "numpy", "torch", "jax"),
            {"numpy": {"uncertainty-toolbox": toolbox("mean_absolute_calibration_error")}},
        ),
        MILLION,
        options={"levels": 100, "average": "mean"},
        trained=False,
        # a target on the edge of an interval goes either way, by its rounding
        tolerance=1e-3,
    ),
    Case(
        "crps_gaussian",
        predicted,
        joined(everywhere("crps_normal"), {"numpy": {"uncertainty-toolbox": toolbox("crps_gaussian")}}),
        MILLION,
    ),
    Case("crps_ensemble", ensembles, everywhere("crps_ensemble", estimator="qd"), MILLION),
)
