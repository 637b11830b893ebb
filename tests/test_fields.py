"""Derivatives of fields, and gradients at the places where the formulas of fields and boxes have none."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch

import arraylosses as al
from arraylosses.conformance import backend

pytestmark = pytest.mark.filterwarnings("error")

RNG = np.random.default_rng(5)
POINTS = RNG.normal(size=(5, 3))
CURVED = np.asarray([[2.0, 1.0, 0.0], [1.0, 3.0, 0.5], [0.0, 0.5, -1.0]])
GRADED = ("torch", "jax-x64")


# ---- the Hessian times the gradient


def quadratic(put: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Of gradient ``A x`` and Hessian ``A``; a column, as a network gives it."""
    matrix = put(CURVED)
    return lambda x: 0.5 * (x * (x @ matrix)).sum(-1)[..., None]


@pytest.mark.parametrize("lib", GRADED)
@pytest.mark.parametrize("shape", [(5, 3), (1, 5, 3), (3,)])
def test_of_a_quadratic_field(lib: str, shape: tuple[int, ...]) -> None:
    b = backend(lib)
    points = np.resize(POINTS, shape)
    with b.context():
        gradient, product = al.gradient_and_hessian_product(quadratic(b.put), b.put(points))
        np.testing.assert_allclose(b.get(gradient), points @ CURVED, rtol=1e-12)
        np.testing.assert_allclose(b.get(product), points @ CURVED @ CURVED, rtol=1e-12)


@pytest.mark.parametrize("lib", GRADED)
def test_of_a_plane(lib: str) -> None:
    """A field without curvature, whose gradient does not depend on the points."""
    b = backend(lib)
    with b.context():
        slope = b.put(CURVED[0])
        gradient, product = al.gradient_and_hessian_product(lambda x: x @ slope, b.put(POINTS))
        assert b.get(gradient).tolist() == [CURVED[0].tolist()] * 5
        assert not b.get(product).any()


@pytest.mark.parametrize("lib", GRADED)
def test_an_exact_distance_has_no_divergence(lib: str) -> None:
    b = backend(lib)
    with b.context():
        derivatives = al.gradient_and_hessian_product(lambda x: (x * x).sum(-1) ** 0.5 - 1, b.put(POINTS))
        assert float(al.eikonal_loss(derivatives.gradient)) == pytest.approx(0, abs=1e-15)
        assert float(al.directional_divergence_loss_with_product(*derivatives)) == pytest.approx(0, abs=1e-15)


def test_the_product_serves_as_the_hessian() -> None:
    field = quadratic(torch.from_numpy)
    points = torch.from_numpy(POINTS)
    gradient, product = al.gradient_and_hessian_product(field, points)
    hessian = torch.from_numpy(CURVED).expand(5, 3, 3).contiguous()
    for normalize in (True, False):
        for epsilon in (None, 1e-5):
            options: dict[str, Any] = {"normalize": normalize, "epsilon": epsilon, "penalty": "squared"}
            ours = al.directional_divergence_loss_with_product(gradient, product, **options)
            assert float(ours) == pytest.approx(float(al.directional_divergence_loss(gradient, hessian, **options)))


def network() -> torch.nn.Module:
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(3, 8), torch.nn.Softplus(beta=10), torch.nn.Linear(8, 1)).double()


def regularised(gradient: Any, product: Any) -> Any:
    return al.eikonal_loss(gradient) + al.directional_divergence_loss_with_product(gradient, product)


def test_a_network_is_trained() -> None:
    """The parameters' gradients are those of differentiating three times by hand."""
    net = network()
    learned = [net[0].weight, net[0].bias, net[2].weight]
    points = torch.from_numpy(POINTS)
    ours = torch.autograd.grad(regularised(*al.gradient_and_hessian_product(net, points)), learned)
    points = points.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(net(points).sum(), points, create_graph=True)
    (product,) = torch.autograd.grad((gradient**2).sum() / 2, points, create_graph=True)
    for a, b in zip(ours, torch.autograd.grad(regularised(gradient, product), learned), strict=True):
        assert a.abs().max() > 1e-3
        torch.testing.assert_close(a, b, rtol=1e-9, atol=1e-12)


def test_without_a_graph() -> None:
    net, points = network(), torch.from_numpy(POINTS)
    with torch.no_grad():
        _, product = al.gradient_and_hessian_product(net, points)
    assert not product.requires_grad
    assert torch.equal(product, al.gradient_and_hessian_product(net, points).product)


def test_compiled() -> None:
    net, points = network(), torch.from_numpy(POINTS)
    torch._dynamo.reset()

    def loss(x: Any) -> Any:
        return regularised(*al.gradient_and_hessian_product(net, x))

    compiled = torch.compile(loss, fullgraph=True, backend="aot_eager")
    torch.testing.assert_close(compiled(points), loss(points))


def test_jitted_and_trained() -> None:
    """The gradient by the parameters of a field, under `jax.jit`, against the full Hessian."""
    with jax.enable_x64(True):
        points, matrix = jnp.asarray(POINTS), jnp.asarray(CURVED)

        def field(matrix: Any, x: Any) -> Any:
            return jnp.tanh(x @ matrix).sum(-1)

        def ours(matrix: Any) -> Any:
            return regularised(*al.gradient_and_hessian_product(lambda x: field(matrix, x), points))

        def full(matrix: Any) -> Any:
            gradient, hessian = (jax.vmap(d(field, 1), (None, 0))(matrix, points) for d in (jax.grad, jax.hessian))
            return al.eikonal_loss(gradient) + al.directional_divergence_loss(gradient, hessian)

        for got, want in zip(jax.jit(jax.value_and_grad(ours))(matrix), jax.value_and_grad(full)(matrix), strict=True):
            np.testing.assert_allclose(got, want, rtol=1e-9)


# ---- gradients at awkward places


def slope(lib: str, function: Callable[..., Any], *arrays: Any) -> Any:
    """Gradient of the sum of the result by the first argument."""
    b = backend(lib)
    assert b.grad is not None
    with b.context():
        return b.grad(function, [np.asarray(a, dtype=float) for a in arrays], [0])[0]


@pytest.mark.parametrize("lib", GRADED)
def test_an_opaque_sample_has_its_slope(lib: str) -> None:
    """Weight i changes with sample j < i by ``-alpha_i`` times the other factors before i, opaque or not."""
    alpha, colour = np.asarray([0.25, 1.0, 0.5, 1.0, 0.75]), np.asarray([1.0, 2.0, 4.0, 8.0, 16.0])
    clear, want = 1 - alpha, np.zeros(5)
    for i in range(5):
        want[i] += colour[i] * np.prod(clear[:i])
        for j in range(i):
            want[j] -= colour[i] * alpha[i] * np.prod(np.delete(clear[:i], j))
    got = slope(lib, lambda a, c: al.volume_weights(a) * c, alpha, colour)
    np.testing.assert_allclose(got, want, rtol=1e-12)
    assert np.isfinite(slope(lib, al.accumulated_opacity, np.ones((2, 4)))).all()


@pytest.mark.parametrize("lib", GRADED)
@pytest.mark.parametrize(
    "call",
    [
        al.eikonal_loss,
        lambda g: al.normal_smoothness_loss(g, g),
        lambda g: al.directional_divergence_loss(g, g[..., None] * g[..., None, :], epsilon=1e-5),
        lambda g: al.directional_divergence_loss_with_product(g, g),
        lambda g: al.opacity_loss(g),
        lambda g: al.opacity_loss(g, epsilon=1e-3),
    ],
)
def test_a_zero_gradient_is_no_trouble(lib: str, call: Callable[..., Any]) -> None:
    assert not slope(lib, call, np.zeros((4, 3))).any()


ODD = np.asarray([[0.0, 0.0, 1.0, 1.0], [0.5, 0.5, 0.5, 0.5], [0.0, 0.0, 2.0, 0.0], [5.0, 5.0, 6.0, 7.0]])
"""A square, a point within it, a line along its side and a box far away."""

BOX_LOSSES: dict[str, Callable[..., Any]] = {
    "linear": al.iou_loss,
    "square": lambda a, b: al.iou_loss(a, b, mode="square"),
    "log": lambda a, b: al.iou_loss(a, b, mode="log", reduction="none"),
    "log with a floor": lambda a, b: al.iou_loss(a, b, mode="log", iou_floor=1e-6),
    "giou": al.giou_loss,
    "diou": al.diou_loss,
    "ciou": al.ciou_loss,
    "gated ciou": lambda a, b: al.ciou_loss(a, b, gated=True),
    **{
        score.__name__: lambda a, b, score=score: score(a[:, None, :], b[:, None, :])
        for score in (al.pairwise_giou, al.pairwise_diou, al.pairwise_ciou)
    },
}


@pytest.mark.parametrize("name", BOX_LOSSES)
def test_gradients_of_degenerate_boxes_are_finite_and_agree(name: str) -> None:
    pred, target = np.repeat(ODD, len(ODD), axis=0), np.tile(ODD, (len(ODD), 1))
    ours, theirs = (slope(lib, BOX_LOSSES[name], pred, target) for lib in GRADED)
    assert np.isfinite(ours).all()
    np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("loss", [al.iou_loss, al.giou_loss, al.diou_loss, al.ciou_loss])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_box_against_itself_is_exact(loss: Any, dtype: str) -> None:
    corner, size = RNG.uniform(-1e3, 1e3, (2, 200, 2))
    boxes = np.concat([corner, corner + np.abs(size)], axis=-1).astype(dtype)
    assert not loss(boxes, boxes, reduction="none").any()
    assert not al.iou_loss(boxes, boxes, mode="log", reduction="none").any()


def test_only_what_is_held_has_no_gradient() -> None:
    """With alpha a number, the slope of the complete loss is that of its terms."""
    a, b = np.asarray([0.0, 0.0, 2.0, 1.0]), np.asarray([0.5, 0.0, 1.5, 2.0])
    alpha_v = float(al.ciou_loss(a, b) - al.diou_loss(a, b))
    turn = np.arctan2(2.0, 1.0) - np.arctan2(1.0, 2.0)
    v = 4 / np.pi**2 * turn**2
    assert alpha_v == pytest.approx(v * v / (float(al.iou_loss(a, b)) + v))
    width = 8 / np.pi**2 * turn * 1.0 / (2.0**2 + 1.0)
    height = -8 / np.pi**2 * turn * 2.0 / (2.0**2 + 1.0)
    for lib in GRADED:
        got = slope(lib, al.ciou_loss, a, b) - slope(lib, al.diou_loss, a, b)
        np.testing.assert_allclose(got, alpha_v / v * np.asarray([-width, -height, width, height]), rtol=1e-9)
