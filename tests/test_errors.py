"""Bad input: the error, and its one sentence.

The tables read sentence first: what the caller is told, and a call that must be told it.
"""

import re
from collections.abc import Callable
from typing import Any

import array_api_strict as strict
import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch

import arraylosses
from arraylosses.conformance import Trial, Variant, backend, source, variants

pytestmark = pytest.mark.filterwarnings("error")

Call = Callable[[], Any]

# without its stub, which forbids most of these calls already
al: Any = arraylosses

N = np.arange(8.0) / 8
T = torch.from_numpy(N.copy())
S = strict.asarray(N)
GRID = np.ones((4, 3))
LOGITS = np.linspace(-1.0, 1.0, 24).reshape(8, 3)
LABELS = np.arange(8) % 3
BINARY = np.arange(8) % 2
SHARES = np.full((8, 3), 1 / 3)
IMAGE = np.ones((16, 16))
CLOUD = np.arange(12.0).reshape(4, 3)
BOXES = np.asarray([[0.0, 0.0, 1.0, 1.0], [2.0, 0.0, 3.0, 1.0]])


def refused(error: type[Exception], sentence: str, call: Call) -> None:
    with pytest.raises(error, match=rf"\A{re.escape(sentence)}\Z"):
        call()


def traced(metric: Any, *arrays: Any, **options: Any) -> Any:
    """A value by JAX, which nobody could look at the arrays of."""
    return np.asarray(jax.jit(lambda *given: metric(*given, **options))(*map(jnp.asarray, arrays)))


def replaced(values: np.ndarray, place: int, value: Any) -> np.ndarray:
    values = values.copy()
    values[place] = value
    return values


# ---- shapes

SHAPES: dict[str, Call] = {
    "`target` must have the shape of `mean`, (8,); got (7,).": lambda: al.gaussian_nll(N, N, N[:7]),
    # as it was given, not as it lies after the class axis has been moved
    "`target` must have the leading shape (2, 5), as `pred` has; got shape (2, 3, 4).": (
        lambda: al.cross_entropy(np.ones((2, 3, 5)), np.ones((2, 3, 4)) / 3, class_axis=1)
    ),
    "`target` must have 3 along the class axis, as `pred` has; got shape (8, 2).": (
        lambda: al.kl_divergence(SHARES, SHARES[:, :2])
    ),
    "`target` must have 3 along the coordinate axis, as `pred` has; got shape (4, 2).": (
        lambda: al.chamfer_distance(CLOUD, CLOUD[:, :2])
    ),
    "`pred` must have 4 along its last axis; got shape (2, 5).": (
        lambda: al.giou_loss(np.ones((2, 5)), np.ones((2, 5)))
    ),
    "`pred` must have at least 2 axes; got shape (8,).": lambda: al.ssim(N, N, data_range=1.0),
    "`gradient` must have at least 1 axis; got shape ().": lambda: al.eikonal_loss(np.ones(())),
    "`pred` must have at least 1 along the class axis; got shape (8, 0).": (
        lambda: al.cross_entropy(np.ones((8, 0)), LABELS)
    ),
    "`gradient` must have at least 1 along the coordinate axis; got shape (8, 0).": (
        lambda: al.eikonal_loss(np.ones((8, 0)))
    ),
    "`pred` must have at least one point; got shape (0, 3).": lambda: al.chamfer_distance(CLOUD[:0], CLOUD),
    "`target` must have at least one point; got shape (0, 3).": lambda: al.chamfer_distance(CLOUD, CLOUD[:0]),
    "`target_weights` must have 4 along the m axis, as `target` has; got shape (3,).": (
        lambda: al.chamfer_distance(CLOUD, CLOUD, target_weights=np.ones(3))
    ),
    "`class_weights` must have shape (3,); got (2,).": (
        lambda: al.cross_entropy(LOGITS, LABELS, class_weights=np.ones(2))
    ),
    "`pos_weight` must be a number or have the length of the last axis, 3; got shape (2,).": (
        lambda: al.bce_with_logits(LOGITS, SHARES, pos_weight=np.ones(2))
    ),
    "`pos_weight` must be a number where `pred` has no axis; got shape (2,).": (
        lambda: al.bce_with_logits(np.ones(()), np.ones(()), pos_weight=np.ones(2))
    ),
    "`num_classes` must be 3, the length of the class axis; got 7.": (
        lambda: al.confusion_matrix(LOGITS, LABELS, class_axis=-1, num_classes=7)
    ),
    "`pred` must be at least 11 pixels high and wide for this window; got (8, 20).": (
        lambda: al.ssim(np.ones((8, 20)), np.ones((8, 20)), data_range=1.0)
    ),
    "`pred` must be at least 6 pixels high and wide for this window; got (5, 20).": (
        lambda: al.ssim(np.ones((5, 20)), np.ones((5, 20)), data_range=1.0, padding="reflect")
    ),
    "`target` must have the shape of `pred`, (16, 16); got (8, 16).": (
        lambda: al.averaged(al.psnr, axis=(-2, -1))(IMAGE, IMAGE[:8], data_range=1.0)
    ),
    "`weights` must have the leading shape of the elements, (4, 3); got (3,).": (
        lambda: al.squared_error(GRID, GRID, weights=np.ones(3))
    ),
    "`weights` must have the leading shape of the elements, (4, 3); got (4, 1).": (
        lambda: al.r2_score(GRID, GRID, weights=np.ones((4, 1)))
    ),
    "`weights` must have the leading shape of the elements, (4, 3); got (4, 3, 1).": (
        lambda: al.huber_loss(GRID, GRID, weights=np.ones((4, 3, 1)))
    ),
    "`weights` must have the leading shape of the elements, (8,); got (8, 3).": (
        lambda: al.cross_entropy(LOGITS, LABELS, weights=np.ones((8, 3)))
    ),
    "`avg_factor` must be a number or a 0-d array; got shape (8,).": lambda: al.squared_error(N, N, avg_factor=N),
}

AXES: dict[str, Call] = {
    "`axis` must name different axes of the elements, whose shape is (4, 3); got 2.": (
        lambda: al.squared_error(GRID, GRID, axis=2)
    ),
    "`axis` must name different axes of the elements, whose shape is (4, 3); got -3.": (
        lambda: al.r2_score(GRID, GRID, axis=-3)
    ),
    "`axis` must name different axes of the elements, whose shape is (4, 3); got (0, 0).": (
        lambda: al.squared_error(GRID, GRID, axis=(0, 0))
    ),
    "`axis` must name different axes of the elements, whose shape is (4, 3); got (0, -2).": (
        lambda: al.f_beta(GRID, GRID, axis=(0, -2))
    ),
    "`axis` must name different axes of the elements, whose shape is (4, 3); got 7.": (
        lambda: al.squared_error(GRID, GRID, axis=7, reduction="none")
    ),
    "`axis` must name different axes of the elements, whose shape is (); got 0.": (
        lambda: al.squared_error(np.ones(()), np.ones(()), axis=0)
    ),
    "`class_axis` must name an axis of `pred`, whose shape is (8, 3); got 5.": (
        lambda: al.cross_entropy(LOGITS, LABELS, class_axis=5)
    ),
    "`spatial_axes` must name different axes of `pred`, whose shape is (16, 16); got (0, 3).": (
        lambda: al.ssim(IMAGE, IMAGE, data_range=1.0, spatial_axes=(0, 3))
    ),
    "`spatial_axes` must name different axes of `pred`, whose shape is (16, 16); got (0, 0).": (
        lambda: al.ssim(IMAGE, IMAGE, data_range=1.0, spatial_axes=(0, 0))
    ),
    "`axis` must be trailing and negative, such as (-2, -1); got (0, 1).": (lambda: al.averaged(al.psnr, axis=(0, 1))),
    "`axis` must be trailing and negative, such as (-2, -1); got (-1, -1).": (
        lambda: al.averaged(al.psnr, axis=(-1, -1))
    ),
}

PAIRS = [((8,), (8, 1)), ((8,), (7,)), ((1, 8), (2, 8)), ((), (8,))]


VARIANTS = [v for metric in al.catalogue for v in variants(metric)]
COMPARISONS = [
    v for v in VARIANTS if list(v.form.domains)[:2] == ["pred", "target"] and not v.optional and not v.form.repeated
]


def unequal(trial: Trial, first: tuple[int, ...], given: tuple[int, ...]) -> str:
    """What is said of a target of shape ``given`` beside a prediction for elements of shape ``first``."""
    pred, target = trial.domains[:2]
    if target.event:
        return f"`target` must have the leading shape {first}, as `pred` has; got shape {given}."
    words = " and ".join(map(str, pred.event))
    whose = f"`pred` without its {words} {'axis' if len(pred.event) == 1 else 'axes'}" if pred.event else "`pred`"
    return f"`target` must have the shape of {whose}, {first}; got {given}."


@pytest.mark.parametrize(("first", "second"), PAIRS, ids=str)
@pytest.mark.parametrize("variant", COMPARISONS, ids=lambda v: v.name)
def test_unequal_shapes(variant: Variant, first: tuple[int, ...], second: tuple[int, ...]) -> None:
    trial = Trial(variant, backend("numpy"), source(0))
    pred, _, *rest = trial.draw(first)
    target = trial.draw(second)[1]
    refused(ValueError, unequal(trial, first, target.shape), lambda: trial.call(pred, target, *rest))


# ---- libraries and devices

LIBRARIES: dict[str, Call] = {
    "`pred` is of numpy and `target` of torch; give arrays of one library.": lambda: al.squared_error(N, T),
    "`pred` is of torch and `target` of numpy; give arrays of one library.": lambda: al.r2_score(T, N),
    "`pred` is of jax and `target` of strict; give arrays of one library.": (
        lambda: al.psnr(jnp.ones(8), S, data_range=1.0)
    ),
    "`pred` is of numpy and `pred_weights` of torch; give arrays of one library.": (
        lambda: al.chamfer_distance(CLOUD, CLOUD, pred_weights=T[:4])
    ),
    "`weights` is of torch and the data of numpy; give arrays of one library.": (
        lambda: al.squared_error(N, N, weights=T)
    ),
    "`class_weights` is of torch and the data of numpy; give arrays of one library.": (
        lambda: al.cross_entropy(LOGITS, LABELS, class_weights=torch.ones(3))
    ),
    "`pos_weight` is of torch and the data of numpy; give arrays of one library.": (
        lambda: al.bce_with_logits(LOGITS, SHARES, pos_weight=torch.ones(3))
    ),
    "`avg_factor` is of torch and the data of numpy; give arrays of one library.": (
        lambda: al.squared_error(N, N, avg_factor=torch.tensor(3.0))
    ),
}

DEVICES: dict[str, tuple[Any, Any]] = {
    "torch": (torch.from_numpy, lambda x: torch.from_numpy(x).to("meta")),
    "strict": (strict.asarray, lambda x: strict.asarray(x, device=strict.Device("device1"))),
}


@pytest.mark.parametrize("name", DEVICES)
def test_devices(name: str) -> None:
    here, there = DEVICES[name]
    x, away = here(N), there(N)
    end = f"{away.device} and the data on {x.device}; give arrays on one device."
    refused(
        ValueError,
        f"`pred` is on device {x.device} and `target` on {away.device}; give arrays on one device.",
        lambda: al.squared_error(x, away),
    )
    refused(ValueError, f"`weights` is on device {end}", lambda: al.squared_error(x, x, weights=away))
    refused(
        ValueError,
        f"`class_weights` is on device {end}",
        lambda: al.cross_entropy(here(LOGITS), here(LABELS), class_weights=there(np.ones(3))),
    )


# ---- kinds of thing


class Series:
    """What pandas calls so: an array to NumPy, with an index that would be lost."""

    dtype, shape = N.dtype, N.shape

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        return N


class DataFrame(Series):
    pass


AN_ARRAY = "an array, for example `numpy.asarray` of it"
NOT_ARRAYS: dict[str, tuple[Any, str]] = {
    "list": ([1.0, 2.0], AN_ARRAY),
    "tuple": ((1.0, 2.0), AN_ARRAY),
    "float": (1.0, AN_ARRAY),
    "int": (1, AN_ARRAY),
    "str": ("1.0", AN_ARRAY),
    "Series": (Series(), "its values by `.to_numpy()`"),
    "DataFrame": (DataFrame(), "its values by `.to_numpy()`"),
    "MaskedArray": (np.ma.masked_array(N, N > 0.5), "its data, and `weights=~x.mask` for the mask"),
    "matrix": (np.ones((2, 2)).view(np.matrix), "`numpy.asarray` of it"),
}


@pytest.mark.parametrize("kind", NOT_ARRAYS)
def test_not_an_array(kind: str) -> None:
    thing, instead = NOT_ARRAYS[kind]
    end = f"must be an array of a library that follows the array API standard; got {kind}: give {instead}."
    refused(TypeError, f"`pred` {end}", lambda: al.squared_error(thing, thing))
    refused(TypeError, f"`target` {end}", lambda: al.r2_score(N, thing))
    refused(TypeError, f"`weights` {end}", lambda: al.absolute_error(N, N, weights=thing))
    refused(TypeError, f"`class_weights` {end}", lambda: al.cross_entropy(LOGITS, LABELS, class_weights=thing))


def first_replaced(variant: Variant, change: Callable[[np.ndarray], Any]) -> Call:
    """A call whose first argument is not what it was."""
    trial = Trial(variant, backend("numpy"), source(0))
    first, *rest = trial.draw((6,))
    return lambda: trial.call(change(first), *rest)


def first_name(variant: Variant) -> str:
    """What the first array is called; of a sequence of them, its first."""
    return Trial(variant, backend("numpy"), source(0)).names[0]


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda v: v.name)
def test_no_metric_takes_lists(variant: Variant) -> None:
    name = first_name(variant)
    wrong = f"must be an array of a library that follows the array API standard; got list: give {AN_ARRAY}."
    refused(TypeError, f"`{name}` {wrong}", first_replaced(variant, np.ndarray.tolist))


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda v: v.name)
def test_no_metric_takes_complex_numbers(variant: Variant) -> None:
    name = first_name(variant)
    wrong = "must be real; got complex128: give `xp.real` and `xp.imag`, or `xp.abs`, of it."
    refused(TypeError, f"`{name}` {wrong}", first_replaced(variant, lambda x: x + 0j))


KINDS: dict[str, Call] = {
    "`pred` must be real; got torch.complex128: give `xp.real` and `xp.imag`, or `xp.abs`, of it.": (
        lambda: al.squared_error(T + 0j, T)
    ),
    "`weights` must be real; got complex128.": lambda: al.squared_error(N, N, weights=N + 0j),
    "`class_weights` must be real; got complex128.": (
        lambda: al.cross_entropy(LOGITS, LABELS, class_weights=np.ones(3) + 0j)
    ),
    "`pred` must be numeric; got object.": lambda: al.squared_error(N.astype(object), N),
    "`target` must be numeric; got <U32.": lambda: al.squared_error(N, N.astype(str)),
    "`pred` must be numeric; got datetime64[s].": lambda: al.r2_score(LABELS.astype("M8[s]"), N),
    "`pred` must be integer labels; got float64.": lambda: al.confusion_matrix(N, LABELS, num_classes=3),
    "`target` must be integer labels; got float64.": lambda: al.accuracy(LOGITS, N, class_axis=-1),
    "`squared_error` needs `pred`.": lambda: al.squared_error(),
    "`squared_error` needs `target`.": lambda: al.squared_error(N),
    "`r2_score` needs `target`.": lambda: al.r2_score(N, None),
    "`absolute_error` needs `target`.": lambda: al.absolute_error(N, None),
    "`gaussian_nll` needs `variance`.": lambda: al.gaussian_nll(N, target=N),
    "`squared_error` got `target` twice.": lambda: al.squared_error(N, N, target=N),
    "`r2_score` got `pred` twice.": lambda: al.r2_score(N, pred=N, target=N),
    "`r2_score` takes arrays `pred` and `target`, and the rest by name; got 3 arrays.": lambda: al.r2_score(N, N, N),
    "`ignore_index` applies to integer labels; `target` is floating: give `weights` instead.": (
        lambda: al.cross_entropy(LOGITS, SHARES, ignore_index=2)
    ),
    "`ignore_index` applies to integer labels; `target` must be 0 or 1: give `weights` instead.": (
        lambda: al.precision(N, BINARY, ignore_index=1)
    ),
}


# ---- parameters

PARAMETER_VALUES: dict[str, Call] = {
    "`delta` must be positive; got -1.": lambda: al.huber_loss(N, N, delta=-1),
    "`delta` must be positive; got 0.": lambda: al.huber_loss(T, T, delta=0),
    "`delta` must be positive; got nan.": lambda: al.huber_loss(N, N, delta=float("nan")),
    "`delta` must be positive; got None.": lambda: al.huber_loss(N, N, delta=None),
    "`delta` must be positive; got -2.0.": lambda: al.huber_loss(N, N, delta=np.float32(-2)),
    "`beta` must be positive; got 0.": lambda: al.f_beta(N, BINARY, beta=0),
    "`gamma` must be non-negative; got -1.": lambda: al.focal_loss(N, N, gamma=-1),
    "`alpha` must be between 0 and 1; got 2.": lambda: al.focal_loss_with_logits(N, N, alpha=2),
    "`data_range` must be positive; got 0.": lambda: al.psnr(IMAGE, IMAGE, data_range=0),
    "`data_range` must be positive; got -1.0.": (
        lambda: al.averaged(al.psnr, axis=(-2, -1))(IMAGE, IMAGE, data_range=-1.0)
    ),
    "`size` must be a positive whole number, or two of them; got 0.": lambda: al.ssim(
        IMAGE, IMAGE, data_range=1.0, size=0
    ),
    "`size` must be a positive whole number, or two of them; got -3.": (
        lambda: al.ssim(IMAGE, IMAGE, data_range=1.0, size=np.int64(-3))
    ),
    "`size` must be odd with padding='reflect'; got 4.": (
        lambda: al.ssim(IMAGE, IMAGE, data_range=1.0, size=4, padding="reflect")
    ),
    "`pos_weight` must be non-negative; got -1.0.": lambda: al.bce_with_logits(N, N, pos_weight=-1.0),
    "`log_floor` must be at most 0; got 3.0.": lambda: al.binary_cross_entropy(N, N, log_floor=3.0),
    "`size` must be at least 2 with `sample_covariance`; got 1.": (
        lambda: al.ssim(IMAGE, IMAGE, data_range=1.0, size=1, sample_covariance=True)
    ),
    "`sigma` must be positive; got 0.": lambda: al.ssim(IMAGE, IMAGE, data_range=1.0, sigma=0),
    "`k1` must be non-negative; got -1.": lambda: al.ssim(IMAGE, IMAGE, data_range=1.0, k1=-1),
    "`window` must be 'gaussian' or 'uniform'; got 'box'.": (
        lambda: al.ssim(IMAGE, IMAGE, data_range=1.0, window="box")
    ),
    "`padding` must be 'valid', 'reflect' or 'zero'; got 'same'.": (
        lambda: al.ssim(IMAGE, IMAGE, data_range=1.0, padding="same")
    ),
    "`label_smoothing` must be between 0 and 1; got 2.": (lambda: al.cross_entropy(LOGITS, LABELS, label_smoothing=2)),
    "`average` must be 'micro', 'macro', 'weighted' or None; got 'foo'.": (
        lambda: al.precision(N, BINARY, average="foo")
    ),
    "`threshold` must be between 0 and 1; got 1.5.": lambda: al.recall(N, BINARY, threshold=1.5),
    "`zero_division` must be between 0 and 1; got 2.": lambda: al.f1_score(N, BINARY, zero_division=2),
    "`num_classes` must be a positive whole number; got 0.": (
        lambda: al.confusion_matrix(LABELS, LABELS, num_classes=0)
    ),
    "`bins` must be a positive whole number; got 0.": lambda: al.auroc(N, BINARY, bins=0),
    "`capacity` must be a positive whole number; got -1.": lambda: al.spearman_corrcoef(N, N, capacity=-1),
    "`norm` must be 'l1', 'l2' or 'max'; got 'l3'.": lambda: al.ece(N, BINARY, norm="l3"),
    "`penalty` must be 'squared' or 'absolute'; got 'l3'.": lambda: al.eikonal_loss(LOGITS, penalty="l3"),
    "`penalty` must be 'linear', 'quadratic' or None; got 'cubic'.": (
        lambda: al.cohen_kappa(LABELS, LABELS, num_classes=3, penalty="cubic")
    ),
    "`normalize` must be 'true', 'pred', 'all' or None; got 'rows'.": (
        lambda: al.confusion_matrix(LABELS, LABELS, num_classes=3, normalize="rows")
    ),
    "`point_reduction` must be 'mean' or 'sum'; got 'max'.": (
        lambda: al.chamfer_distance(CLOUD, CLOUD, point_reduction="max")
    ),
    "`in_format` must be 'xyxy', 'xywh' or 'cxcywh'; got 'yxyx'.": (
        lambda: al.box_convert(BOXES, in_format="yxyx", out_format="xyxy")
    ),
    "`variance_floor` must be positive; got 0.": lambda: al.gaussian_nll(N, N, N, variance_floor=0),
    "`reduction` must be 'mean', 'sum' or 'none'; got 'avg'.": lambda: al.squared_error(N, N, reduction="avg"),
    "`reduction` must be 'mean', 'sum' or 'none'; got None.": lambda: al.kl_divergence(SHARES, SHARES, reduction=None),
    "`avg_factor` divides a mean; got it with reduction='sum'.": (
        lambda: al.squared_error(N, N, reduction="sum", avg_factor=3)
    ),
}

PARAMETER_KINDS: dict[str, Call] = {
    "`size` must be a positive whole number, or two of them; got 2.5.": lambda: al.ssim(
        IMAGE, IMAGE, data_range=1.0, size=2.5
    ),
    "`size` must be a positive whole number, or two of them; got True.": lambda: al.ssim(
        IMAGE, IMAGE, data_range=1.0, size=True
    ),
    "`num_classes` must be a whole number; got 3.0.": lambda: al.precision(LABELS, LABELS, num_classes=3.0),
    "`ignore_index` must be a whole number; got 1.5.": lambda: al.cross_entropy(LOGITS, LABELS, ignore_index=1.5),
    "`class_axis` must be a whole number; got 1.5.": lambda: al.cross_entropy(LOGITS, LABELS, class_axis=1.5),
    "`class_axis` must be a whole number; got None.": lambda: al.cross_entropy(LOGITS, LABELS, class_axis=None),
    "`spatial_axes` must be 2 whole numbers; got 0.": (lambda: al.ssim(IMAGE, IMAGE, data_range=1.0, spatial_axes=0)),
    "`axis` must be a whole number, a tuple of them or None; got 1.0.": lambda: al.r2_score(GRID, GRID, axis=1.0),
    "`axis` must be a whole number, a tuple of them or None; got '0'.": (
        lambda: al.squared_error(GRID, GRID, axis="0")
    ),
    "`delta` must be a number; got '1'.": lambda: al.huber_loss(N, N, delta="1"),
    "`delta` must be a number; got array([1., 1.]).": lambda: al.huber_loss(N, N, delta=np.ones(2)),
    "`delta` must be a number; got [1.0].": lambda: al.huber_loss(N, N, delta=[1.0]),
    "`data_range` must be a number; got '1'.": lambda: al.psnr(IMAGE, IMAGE, data_range="1"),
    "`log_floor` must be a number; got '-100'.": lambda: al.binary_cross_entropy(N, N, log_floor="-100"),
    "`pos_weight` must be a number or an array; got [1.0, 2.0, 3.0].": (
        lambda: al.bce_with_logits(LOGITS, SHARES, pos_weight=[1.0, 2.0, 3.0])
    ),
    "`avg_factor` must be a number or a 0-d array; got '3'.": lambda: al.squared_error(N, N, avg_factor="3"),
    "`full` must be True or False; got 'no'.": lambda: al.gaussian_nll(N, N, N, full="no"),
    "`squared` must be True or False; got 'no'.": lambda: al.chamfer_distance(CLOUD, CLOUD, squared="no"),
    "`psnr` needs `data_range`, the distance from black to white, for float64 images.": lambda: al.psnr(IMAGE, IMAGE),
    "`ssim` needs `data_range`, the distance from black to white, for int32 images.": (
        lambda: al.ssim(IMAGE.astype("int32"), IMAGE.astype("int32"))
    ),
    "`psnr` needs `data_range`, the distance from black to white, for uint8 and uint16 images.": (
        lambda: al.psnr(IMAGE.astype("uint8"), IMAGE.astype("uint16"))
    ),
    "`box_convert` needs `in_format`.": lambda: al.box_convert(BOXES, out_format="xyxy"),
    "labels need `num_classes`; or give scores for each class, and `class_axis`.": (
        lambda: al.cohen_kappa(LABELS, LABELS)
    ),
    "`precision` has no use for `threshold` with arguments of this form.": (
        lambda: al.precision(LABELS, LABELS, num_classes=3, threshold=0.3)
    ),
    "`auroc` has no use for `capacity` with arguments of this form.": lambda: al.auroc(N, BINARY, capacity=9, bins=3),
    "`huber_loss` takes no `dleta`; it takes `delta`, `weights`, `axis`, `reduction` and `avg_factor`.": (
        lambda: al.huber_loss(N, N, dleta=1.0)
    ),
    "`squared_error` takes no `dim`; it takes `weights`, `axis`, `reduction` and `avg_factor`.": (
        lambda: al.squared_error(N, N, dim=0)
    ),
    "`r2_score` takes no `reduction`; it takes `weights` and `axis`.": lambda: al.r2_score(N, N, reduction="sum"),
    "`pairwise_iou` takes no `weights`; it takes no parameters.": lambda: al.pairwise_iou(BOXES, BOXES, weights=N),
}

NAMES: dict[str, Call] = {
    "`arraylosses` has no `squared_eror`; did you mean `squared_error`?": lambda: al.squared_eror,
    "`arraylosses` has no `spearman_corcoef`; did you mean `spearman_corrcoef`?": lambda: al.spearman_corcoef,
    "`arraylosses` has no `MSE`; did you mean `mse`?": lambda: al.MSE,
    "`arraylosses` has no `zzzzzz`.": lambda: al.zzzzzz,
}

CATALOGUE: dict[str, Call] = {
    "there is no metric `squared_eror`; did you mean `squared_error`?": lambda: al.catalogue["squared_eror"],
    "there is no metric `zzzzzz`.": lambda: al.catalogue["zzzzzz"],
}


def test_whole_numbers_of_numpy_are_axes() -> None:
    assert al.squared_error(GRID, GRID, axis=np.int64(0)).shape == (3,)


# ---- values: the sentence on host arrays, NaN where nobody can look

Outside = tuple[Callable[..., Any], tuple[np.ndarray, ...]]
OUTSIDE: dict[str, Outside] = {
    "`target` must be integer labels from 0 to 2; got 3.": (al.cross_entropy, (LOGITS, replaced(LABELS, 3, 3))),
    "`target` must be integer labels from 0 to 2; got -1.": (al.cross_entropy, (LOGITS, replaced(LABELS, 3, -1))),
    "`pred` must be integer labels from 0 to 2; got 5.": (
        lambda p, t: al.confusion_matrix(p, t, num_classes=3),
        (replaced(LABELS, 0, 5), LABELS),
    ),
    "`target` must be integer labels from 0 to 2; got 7.": (
        lambda p, t: al.f1_score(p, t, num_classes=3),
        (LABELS, replaced(LABELS, 7, 7)),
    ),
    "`target` must be integer labels from 0 to 2; got 4.": (
        lambda p, t: al.ece(p, t, class_axis=-1),
        (SHARES, replaced(LABELS, 0, 4)),
    ),
    "`target` must be integer labels of at least 0; got -2.": (al.accuracy, (LABELS, replaced(LABELS, 0, -2))),
    "`pred` must be probabilities from 0 to 1; got 1.5.": (al.binary_cross_entropy, (replaced(N, 2, 1.5), N)),
    "`pred` must be probabilities from 0 to 1; got -0.5.": (al.focal_loss, (replaced(N, 2, -0.5), N)),
    "`pred` must be probabilities from 0 to 1; got 1.00001.": (al.ece, (replaced(N, 2, 1.00001), N.round())),
    "`target` must be probabilities from 0 to 1; got 2.": (al.bce_with_logits, (N, replaced(N, 2, 2.0))),
    "`pred` must be distributions, each share from 0 to 1; got 1.5.": (
        al.kl_divergence,
        (replaced(SHARES, 2, [1.5, -0.5, 0.0]), SHARES),
    ),
    "`target` must be 0 or 1; got 0.5.": (al.auroc, (N, replaced(N.round(), 2, 0.5))),
    "`target` must be 0 or 1; got 2.": (al.accuracy, (N, replaced(LABELS % 2, 2, 2))),
    "`target` must be 0 or 1; got 3.": (al.precision, (N, replaced(LABELS % 2, 2, 3))),
    "`variance` must be non-negative numbers; got -2.": (al.gaussian_nll, (N, replaced(N, 0, -2.0), N)),
    "`pred` must be boxes (x1, y1, x2, y2) with x1 <= x2 and y1 <= y2; got (5.0, 0.0, 3.0, 1.0).": (
        al.giou_loss,
        (replaced(BOXES, 1, [5.0, 0.0, 3.0, 1.0]), BOXES),
    ),
    "`pred_weights` must be non-negative weights, not all of them 0; got 0.": (
        lambda p, t, w: al.chamfer_distance(p, t, pred_weights=w),
        (CLOUD, CLOUD, np.zeros(4)),
    ),
    "`pred_weights` must be non-negative weights, not all of them 0; got -3.": (
        lambda p, t, w: al.chamfer_distance(p, t, pred_weights=w),
        (CLOUD, CLOUD, np.asarray([1.0, -3.0, 1.0, 1.0])),
    ),
    "`class_weights` must be non-negative numbers; got -2.": (
        lambda p, t, w: al.cross_entropy(p, t, class_weights=w),
        (LOGITS, LABELS, np.asarray([1.0, -2.0, 1.0])),
    ),
}


@pytest.mark.parametrize("library", ["numpy", "torch", "strict", "jax-x64"])
@pytest.mark.parametrize("sentence", OUTSIDE)
def test_outside_the_domain(sentence: str, library: str) -> None:
    metric, arrays = OUTSIDE[sentence]
    b = backend(library)
    with b.context():
        refused(ValueError, sentence, lambda: metric(*map(b.put, arrays)))


@pytest.mark.parametrize("sentence", OUTSIDE)
def test_nan_where_nobody_can_look(sentence: str) -> None:
    metric, arrays = OUTSIDE[sentence]
    given = list(map(jnp.asarray, arrays))
    assert jnp.isnan(jax.jit(metric)(*given)).all()
    torch._dynamo.reset()
    compiled = torch.compile(lambda *a: metric(*a), backend="aot_eager", fullgraph=True)
    assert compiled(*map(torch.from_numpy, arrays)).isnan().all()


@pytest.mark.parametrize("library", ["numpy", "torch", "strict", "jax"])
def test_just_outside_counts_as_the_bound(library: str) -> None:
    b = backend(library)
    pred, target = b.put(np.asarray([1 + 1e-6, -1e-6])), b.put(np.asarray([1.0, 0.0]))
    assert b.get(al.binary_cross_entropy(pred, target, reduction="none")).tolist() == [0.0, 0.0]


def test_the_number_outside_is_shown_in_full() -> None:
    refused(
        ValueError,
        "`pred` must be probabilities from 0 to 1; got 1.000003.",
        lambda: al.binary_cross_entropy(np.asarray([1.000003]), np.ones(1)),
    )


def test_blocks_are_looked_at_too() -> None:
    pred = replaced(np.full(1 << 20, 0.5), -1, 1.5)
    sentence = "`pred` must be probabilities from 0 to 1; got 1.5."
    refused(ValueError, sentence, lambda: al.binary_cross_entropy(pred, pred * 0))


def test_ignored_labels_may_be_out_of_range() -> None:
    got = al.cross_entropy(LOGITS, replaced(LABELS, 3, -100), ignore_index=-100)
    seen = np.arange(8) != 3
    assert got == pytest.approx(float(al.cross_entropy(LOGITS[seen], LABELS[seen])), rel=1e-12)


# ---- nothing at all

MEANS = ["squared_error", "huber_loss", "binary_cross_entropy", "r2_score", "pearson_corrcoef", "spearman_corrcoef"]
MEANS += ["root_mean_squared_error", "psnr", "accuracy", "auroc", "expected_calibration_error"]


@pytest.mark.parametrize("library", ["numpy", "torch", "strict", "jax"])
@pytest.mark.parametrize("name", MEANS)
def test_empty_means_are_nan(name: str, library: str) -> None:
    b = backend(library)
    empty, params = b.put(np.ones(0, np.float32)), {"data_range": 1.0} if name == "psnr" else {}
    value = getattr(al, name)(empty, empty, **params)
    assert value.shape == ()
    assert np.isnan(b.get(value))


def test_empty_counts_have_their_stated_value() -> None:
    nothing = np.ones(0, int)
    assert al.f1_score(nothing, nothing, num_classes=3) == 0
    assert al.recall(nothing, nothing, num_classes=3, zero_division=1.0) == 1
    assert not al.confusion_matrix(nothing, nothing, num_classes=3).any()


# ---- inputs are never modified


@pytest.mark.parametrize("library", ["numpy", "torch", "strict"])
@pytest.mark.parametrize("variant", VARIANTS, ids=lambda v: v.name)
def test_inputs_are_not_modified(variant: Variant, library: str) -> None:
    trial = Trial(variant, backend(library), source(1))
    arrays = trial.put(trial.draw((6,)))
    weights = trial.backend.put(np.asarray([0.0, 1.0, 2.0, 0.0, 1.0, 3.0]))
    before = [trial.backend.get(a).tobytes() for a in (*arrays, weights) if a is not None]
    options = {} if variant.metric.kind == "function" else {"weights": weights}
    trial.call(*arrays, **options)
    assert [trial.backend.get(a).tobytes() for a in (*arrays, weights) if a is not None] == before


# ---- streams

MEAN_OF_GRID = al.stream(al.squared_error)
BY_COLUMN = al.stream(al.squared_error, axis=0)
FIT = al.stream(al.r2_score)
TABLES = [al.stream(al.confusion_matrix, num_classes=n) for n in (3, 4)]


def merged_tables() -> Any:
    return TABLES[0].merge(*(s.init(LABELS, LABELS) for s in TABLES))


def unowned(state: Any) -> Any:
    """As a formula of one's own leaves it that does not say what it remembers."""
    return type(state).__base__(*state)


STREAM_VALUES: dict[str, Call] = {
    "a stream reduces the leading axis of its batches; got axis=1.": (
        lambda: al.stream(al.squared_error, axis=1).init(GRID, GRID)
    ),
    "a stream reduces the leading axis of its batches; got shape ().": (
        lambda: MEAN_OF_GRID.init(np.ones(()), np.ones(()))
    ),
    "`axis` must name different axes of the elements, whose shape is (4, 3); got 7.": (
        lambda: al.stream(al.squared_error, axis=7).init(GRID, GRID)
    ),
    "`target` must have the shape of `pred`, (4, 3); got (4,).": (
        lambda: MEAN_OF_GRID.update(MEAN_OF_GRID.init(GRID, GRID), GRID, GRID[:, 0])
    ),
    # would broadcast, and count the one column three times
    "only states of one shape merge; got (3,) and (1,).": (
        lambda: BY_COLUMN.update(BY_COLUMN.init(GRID, GRID), GRID[:, :1], GRID[:, :1])
    ),
    "`delta` must be positive; got -1.": lambda: al.stream(al.huber_loss, delta=-1),
    "only a metric of one number can be averaged; got <metric arraylosses.decisions.confusion_matrix>.": (
        lambda: al.averaged(al.confusion_matrix, axis=-1)
    ),
    "only a metric of one number can be averaged; got <function arraylosses.boxes.pairwise_iou>.": (
        lambda: al.averaged(al.pairwise_iou, axis=-1)
    ),
}

STREAM_KINDS: dict[str, Call] = {
    "`metric` must be a loss or a metric; got <function arraylosses.boxes.pairwise_iou>.": (
        lambda: al.stream(al.pairwise_iou)
    ),
    "`metric` must be a loss or a metric; got 'mse'.": lambda: al.stream("mse"),
    "`metric` must be a loss or a metric; got 'psnr'.": lambda: al.averaged("psnr", axis=-1),
    "`metric` must be a loss or a metric; got stream(r2_score).": lambda: al.averaged(FIT, axis=-1),
    "a stream of `psnr` needs `data_range`.": lambda: al.stream(al.psnr),
    "a stream of `averaged_psnr` needs `data_range`.": lambda: al.stream(al.averaged(al.psnr, axis=(-2, -1))),
    "`huber_loss` takes no `dleta`; it takes `delta`, `weights` and `axis`.": (
        lambda: al.stream(al.huber_loss, dleta=1.0)
    ),
    "a state of stream(confusion_matrix, num_classes=4) is none of stream(confusion_matrix, num_classes=3), which "
    "remembers something else.": merged_tables,
    "a state of stream(absolute_error) is none of stream(squared_error), which remembers something else.": (
        lambda: MEAN_OF_GRID.merge(MEAN_OF_GRID.init(GRID, GRID), al.stream(al.absolute_error).init(GRID, GRID))
    ),
    "a state of stream(huber_loss, delta=2.0) is none of stream(huber_loss), which remembers something else.": (
        lambda: al.stream(al.huber_loss).compute(al.stream(al.huber_loss, delta=2.0).init(GRID, GRID))
    ),
    "a state of stream(r2_score) is none of stream(squared_error), which remembers something else.": (
        lambda: MEAN_OF_GRID.update(FIT.init(GRID, GRID), GRID, GRID)
    ),
    "only states of one stream merge; got Mean and Fit.": (
        lambda: MEAN_OF_GRID.merge(unowned(MEAN_OF_GRID.init(GRID, GRID)), unowned(FIT.init(GRID, GRID)))
    ),
    "only states of one library merge; got numpy and torch.": (lambda: FIT.merge(FIT.init(N, N), FIT.init(T, T))),
}

# ---- the tables


def rows(*tables: dict[str, Call]) -> pytest.MarkDecorator:
    found = [pytest.param(*row, id=row[0]) for table in tables for row in table.items()]
    return pytest.mark.parametrize(("sentence", "call"), found)


@rows(SHAPES, AXES, PARAMETER_VALUES, STREAM_VALUES)
def test_value_errors(sentence: str, call: Call) -> None:
    refused(ValueError, sentence, call)


@rows(LIBRARIES, KINDS, PARAMETER_KINDS, STREAM_KINDS)
def test_type_errors(sentence: str, call: Call) -> None:
    refused(TypeError, sentence, call)


@rows(NAMES)
def test_unknown_names(sentence: str, call: Call) -> None:
    refused(AttributeError, sentence, call)


@rows(CATALOGUE)
def test_names_that_the_catalogue_lacks(sentence: str, call: Call) -> None:
    refused(KeyError, repr(sentence), call)
