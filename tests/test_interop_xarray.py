"""Metrics of labelled arrays: dimensions by name, coordinates kept, Dask's arrays lazy."""

from typing import Any

import numpy as np
import pytest

import arraylosses as al

pytest.importorskip("xarray")

import xarray as xr

from arraylosses.interop.xarray import named

RNG = np.random.default_rng(11)
COORDS = {"time": np.arange(6), "lat": [-30.0, 0.0, 30.0], "lon": [0, 90, 180, 270]}
PRED = xr.DataArray(RNG.normal(size=(6, 3, 4)), dims=("time", "lat", "lon"), coords=COORDS, name="t2m")
TARGET = xr.DataArray(RNG.normal(size=(6, 3, 4)), dims=("time", "lat", "lon"), coords=COORDS, name="t2m")
AREA = np.cos(np.deg2rad(PRED.lat))
RMSE = named(al.root_mean_squared_error)


def test_what_is_left_keeps_its_coordinates() -> None:
    got = RMSE(PRED, TARGET, dim="time")
    want = al.root_mean_squared_error(PRED.values, TARGET.values, axis=0)
    xr.testing.assert_allclose(got, PRED[0].drop_vars("time").copy(data=want))
    assert got.dims == ("lat", "lon")
    assert got.coords.keys() == {"lat", "lon"}
    two = RMSE(PRED, TARGET, dim=["lon", "time"])
    np.testing.assert_allclose(two, al.root_mean_squared_error(PRED.values, TARGET.values, axis=(0, 2)))
    assert two.dims == ("lat",)
    assert float(RMSE(PRED, TARGET)) == pytest.approx(float(al.root_mean_squared_error(PRED.values, TARGET.values)))
    each = named(al.squared_error)(PRED, TARGET, dim=())
    xr.testing.assert_allclose(each, (PRED - TARGET) ** 2)


def test_dimensions_are_matched_by_name() -> None:
    got = RMSE(PRED, TARGET.transpose("lon", "time", "lat"), dim="time")
    xr.testing.assert_identical(got, RMSE(PRED, TARGET, dim="time"))
    square = PRED.isel(lon=slice(3)), TARGET.isel(lon=slice(3))  # where a wrong order would not show in the shape
    got = named(al.r2_score)(square[0], square[1].transpose("time", "lon", "lat"), dim="time")
    np.testing.assert_allclose(got, al.r2_score(square[0].values, square[1].values, axis=0))


def test_weights_lie_along_some_dimensions() -> None:
    whole = np.broadcast_to(AREA.values[None, :, None], PRED.shape)
    got = RMSE(PRED, TARGET, dim=("lat", "lon"), weights=AREA)
    want = al.root_mean_squared_error(PRED.values, TARGET.values, weights=whole, axis=(1, 2))
    np.testing.assert_allclose(got, want, rtol=1e-12)
    np.testing.assert_allclose(got, (((PRED - TARGET) ** 2).weighted(AREA).mean(("lat", "lon"))) ** 0.5, rtol=1e-12)
    hidden = PRED.where(PRED.lat != 0.0)
    seen = RMSE(hidden, TARGET, weights=hidden.notnull())
    assert float(seen) == pytest.approx(float(RMSE(PRED.sel(lat=[-30, 30]), TARGET.sel(lat=[-30, 30]))), rel=1e-12)


def test_axes_of_an_element_are_dimensions() -> None:
    ensemble = PRED.expand_dims(member=5, axis=1) + xr.DataArray(RNG.normal(size=5), dims="member")
    plain = ensemble.transpose("time", "lat", "lon", "member").values
    want = al.crps_ensemble(plain, TARGET.values, axis=0)
    np.testing.assert_allclose(named(al.crps_ensemble)(ensemble, TARGET, dim="time"), want)
    renamed = ensemble.rename(member="number")
    np.testing.assert_allclose(named(al.crps_ensemble)(renamed, TARGET, dim="time", member_axis="number"), want)
    got = named(al.ssim)(PRED, TARGET, spatial_axes=("lon", "time"), data_range=4.0, size=3, dim=())
    images = [x.transpose("lat", "lon", "time").values for x in (PRED, TARGET)]
    np.testing.assert_allclose(got, al.ssim(*images, data_range=4.0, size=3, axis=()))
    assert got.dims == ("lat",)


def test_labels_have_no_dimension_of_classes() -> None:
    labels = xr.DataArray(RNG.integers(3, size=(6, 4)), dims=("time", "lon"))
    scores = PRED.drop_vars(["lat", "time", "lon"])
    got = named(al.cross_entropy)(scores, labels, class_axis="lat", dim="time")
    np.testing.assert_allclose(got, al.cross_entropy(scores.values, labels.values, class_axis=1, axis=0))
    got = named(al.f1_score)(scores, labels, class_axis="lat", dim="time")
    np.testing.assert_allclose(got, al.f1_score(scores.values, labels.values, class_axis=1, axis=0))


def test_datasets_are_taken_variable_by_variable() -> None:
    pred = xr.Dataset({"a": PRED, "b": 2 * PRED[:, 0].drop_vars("lat")})
    target = xr.Dataset({"b": 2 * TARGET[:, 0].drop_vars("lat"), "a": TARGET})
    got = RMSE(pred, target, dim="time")
    xr.testing.assert_identical(got, xr.Dataset({name: RMSE(pred[name], target[name], dim="time") for name in "ab"}))
    assert got["b"].dims == ("lon",)


def test_arrays_of_dask_stay_lazy() -> None:
    pytest.importorskip("dask")
    import dask

    lazy = [x.chunk(time=2, lon=2) for x in (PRED, TARGET)]

    def refused(*_: Any, **__: Any) -> None:
        raise AssertionError("computed")

    with dask.config.set(scheduler=refused):
        got = [RMSE(*lazy, dim="time"), RMSE(*lazy, weights=AREA), named(al.r2_score)(lazy[0], lazy[1].T, dim="time")]
    assert all(x.chunks is not None for x in got)
    xr.testing.assert_allclose(got[0].compute(), RMSE(PRED, TARGET, dim="time"))
    xr.testing.assert_allclose(got[1].compute(), RMSE(PRED, TARGET, weights=AREA))
    xr.testing.assert_allclose(got[2].compute(), named(al.r2_score)(PRED, TARGET, dim="time"))
    with pytest.raises(TypeError) as told:
        RMSE(lazy[0], TARGET)
    assert str(told.value) == "`pred` is of dask and `target` of numpy; give arrays of one library."
    with pytest.raises(TypeError) as told:
        named(al.spearman_corrcoef)(*lazy, dim="time")
    assert (
        str(told.value) == "`spearman_corrcoef` needs values, and Dask arrays have none yet; give `.compute()` of them."
    )


@pytest.mark.parametrize(
    ("call", "kind", "sentence"),
    [
        (
            lambda: RMSE(PRED, TARGET.isel(time=slice(5)), dim="time"),
            ValueError,
            "cannot align objects with join='exact' where index/labels/sizes are not equal along these coordinates "
            "(dimensions): 'time' ('time',)",
        ),
        (
            lambda: RMSE(PRED, TARGET.assign_coords(lat=[-31, 0, 30])),
            ValueError,
            "cannot align objects with join='exact' where index/labels/sizes are not equal along these coordinates "
            "(dimensions): 'lat' ('lat',)",
        ),
        (
            lambda: RMSE(PRED, TARGET[0], dim="lat"),
            ValueError,
            "`target` must have the dimensions of `pred`, `time`, `lat` and `lon`; got `lat` and `lon`.",
        ),
        (lambda: RMSE(PRED, TARGET, axis=0), TypeError, "`axis` is called `dim` here, and names dimensions."),
        (
            lambda: RMSE(PRED, TARGET, dim=["lat", "lat"]),
            ValueError,
            "`dim` must name different dimensions; got `lat` and `lat`.",
        ),
        (
            lambda: named(al.ssim)(PRED, TARGET, data_range=1.0, spatial_axes="lat"),
            TypeError,
            "`spatial_axes` must be two dimensions; got 'lat'.",
        ),
        (
            lambda: named(al.iou_loss)(PRED, TARGET),
            TypeError,
            "`pred` of `iou_loss` has an axis of 4 without a name: give plain arrays.",
        ),
        (lambda: RMSE(PRED, TARGET, dim="level"), ValueError, "`dim` must be of `time`, `lat` and `lon`; got `level`."),
        (
            lambda: RMSE(PRED, TARGET, weights=xr.DataArray(np.ones(2), dims="level")),
            ValueError,
            "`weights` must lie along dimensions of `time`, `lat` and `lon`; got `level`.",
        ),
        (lambda: RMSE(PRED, TARGET.values), TypeError, "`target` must be a DataArray, as the others are; got ndarray."),
        (
            lambda: RMSE(PRED, xr.Dataset({"a": TARGET})),
            TypeError,
            "`target` must be a DataArray, as the others are; got Dataset.",
        ),
        (
            lambda: RMSE(xr.Dataset({"a": PRED}), xr.Dataset({"b": TARGET})),
            ValueError,
            "Datasets must have the same variables; got `a` and `b`.",
        ),
        (
            lambda: named(al.crps_ensemble)(PRED, TARGET),
            ValueError,
            "`pred` of `crps_ensemble` needs the dimension `member`; it has `time`, `lat` and `lon`.",
        ),
        (lambda: RMSE(PRED), TypeError, "`root_mean_squared_error` needs `target`."),
        (
            lambda: RMSE(PRED, TARGET, delta=1.0),
            TypeError,
            "`root_mean_squared_error` takes no `delta`; it takes `weights` and `axis`.",
        ),
        (
            lambda: named(al.confusion_matrix),
            TypeError,
            "a value on coordinates is one number, and `confusion_matrix` gives several.",
        ),
        (
            lambda: named(al.f1_score)(PRED, (TARGET[:, 0] > 0).astype(int), class_axis="lat", average=None),
            ValueError,
            "a value on coordinates is one number; got an array of shape (3,).",
        ),
    ],
)
def test_what_does_not_fit_is_told(call: Any, kind: type[Exception], sentence: str) -> None:
    with pytest.raises(kind) as told:
        call()
    assert str(told.value) == sentence
