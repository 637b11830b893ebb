"""Adversarial inputs with exact answers: none fails but what is known to, and what is served stays served."""

from collections import Counter
from pathlib import Path

import pytest

from tests._runs import INSTALLED
from tests.torture import main, run

FILE = Path(__file__).parent / "torture" / "public.json"

SERVED = 168
"""How many cases have an answer, at least, or say nothing about a library: raise it with the table."""

KNOWN: dict[tuple[str, str], str] = {}
"""(library, case) -> why it fails. An entry that has been mended must go."""

LIBRARIES = [pytest.param(name, marks=pytest.mark.slow if name == "jax" else ()) for name in INSTALLED]


@pytest.mark.parametrize("name", LIBRARIES)
def test_answers(name: str) -> None:
    outcomes = run(FILE, name)
    failed = {o.id: o.detail for o in outcomes if o.status == "failed"}
    known = {case for library, case in KNOWN if library == name}
    assert {case: detail for case, detail in failed.items() if case not in known} == {}
    assert known <= set(failed), "mended: remove it from KNOWN"
    counts = Counter(o.status for o in outcomes)
    assert sum(counts.values()) - counts["not yet"] >= SERVED


def test_exit_status(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--xp", "numpy", str(FILE)]) == 0
    assert main(["--xp", "numpy", "--json", str(FILE)]) == 0
    assert '"passed"' in capsys.readouterr().out
