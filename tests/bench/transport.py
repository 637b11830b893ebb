"""Mass carried from one distribution to another."""

from typing import Any

from .case import MILLION, Case, Formula, Size, joined, of, plain
from .elementwise import distinct
from .geometry import clouds

CLOUDS: tuple[Size, ...] = (128, 512, 2048)
BLUR = 0.05


def lines(rng: Any, n: int) -> list[Any]:
    return list(distinct(rng, 2 * n).reshape(2, n))


def assignment() -> Formula:
    """POT's exact solver, on squared distances."""
    import ot

    return lambda a, b: ot.emd2([], [], ot.dist(a, b))


def pot_sinkhorn() -> Formula:
    import ot

    def call(a: Any, b: Any) -> Any:
        cost = ot.dist(a, b)
        even = cost[0] * 0 + 1 / a.shape[0], cost[:, 0] * 0 + 1 / a.shape[0]
        plan = ot.sinkhorn(*even, cost, BLUR, numItermax=100, stopThr=0, method="sinkhorn_log", warn=False)
        return (plan * cost).sum()

    return call


def sinkhorn_by_xla() -> Formula:
    """The same iterations, on logarithms."""
    import jax
    import jax.numpy as jnp
    from jax.scipy.special import logsumexp

    def call(a: Any, b: Any) -> Any:
        cost = ((a[:, None] - b) ** 2).sum(-1)
        scaled, mass = -cost / BLUR, -jnp.log(float(a.shape[0]))

        def step(i: Any, pair: tuple[Any, Any]) -> tuple[Any, Any]:
            right = mass - logsumexp(scaled + pair[0][:, None], 0)
            return mass - logsumexp(scaled + right, 1), right

        start = jnp.zeros(a.shape[0]), jnp.zeros(b.shape[0])
        left, right = jax.lax.fori_loop(0, 100, step, start)
        return (jnp.exp(scaled + left[:, None] + right) * cost).sum()

    return call


def sorted_gap(xp: Any, a: Any, b: Any) -> Any:
    """Of as many on both sides."""
    one, two = xp.sort(a), xp.sort(b)
    if xp.__name__ == "torch":
        one, two = one.values, two.values
    return xp.abs(one - two).mean()


CASES = (
    Case(
        "optimal_transport_distance",
        clouds,
        {"numpy": {"POT": assignment}, "torch": {"POT": assignment}},
        CLOUDS,
        quick=32,
        options={"p": 2.0, "root": False},
        tolerance=1e-3,
    ),
    Case(
        "sinkhorn_distance",
        clouds,
        {"numpy": {"POT": pot_sinkhorn}, "torch": {"POT": pot_sinkhorn}, "jax": {"formula": sinkhorn_by_xla}},
        (64, 256, 1024),
        quick=32,
        options={"regularization": BLUR, "p": 2.0, "iterations": 100, "cost": "transport"},
        tolerance=2e-2,
    ),
    Case(
        "wasserstein_distance",
        lines,
        joined(
            plain(sorted_gap, "numpy", "torch", "jax"),
            {
                "numpy": {"scipy": of("scipy.stats.wasserstein_distance"), "POT": of("ot.wasserstein_1d")},
                "torch": {"POT": of("ot.wasserstein_1d")},
            },
        ),
        MILLION,
        # POT sums its weights one by one, in float32
        tolerance=2e-2,
        gradient_tolerance=0.1,
    ),
)
