"""Other people's numbers: none fails, and what is served stays served."""

import json
from collections import Counter
from pathlib import Path

import pytest

from tests._runs import INSTALLED
from tests.golden import main, run

FOLDER = Path(__file__).parent / "golden"

SERVED = {
    "classification": 104,
    "detection": 67,
    "fields": 57,
    "geometry": 59,
    "image": 61,
    "metrics": 80,
    "regression": 61,
    "segmentation": 68,
    "uncertainty": 50,
}
"""How many cases of a file have an answer, at least: raise it with the table."""

LIBRARIES = [pytest.param(name, marks=pytest.mark.slow if name == "jax" else ()) for name in INSTALLED]


@pytest.mark.parametrize("float32", [False, True], ids=["float64", "float32"])
@pytest.mark.parametrize("name", LIBRARIES)
@pytest.mark.parametrize("file", SERVED)
def test_numbers(file: str, name: str, float32: bool) -> None:
    outcomes = run(FOLDER / f"{file}.json", name, float32=float32)
    assert [o for o in outcomes if o.status == "failed"] == []
    counts = Counter(o.status for o in outcomes)
    assert counts["passed"] + counts["skipped"] >= SERVED[file]


def test_every_file_is_run() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == set(SERVED)


def test_a_wrong_number_is_noticed(tmp_path: Path) -> None:
    stored = json.loads((FOLDER / "regression.json").read_text())
    wrong = stored["cases"][0]
    wrong["expected"]["data"][-1] += 1e-6
    off = tmp_path / "off.json"
    off.write_text(json.dumps(stored))
    assert [o.id for o in run(off, "numpy") if o.status == "failed"] == [wrong["id"]]


def test_exit_status(capsys: pytest.CaptureFixture[str]) -> None:
    regression = str(FOLDER / "regression.json")
    assert main(["--xp", "numpy", regression]) == 1
    assert main(["--xp", "numpy", "--partial", regression]) == 0
    assert "not yet" in capsys.readouterr().out
