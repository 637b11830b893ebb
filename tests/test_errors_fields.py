"""Bad input of the losses of neural fields: the error, and its one sentence."""

from typing import Any

import array_api_strict as strict
import numpy as np
import pytest
import torch

import arraylosses
from tests.test_errors import Call, refused

pytestmark = pytest.mark.filterwarnings("error")

# without its stub, which forbids most of these calls already
al: Any = arraylosses

G, H = np.ones((4, 3)), np.ones((4, 3, 3))
POINTS = torch.ones(4, 3)

VALUES: dict[str, Call] = {
    "`hessian` must have coordinate axes of equal length; got shape (4, 3, 2).": lambda: al.hessian_smoothness_loss(
        H[..., :2]
    ),
    "`hessian` must have 3 along the coordinate axis, as `gradient` has; got shape (4, 2, 2).": (
        lambda: al.directional_divergence(G, H[:, :2, :2])
    ),
    "`hessian` must have 3 along the coordinate axis, as `gradient` has; got shape (4, 3, 2).": (
        lambda: al.directional_divergence_loss(G, H[..., :2])
    ),
    "`hessian` must have the leading shape (4,), as `gradient` has; got shape (2, 3, 3).": (
        lambda: al.directional_divergence_loss(G, H[:2])
    ),
    "`hessian` must have at least 2 axes; got shape (3,).": lambda: al.hessian_smoothness_loss(G[0]),
    "`product` must have the leading shape (4,), as `gradient` has; got shape (4, 3, 3).": (
        lambda: al.directional_divergence_loss_with_product(G, H)
    ),
    "`neighbour_gradient` must have 3 along the coordinate axis, as `gradient` has; got shape (4, 2).": (
        lambda: al.normal_smoothness_loss(G, G[:, :2])
    ),
    "`image` must have the leading shape (2, 1), as `disparity` has; got shape (2, 3, 4, 5).": (
        lambda: al.edge_aware_smoothness_loss(np.ones((2, 1, 4, 5)), np.ones((2, 3, 4, 5)))
    ),
    "`image` must have 5 along the width axis, as `disparity` has; got shape (2, 3, 4, 4).": (
        lambda: al.edge_aware_smoothness_loss(np.ones((2, 4, 5)), np.ones((2, 3, 4, 4)))
    ),
    "`alpha` must be probabilities from 0 to 1; got 1.5.": lambda: al.volume_weights(1.5 * G),
    "`alpha` must have at least 1 along the sample axis; got shape (4, 0).": (lambda: al.accumulated_opacity(G[:, :0])),
    "`opacity` must be probabilities from 0 to 1; got -1.": lambda: al.opacity_loss(-G),
    "`epsilon` must be from 0 to 0.5; got 0.7.": lambda: al.opacity_loss(G, epsilon=0.7),
    "`epsilon` must be positive; got 0.0.": lambda: al.minimal_surface_loss(G, epsilon=0.0),
    "`epsilon` must be non-negative; got -1.0.": lambda: al.normal_smoothness_loss(G, G, epsilon=-1.0),
    "`scale` must be positive; got 0.0.": lambda: al.sparsity_loss(G, scale=0.0),
    "`norm` must be 'entrywise' or 'induced'; got 'nuclear'.": lambda: al.hessian_smoothness_loss(H, norm="nuclear"),
    "`field` must give one number for each point, (4,); got shape (4, 3).": (
        lambda: al.gradient_and_hessian_product(lambda x: x, POINTS)
    ),
    "`points` must have at least 1 axis; got shape ().": (
        lambda: al.gradient_and_hessian_product(lambda x: x, torch.tensor(1.0))
    ),
}

LIBRARY = "`points` must be of a library that differentiates, torch or jax; got an array of"
KINDS: dict[str, Call] = {
    "`minimal_surface_loss` needs `epsilon`.": lambda: al.minimal_surface_loss(G),
    "`volume_weights` takes no `weights`; it takes `epsilon` and `sample_axis`.": (
        lambda: al.volume_weights(G, weights=G)
    ),
    f"{LIBRARY} numpy.": lambda: al.gradient_and_hessian_product(lambda x: x, G),
    f"{LIBRARY} strict.": lambda: al.gradient_and_hessian_product(lambda x: x, strict.asarray(G)),
    "`points` must be floating; got torch.int64.": (
        lambda: al.gradient_and_hessian_product(lambda x: x, POINTS.long())
    ),
    "`points` must be an array of a library that follows the array API standard; got list: give an array, for "
    "example `numpy.asarray` of it.": lambda: al.gradient_and_hessian_product(lambda x: x, [1.0]),
}


@pytest.mark.parametrize("sentence", VALUES)
def test_values(sentence: str) -> None:
    refused(ValueError, sentence, VALUES[sentence])


@pytest.mark.parametrize("sentence", KINDS)
def test_kinds(sentence: str) -> None:
    refused(TypeError, sentence, KINDS[sentence])
