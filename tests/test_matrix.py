"""The README's summary of the matrix is that of a run of all that there is now."""

import json
from collections import Counter

import pytest

import arraylosses as al
from arraylosses import conformance
from arraylosses.conformance._report import VERDICTS

from . import matrix

STORED = json.loads(matrix.STORED.read_text())
MADE_ANEW = "`python -m nox -s matrix` makes it anew"


def test_the_readme_holds_the_summary() -> None:
    text = matrix.README.read_text()
    assert matrix.PLACE.search(text)
    assert matrix.placed(text, STORED) == text, MADE_ANEW


LIBRARIES = sorted({xp for found in STORED["pairs"].values() for xp in found})


def _together(verdict: str) -> int:
    place = VERDICTS.index(verdict)
    return sum(numbers[place] for found in STORED["pairs"].values() for numbers in found.values())


def test_nothing_is_broken() -> None:
    assert _together("broken") == 0
    assert _together("lacking") == sum(STORED["lacking"].values())


def test_little_is_lacking() -> None:
    """Grey because the library lacks something: at most 3 in 100 of what is defined."""
    if "jax" not in LIBRARIES:
        pytest.skip("the share is one of the whole matrix, and this run was without JAX")
    assert _together("lacking") <= 0.03 * (_together("held") + _together("lacking"))


@pytest.mark.parametrize("xp", LIBRARIES)
def test_the_summary_is_of_all_cells(xp: str) -> None:
    if xp not in conformance.installed():
        pytest.skip(f"{xp} is not installed")
    cells = Counter(cell.variant.metric.__name__ for cell in conformance.cells(al.catalogue, [xp]))
    assert {metric: sum(found[xp]) for metric, found in STORED["pairs"].items()} == cells, MADE_ANEW
