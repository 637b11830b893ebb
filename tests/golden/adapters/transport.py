"""Transport of mass."""

from collections.abc import Callable
from typing import Any

import arraylosses as al

from ._common import Array, Word


def earth_movers_distance(pred: Array, target: Array, reduction: Word = "mean") -> Array:
    """One value a pair of clouds; the reduction is over its points."""
    return al.earth_movers_distance(pred, target, point_reduction=reduction, reduction="none")


def optimal_transport_distance(
    u_points: Array, v_points: Array, u_weights: Array | None = None, v_weights: Array | None = None
) -> Array:
    return al.optimal_transport_distance(u_points, v_points, u_weights, v_weights)


def wasserstein_distance_1d(
    u: Array, v: Array, u_weights: Array | None = None, v_weights: Array | None = None, p: float = 1, axis: int = -1
) -> Array:
    """SciPy's."""
    return al.wasserstein_distance(u, v, u_weights, v_weights, p=p, reduction="none")


def wasserstein_distance_1d_power(u: Array, v: Array, p: float = 1, axis: int = -1) -> Array:
    """POT's, without the root."""
    return al.wasserstein_distance(u, v, p=p, root=False, reduction="none")


def wgan_critic_loss(critic_fake: Array, critic_real: Array) -> Array:
    return al.wasserstein_critic_loss(critic_fake, critic_real)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "earth_movers_distance": earth_movers_distance,
    "optimal_transport_distance": optimal_transport_distance,
    "wasserstein_distance_1d": wasserstein_distance_1d,
    "wasserstein_distance_1d_power": wasserstein_distance_1d_power,
    "wgan_critic_loss": wgan_critic_loss,
}
