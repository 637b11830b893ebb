"""Adapters are imported when they are asked for, and say what is missing."""

import doctest
import subprocess
import sys
from importlib import import_module

import pytest

import arraylosses as al

MISSING = {
    "flax": "`arraylosses.interop.flax` needs flax: `python -m pip install flax`.",
    "keras": "`arraylosses.interop.keras` needs keras: `python -m pip install keras`.",
    "sklearn": "`arraylosses.interop.sklearn` needs scikit-learn: `python -m pip install scikit-learn`.",
    "torch": "`arraylosses.interop.torch` needs torch: `python -m pip install torch`.",
    "xarray": "`arraylosses.interop.xarray` needs xarray: `python -m pip install xarray`.",
}
TRY = """
import sys
from importlib import import_module
for name in {names}:
    sys.modules[name] = None
    try:
        import_module("arraylosses.interop." + name)
    except ModuleNotFoundError as missing:
        print(missing)
"""


def printed(code: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_each_says_what_is_missing() -> None:
    assert printed(TRY.format(names=list(MISSING))) == list(MISSING.values())


def test_a_loss_needs_no_torchmetrics() -> None:
    pytest.importorskip("torch")
    code = """
import sys
sys.modules["torchmetrics"] = None
from arraylosses.interop.torch import Loss
try:
    from arraylosses.interop.torch import Metric
except ModuleNotFoundError as missing:
    print(missing)
"""
    assert printed(code) == ["`arraylosses.interop.torch` needs torchmetrics: `python -m pip install torchmetrics`."]


def test_the_room_loads_no_adapter() -> None:
    code = "import arraylosses as al, sys; al.interop; print([m for m in sys.modules if m.startswith('arraylosses.i')])"
    assert printed(code) == ["['arraylosses.interop']"]


def test_an_adapter_that_is_none_is_told() -> None:
    with pytest.raises(AttributeError) as told:
        _ = al.interop.optax
    assert str(told.value) == "`arraylosses.interop` has no `optax`; it has flax, keras, lpips, sklearn, torch, xarray."
    pytest.importorskip("torch")
    with pytest.raises(AttributeError) as told:
        _ = al.interop.torch.Module
    assert str(told.value) == "`arraylosses.interop.torch` has no `Module`; it has Loss and Metric."


@pytest.mark.parametrize(
    ("adapter", "package"),
    [
        ("flax", "flax"),
        ("sklearn", "sklearn"),
        ("torch", "torch"),
        ("_torchmetrics", "torchmetrics"),
        ("xarray", "xarray"),
    ],
)
def test_the_examples_give_what_they_say(adapter: str, package: str) -> None:
    """Keras' are tried with its backends."""
    pytest.importorskip(package)
    failed, tried = doctest.testmod(import_module(f"arraylosses.interop.{adapter}"))
    assert tried > 0
    assert failed == 0
