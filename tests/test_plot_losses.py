"""Losses against the error: values, gradients, what is drawn against what, and what the legend says."""

from functools import partial
from importlib import import_module
from typing import Any

import numpy as np
import pytest

import arraylosses as al
from arraylosses import plot

from ._figures import Figure, figures  # noqa: F401  # a fixture is found by its name

LOSSES = list(al.catalogue.filter(kind="loss"))
OF_NUMBERS = [m for m in LOSSES if not any(d.event or d.label or d.repeated for d in m.definition.domains.values())]


@pytest.fixture(scope="module", params=["torch", "jax"])
def xp(request: pytest.FixtureRequest) -> str:
    """A library that differentiates."""
    pytest.importorskip(request.param)
    return str(request.param)


@pytest.mark.parametrize("loss", OF_NUMBERS, ids=lambda m: m.__name__)
def test_every_loss_of_numbers_has_a_card(loss: al.Loss) -> None:
    pytest.importorskip("torch")
    display = plot.loss_curve(loss.__name__)
    assert display.labels[0].startswith(loss.__name__)
    assert display.values.shape == (1, 601)
    assert np.isfinite(display.values[0, 1:-1]).all()
    (slope,) = display.gradients
    if loss.facts.smooth == "nowhere":
        assert slope is None
        return
    assert np.isfinite(slope[1:-1]).all()
    # between its neighbours the loss rises by as much as the slopes there say
    steps, rises = np.diff(display.error)[1:-1], np.diff(display.values[0])[1:-1]
    low, high = np.minimum(slope[1:-2], slope[2:-1]) * steps, np.maximum(slope[1:-2], slope[2:-1]) * steps
    room = 1e-3 * np.abs(rises).max() + 1e-9
    assert np.mean((rises >= low - room) & (rises <= high + room)) > 0.99


@pytest.mark.parametrize("loss", [m for m in LOSSES if m not in OF_NUMBERS], ids=lambda m: m.__name__)
def test_every_other_loss_is_refused_with_a_sentence(loss: al.Loss) -> None:
    with pytest.raises(ValueError, match=rf"^`{loss.__name__}` has no curve: an element of its `\w+` has the shape \("):
        plot.loss_curve(loss)


def test_values_and_gradients_against_the_error(xp: str) -> None:
    error = np.array([-2.0, -0.25, 0.0, 0.25, 2.0])
    display = plot.loss_curve("mae", "mse", partial(al.huber_loss, delta=0.5), error=error, xp=xp)
    assert display.labels == ("absolute_error", "squared_error", "huber_loss, delta=0.5")
    assert display.argument == display.ax_.get_xlabel() == "error (prediction less target)"
    assert display.values.dtype == np.float64
    np.testing.assert_allclose(display.values[:2], [np.abs(error), error**2])
    np.testing.assert_allclose(display.gradients[0], np.sign(error))  # 0 at the kink
    np.testing.assert_allclose(display.gradients[1], 2 * error)
    np.testing.assert_allclose(display.gradients[2], np.clip(error, -0.5, 0.5))


def test_the_legend_tells_losses_from_gradients() -> None:
    pytest.importorskip("torch")
    display = plot.loss_curve("mae", "mse")
    assert [t.get_text() for t in display.ax_.get_legend().get_texts()] == [*display.labels, "gradient"]
    assert [line.get_linestyle() for line in display.lines_] == ["-", "-"]
    assert [line.get_linestyle() for line in display.gradient_lines_] == ["--", "--"]
    assert display.lines_[0].get_color() == display.gradient_lines_[0].get_color() != display.lines_[1].get_color()
    np.testing.assert_equal(display.lines_[1].get_ydata(), display.values[1])
    np.testing.assert_equal(display.gradient_lines_[1].get_ydata(), display.gradients[1])
    assert display.ax_.get_ylabel() == "loss and its gradient"


def test_without_gradient_numpy_is_enough() -> None:
    display = plot.loss_curve("mae", "interval_coverage", gradient=False)
    assert display.gradients == (None, None)
    assert display.gradient_lines_ == [None, None]
    assert display.ax_.get_ylabel() == "loss"


def test_a_gradient_without_a_library_that_differentiates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("arraylosses.conformance"), "installed", lambda: ("numpy",))
    told = (
        r"^a gradient needs PyTorch or JAX: `python -m pip install 'arraylosses\[torch\]'`, or give gradient=False\.$"
    )
    with pytest.raises(ModuleNotFoundError, match=told):
        plot.loss_curve("mse")


def test_losses_of_probabilities_are_drawn_against_the_prediction(xp: str) -> None:
    where = np.array([0.25, 0.5, 1.0])
    display = plot.loss_curve("bce", "focal_loss", error=where, xp=xp)
    assert display.argument == "prediction (probabilities), target 1"
    np.testing.assert_allclose(display.values[0], -np.log(where))
    np.testing.assert_allclose(display.gradients[0], -1 / where)
    other = plot.loss_curve("bce", error=where[:2], target=0.0, xp=xp)
    assert other.argument == "prediction (probabilities), target 0"
    np.testing.assert_allclose(other.values[0], -np.log(1 - where[:2]))


def test_losses_of_logits_are_drawn_against_any_number() -> None:
    display = plot.loss_curve("binary_cross_entropy_with_logits", gradient=False)
    assert display.argument == "prediction (real numbers), target 1"
    np.testing.assert_allclose(display.values[0], np.log1p(np.exp(-display.error)))
    assert (display.error[0], display.error[-1]) == (-3.0, 3.0)


def test_a_loss_of_one_argument_is_drawn_against_it() -> None:
    display = plot.loss_curve("sparsity_loss", gradient=False)
    assert display.argument == "sdf"
    np.testing.assert_allclose(display.values[0], np.exp(-np.abs(display.error)))


def test_what_stands_still_is_said() -> None:
    label = plot.loss_curve("gaussian_nll", gradient=False).labels
    assert label == ("gaussian_nll, variance=1",)
    label = plot.loss_curve("gaussian_nll_with_log_variance", gradient=False).labels
    assert label == ("gaussian_nll_with_log_variance, log_variance=0",)
    label = plot.loss_curve("minimal_surface_loss", gradient=False).labels
    assert label == ("minimal_surface_loss, epsilon=1",)
    label = plot.loss_curve(partial(al.minimal_surface_loss, epsilon=0.25), gradient=False).labels
    assert label == ("minimal_surface_loss, epsilon=0.25",)


def test_another_target_moves_the_prediction() -> None:
    """Of what depends on the error alone nothing changes."""
    here, there = (plot.loss_curve("huber_loss", target=t, gradient=False) for t in (0.0, 2.0))
    np.testing.assert_allclose(here.values, there.values, atol=1e-12)
    assert there.argument == "error (prediction less target), target 2"


def test_a_function_of_ones_own_has_a_label(xp: str) -> None:
    def cubed(pred: Any, target: Any) -> Any:
        return abs(pred - target) ** 3

    display = plot.loss_curve(("cubed", cubed), ("ours", "mse"), xp=xp)
    assert display.labels == ("cubed", "ours")
    np.testing.assert_allclose(display.values[0], np.abs(display.error) ** 3)
    np.testing.assert_allclose(display.gradients[0], 3 * display.error * np.abs(display.error), atol=1e-12)


def test_functions_of_optax_and_torch_are_drawn_beside_ours() -> None:
    optax, functional = pytest.importorskip("optax"), pytest.importorskip("torch.nn.functional")
    theirs = plot.loss_curve("huber_loss", ("optax", optax.huber_loss), xp="jax")
    np.testing.assert_allclose(*theirs.values, atol=1e-12)
    np.testing.assert_allclose(*theirs.gradients, atol=1e-12)
    theirs = plot.loss_curve("huber_loss", ("torch", partial(functional.huber_loss, reduction="none")), xp="torch")
    np.testing.assert_allclose(*theirs.values, atol=1e-12)
    np.testing.assert_allclose(*theirs.gradients, atol=1e-12)


def test_steep_gradients_do_not_press_the_values_flat() -> None:
    pytest.importorskip("torch")
    display = plot.loss_curve("bce")
    low, high = display.ax_.get_ylim()
    greatest = display.values[np.isfinite(display.values)].max()
    assert low == pytest.approx(-2 * greatest, rel=0.2)
    assert high > greatest
    assert display.gradients[0][1] < 20 * low


def test_a_second_picture_on_the_axes_keeps_room_for_the_first() -> None:
    ax = Figure().add_subplot()
    plot.loss_curve("mse", gradient=False, ax=ax)
    high = ax.get_ylim()[1]
    display = plot.loss_curve("mae", gradient=False, ax=ax)
    assert ax.get_ylim()[1] == high
    assert display.lines_[0].get_marker() != ax.lines[0].get_marker()
