"""docs/same_name.md is what was run, and every call on it gives its number, ours and theirs."""

import json
from math import isclose

import pytest

from . import same_name

STORED = json.loads(same_name.STORED.read_text(encoding="utf-8"))
ROWS = [
    pytest.param(section, row, value, id=f"{section.title}-{i}")
    for section in same_name.SECTIONS
    for i, (row, value) in enumerate(zip(section.rows, STORED["numbers"][section.title], strict=True))
]
SINGLE = 1e-6
"""Some of the libraries compute in float32."""


def test_the_page_is_that_of_what_was_run() -> None:
    assert same_name.PAGE.read_text(encoding="utf-8") == same_name.page(STORED), (
        "stale: run `python -m tests.same_name`"
    )


@pytest.mark.parametrize(("section", "row", "value"), ROWS)
def test_ours_gives_the_same_number(section: same_name.Section, row: same_name.Row, value: float) -> None:
    if row.ours:
        assert isclose(*same_name.values(section, [row.ours]), value, rel_tol=SINGLE)


@pytest.mark.parametrize(("section", "row", "value"), ROWS)
def test_theirs_is_what_was_stored(section: same_name.Section, row: same_name.Row, value: float) -> None:
    if not same_name.installed(row.theirs):
        pytest.skip(f"{same_name.package(row.theirs)} is not installed")
    assert isclose(*same_name.values(section, [row.theirs]), value, rel_tol=SINGLE, abs_tol=1e-12)


def test_one_name_has_several_numbers() -> None:
    """Each section shows what the page is about."""
    for section in same_name.SECTIONS:
        assert len({round(value, 6) for value in STORED["numbers"][section.title]}) > 1
