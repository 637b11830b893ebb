"""Maps of two images and clouds in the colour of their distances: what is drawn, where, and with which words."""

from typing import Any

import numpy as np
import pytest

import arraylosses as al
from arraylosses import plot

from ._figures import figures  # noqa: F401  # a fixture is found by its name

RNG = np.random.default_rng(6)
PRED, TARGET = RNG.uniform(0, 1, (2, 3, 16, 20))
CLOUD, OTHER = RNG.normal(size=(9, 3)), RNG.normal(size=(7, 3))


def test_the_error_is_the_mean_over_the_channels() -> None:
    display = plot.error_map(PRED, TARGET, unit="candela", name="render")
    want = np.abs(PRED - TARGET).mean(0)
    np.testing.assert_allclose(display.error, want)
    np.testing.assert_allclose(display.image_.get_array(), want)
    assert display.image_.get_clim() == (0.0, pytest.approx(want.max()))
    assert display.colorbar_.ax.get_ylabel() == "absolute error, mean over 3 channels (candela)"
    assert display.ax_.get_title() == f"render (mean absolute error = {al.absolute_error(PRED, TARGET):.3g})"


def test_a_plane_and_axes_of_one_are_an_image_too() -> None:
    plane = plot.error_map(PRED[0], TARGET[0])
    assert plane.colorbar_.ax.get_ylabel() == "absolute error (intensity)"
    np.testing.assert_array_equal(plot.error_map(PRED[None, :1], TARGET[None, :1]).error, plane.error)


def test_channels_may_come_last() -> None:
    last = [np.moveaxis(x, 0, -1) for x in (PRED, TARGET)]
    want = plot.error_map(PRED, TARGET).error
    np.testing.assert_allclose(plot.error_map(*last, spatial_axes=(0, 1)).error, want)
    np.testing.assert_allclose(plot.error_map(*(x[None] for x in last), spatial_axes=(-3, -2)).error, want)
    np.testing.assert_allclose(plot.error_map(*last, spatial_axes=(1, 0)).error, want.T)
    maps = plot.ssim_map(*last, data_range=1.0, spatial_axes=(0, 1))
    np.testing.assert_allclose(maps.shown, plot.ssim_map(PRED, TARGET, data_range=1.0).shown)


def test_integers_keep_their_unit() -> None:
    pred, target = np.full((2, 2), 10, "uint8"), np.full((2, 2), 250, "uint8")
    np.testing.assert_array_equal(plot.error_map(pred, target).error, 240)


def test_what_weighs_nothing_stays_white() -> None:
    seen = np.ones((16, 20), bool)
    seen[:4] = False
    error = plot.error_map(PRED[0], TARGET[0], weights=seen).error
    assert np.isnan(error[:4]).all()
    np.testing.assert_allclose(error[4:], np.abs(PRED - TARGET)[0, 4:])


def test_several_maps_may_have_one_scale() -> None:
    assert plot.error_map(PRED, TARGET, vmax=2.0).image_.get_clim() == (0.0, 2.0)


def test_similarity_is_drawn_where_its_windows_have_their_centres() -> None:
    display = plot.ssim_map(PRED, TARGET, data_range=1.0)
    maps = al.ssim_map(PRED, TARGET, data_range=1.0)
    np.testing.assert_equal(display.maps, maps)
    np.testing.assert_allclose(display.image_.get_array(), maps.similarity.mean(0))
    assert display.image_.get_array().shape == (6, 10)
    assert display.image_.get_extent() == [4.5, 14.5, 10.5, 4.5]
    assert display.ax_.get_title() == f"SSIM = {al.ssim(PRED, TARGET, data_range=1.0):.3g}"
    assert plot.ssim_map(PRED, TARGET, data_range=1.0, padding="reflect").image_.get_extent() == [
        -0.5,
        19.5,
        15.5,
        -0.5,
    ]


def test_the_parts_of_similarity_are_drawn_too() -> None:
    for part in ("luminance", "contrast", "structure"):
        display = plot.ssim_map(PRED, TARGET, data_range=1.0, part=part)
        np.testing.assert_allclose(display.shown, getattr(display.maps, part).mean(0))
        assert display.colorbar_.ax.get_ylabel() == f"{part} (1 is equal)"
        assert (display.ssim, display.ax_.get_title()) == (None, "")


def test_maps_that_are_ready_are_drawn() -> None:
    maps = al.ssim_map(PRED, TARGET, data_range=1.0)
    display = plot.ssim_map(maps, cmap="gray")
    np.testing.assert_allclose(display.shown, plot.ssim_map(PRED, TARGET, data_range=1.0).shown)
    assert (display.ssim, display.image_.get_cmap().name) == (None, "gray")


def test_the_colour_bar_has_a_point_where_less_is_met() -> None:
    like = plot.ssim_map(PRED, PRED, data_range=1.0)
    unlike = plot.ssim_map(np.eye(14), 1 - np.eye(14), data_range=1.0)
    assert unlike.shown.min() < 0 < like.shown.min()
    assert (like.colorbar_.extend, unlike.colorbar_.extend) == ("neither", "min")


# ---- clouds


def _nearest(points: Any, others: Any) -> Any:
    return np.sqrt(((points[:, None] - others) ** 2).sum(-1)).min(1)


def test_points_have_the_colour_of_their_distance() -> None:
    display = plot.point_distances(CLOUD, OTHER, unit="metres")
    there, back = _nearest(CLOUD, OTHER), _nearest(OTHER, CLOUD)
    np.testing.assert_allclose(display.distances["pred"], there)
    np.testing.assert_allclose(display.distances["target"], back)
    np.testing.assert_allclose(display.points_["pred"].get_array(), there)
    assert display.means == {"pred": pytest.approx(there.mean()), "target": pytest.approx(back.mean())}
    assert display.greatest == pytest.approx(max(there.max(), back.max()))
    assert display.points_["pred"].get_clim() == display.points_["target"].get_clim() == (0.0, display.greatest)
    assert display.colorbar_.ax.get_ylabel() == "distance to the other cloud (metres)"
    assert display.ax_.get_zlabel() == "z (metres)"
    told = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert told == [f"pred (mean distance = {there.mean():.3g})", f"target (mean distance = {back.mean():.3g})"]


def test_points_lie_where_they_are() -> None:
    display = plot.point_distances(CLOUD[:, :2], OTHER[:, :2])
    np.testing.assert_array_equal(display.points_["pred"].get_offsets(), CLOUD[:, :2])
    assert display.ax_.name == "rectilinear"
    assert display.ax_.get_aspect() == 1
    paths = {side: len(points.get_paths()[0]) for side, points in display.points_.items()}
    assert paths["pred"] != paths["target"], "without colour the clouds differ in shape"


@pytest.mark.parametrize("side", ["pred", "target"])
def test_one_way_draws_one_cloud(side: str) -> None:
    way: Any = {"pred": "pred_to_target", "target": "target_to_pred"}[side]
    display = plot.point_distances(CLOUD, OTHER, direction=way)
    assert display.points.keys() == display.points_.keys() == {side}
    assert display.greatest == float(al.hausdorff_distance(CLOUD, OTHER, direction=way))


def test_a_large_cloud_is_thinned_in_the_drawing_alone() -> None:
    many = RNG.normal(size=(1000, 2))
    display = plot.point_distances(many, OTHER[:, :2], most=100)
    assert display.distances["pred"].shape == (1000,)
    assert display.points_["pred"].get_offsets().shape == (100, 2)
    assert display.points_["target"].get_offsets().shape == (7, 2)
    np.testing.assert_array_equal(display.points_["pred"].get_offsets(), many[display.kept("pred")])
    greatest = al.hausdorff_distance(many, OTHER[:, :2])
    title = f"greatest distance = {greatest:.3g}\n100 of 1,000 points of `pred` drawn"
    assert display.ax_.get_title() == title
    same = plot.point_distances(many, OTHER[:, :2], most=100)
    np.testing.assert_array_equal(same.kept("pred"), display.kept("pred"))


def test_integers_are_points_too() -> None:
    display = plot.point_distances(np.array([[0, 0], [3, 4]]), np.array([[0, 0]]))
    np.testing.assert_allclose(display.distances["pred"], [0, 5])
