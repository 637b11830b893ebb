"""Cells under pytest: hypothesis draws the data, and shrinks what breaks a law."""

from collections.abc import Callable, Iterable
from importlib.util import find_spec
from typing import Any

from ._backends import installed
from ._cells import Cell, as_metric, cells, known
from ._draws import GRID, Seed, source
from ._trial import Exempt, Source

SEEDS = 10
"""How many draws where hypothesis, which has a setting for it, is not installed."""


def search(cell: Cell, seeds: Iterable[Seed] | None = None) -> Exempt | None:
    """Look for data that break a law; why it has nothing to say, if so for all of them.

    Parameters
    ----------
    cell : Cell
    seeds : iterable of int or str, optional
        Draws to try, instead of those of hypothesis.

    Raises
    ------
    Broken
        With the smallest data that hypothesis found, or with a seed.
    """
    said: list[Exempt | None] = []
    try:
        if seeds is None and find_spec("hypothesis"):
            _searched(lambda numbers: said.append(cell.hold(numbers)))
        else:
            said += [cell.hold(source(seed), seed) for seed in seeds or range(SEEDS)]
    finally:
        cell.notes.compiled = None  # what was compiled would stay as long as the test's parameter does
    return None if None in said else said[0]


def _searched(hold: Callable[[Source], None]) -> None:
    from hypothesis import HealthCheck, given, settings
    from hypothesis import strategies as st
    from hypothesis.extra import numpy as hnp

    whole = st.integers(0, GRID)

    # an example compiles, and an image is thousands of numbers: neither is a fault
    @settings(deadline=None, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def trial(data: Any) -> None:
        hold(lambda shape: data.draw(hnp.arrays("int64", shape, elements=whole, fill=whole)) / GRID)

    trial()


class Case:
    """A cell as the body of a test: calling it tries the law, or skips the test with the reason."""

    def __init__(self, cell: Cell) -> None:
        self.cell = cell

    def __call__(self) -> None:
        import pytest

        reason = search(self.cell)
        if reason is not None:
            pytest.skip(str(reason))


def cases(
    *metrics: Any, xp: Iterable[str] | None = None, laws: Iterable[str] | None = None, **told: Any
) -> Callable[[Callable[..., Any]], Any]:
    """Make a test one of every law on every library: ``@conformance.cases(my_loss)`` over ``def test(case): case()``.

    Parameters
    ----------
    *metrics : Metric or callable
        Of this library, or your own; plain functions with what is told of them.
    xp : iterable of str, optional
        Libraries; all that are installed by default.
    laws : iterable of str, optional
        Names of laws; all by default.
    **told : Domain or fact
        Of plain functions; see `declared`.

    Returns
    -------
    decorator
        ``pytest.mark.parametrize`` of ``case``: ``pytest -k torch-order_is_free`` selects one of them.
    """
    import pytest

    wanted = known(laws)
    chosen = installed() if xp is None else tuple(xp)
    found = cells([as_metric(metric, told) for metric in metrics], chosen)
    params = [pytest.param(Case(cell), id=cell.name) for cell in found if cell.law.name in wanted]
    return pytest.mark.parametrize("case", params)
