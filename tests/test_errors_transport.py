"""Bad input to losses of distributions: the error, and its one sentence."""

import sys
from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
import torch

import arraylosses
from tests.test_errors import Call, refused, traced

pytestmark = pytest.mark.filterwarnings("error")

# without its stub, which forbids some of these calls already
al: Any = arraylosses

CLOUD = np.arange(12.0).reshape(4, 3)
LINE = np.arange(4.0)
SHARES = np.full(4, 0.25)
WALK = np.full((4, 4), 0.25)
SIZES = ": for clouds of different size there is `optimal_transport_distance`"

VALUES: dict[str, Call] = {
    f"`target` must have 4 along the n axis, as `pred` has; got shape (3, 3){SIZES}.": (
        lambda: al.earth_movers_distance(CLOUD, CLOUD[:3])
    ),
    "`target` must have 3 along the coordinate axis, as `pred` has; got shape (4, 2).": (
        lambda: al.earth_movers_distance(CLOUD, CLOUD[:, :2])
    ),
    "`target` must have 3 along the coordinate axis, as `pred` has; got shape (5, 2).": (
        lambda: al.optimal_transport_distance(CLOUD, np.ones((5, 2)))
    ),
    "`pred` must have at least one point; got shape (0, 3).": lambda: al.earth_movers_distance(CLOUD[:0], CLOUD[:0]),
    "`target` must have at least one point; got shape (0, 3).": (
        lambda: al.sinkhorn_distance(CLOUD, CLOUD[:0], regularization=1.0)
    ),
    "`target` must have at least one point; got shape (0, 4).": (
        lambda: al.sliced_wasserstein_distance(np.ones((2, 4)), np.ones((0, 4)))
    ),
    "`pred` must have at least 1 along the n axis; got shape (0,).": lambda: al.wasserstein_distance(LINE[:0], LINE),
    "`fake` must have at least 1 along the n axis; got shape (0,).": (
        lambda: al.wasserstein_critic_loss(LINE[:0], LINE)
    ),
    "`pred_weights` must be non-negative weights, not all of them 0; got 0.": (
        lambda: al.wasserstein_distance(LINE, LINE, 0 * LINE, SHARES)
    ),
    "`target_weights` must be non-negative weights, not all of them 0; got 0.": (
        lambda: al.optimal_transport_distance(CLOUD, CLOUD, SHARES, 0 * SHARES)
    ),
    "`pred` must be non-negative weights, not all of them 0; got 0.": (
        lambda: al.diffusion_emd(0 * SHARES, SHARES, operator=WALK)
    ),
    "`pred_weights` must have 4 along the n axis, as `pred` has; got shape (3,).": (
        lambda: al.wasserstein_distance(LINE, LINE, SHARES[:3])
    ),
    "`p` must be finite and at least 1; got 0.5.": lambda: al.wasserstein_distance(LINE, LINE, p=0.5),
    "`p` must be finite and at least 1; got inf.": lambda: al.optimal_transport_distance(CLOUD, CLOUD, p=np.inf),
    "`regularization` must be positive; got 0.0.": lambda: al.sinkhorn_distance(CLOUD, CLOUD, regularization=0.0),
    "`iterations` must be a positive whole number; got 0.": (
        lambda: al.sinkhorn_divergence(CLOUD, CLOUD, regularization=1.0, iterations=0)
    ),
    "`unroll` must be True for cost='transport'; got False.": (
        lambda: al.sinkhorn_distance(CLOUD, CLOUD, regularization=1.0, cost="transport", unroll=False)
    ),
    "`projections` must have shape (3, projection); got (4, 2).": (
        lambda: al.sliced_wasserstein_distance(CLOUD, CLOUD, projections=np.ones((4, 2)))
    ),
    "`projections` must have shape (3, projection); got (3,).": (
        lambda: al.sliced_wasserstein_distance(CLOUD, CLOUD, projections=np.ones(3))
    ),
    "`operator` must have shape (4, 4); got (3, 3).": (
        lambda: al.diffusion_emd(SHARES, SHARES, operator=np.full((3, 3), 1 / 3))
    ),
    "`operator` must be non-negative with rows that sum to 1; got (0.5, 0.5, 0.5, 0.5).": (
        lambda: al.diffusion_emd(SHARES, SHARES, operator=2 * WALK)
    ),
}


@pytest.mark.parametrize("sentence", VALUES)
def test_values(sentence: str) -> None:
    refused(ValueError, sentence, VALUES[sentence])


KINDS: dict[str, Call] = {
    "`sinkhorn_distance` needs `regularization`.": lambda: al.sinkhorn_distance(CLOUD, CLOUD),
    "`diffusion_earth_movers_distance` needs `operator`.": lambda: al.diffusion_emd(SHARES, SHARES),
    "`projections` is of numpy and the data of torch; give arrays of one library.": (
        lambda: al.sliced_wasserstein_distance(torch.ones(4, 3), torch.ones(4, 3), projections=np.ones((3, 2)))
    ),
}


@pytest.mark.parametrize("sentence", KINDS)
def test_kinds(sentence: str) -> None:
    refused(TypeError, sentence, KINDS[sentence])


@pytest.mark.parametrize("name", ["earth_movers_distance", "optimal_transport_distance"])
@pytest.mark.parametrize("put", [np.asarray, torch.asarray, jnp.asarray], ids=["numpy", "torch", "jax"])
def test_scipy_is_missing(name: str, put: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.optimize", None)
    cloud = put(CLOUD.astype("float32"))
    refused(
        ImportError,
        f"`{name}` needs SciPy: `python -m pip install 'arraylosses[scipy]'`.",
        lambda: getattr(al, name)(cloud, cloud),
    )


@pytest.mark.parametrize("weights", [np.zeros(4, "float32"), np.array([1, np.nan, 1, 1], "float32")])
def test_masses_that_cannot_be_read_give_nan(weights: Any) -> None:
    assert np.isnan(traced(al.optimal_transport_distance, CLOUD, CLOUD, weights))


def test_absent_points_may_be_nan() -> None:
    spoilt = np.where(np.arange(4)[:, None] == 3, np.nan, CLOUD)
    there = np.array([1.0, 1.0, 1.0, 0.0])
    for distance in (al.optimal_transport_distance, al.sliced_wasserstein_distance):
        np.testing.assert_allclose(distance(spoilt, CLOUD, there), distance(CLOUD[:3], CLOUD), rtol=1e-12)
    options = {"regularization": 1.0}
    np.testing.assert_allclose(
        al.sinkhorn_distance(spoilt, CLOUD, there, **options), al.sinkhorn_distance(CLOUD[:3], CLOUD, **options)
    )
