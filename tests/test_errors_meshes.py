"""Bad points and meshes: the error, and its one sentence."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import arraylosses
from tests.test_errors import refused

# without its stub, which forbids most of these calls already
al: Any = arraylosses

CLOUD = np.arange(12.0).reshape(4, 3)
TRIANGLE = np.eye(3)
FACE = np.array([[0, 1, 2]])
NOWHERE = np.array([[0, 1, 3]])
Call = Callable[[], Any]

VALUES: dict[str, Call] = {
    "`target` must have 3 along the coordinate axis, as `pred` has; got shape (4, 2).": (
        lambda: al.hausdorff_distance(CLOUD, CLOUD[:, :2])
    ),
    "`query` must have 3 along the coordinate axis, as `source` has; got shape (4, 2).": (
        lambda: al.dirdist_point_clouds(CLOUD, CLOUD, CLOUD[:, :2])
    ),
    "`pred` must have at least one point; got shape (0, 3).": lambda: al.hausdorff_distance(CLOUD[:0], CLOUD),
    "`target` must have at least one point; got shape (0, 3).": lambda: al.dtu_chamfer(CLOUD, CLOUD[:0]),
    "`points` must have at least one point; got shape (0, 3).": (
        lambda: al.point_to_surface_distance(CLOUD[:0], TRIANGLE, FACE)
    ),
    "`query` must have at least one point; got shape (0, 3).": (
        lambda: al.dirdist_meshes(TRIANGLE, FACE, TRIANGLE, FACE, CLOUD[:0])
    ),
    "`faces` must have at least one face; got shape (0, 3).": (
        lambda: al.point_to_surface_distance(CLOUD, TRIANGLE, FACE[:0])
    ),
    "`target_faces` must have at least one face; got shape (0, 3).": (
        lambda: al.dirdist_meshes(TRIANGLE, FACE, TRIANGLE, FACE[:0], CLOUD)
    ),
    "`faces` must be indices from 0 to 2; got 3.": lambda: al.point_to_surface_distance(CLOUD, TRIANGLE, NOWHERE),
    "`faces` must be indices from 0 to 2; got -3.": lambda: al.distances_to_surface(CLOUD, TRIANGLE, FACE - 3),
    "`source_faces` must be indices from 0 to 2; got 3.": (
        lambda: al.dirdist_mesh_points(TRIANGLE, NOWHERE, CLOUD, CLOUD)
    ),
    "`faces` must have 3 along its last axis; got shape (1, 4).": (
        lambda: al.point_to_surface_distance(CLOUD, TRIANGLE, np.array([[0, 1, 2, 0]]))
    ),
    "`points` must have 3 along its last axis; got shape (4, 2).": (
        lambda: al.point_to_surface_distance(CLOUD[:, :2], TRIANGLE, FACE)
    ),
    "`k` must be at most 4, the number of points of `source`; got 5.": (
        lambda: al.dirdist_point_clouds(CLOUD, CLOUD, CLOUD)
    ),
    "`k` must be at most 4, the number of points of `target_points`; got 5.": (
        lambda: al.dirdist_mesh_points(TRIANGLE, FACE, CLOUD, CLOUD)
    ),
    "`k` must be a positive whole number; got 0.": lambda: al.dirdist_point_clouds(CLOUD, CLOUD, CLOUD, k=0),
    "`radius` must be non-negative; got -1.": lambda: al.radius_downsample(CLOUD, radius=-1),
    "`threshold` must be positive; got 0.": lambda: al.point_cloud_fscore(CLOUD, CLOUD, threshold=0),
    "`max_distance` must be positive; got -20.0.": lambda: al.dtu_chamfer(CLOUD, CLOUD, max_distance=-20.0),
    "`direction` must be 'both', 'pred_to_target' or 'target_to_pred'; got 'pred'.": (
        lambda: al.chamfer_distance(CLOUD, CLOUD, direction="pred")
    ),
    "`pred_weights` must be non-negative weights, not all of them 0; got 0.": (
        lambda: al.hausdorff_distance(CLOUD, CLOUD, np.zeros(4))
    ),
}

KINDS: dict[str, Call] = {
    "`faces` must be indices; got float64.": lambda: al.point_to_surface_distance(CLOUD, TRIANGLE, 1.0 * FACE),
    "`learnable_chamfer_distance` needs `pred_weights`.": lambda: al.learnable_chamfer_distance(CLOUD, CLOUD),
    "`point_cloud_fscore` needs `threshold`.": lambda: al.point_cloud_fscore(CLOUD, CLOUD),
    "`radius_downsample` needs `radius`.": lambda: al.radius_downsample(CLOUD),
}


@pytest.mark.parametrize("sentence", VALUES)
def test_value_errors(sentence: str) -> None:
    refused(ValueError, sentence, VALUES[sentence])


@pytest.mark.parametrize("sentence", KINDS)
def test_type_errors(sentence: str) -> None:
    refused(TypeError, sentence, KINDS[sentence])
