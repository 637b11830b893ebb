"""Other people's numbers: every one of them, on every library."""

import json
from pathlib import Path

import pytest

from tests._profile import LONG
from tests._runs import INSTALLED
from tests.golden import main, run

FOLDER = Path(__file__).parent / "golden"
FILES = sorted(path.stem for path in FOLDER.glob("*.json"))

LIBRARIES = [
    pytest.param(
        name, float32, id=f"{name}-{'float32' if float32 else 'float64'}", marks=[pytest.mark.slow] * (name == "jax")
    )
    for name in INSTALLED
    for float32 in (False, True)
    # XLA compiles each case anew for its dtype: in float32 the quick profile leaves JAX to the laws
    if LONG or (name, float32) != ("jax", True)
]


@pytest.mark.parametrize(("name", "float32"), LIBRARIES)
@pytest.mark.parametrize("file", FILES)
def test_numbers(file: str, name: str, float32: bool) -> None:
    outcomes = run(FOLDER / f"{file}.json", name, float32=float32)
    assert outcomes
    # float32 has not the digits for some, which it skips by their names
    assert [o for o in outcomes if o.status not in ("passed", "skipped" if float32 else "passed")] == []


def test_a_wrong_number_is_noticed(tmp_path: Path) -> None:
    stored = json.loads((FOLDER / "regression.json").read_text())
    wrong = stored["cases"][0]
    wrong["expected"]["data"][-1] += 1e-6
    off = tmp_path / "off.json"
    off.write_text(json.dumps(stored))
    assert [o.id for o in run(off, "numpy") if o.status == "failed"] == [wrong["id"]]


def test_exit_status(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    regression = FOLDER / "regression.json"
    assert main(["--xp", "numpy", str(regression)]) == 0
    stored = json.loads(regression.read_text())
    stored["cases"][0]["function"] = "no_such_loss"
    unknown = tmp_path / "unknown.json"
    unknown.write_text(json.dumps(stored))
    assert main(["--xp", "numpy", str(unknown)]) == 1
    assert main(["--xp", "numpy", "--partial", str(unknown)]) == 0
    assert "not yet" in capsys.readouterr().out
