"""What tests of pictures share: matplotlib without a window, and no figure left open."""

from collections.abc import Iterator
from importlib import import_module

import pytest

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")
plt = import_module("matplotlib.pyplot")
Figure = import_module("matplotlib.figure").Figure


@pytest.fixture(autouse=True)
def figures() -> Iterator[None]:
    """pyplot keeps figures that it has made."""
    yield
    plt.close("all")
