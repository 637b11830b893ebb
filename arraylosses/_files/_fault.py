"""What is said of a file that cannot be used, and of a package that is not there to read it."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any


class FileFault(ValueError):
    """A file that cannot be used: one sentence, which names it."""

    def __init__(self, where: object, why: str) -> None:
        super().__init__(f"`{where}` {why}")


@contextmanager
def reading(where: object) -> Iterator[None]:
    """Whatever goes wrong inside becomes a sentence about the file."""
    try:
        yield
    except FileFault:
        raise
    except _Lacking as need:
        raise ModuleNotFoundError(f"`{where}` {need}") from None
    except FileNotFoundError:
        raise FileFault(where, "does not exist.") from None
    except OSError as why:
        raise FileFault(where, f"cannot be read: {_reason(why.strerror or why)}") from why
    except Exception as why:  # readers of damaged files raise whatever they come upon
        raise FileFault(where, f"is cut off, damaged or of another format: {_reason(why)}") from why


def _reason(why: object) -> str:
    """What a reader says, as the end of a sentence on one line."""
    said = " ".join(str(why).split()) or type(why).__name__
    return said if said.endswith((".", "!")) else f"{said}."


class _Lacking(Exception):
    """A package is missing."""


def imported(module: str, extra: str, package: str) -> Any:
    """A package that an extra brings; where it is missing, `reading` says for which file."""
    try:
        return import_module(module)
    except ModuleNotFoundError:
        raise _Lacking(f"needs {package}: `python -m pip install 'arraylosses[{extra}]'`.") from None
