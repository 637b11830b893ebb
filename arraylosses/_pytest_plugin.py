"""The pytest plugin: ``pytest --pyargs mypackage --arraylosses`` tries every loss of a package by the laws.

Without the option it does nothing, and imports nothing.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("arraylosses", "losses and metrics by the laws")
    group.addoption("--arraylosses", action="store_true", help="try every loss and metric that is defined by the laws")
    group.addoption("--arraylosses-xp", metavar="NAMES", help="on these libraries only, with commas between them")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("arraylosses"):
        from .conformance import prepare

        prepare()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if not parent.config.getoption("arraylosses") or file_path.suffix != ".py" or file_path.name == "conftest.py":
        return None
    return Losses.from_parent(parent, path=file_path)


class Losses(pytest.Module):
    """The losses and metrics that a module defines."""

    def collect(self) -> "Iterator[pytest.Item]":
        from . import conformance
        from ._metric import Metric

        given = self.config.getoption("arraylosses_xp")
        libraries = given.split(",") if given else conformance.installed()
        own = [m for m in vars(self.obj).values() if isinstance(m, Metric) and m.__module__ == self.obj.__name__]
        for cell in conformance.cells(dict.fromkeys(own), libraries):
            yield Trial.from_parent(self, name=cell.name, cell=cell)


class Trial(pytest.Item):
    """One cell: a law, a metric in one of its forms, a library."""

    def __init__(self, *, cell: Any, **given: Any) -> None:
        super().__init__(**given)
        self.cell = cell

    def runtest(self) -> None:
        from .conformance import Case

        Case(self.cell)()

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        """What broke and the lines that show it again, without the kit's own traceback."""
        from .conformance import Broken

        return str(excinfo.value) if isinstance(excinfo.value, Broken) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, None, self.name
