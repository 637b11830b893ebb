"""Losses and metrics, each written once for every array library.

Names are loaded on first use: ``import arraylosses`` costs next to nothing. `catalogue` lists what there is.
"""

from importlib import import_module
from typing import Any

from ._names import HOMES

__version__ = "0.18.0"

WHERE = {name: home for home, names in HOMES.items() for name in names.split()}
__all__ = sorted(WHERE)
MODULES = ("conformance", "engines", "interop", "plot")


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    if name in MODULES:
        return import_module(f".{name}", __name__)
    import_module("numpy")  # first: after ours, the collector runs in its midst, for 10 ms
    value = getattr(import_module(f".{WHERE[name]}", __name__), name) if name in WHERE else _other_name(name)
    globals()[name] = value
    return value


def _other_name(name: str) -> Any:
    """A metric by one of its other names; the suggestion of a near one where there is none."""
    catalogue = import_module("._catalogue", __name__).catalogue
    found = catalogue.find(name)
    if found is None:
        raise AttributeError(f"`arraylosses` has no `{name}`{catalogue.suggestion(name, __all__)}")
    return found


def __dir__() -> list[str]:
    return __all__
