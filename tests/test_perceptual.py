"""LPIPS on networks: against torch.nn with the same weights, and against the lpips package where it is installed."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import arraylosses as al
from arraylosses import conformance

CASES = [("alex", 31), ("alex", 45), ("vgg", 16), ("vgg", 35), ("squeeze", 17), ("squeeze", 42)]
TAPS = {
    "alex": (1, 4, 7, 9, 11),
    "vgg": (3, 8, 15, 22, 29),
    "squeeze": (1, 4, 7, 9, 10, 11, 12),
}
"""Which of torchvision's layers LPIPS looks at."""


class Fire(nn.Module):
    def __init__(self, before: int, squeezed: int, expanded: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(before, squeezed, 1)
        self.expand1x1 = nn.Conv2d(squeezed, expanded, 1)
        self.expand3x3 = nn.Conv2d(squeezed, expanded, 3, padding=1)

    def forward(self, x: Any) -> Any:
        x = self.squeeze(x).relu()
        return torch.cat([self.expand1x1(x).relu(), self.expand3x3(x).relu()], 1)


def _alex() -> list[nn.Module]:
    convolutions = (
        (3, 64, 11, 4, 2),
        (64, 192, 5, 1, 2),
        (192, 384, 3, 1, 1),
        (384, 256, 3, 1, 1),
        (256, 256, 3, 1, 1),
    )
    layers: list[nn.Module] = []
    for i, (before, after, size, stride, padding) in enumerate(convolutions):
        layers += [nn.MaxPool2d(3, 2)] if i in (1, 2) else []
        layers += [nn.Conv2d(before, after, size, stride, padding), nn.ReLU()]
    return layers


def _vgg() -> list[nn.Module]:
    layers: list[nn.Module] = []
    before = 3
    for i, (channels, times) in enumerate(((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))):
        layers += [nn.MaxPool2d(2)] if i else []
        for _ in range(times):
            layers += [nn.Conv2d(before, channels, 3, padding=1), nn.ReLU()]
            before = channels
    return layers


def _squeeze() -> list[nn.Module]:
    def pool() -> nn.Module:
        return nn.MaxPool2d(3, 2, ceil_mode=True)

    fires = [(64, 16, 64), (128, 16, 64), (128, 32, 128), (256, 32, 128)]
    fires += [(256, 48, 192), (384, 48, 192), (384, 64, 256), (512, 64, 256)]
    modules = [Fire(*f) for f in fires]
    return [nn.Conv2d(3, 64, 3, 2), nn.ReLU(), pool(), *modules[:2], pool(), *modules[2:4], pool(), *modules[4:]]


LAYERS = {"alex": _alex, "vgg": _vgg, "squeeze": _squeeze}


def network(trunk: str) -> nn.Sequential:
    torch.manual_seed(7)
    return nn.Sequential(*LAYERS[trunk]()).double()


def named(layers: nn.Sequential) -> dict[str, Any]:
    """The weights by torchvision's names."""
    return {f"features.{name}": tensor for name, tensor in layers.state_dict().items()}


def features(layers: nn.Sequential, trunk: str, image: Any) -> list[Any]:
    found = []
    for i, layer in enumerate(layers):
        image = layer(image)
        found += [image] if i in TAPS[trunk] else []
    return found


def images(size: int) -> Any:
    return np.random.default_rng(size).uniform(-1, 1, (2, 2, 3, size, size + 3))


def linear(trunk: str) -> dict[str, Any]:
    rng = np.random.default_rng(1)
    channels = {"alex": (64, 192, 384, 256, 256), "vgg": (64, 128, 256, 512, 512)}
    widths = channels.get(trunk, (64, 128, 256, 384, 384, 512, 512))
    return {f"lin{i}.model.1.weight": rng.random((1, c, 1, 1)) for i, c in enumerate(widths)}


@pytest.mark.parametrize(("trunk", "size"), CASES)
def test_features_are_those_of_torch(trunk: Any, size: int) -> None:
    """Values and gradients, at the least size and above it."""
    layers = network(trunk)
    image = torch.from_numpy(images(size)[0]).requires_grad_()
    wanted = features(layers, trunk, image)
    found = al.trunk_features(image, named(layers), trunk=trunk)
    assert [f.shape for f in found] == [w.shape for w in wanted]
    for f, w in zip(found, wanted, strict=True):
        np.testing.assert_allclose(f.detach(), w.detach(), rtol=1e-9, atol=1e-12)
    ours, theirs = (torch.autograd.grad(sum((v**2).sum() for v in parts), image)[0] for parts in (found, wanted))
    np.testing.assert_allclose(ours, theirs, rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize(
    "library", [x for x in ("numpy", "strict", "jax-x64") if x.removesuffix("-x64") in conformance.installed()]
)
@pytest.mark.parametrize(("trunk", "size"), [("alex", 45), ("squeeze", 42)])
def test_other_libraries_agree(library: str, trunk: Any, size: int) -> None:
    backend = conformance.backend(library)
    weights = {name: tensor.numpy() for name, tensor in named(network(trunk)).items()}
    pair, lin = images(size), linear(trunk)
    torches = ({k: torch.from_numpy(v) for k, v in w.items()} for w in (weights, lin))
    options: dict[str, Any] = {"trunk": trunk, "normalize": True, "reduction": "none"}
    held = dict(zip(("trunk_weights", "layer_weights"), torches, strict=True))
    want = al.lpips(*map(torch.from_numpy, pair), **held, **options)
    with backend.context():
        mine = ({k: backend.put(v) for k, v in w.items()} for w in (weights, lin))
        held = dict(zip(held, mine, strict=True))
        got = backend.get(al.lpips(*map(backend.put, pair), **held, **options))
    np.testing.assert_allclose(got, want, rtol=1e-9)


def test_composes_its_parts() -> None:
    weights, lin = named(network("alex")), {k: torch.from_numpy(v) for k, v in linear("alex").items()}
    pred, target = map(torch.from_numpy, images(40))
    parts = [al.trunk_features(al.lpips_scale_input(x), weights) for x in (pred, target)]
    flat = [w.reshape(-1) for w in lin.values()]
    want = al.lpips_from_features(*parts, layer_weights=flat, reduction="none")
    for layer_weights in (lin, flat):
        got = al.lpips(pred, target, trunk_weights=weights, layer_weights=layer_weights, reduction="none")
        np.testing.assert_allclose(got, want, rtol=1e-12)
    share = torch.tensor([1.0, 3.0], dtype=torch.float64)
    mean = al.lpips(pred, target, trunk_weights=weights, layer_weights=flat, weights=share)
    assert float(mean) == pytest.approx(float((want * share).sum() / 4))
    alone = al.lpips(pred[0], target[0], trunk_weights=weights, layer_weights=lin)
    assert float(alone) == pytest.approx(float(want[0]))


def test_weights_take_the_dtype_of_the_image() -> None:
    weights = {name: tensor.float().numpy() for name, tensor in named(network("squeeze")).items()}
    pred, target = images(20)
    assert al.lpips(pred, target, trunk_weights=weights, trunk="squeeze").dtype == np.float64
    half = [x.astype("float16") for x in (pred, target)]
    assert al.lpips(*half, trunk_weights=weights, trunk="squeeze").dtype == np.float32


def test_equal_images_have_no_slope() -> None:
    weights = named(network("alex"))
    image = torch.zeros(1, 3, 40, 40, dtype=torch.float64, requires_grad=True)
    value = al.lpips(image, torch.zeros_like(image), trunk_weights=weights)
    (slope,) = torch.autograd.grad(value, image)
    assert value.item() == 0
    assert not slope.any()


@pytest.mark.slow
def test_compiles_under_jax() -> None:
    jax = pytest.importorskip("jax")
    weights = {name: jax.numpy.asarray(tensor.float().numpy()) for name, tensor in named(network("squeeze")).items()}
    pred, target = (jax.numpy.asarray(x, dtype="float32") for x in images(20))
    compiled = jax.jit(lambda p, t, w: al.lpips(p, t, trunk_weights=w, trunk="squeeze"))
    want = al.lpips(pred, target, trunk_weights=weights, trunk="squeeze")
    assert float(compiled(pred, target, weights)) == pytest.approx(float(want), rel=1e-4)


def test_compiles_under_torch() -> None:
    weights = named(network("squeeze"))
    pred, target = map(torch.from_numpy, images(20))
    compiled = torch.compile(
        lambda p, t: al.lpips(p, t, trunk_weights=weights, trunk="squeeze"), fullgraph=True, backend="aot_eager"
    )
    want = al.lpips(pred, target, trunk_weights=weights, trunk="squeeze")
    assert float(compiled(pred, target)) == pytest.approx(float(want), rel=1e-9)


@pytest.mark.parametrize("trunk", ["alex", "vgg", "squeeze"])
def test_the_lpips_package(trunk: Any) -> None:
    package = pytest.importorskip("lpips")
    model = package.LPIPS(net=trunk, pnet_rand=True, verbose=False).double().eval()
    weights = {
        f"features.{name.partition('.')[2]}": tensor
        for name, tensor in model.net.state_dict().items()
        if name.startswith("slice")
    }
    lin = {f"lin{i}.model.1.weight": getattr(model, f"lin{i}").model[1].weight.detach() for i in range(model.L)}
    pred, target = map(torch.from_numpy, images(40))
    options: dict[str, Any] = {"trunk_weights": weights, "layer_weights": lin, "trunk": trunk, "epsilon": 1e-10}
    for normalize in (False, True):
        want = model(pred, target, normalize=normalize).reshape(-1).detach()
        got = al.lpips(pred, target, normalize=normalize, reduction="none", **options)
        np.testing.assert_allclose(got, want, rtol=1e-9)
