"""What holds for all pictures: what is imported, what is left alone, what is drawn of which arrays, what is refused."""

import subprocess
import sys
from collections.abc import Callable
from doctest import DocTestParser, DocTestRunner
from functools import partial
from inspect import signature
from typing import Any

import numpy as np
import pytest

import arraylosses as al
from arraylosses import plot

from ._figures import Figure, figures, matplotlib, plt  # noqa: F401  # a fixture is found by its name

RNG = np.random.default_rng(3)
LABELS = RNG.integers(0, 2, 60)
SCORES = np.clip(0.3 * LABELS + RNG.uniform(0, 0.7, 60), 0, 1)
ERRORS, DEVIATIONS = RNG.uniform(0, 1, 60), RNG.uniform(0.5, 2, 60)
IMAGES = RNG.uniform(0, 1, (2, 3, 16, 20))
CLOUDS = RNG.normal(size=(2, 12, 3))

DRAWN: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
    "roc": ((SCORES, LABELS), {}),
    "precision_recall": ((SCORES, LABELS), {}),
    "reliability": ((SCORES, LABELS), {"bins": 5}),
    "coverage": ((SCORES, DEVIATIONS, ERRORS), {}),
    "sparsification": ((ERRORS, DEVIATIONS), {}),
    "confusion": ((LABELS, LABELS[::-1].copy()), {"num_classes": 2}),
    "error_map": (tuple(IMAGES), {}),
    "ssim_map": (tuple(IMAGES), {"data_range": 1.0}),
    "point_distances": (tuple(CLOUDS), {}),
    "loss_curve": (("huber_loss",), {"gradient": False}),
}
"""Each function of the package -> what it is tried on."""

OF_ARRAYS = [name for name in DRAWN if name != "loss_curve"]
CURVES = ["roc", "precision_recall", "reliability", "coverage", "sparsification"]


def draw(name: str, put: Callable[[Any], Any] = lambda x: x, /, **more: Any) -> Any:
    """The picture of this function; ``put`` makes arrays of a library of its arguments."""
    given, options = DRAWN[name]
    return getattr(plot, name)(*(put(x) if isinstance(x, np.ndarray) else x for x in given), **options, **more)


def data(display: plot.Display) -> dict[str, Any]:
    """The arrays and numbers of a display, by name."""
    found: dict[str, Any] = {}
    for name, value in vars(display).items():
        if name.endswith("_") or name in ("options", "look"):
            continue
        parts = value._asdict() if hasattr(value, "_asdict") else value if isinstance(value, dict) else {"": value}
        numeric = {k: v for k, v in parts.items() if isinstance(v, (float, np.ndarray))}
        found |= {f"{name}.{k}": v for k, v in numeric.items()}
    return found


def ax_for(name: str) -> Any:
    return Figure().add_subplot(projection="3d" if name == "point_distances" else None)


def test_every_picture_is_tried() -> None:
    functions = {name for name in plot.__all__ if name[0].islower()}
    assert functions == DRAWN.keys()


def test_importing_loads_no_matplotlib() -> None:
    code = "import sys, arraylosses.plot; assert not {m for m in sys.modules if m.startswith(('matplotlib', 'torch'))}"
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


@pytest.mark.parametrize("name", DRAWN)
def test_without_matplotlib_there_is_one_sentence(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in [m for m in sys.modules if m.partition(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    told = r"^pictures need matplotlib: `python -m pip install 'arraylosses\[plot\]'`\.$"
    with pytest.raises(ModuleNotFoundError, match=told):
        draw(name)


@pytest.mark.parametrize("name", DRAWN)
def test_pyplot_and_its_settings_are_left_alone(name: str) -> None:
    before = dict(matplotlib.rcParams)
    ax = ax_for(name)
    display = draw(name, ax=ax)
    assert display.ax_ is ax
    assert display.figure_ is ax.figure
    assert plt.get_fignums() == []
    assert dict(matplotlib.rcParams) == before


def test_pyplot_is_not_imported_for_axes_that_are_given() -> None:
    code = """
import sys, numpy as np
from matplotlib.figure import Figure
from arraylosses import plot
plot.roc(np.array([0.1, 0.9]), np.array([0, 1]), ax=Figure().add_subplot())
plot.error_map(np.zeros((4, 4)), np.ones((4, 4)), ax=Figure().add_subplot())
assert "matplotlib.pyplot" not in sys.modules
"""
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


@pytest.mark.parametrize("name", DRAWN)
def test_a_display_is_drawn_again_elsewhere(name: str) -> None:
    display = draw(name)
    first, ax = display.ax_, ax_for(name)
    assert display.plot() is display
    assert display.ax_ is not first
    assert display.plot(ax).ax_ is ax
    assert display.ax_.get_xlabel() == first.get_xlabel() != ""
    assert display.ax_.get_ylabel() == first.get_ylabel() != ""
    assert _texts(display.ax_) == _texts(first)


def _texts(ax: Any) -> list[str]:
    legend = ax.get_legend()
    return [ax.get_title(), *([text.get_text() for text in legend.get_texts()] if legend else [])]


@pytest.mark.parametrize("name", DRAWN)
def test_a_picture_is_written_at_once(name: str, tmp_path: Any) -> None:
    """Nothing is left to warn about when it is rendered."""
    draw(name).figure_.savefig(tmp_path / "picture.png", dpi=40)
    assert (tmp_path / "picture.png").stat().st_size > 1000


@pytest.mark.parametrize("library", ["torch", "jax", "dask", "strict"])
@pytest.mark.parametrize("name", OF_ARRAYS)
def test_arrays_of_all_libraries_give_the_same(name: str, library: str) -> None:
    want, got = data(draw(name)), data(draw(name, _putter(library)))
    assert want.keys() == got.keys() != set()
    for key, value in want.items():
        np.testing.assert_allclose(got[key], value, rtol=1e-4, atol=1e-6)
        assert type(got[key]) is type(value)


def _putter(library: str) -> Callable[[Any], Any]:
    if library == "torch":
        return _tensor
    module = {"jax": "jax.numpy", "dask": "dask.array", "strict": "array_api_strict"}[library]
    made: Callable[[Any], Any] = pytest.importorskip(module).asarray
    return made


def _tensor(x: Any) -> Any:
    """Of those that NumPy refuses to look at: torch records what is done with them."""
    made = pytest.importorskip("torch").from_numpy(x.copy())
    return made.requires_grad_() if made.is_floating_point() else made


def test_sixteen_bits_are_drawn() -> None:
    torch = pytest.importorskip("torch")
    pred, target = (torch.tensor(x).to(torch.bfloat16) for x in IMAGES)
    assert plot.error_map(pred, target).error.dtype == np.float32


@pytest.mark.parametrize("name", [n for n in plot.__all__ if n[0].islower()])
def test_the_examples_give_what_they_say(name: str) -> None:
    page = getattr(plot, name).__doc__
    test = DocTestParser().get_doctest(page, {}, name, None, 0)
    assert test.examples
    assert DocTestRunner().run(test).failed == 0


@pytest.mark.parametrize("name", DRAWN)
def test_every_parameter_is_explained(name: str) -> None:
    function = getattr(plot, name)
    assert not [p for p in signature(function).parameters if p not in function.__doc__]


def test_arguments_are_those_of_the_metric() -> None:
    metrics = {
        "roc": al.roc_curve,
        "precision_recall": al.precision_recall_curve,
        "reliability": al.reliability_curve,
        "coverage": al.coverage_curve,
        "sparsification": al.sparsification_curve,
        "confusion": al.confusion_matrix,
        "error_map": al.absolute_error,
        "ssim_map": al.ssim_map,
        "point_distances": al.hausdorff_distance,
    }
    for name, metric in metrics.items():
        parameters = signature(getattr(plot, name)).parameters.values()
        positional = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
        required = [k for k, domain in metric.definition.domains.items() if not domain.optional]
        assert positional == required


@pytest.mark.parametrize("name", CURVES)
def test_curves_on_one_axes_are_told_apart_without_colour(name: str) -> None:
    ax = ax_for(name)
    first, second = (draw(name, ax=ax, name=label) for label in ("first", "second"))
    assert first.line_.get_color() != second.line_.get_color()
    assert first.line_.get_marker() != second.line_.get_marker()
    told = _texts(ax)[1:]
    assert [text.partition(" (")[0] for text in told[:2]] == ["first", "second"]
    assert len(set(told)) == len(told), "a reference line is named once"


@pytest.mark.parametrize("name", CURVES)
def test_a_line_is_drawn_as_it_is_asked_for(name: str) -> None:
    line = draw(name, c="red", lw=4, linestyle="-.").line_
    assert (line.get_color(), line.get_linewidth(), line.get_linestyle()) == ("red", 4, "-.")


PLANE = Figure().add_subplot()
CURVE = al.roc_curve(SCORES, LABELS)
MEAN = al.stream(al.squared_error)
OF_MEAN = MEAN.update(MEAN.init(SCORES, SCORES), SCORES, ERRORS)
AREA = al.stream(al.auroc)
OF_AREA = AREA.update(AREA.init(SCORES, LABELS), SCORES, LABELS)
BOTH = al.stream({"area": al.auroc, "error": al.squared_error})
OF_BOTH = BOTH.update(BOTH.init(SCORES, LABELS), SCORES, LABELS)
MAPS = al.ssim_map(*IMAGES, data_range=1.0)
NO_CURVE = "the curve is NaN, as it is for labels of one class or where data are NaN"
ONE_IMAGE = r"`pred` must be one image, \(channels, height, width\) or \(height, width\); got"
ONE_CLOUD = r"`pred` must be one cloud, \(n, 2\) or \(n, 3\); got shape"
COUNTS = r"`pred` without `target` must be a matrix of counts, \(classes, classes\), alone; got the shape"

REFUSED: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (lambda: draw("roc", ax=3), TypeError, "`ax` must be an Axes of matplotlib; got int"),
    (lambda: draw("roc", ax=[PLANE]), TypeError, "`ax` must be an Axes of matplotlib; got list: give one of them"),
    (
        lambda: plot.precision_recall(CURVE),
        TypeError,
        "`precision_recall` draws arrays, a PrecisionRecallCurve or one state; got a RocCurve",
    ),
    (lambda: plot.roc((1, 2)), TypeError, "`roc` draws arrays, a RocCurve or one state; got a tuple"),
    (
        lambda: plot.roc(CURVE, LABELS),
        ValueError,
        "`roc` takes arrays, or what was made of them; got a RocCurve and `target`",
    ),
    (
        lambda: plot.roc(CURVE, weights=LABELS, bins=3),
        ValueError,
        "`roc` takes arrays, or what was made of them; got a RocCurve and `weights` and `bins`",
    ),
    (
        lambda: plot.roc(OF_AREA, LABELS),
        ValueError,
        "`roc` takes arrays, or what was made of them; got a Samples and `target`",
    ),
    (
        lambda: plot.roc(OF_AREA, bins=3),
        ValueError,
        "`roc` takes arrays, or what was made of them; got a Samples and `bins`",
    ),
    (
        lambda: plot.roc(OF_MEAN),
        TypeError,
        r"`roc` draws states of `roc_curve` and of what remembers the same; got one of stream\(\w+\)",
    ),
    (
        lambda: plot.sparsification(OF_AREA),
        TypeError,
        r"`sparsification` draws states of `sparsification_curve` and of what remembers the same; "
        r"got one of stream\(auroc\)",
    ),
    (
        lambda: plot.roc(OF_BOTH),
        TypeError,
        "`roc` draws arrays, a RocCurve or one state; got a dict of `area` and `error`: give one of them",
    ),
    (
        lambda: plot.roc(SCORES[:0], LABELS[:0]),
        ValueError,
        r"`pred` must have at least one element to be drawn; got shape \(0,\)",
    ),
    (
        lambda: plot.roc(al.roc_curve(SCORES.reshape(2, 30), LABELS.reshape(2, 30), axis=1)),
        ValueError,
        r"`roc` draws one curve; got the shape \(2, 31\): draw them one by one, on one `ax`",
    ),
    (
        lambda: plot.roc(type(CURVE)(*(part[:0] for part in CURVE))),
        ValueError,
        r"`roc` draws a curve of at least one point; got the shape \(0,\)",
    ),
    (lambda: plot.roc(SCORES, SCORES > 2), ValueError, f"`roc` has nothing to draw: {NO_CURVE}"),
    (lambda: plot.roc(SCORES * np.nan, LABELS), ValueError, f"`roc` has nothing to draw: {NO_CURVE}"),
    (
        lambda: plot.confusion(CURVE),
        TypeError,
        "`confusion` draws arrays, a matrix of counts or one state; got a RocCurve",
    ),
    (lambda: plot.confusion(np.zeros((2, 3))), ValueError, rf"{COUNTS} \(2, 3\)"),
    (lambda: plot.confusion(np.eye(2), num_classes=2), ValueError, rf"{COUNTS} \(2, 2\) and `num_classes`"),
    (lambda: plot.confusion(np.eye(2), weights=LABELS), ValueError, rf"{COUNTS} \(2, 2\) and `weights`"),
    (lambda: draw("confusion", labels=["a"]), ValueError, "`labels` must be 2 names, one a class; got 1"),
    (
        lambda: draw("confusion", normalize="rows"),
        ValueError,
        "`normalize` must be 'true', 'pred', 'all' or None; got 'rows'",
    ),
    (
        lambda: plot.error_map(IMAGES, IMAGES),
        ValueError,
        rf"{ONE_IMAGE} a batch, shape \(2, 3, 16, 20\): give one of it, such as `pred\[0\]`",
    ),
    (lambda: plot.error_map(SCORES, SCORES), ValueError, rf"{ONE_IMAGE} shape \(60,\)"),
    (
        lambda: draw("error_map", spatial_axes=(1, 1)),
        ValueError,
        r"`spatial_axes` must be 2 axes of `pred`, of shape \(3, 16, 20\); got \(1, 1\)",
    ),
    (
        lambda: plot.error_map(IMAGES[0], IMAGES[0, :, :8]),
        ValueError,
        r"`target` must have the shape of `pred`, \(3, 16, 20\); got \(3, 8, 20\)",
    ),
    (
        lambda: plot.ssim_map(IMAGES, IMAGES, data_range=1.0),
        ValueError,
        rf"{ONE_IMAGE} a batch, shape \(2, 3, 16, 20\): give one of it, such as `pred\[0\]`",
    ),
    (
        lambda: draw("ssim_map", part="edges"),
        ValueError,
        "`part` must be one of 'similarity', 'luminance', 'contrast', 'structure'; got 'edges'",
    ),
    (
        lambda: plot.ssim_map(MAPS, IMAGES, data_range=1.0),
        ValueError,
        "`ssim_map` takes images, or what was made of them; got a SimilarityMap and `target` and `data_range`",
    ),
    (
        lambda: plot.point_distances(CLOUDS, CLOUDS),
        ValueError,
        rf"{ONE_CLOUD} \(2, 12, 3\): give one of them, such as `pred\[0\]`",
    ),
    (lambda: plot.point_distances(np.eye(4), np.eye(4)), ValueError, rf"{ONE_CLOUD} \(4, 4\)"),
    (
        lambda: draw("point_distances", ax=PLANE),
        ValueError,
        r"`ax` must have the projection '3d', made by `figure.add_subplot\(projection='3d'\)`; got 'rectilinear'",
    ),
    (lambda: draw("point_distances", most=0), ValueError, "`most` must be a positive whole number; got 0"),
    (lambda: plot.loss_curve(), TypeError, "`loss_curve` needs at least one loss; got none"),
    (
        lambda: plot.loss_curve("hubr_loss"),
        ValueError,
        "there is no metric `hubr_loss`; did you mean `huber_loss`?".replace("?", r"\?"),
    ),
    (
        lambda: plot.loss_curve(al.psnr),
        TypeError,
        "`losses` must each be a loss; got `psnr`, a metric, which has no value for each element",
    ),
    (
        lambda: plot.loss_curve(len),
        TypeError,
        r"`losses` must each be a loss of the library, its name, `functools.partial` of it, or \(label, callable\); "
        "got <built-in function len>",
    ),
    (
        lambda: plot.loss_curve("cross_entropy"),
        ValueError,
        r"`cross_entropy` has no curve: an element of its `pred` has the shape \(class,\), and is not one number",
    ),
    (
        lambda: plot.loss_curve("mse", "bce", gradient=False),
        ValueError,
        r"losses on one picture must be drawn against the same; got `squared_error` against 'error \(prediction less "
        r"target\)' and `binary_cross_entropy` against 'prediction \(probabilities\), target 1'",
    ),
    (
        lambda: plot.loss_curve("mse", error=np.zeros((2, 2))),
        ValueError,
        r"`error` must have one axis and at least 2 numbers; got shape \(2, 2\)",
    ),
    (
        lambda: plot.loss_curve("sdf_surface_loss", target=3.0),
        ValueError,
        "`sdf_surface_loss` has no target; got target=3",
    ),
    (lambda: plot.loss_curve("mse", target="a"), TypeError, "`target` must be a number; got 'a'"),
    (lambda: plot.loss_curve("mse", xp="cupy"), ValueError, "`xp` must be 'numpy', 'torch' or 'jax'; got 'cupy'"),
    (
        lambda: plot.loss_curve("mse", xp="numpy"),
        ValueError,
        "`xp` must be 'torch' or 'jax' for a gradient; got 'numpy'",
    ),
    (
        lambda: plot.loss_curve(("mine", lambda pred, target: (pred - target).sum()), gradient=False),
        ValueError,
        r"'mine' must give one value for each element, shape \(601,\); got .*",
    ),
    (
        lambda: plot.loss_curve(partial(al.huber_loss, delta=-1.0), gradient=False),
        ValueError,
        r"`delta` must be positive; got -1\.0",
    ),
]


@pytest.mark.parametrize(("call", "kind", "told"), REFUSED, ids=[told[:60] for _, _, told in REFUSED])
def test_what_is_refused_gets_one_sentence(call: Callable[[], Any], kind: type[Exception], told: str) -> None:
    ending = "" if told.endswith("?") else r"\.?"
    with pytest.raises(kind, match=rf"^{told}{ending}$"):
        call()
