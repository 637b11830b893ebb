"""Packages that are optional, and the sentence where one is missing."""

from importlib import import_module
from typing import Any


def needed(module: str, told: str, install: str) -> Any:
    """A module of an optional package; where that is missing, what needs it, and the command that installs it."""
    package = module.partition(".")[0]
    try:
        import_module(package)
    except ModuleNotFoundError as missing:
        if missing.name != package:  # it is here, and something that it needs is not
            raise
        raise ModuleNotFoundError(f"{told}: `python -m pip install {install}`.", name=package) from None
    return import_module(module)
