"""Every worked example runs as a user would run it, and shows what its first lines claim."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted(path for path in (ROOT / "examples").glob("*.py") if path.stem != "quickstart")  # a tour, not a case


def ran(name: str, folder: Path) -> str:
    """What an example prints, with every warning an error; its picture, if it names one, lies in the folder."""
    own = {"PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg", "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-W", "error", str(ROOT / "examples" / f"{name}.py")]
    run = subprocess.run(command, cwd=folder, env=os.environ | own, capture_output=True, text=True, encoding="utf-8")
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    pictures = [line.removeprefix("Picture: ") for line in run.stdout.splitlines() if line.startswith("Picture: ")]
    assert pictures == sorted(path.name for path in folder.iterdir())
    for picture in pictures:
        assert (folder / picture).read_bytes().startswith(b"\x89PNG")
    return run.stdout


def table(text: str) -> dict[str, list[float]]:
    """The rows of a table by name: what stands before the numbers at the end of a line."""
    rows = re.findall(r"^(.*?)((?:\s+-?\d+\.?\d*)+)$", text, re.MULTILINE)
    return {" ".join(name.split()): [float(number) for number in numbers.split()] for name, numbers in rows}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_short_and_has_a_title(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) < 80
    assert lines[0] == '"""'
    assert lines[2] == "=" * len(lines[1])


def test_steik_straightens_a_field_in_jax(tmp_path: Path) -> None:
    for package in ("jax", "optax", "matplotlib"):
        pytest.importorskip(package)
    rows = table(ran("signed_distance_jax", tmp_path))
    (without,), (steik,) = rows["without StEik mean absolute error"], rows["with StEik mean absolute error"]
    assert steik < without < 0.05


def test_a_torus_is_found_in_torch(tmp_path: Path) -> None:
    for package in ("torch", "matplotlib"):
        pytest.importorskip(package)
    first, *_, last = (float(line.split()[-1]) for line in ran("signed_distance_torch", tmp_path).splitlines()[:-1])
    assert last < 0.03 < first


def test_focal_loss_and_smoothing_calibrate(tmp_path: Path) -> None:
    """And no answer is lost for it."""
    for package in ("torch", "sklearn", "matplotlib"):
        pytest.importorskip(package)
    rows = table(ran("calibrated_classifier", tmp_path))
    accuracy, surprise, ece = rows["cross entropy"]
    mended = rows["focal and smoothed"]
    assert mended[0] > accuracy - 0.02
    assert mended[1] < surprise
    assert mended[2] < 0.7 * ece


def test_an_ensemble_knows_more_of_its_errors(tmp_path: Path) -> None:
    for package in ("torch", "matplotlib"):
        pytest.importorskip(package)
    rows = table(ran("deep_ensemble", tmp_path))
    one, five = rows["one network"], rows["five networks"]
    assert five[0] < one[0]
    assert five[2] < one[2] / 2
    assert five[3] < one[3]


def test_boxes_that_do_not_touch_need_more_than_iou(tmp_path: Path) -> None:
    for package in ("torch", "matplotlib"):
        pytest.importorskip(package)
    rows = table(ran("box_race", tmp_path))
    assert rows["IoU"][-1] < 0.5
    assert all(rows[name][-1] > 0.9 for name in ("GIoU", "DIoU", "CIoU"))
    assert all(rows[name][-2] > rows["GIoU"][-2] for name in ("DIoU", "CIoU"))  # they are there first


def test_lovasz_and_dice_find_more_of_small_things(tmp_path: Path) -> None:
    for package in ("torch", "matplotlib"):
        pytest.importorskip(package)
    rows = table(ran("lovasz_and_dice", tmp_path))
    assert rows["Lovász and Dice"][0] > rows["cross entropy"][0]


def test_learned_weights_end_nearer(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    rows = table(ran("learnable_chamfer", tmp_path))
    assert rows["learnable Chamfer"][0] < rows["Chamfer"][0] < rows["nothing"][0] / 4
    assert rows["learnable Chamfer"][2] < rows["Chamfer"][2]


def test_each_fault_of_a_scan_moves_its_own_number(tmp_path: Path) -> None:
    for package in ("scipy", "matplotlib"):
        pytest.importorskip(package)
    rows = table(ran("dtu_reconstruction", tmp_path))
    accuracy, completeness, _, _, precision, recall = (list(column) for column in zip(*rows.values(), strict=True))
    clean, noisy, near, far, lacking = range(5)
    assert accuracy[clean] < accuracy[noisy] < accuracy[near]
    assert accuracy[far] == pytest.approx(accuracy[near], abs=0.005)  # dropped by the one
    assert precision[far] < precision[near] - 0.02  # counted by the other
    assert completeness[lacking] > 2 * completeness[far]
    assert recall[lacking] < recall[far]


def test_two_processes_give_the_number_of_one(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    if not torch.distributed.is_available():
        pytest.skip("this build of torch has no torch.distributed")
    rows = table(ran("ddp_evaluation", tmp_path))
    assert rows.keys() == {"RMSE", "R²", "Spearman"}
    for _, _, mean, merged, whole in rows.values():
        assert merged == pytest.approx(whole, abs=1.5e-6)
        assert mean != pytest.approx(whole, abs=0.01)


def test_chunks_give_the_number_of_the_whole(tmp_path: Path) -> None:
    pytest.importorskip("dask.array")
    *lines, memory = ran("out_of_core_dask", tmp_path).splitlines()
    rows = table("\n".join(lines))
    assert len(rows) == 4
    for every, theory, few, at_once in rows.values():
        assert every == pytest.approx(theory, abs=1e-3)
        assert few == pytest.approx(at_once, abs=2e-9)
    total, most = (float(word) for word in memory.split() if word[0].isdigit())
    assert most < total / 2


def test_the_kit_finds_the_fault_of_a_loss_and_passes_the_mended_one(tmp_path: Path) -> None:
    found, _, passed = ran("your_own_loss", tmp_path).partition("\n\n")
    assert found.startswith("depth_loss: weightless_is_absent")
    assert passed.startswith("mended_depth_loss: every law holds on numpy")
