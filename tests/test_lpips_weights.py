"""The weights of LPIPS go from the files that people have to one file, and from it to every library."""

import re
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import arraylosses as al
from arraylosses import conformance
from arraylosses.interop import lpips as converter
from arraylosses.perceptual import TRUNKS, layer_shapes, trunk_shapes

BACKENDS = [name for name in ("numpy", "torch", "jax", "strict") if name in conformance.installed()]


def drawn(shapes: dict[str, tuple[int, ...]]) -> dict[str, Any]:
    rng = np.random.default_rng(3)
    return {name: rng.random(shape, dtype=np.float32) * 0.1 for name, shape in shapes.items()}


@pytest.fixture
def heads(tmp_path: Path) -> Path:
    file = tmp_path / "heads.npz"
    np.savez(file, **drawn(layer_shapes("alex")))
    return file


@pytest.fixture
def alex(tmp_path: Path, heads: Path) -> Path:
    file = tmp_path / "alex.npz"
    assert converter.convert(drawn(trunk_shapes("alex")), file, layers=heads) == "alex"
    return file


@pytest.mark.parametrize("trunk", TRUNKS)
@pytest.mark.parametrize("kind", ["npz", "safetensors"])
def test_what_is_written_is_read(trunk: str, kind: str, tmp_path: Path) -> None:
    """And what a state dict holds beside the features, such as a classifier, is left out."""
    if kind == "safetensors":
        pytest.importorskip("safetensors")
    file, layers = tmp_path / f"weights.{kind}", tmp_path / "layers.npz"
    weights, linear = drawn(trunk_shapes(trunk)), drawn(layer_shapes(trunk))
    np.savez(layers, **linear)
    assert converter.convert(weights | {"classifier.1.weight": np.ones(2)}, file, layers=layers) == trunk
    held = al.load_lpips(file)
    assert held["trunk"] == trunk
    for found, wanted in ((held["trunk_weights"], weights), (held["layer_weights"], linear)):
        assert found.keys() == wanted.keys()
        assert all(np.array_equal(found[name], wanted[name]) for name in wanted)


@pytest.mark.parametrize("library", BACKENDS)
def test_every_library_gives_the_same(library: str, alex: Path) -> None:
    backend = conformance.backend(library)
    pair = np.random.default_rng(0).random((2, 3, 40, 40), dtype=np.float32)
    want = float(al.lpips(*pair, **al.load_lpips(alex), normalize=True))
    put = [backend.put(image) for image in pair]
    got = al.lpips(*put, **al.load_lpips(alex, like=put[0]), normalize=True)
    assert type(got) is type(put[0])
    assert float(got) == pytest.approx(want, rel=1e-5)
    assert want > 0


def test_torchvisions_files_by_command(
    tmp_path: Path, heads: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    torch = pytest.importorskip("torch")
    weights = drawn(trunk_shapes("alex"))
    torch.save({name: torch.from_numpy(x) for name, x in weights.items()}, tmp_path / "alexnet.pth")
    words = [str(tmp_path / "alexnet.pth"), "-o", str(tmp_path / "alex.npz"), "--layers", str(heads)]
    monkeypatch.setattr(sys, "argv", ["lpips", *words])
    assert converter.main() == 0
    assert capsys.readouterr().out == f"{tmp_path / 'alex.npz'}: the weights of alex and of its layers\n"
    found = al.load_lpips(tmp_path / "alex.npz")["trunk_weights"]
    assert all(np.array_equal(found[name], x) for name, x in weights.items())


@pytest.mark.skipif(find_spec("lpips") is None, reason="the lpips package is not installed")
@pytest.mark.parametrize("trunk", TRUNKS)
def test_the_layers_of_the_package(trunk: str, tmp_path: Path) -> None:
    converter.convert(drawn(trunk_shapes(trunk)), tmp_path / "out.npz")
    layers = al.load_lpips(tmp_path / "out.npz")["layer_weights"]
    assert all((w >= 0).all() and w.any() for w in layers.values())


def test_layers_are_optional(tmp_path: Path) -> None:
    np.savez(tmp_path / "alone.npz", **drawn(trunk_shapes("squeeze")))
    assert al.load_lpips(tmp_path / "alone.npz")["layer_weights"] is None


def said(kind: type[Exception], sentence: str) -> Any:
    return pytest.raises(kind, match=f"^{re.escape(sentence)}$")


FROM = (
    "`python -m arraylosses.interop.lpips alexnet.pth -o alex.npz` makes one of torchvision's weights and the linear "
    "layers that the lpips package carries."
)


def test_weights_that_are_missing(tmp_path: Path) -> None:
    with said(FileNotFoundError, f"`{tmp_path / 'alex.npz'}` is not there; {FROM}"):
        al.load_lpips(tmp_path / "alex.npz")
    (tmp_path / "alexnet.pth").write_bytes(b"")
    with said(ValueError, f"`alexnet.pth` must be of kind .npz or .safetensors; {FROM}"):
        al.load_lpips(tmp_path / "alexnet.pth")


def test_files_that_hold_something_else(tmp_path: Path, alex: Path) -> None:
    file = tmp_path / "other.npz"
    np.savez(file, a=np.ones(2))
    kinds = "the weights of AlexNet, VGG-16 or SqueezeNet 1.1 by torchvision's names, such as 'features.0.weight'"
    with said(ValueError, f"`other.npz` must hold {kinds}; got 'a'."):
        al.load_lpips(file)
    np.savez(file, **drawn(trunk_shapes("alex")), **{"lin0.model.1.weight": np.ones((1, 64, 1, 1))})
    names = "'lin0.model.1.weight' to 'lin4.model.1.weight'"
    with said(ValueError, f"`other.npz` must hold all layers of trunk='alex', {names}, or none; got 1."):
        al.load_lpips(file)
    with np.load(alex) as held, said(ValueError, "`out.bin` must be of kind .npz or .safetensors."):
        converter.convert(dict(held), tmp_path / "out.bin", layers=alex)
    wanted = ", ".join(f"'lin{i}.model.1.weight'" for i in range(5))
    with np.load(alex) as held, said(ValueError, f"`layers` must hold {wanted}; got 'a'."):
        np.savez(tmp_path / "a.npz", a=np.ones(1))
        converter.convert(dict(held), tmp_path / "out.npz", layers=tmp_path / "a.npz")


def test_truncated_files(tmp_path: Path, alex: Path) -> None:
    (tmp_path / "cut.npz").write_bytes(alex.read_bytes()[:1000])
    with pytest.raises(ValueError, match=r"^`cut\.npz` cannot be read: BadZipFile: File is not a zip file$"):
        al.load_lpips(tmp_path / "cut.npz")
    pytest.importorskip("torch")
    (tmp_path / "cut.pth").write_bytes(b"PK\x03\x04")
    with pytest.raises(ValueError, match=r"^`cut\.pth` cannot be read as a state dict: "):
        converter.convert(tmp_path / "cut.pth", tmp_path / "out.npz")


def test_no_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(converter, "find_spec", lambda name: None)
    how = "`python -m pip install --no-deps lpips`, or give `layers`."
    with said(FileNotFoundError, f"the linear layers lie in the lpips package, which is not installed: {how}"):
        converter.convert(drawn(trunk_shapes("alex")), tmp_path / "out.npz")


def test_safetensors_is_missing(tmp_path: Path, heads: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "safetensors", None)
    file = tmp_path / "a.safetensors"
    file.write_bytes(b"")
    how = "safetensors needs safetensors: `python -m pip install safetensors`."
    with said(ModuleNotFoundError, f"`a.safetensors`: reading .{how}"):
        al.load_lpips(file)
    with said(ModuleNotFoundError, f"`a.safetensors`: writing .{how}"):
        converter.convert(drawn(trunk_shapes("alex")), file, layers=heads)
