"""Nothing that does not fit gives a number, and the page says what it gives."""

import pytest

from . import refusals

pytest.importorskip("array_api_strict")
TABLE = refusals.table()


@pytest.mark.parametrize("metric", TABLE)
def test_no_cell_is_silent(metric: str) -> None:
    silent = [case for case, found in zip(refusals.CASES, TABLE[metric], strict=True) if "a number" in found]
    assert silent == []


def test_the_page_is_current() -> None:
    assert refusals.PAGE.read_text(encoding="utf-8") == refusals.page(TABLE), "`python -m tests.refusals` writes it"
