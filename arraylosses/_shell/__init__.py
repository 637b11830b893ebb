"""The commands of the command line."""

from ._main import run

__all__ = ["run"]
