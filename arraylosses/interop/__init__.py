"""Our losses and metrics as the objects that other packages expect; each adapter is imported when it is asked for.

`sklearn`, `torch` (for torchmetrics and Lightning too), `flax`, `keras` and `xarray`. optax needs none: it is given
gradients, whatever loss they are of. `lpips` makes one file of that package's weights and torchvision's.
"""

from importlib import import_module
from typing import Any

ADAPTERS = ("flax", "keras", "lpips", "sklearn", "torch", "xarray")


def __getattr__(name: str) -> Any:
    if name not in ADAPTERS:
        raise AttributeError(f"`arraylosses.interop` has no `{name}`; it has {', '.join(ADAPTERS)}.")
    return import_module(f".{name}", __name__)
