"""`arraylosses compare`: the numbers of the library, tables, files and exit codes."""

import csv
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

import arraylosses as al
from arraylosses._shell import run

RNG = np.random.default_rng(0)
PRED, TARGET = RNG.integers(0, 256, (2, 16, 20, 3)).astype(np.uint8)


class Said(NamedTuple):
    """What a command has written, and its exit code."""

    out: str
    err: str
    code: int


Shell = Callable[..., Said]


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    """A command line in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def call(*words: str) -> Said:
        capsys.readouterr()
        code = run(words)
        return Said(*capsys.readouterr(), code)

    return call


def save(name: str, pixels: Any) -> None:
    """An image, in a folder that is made if need be."""
    image = pytest.importorskip("PIL.Image")
    Path(name).parent.mkdir(exist_ok=True, parents=True)
    image.fromarray(pixels).save(name)


def two_images() -> None:
    save("a.png", PRED)
    save("b.png", TARGET)


def two_folders(*names: str) -> None:
    for i, name in enumerate(names):
        save(f"p/{name}.png", np.roll(PRED, i))
        save(f"t/{name}.png", TARGET)


def planes(pixels: Any) -> Any:
    return np.moveaxis(pixels, -1, 0)


def values(said: Said) -> dict[str, str]:
    """Of a table of one pair."""
    lines = said.out.split("\n\n")[1].splitlines()[1:]
    return {line.split()[0]: line.split()[1] for line in lines}


# ---- images


def test_two_images(shell: Shell) -> None:
    two_images()
    pred, target = planes(PRED), planes(TARGET)
    psnr, ssim = al.psnr(pred, target), al.ssim(pred, target)
    assert shell("compare", "a.png", "b.png") == (
        "images of 3 x 16 x 20; data range 255 (8 bits); numpy, float64\n"
        "\n"
        "metric     value  unit  better\n"
        f"psnr     {psnr:.5f}  dB    higher\n"
        f"ssim    {ssim:.6f}  -     higher\n",
        "",
        0,
    )


def test_other_names_and_parameters(shell: Shell) -> None:
    """One metric may stand twice, under two names, with other parameters."""
    two_images()
    pred, target = planes(PRED), planes(TARGET)
    words = "-p", "ssim.window=uniform", "-p", "size=7", "-p", "huber_loss.delta=3", "-p", "squared_error.reduction=sum"
    said = shell("compare", "a.png", "b.png", "-m", "mse,structural_similarity", "-m", "huber_loss, ssim", *words)
    assert values(said) == {
        "mse": f"{al.mse(pred, target, reduction='sum'):.6g}",
        "structural_similarity": f"{al.ssim(pred, target, size=7):.6g}",
        "huber_loss": f"{al.huber_loss(pred, target, delta=3):.6g}",
        "ssim": f"{al.ssim(pred, target, window='uniform', size=7):.6g}",
    }


def test_a_range_that_is_given(shell: Shell) -> None:
    np.save("a.npy", planes(PRED) / 100)
    np.save("b.npy", planes(TARGET) / 100)
    said = shell("compare", "a.npy", "b.npy", "-m", "psnr,mae", "--data-range", "2.55")
    assert said.out.startswith("images of 3 x 16 x 20; data range 2.55 (given); numpy, float64\n")
    assert values(said)["psnr"] == f"{al.psnr(planes(PRED), planes(TARGET)):.6g}"


def test_a_range_that_nobody_has_said(shell: Shell) -> None:
    """What needs none is computed."""
    np.save("a.npy", planes(PRED) / 100)
    np.save("b.npy", planes(TARGET) / 100)
    said = shell("compare", "a.npy", "b.npy", "-m", "psnr,mae")
    assert said.err == ("`a.npy` is of float64, and does not say what white is: give `--data-range`, such as 1.0.\n")
    assert values(said) == {"psnr": "failed", "mae": f"{al.mae(planes(PRED), planes(TARGET)) / 100:.6g}"}
    assert said.code == 1


def test_a_range_below_whole_numbers(shell: Shell) -> None:
    two_images()
    assert shell("compare", "a.png", "b.png", "--data-range", "1").err == (
        "`a.png` has values up to 255, above `--data-range 1`: leave the option out, or give `--unit-range` to divide "
        "by the range.\n"
    )


def test_images_of_two_depths(shell: Shell) -> None:
    two_images()
    np.save("deep.npy", planes(TARGET).astype(np.uint16) * 257)
    assert shell("compare", "a.png", "deep.npy").err == (
        "`a.png` is of 8 bits and `deep.npy` of 16 bits: give `--unit-range` to divide each by its range, or convert "
        "one of them.\n"
    )
    said = shell("compare", "a.png", "deep.npy", "--unit-range", "-m", "mae,psnr")
    assert said.out.startswith("images of 3 x 16 x 20; data range 1 (each image divided by its own); numpy, float64\n")
    assert values(said) == {
        "mae": f"{al.mae(planes(PRED) / 255, planes(TARGET) / 255):.6g}",
        "psnr": f"{al.psnr(planes(PRED), planes(TARGET)):.6g}",
    }


def test_images_of_two_sizes_and_of_other_channels(shell: Shell) -> None:
    two_images()
    save("small.png", TARGET[:8, :10])
    save("grey.png", TARGET[..., 0])
    said = shell("compare", "a.png", "small.png")
    assert said == (
        "",
        "`a.png` is 20 x 16 pixels (width x height) and `small.png` 10 x 8: nothing is resized; give images of one "
        "size.\n",
        1,
    )
    assert shell("compare", "a.png", "grey.png").err == (
        "`a.png` has 3 channels and `grey.png` one channel (grey): nothing is broadcast; convert one of them.\n"
    )


def test_what_was_done_to_an_image_is_told(shell: Shell) -> None:
    two_images()
    save("alpha.png", np.concatenate([PRED, np.full((16, 20, 1), 255, np.uint8)], -1))
    said = shell("compare", "alpha.png", "b.png")
    assert said.out.splitlines()[1] == "`alpha.png`: an opaque alpha channel left out"
    assert said.code == 0


# ---- folders


def test_two_folders(shell: Shell) -> None:
    two_folders("r_2", "r_10")
    said = shell("compare", "p", "t", "-m", "psnr,mae")
    found = [(al.psnr(x, planes(TARGET)), al.mae(x, planes(TARGET))) for x in (planes(PRED), planes(np.roll(PRED, 1)))]
    # files are in the order of counting, so r_2, which was written first, comes first
    rows = [("r_2", found[0]), ("r_10", found[1])]
    mean = np.mean(found, axis=0)
    assert said.code == 0
    assert not said.err
    lines = said.out.splitlines()
    assert lines[0] == "2 pairs of images of 3 x 16 x 20; data range 255 (8 bits); numpy, float64"
    assert lines[2].split() == ["psnr", "mae"]
    assert [line.split()[0] for line in lines[3:5]] == ["r_2", "r_10"]
    for line, (_, (psnr, mae)) in zip(lines[3:5], rows, strict=True):
        assert line.split()[1:] == [f"{psnr:.5f}", f"{mae:.4f}"]
    assert lines[6].split() == ["mean", f"{mean[0]:.5f}", f"{mean[1]:.4f}"]
    both = np.stack([planes(PRED), planes(np.roll(PRED, 1))]), np.stack([planes(TARGET)] * 2)
    assert lines[7].split() == ["pooled", f"{al.psnr(*both):.5f}", f"{al.mae(*both):.4f}"]
    assert [line.split()[0] for line in lines[8:11]] == ["least", "greatest", "better"]
    assert lines[-1] == (
        "mean: of the values of the items, each of which counts once; pooled: of the elements of all items together, "
        "where the metric knows elements alone."
    )
    assert "r_10" not in shell("compare", "p", "t", "--summary").out


def test_what_is_pooled(shell: Shell) -> None:
    """Images of two sizes count by their pixels; what a window or a sort decides is not pooled."""
    two_folders("a", "b")
    save("p/b.png", np.roll(PRED, 1)[:12])
    save("t/b.png", TARGET[:12])
    said = shell("compare", "p", "t", "-m", "mae,ssim,r2_score,spearman_corrcoef", "--json", "out.json", "--summary")
    assert said.out.startswith("2 pairs of images of 2 sizes; data range 255 (8 bits); numpy, float64\n")
    pred, target = np.concatenate([PRED, np.roll(PRED, 1)[:12]]), np.concatenate([TARGET, TARGET[:12]])
    pooled = {name: one["pooled"] for name, one in json.loads(Path("out.json").read_text())["summary"].items()}
    assert pooled == {
        "mae": pytest.approx(float(al.mae(pred, target)), rel=1e-12),
        "ssim": None,
        "r2_score": pytest.approx(float(al.r2_score(pred, target)), rel=1e-12),
        "spearman_corrcoef": None,
    }
    assert shell("compare", "p", "t", "-m", "mae", "--fail-if", "pooled(mae)>0").code == 1


def test_ranges_that_differ_are_not_pooled(shell: Shell) -> None:
    for name, scale in (("a", 1), ("b", 257)):
        for folder, pixels in (("p", PRED), ("t", TARGET)):
            Path(folder).mkdir(exist_ok=True)
            np.save(f"{folder}/{name}.npy", planes(pixels) * (np.uint8(1) if scale == 1 else np.uint16(scale)))
    said = shell("compare", "p", "t", "-m", "psnr,pearson_corrcoef")
    assert "data range 255 (8 bits); data range 65535 (16 bits)" in said.out
    assert next(line for line in said.out.splitlines() if line.startswith("pooled")).split()[1] == "-"


def test_one_bad_file_does_not_lose_the_others(shell: Shell) -> None:
    two_folders("a", "b", "c")
    data = Path("p/b.png").read_bytes()
    Path("p/b.png").write_bytes(data[:300])
    said = shell("compare", "p", "t", "-m", "mae", "--json", "out.json", "--csv", "out.csv")
    assert said.code == 1
    (sentence,) = said.err.splitlines()
    assert sentence.startswith("`p/b.png` cannot be read: ")
    kept = json.loads(Path("out.json").read_text())
    assert [list(item["values"]) for item in kept["items"]] == [["mae"], [], ["mae"]]
    assert kept["items"][1]["faults"] == {"read": sentence}
    assert kept["summary"]["mae"]["count"] == 2
    rows = list(csv.DictReader(Path("out.csv").read_text().splitlines()))
    assert [row["fault"] for row in rows] == ["", sentence, ""]
    assert float(rows[0]["mae"]) == al.mae(planes(PRED), planes(TARGET))
    assert [line.split()[-1] for line in said.out.splitlines()[3:6]][1] == "failed"


def test_faults_that_are_alike_are_told_once(shell: Shell) -> None:
    two_folders("a", "b", "c")
    assert shell("compare", "p", "t", "-m", "ms_ssim").err == (
        "`p/a.png` and 2 more: ms_ssim: `pred` must be at least 161 pixels high and wide for 5 scales of this window; "
        "got (16, 20).\n"
    )


def test_files_without_a_partner(shell: Shell) -> None:
    two_folders("a", "b")
    save("p/c.png", PRED)
    save("t/d.png", PRED)
    assert shell("compare", "p", "t") == (
        "",
        "arraylosses compare: 2 files have no partner of the same name; give `--allow-unpaired` to leave out:\n"
        "  p/c.png\n"
        "  t/d.png\n",
        2,
    )
    said = shell("compare", "p", "t", "--allow-unpaired")
    assert said.out.startswith("2 pairs of images")
    assert said.err == "2 files have no partner of the same name and are left out:\n  p/c.png\n  t/d.png\n"
    assert said.code == 0


def test_what_has_been_computed_outlives_an_interruption(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    two_folders("a", "b", "c")
    from arraylosses._shell import _computing

    read = _computing.read_two

    def interrupted(pred: Any, target: Any, how: Any) -> Any:
        if pred.path.name == "c.png":
            raise KeyboardInterrupt
        return read(pred, target, how)

    monkeypatch.setattr(_computing, "read_two", interrupted)
    said = shell("compare", "p", "t", "--csv", "out.csv")
    assert said.err == "stopped after 2 of 3 pairs.\n"
    assert len(Path("out.csv").read_text().splitlines()) == 3
    assert said.code == 1


def test_long_names_and_many_metrics_fit_a_terminal(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    two_folders("a_name_that_is_as_long_as_nobody_would_like_to_read_it", "b")
    monkeypatch.setattr("arraylosses._shell._tables.room", lambda: 60)
    said = shell("compare", "p", "t", "-m", "psnr,ssim,root_mean_squared_error,absolute_error,pearson_corrcoef")
    table = said.out.split("\n\n", 1)[1].split("mean: ")[0]
    assert max(map(len, table.splitlines())) <= 60
    assert table.count("a_name_that_is_..like_to_read_it") == 3


# ---- clouds and meshes


@pytest.fixture
def ball(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A mesh, `ball.ply`, and a cloud near it, `scan.xyz`."""
    trimesh = pytest.importorskip("trimesh")
    monkeypatch.chdir(tmp_path)
    mesh = trimesh.creation.icosphere(2)
    mesh.export("ball.stl")
    mesh.export("ball.ply")
    points = mesh.vertices + 0.01 * RNG.standard_normal(mesh.vertices.shape)
    np.savetxt("scan.xyz", points, fmt="%.17g")
    return mesh, points


def test_clouds_and_meshes(ball: Any, shell: Shell) -> None:
    mesh, points = ball
    names = "chamfer_distance,hausdorff_distance,p2s,point_cloud_fscore,emd"
    said = shell("compare", "scan.xyz", "ball.ply", "-m", names, "--threshold", "0.015")
    vertices, faces = np.float64(np.float32(mesh.vertices)), np.asarray(mesh.faces)
    score = al.point_cloud_fscore(points, vertices, threshold=0.015)
    expected = {
        "chamfer_distance": al.chamfer_distance(points, vertices),
        "hausdorff_distance": al.hausdorff_distance(points, vertices),
        "p2s": al.p2s(points, vertices, faces),
        "point_cloud_fscore.fscore": score.fscore,
        "point_cloud_fscore.precision": score.precision,
        "point_cloud_fscore.recall": score.recall,
        "emd": al.emd(points, vertices),
    }
    assert values(said.__class__(said.out.split("\n", 1)[1], "", 0)) == {k: f"{v:.6g}" for k, v in expected.items()}
    assert said.out.startswith(
        "clouds of 162 points; numpy, float64\n"
        "`ball.ply`: a mesh, whose vertices are compared; `--sample N` draws points of the surface\n"
    )
    assert said.code == 0


@pytest.mark.parametrize(
    ("words", "unit"),
    [
        (["chamfer_distance"], "target**2"),
        (["chamfer_distance", "-p", "squared=False"], "target"),
        (["emd", "-p", "squared=True"], "target**2"),
        (["wasserstein_distance", "-p", "p=3"], "target"),
        (["wasserstein_distance", "-p", "p=3", "-p", "root=False"], "target**3"),
        (["sinkhorn_divergence", "-p", "regularization=0.1"], "target**2"),
        (["sinkhorn_divergence", "-p", "regularization=0.1", "-p", "p=1"], "target"),
        (["kl_divergence"], "nat"),
        (["kl_divergence", "-p", "base=2"], "bit"),
    ],
)
def test_units_follow_the_parameters(shell: Shell, words: list[str], unit: str) -> None:
    np.save("a.npy", np.array([[0.5, 0.25, 0.25], [0.25, 0.5, 0.25]]))
    assert shell("compare", "a.npy", "a.npy", "-m", *words).out.splitlines()[-1].split()[2] == unit


def test_without_names_clouds_have_the_usual_metrics(ball: Any, shell: Shell) -> None:
    said = shell("compare", "scan.xyz", "ball.ply", "--threshold", "0.1")
    assert [line.split()[0] for line in said.out.splitlines()[4:]] == [
        "chamfer_distance",
        "hausdorff_distance",
        "point_cloud_fscore.fscore",
        "point_cloud_fscore.precision",
        "point_cloud_fscore.recall",
    ]


def test_a_mesh_without_faces(ball: Any, shell: Shell) -> None:
    said = shell("compare", "ball.ply", "scan.xyz", "-m", "p2s,chamfer_distance")
    assert said.err == (
        "`scan.xyz` has no faces, and `p2s` measures to a surface: give a mesh, or `--surface` to say that the other "
        "is one.\n"
    )
    assert "chamfer_distance" in said.out
    assert said.code == 1
    mesh, points = ball
    turned = shell("compare", "ball.ply", "scan.xyz", "-m", "p2s", "--surface", "pred")
    expected = al.p2s(points, np.float64(np.float32(mesh.vertices)), np.asarray(mesh.faces))
    assert turned.out.splitlines()[-1].split()[1] == f"{expected:.6g}"


def test_points_are_drawn_by_a_seed(ball: Any, shell: Shell) -> None:
    words = "compare", "ball.ply", "ball.stl", "--sample", "50"
    first, again, other = shell(*words), shell(*words), shell(*words, "--seed", "1")
    assert first == again
    assert first.out != other.out
    assert first.out.splitlines()[1] == (
        "`ball.ply` and `ball.stl`: 50 points drawn evenly from the surface, with seed 0"
    )
    # of one surface, drawn twice, and not the same points twice
    assert float(first.out.splitlines()[-1].split()[1]) > 0.01
    assert shell("compare", "scan.xyz", "ball.ply", "--sample", "500").err == (
        "`scan.xyz` has 162 points, fewer than `--sample 500`.\n"
    )


def test_a_metric_with_a_seed_of_its_own(ball: Any, shell: Shell) -> None:
    mesh, points = ball
    said = shell("compare", "scan.xyz", "ball.ply", "-m", "sliced_wasserstein_distance", "--seed", "3")
    value = al.sliced_wasserstein_distance(points, np.float64(np.float32(mesh.vertices)), seed=3)
    assert said.out.splitlines()[-1].split()[1] == f"{value:.6g}"


def test_too_many_points_to_be_matched(shell: Shell) -> None:
    np.save("a.npy", RNG.random((4001, 3)))
    said = shell("compare", "a.npy", "a.npy", "-m", "emd,hausdorff_distance")
    assert said.err == (
        "`a.npy`: `emd` of 4,001 points takes long, and more than 4,000 are refused: give `--sample 4000`, or "
        "`--no-limit`.\n"
    )
    assert values(said) == {"emd": "failed", "hausdorff_distance": "0"}
    np.save("b.npy", RNG.random((30, 3)))
    np.save("c.npy", RNG.random((20, 3)))
    assert shell("compare", "b.npy", "c.npy", "-m", "emd").err == (
        "`b.npy`: emd: `target` must have 30 along the n axis, as `pred` has; got shape (20, 3): for clouds of "
        "different size there is `optimal_transport_distance`.\n"
    )


# ---- tables and arrays


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Columns of four rows; one value is missing."""
    pytest.importorskip("pyarrow")
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_text("pred,target,part,label,other\n0.5,1,0.5,1,1\n1,1,,0,0\n2,2,2,1,1\n2.5,3,2.5,0,1\n")
    Path("b.csv").write_text("target\n1\n2\n")


def test_columns(table: None, shell: Shell) -> None:
    assert shell("compare", "a.csv:pred", "a.csv:target", "-m", "mae,rmse") == (
        "columns of 4 rows; numpy, float64\n"
        "\n"
        "metric     value  unit    better\n"
        "mae         0.25  target  lower\n"
        "rmse    0.353553  target  lower\n",
        "",
        0,
    )


def test_labels_stay_whole_numbers(table: None, shell: Shell) -> None:
    said = shell("compare", "a.csv:label", "a.csv:other", "-m", "recall", "-p", "num_classes=2")
    assert values(said) == {"recall": f"{al.recall(np.array([1, 0, 1, 0]), np.array([1, 0, 1, 1]), num_classes=2):.6g}"}


def test_missing_values(table: None, shell: Shell) -> None:
    assert shell("compare", "a.csv:part", "a.csv:target") == (
        "",
        "`a.csv` has 1 missing value among the 4 of column `part`, the first in row 2: fill them, or give "
        "`--drop-missing` to leave out such rows of both columns.\n",
        1,
    )
    said = shell("compare", "a.csv:part", "a.csv:target", "--drop-missing", "-m", "mae")
    assert said.out.splitlines()[:2] == [
        "columns of 3 rows; numpy, float64",
        "`a.csv:part`: 1 of 4 rows left out, where a value is missing",
    ]
    assert said.out.splitlines()[-1].split()[1] == "0.333333"


def test_points_in_columns(table: None, shell: Shell) -> None:
    said = shell("compare", "a.csv:pred,target", "a.csv:target,target", "-m", "hausdorff_distance")
    x, y = np.array([0.5, 1, 2, 2.5]), np.array([1.0, 1, 2, 3])
    value = al.hausdorff_distance(np.stack([x, y], -1), np.stack([y, y], -1))
    assert values(said) == {"hausdorff_distance": f"{value:.6g}"}


def test_columns_of_two_lengths(table: None, shell: Shell) -> None:
    assert shell("compare", "a.csv:pred", "b.csv").err == (
        "`a.csv:pred` has 4 rows and `b.csv` 2: give columns of one length.\n"
    )


def test_arrays(shell: Shell) -> None:
    np.savez("a.npz", x=np.arange(6.0).reshape(2, 3), y=np.ones((2, 3)), z=np.ones(3))
    said = shell("compare", "a.npz:x", "a.npz:y")
    assert said.out.startswith("arrays of shape (2, 3); numpy, float64\n")
    assert list(values(said)) == ["mae", "rmse", "r2_score"]
    assert shell("compare", "a.npz:x", "a.npz:z").err == (
        "`a.npz:x` has shape (2, 3) and `a.npz:z` (3,): nothing is broadcast; give arrays of one shape.\n"
    )


# ---- what is refused before anything is read

REFUSED = {
    "no file": (["none.png", "b.png"], "`none.png` does not exist."),
    "a folder and a file": (["p", "b.png"], "`p` is a folder and `b.png` a file: give two files, or two folders."),
    "an empty folder": (
        ["empty", "p"],
        "`empty` holds no file that is read: .png, .jpg, .jpeg, .tif, .tiff, .exr, .bmp, .webp, .ply, .obj, .stl, "
        ".off, .xyz, .npy, .npz, .csv, .tsv, .parquet.",
    ),
    "no common name": (["p", "q"], "no file has a partner of the same name; there are `p/a.png` and others."),
    "two kinds in a folder": (
        ["mixed", "p"],
        "`mixed` holds 2 of the kind image and 1 of the kind points: say which, by `--as image`.",
    ),
    "two kinds": (
        ["a.png", "c.xyz"],
        "`a.png` is an image and `c.xyz` a point cloud or mesh: two of one kind are compared.",
    ),
    "another kind than is said": (
        ["a.png", "a.npy", "--as", "points"],
        "`a.png` is an image: `--as points` is not for it.",
    ),
    "an array is no table": (
        ["a.npy", "a.npy", "--as", "table"],
        "`a.npy` is an array: `--as table` is not for it.",
    ),
    "no kind": (["notes.txt", "a.png"], "`notes.txt` is of no kind that is read: .png, .jpg,"),
    "no metric": (["a.png", "b.png", "-m", "pnsr"], "there is no metric `pnsr`; did you mean `psnr`?"),
    "a metric of clouds for images": (
        ["a.png", "b.png", "-m", "psnr,emd"],
        "`emd` compares clouds, and these are images.",
    ),
    "a metric of images for clouds": (
        ["c.xyz", "c.xyz", "-m", "ssim"],
        "`ssim` compares images, and these are clouds.",
    ),
    "a curve": (
        ["a.png", "b.png", "-m", "ssim_map"],
        "`ssim_map` gives arrays, and `compare` shows numbers: call it in Python.",
    ),
    "one array": (
        ["a.png", "b.png", "-m", "total_variation"],
        "`total_variation` takes `image`, and `compare` has a prediction and a target: call it in Python.",
    ),
    "no threshold": (
        ["c.xyz", "c.xyz", "-m", "point_cloud_fscore"],
        "`point_cloud_fscore` needs `threshold`: give `--threshold NUMBER`.",
    ),
    "a needed parameter": (
        ["c.xyz", "c.xyz", "-m", "sinkhorn_divergence"],
        "`sinkhorn_divergence` needs `regularization`: give `-p regularization=VALUE`.",
    ),
    "no parameter": (
        ["a.png", "b.png", "-m", "psnr", "-p", "sigma=2"],
        "`psnr` takes no `sigma`; there is `data_range`.",
    ),
    "no such metric's parameter": (
        ["a.png", "b.png", "-p", "mae.sigma=2"],
        "`-p mae.sigma`: `mae` is not among the metrics, `psnr`, `ssim`.",
    ),
    "no value": (
        ["a.png", "b.png", "-p", "sigma"],
        "`-p` must be `name=value` or `metric.name=value`; got `sigma`.",
    ),
    "a wrong value": (["a.png", "b.png", "-p", "sigma=-1"], "`sigma` must be positive; got -1."),
    "a wrong word": (
        ["a.png", "b.png", "-p", "window=round"],
        "`window` must be 'gaussian' or 'uniform'; got 'round'.",
    ),
    "no condition": (
        ["a.png", "b.png", "--fail-if", "psnr 30"],
        "`--fail-if` must be such as `psnr<30` or `min(psnr)<=30`; got `psnr 30`.",
    ),
    "a condition of another metric": (
        ["a.png", "b.png", "--fail-if", "mae>3"],
        "`--fail-if mae>3`: `mae` is not among the metrics, `psnr`, `ssim`.",
    ),
    "nowhere to write": (
        ["a.png", "b.png", "--json", "none/a.json"],
        "`none/a.json` cannot be written: there is no folder `none`.",
    ),
    "a picture of arrays": (["a.npy", "a.npy", "--plot", "a.png"], "`--plot` draws images and clouds; got arrays."),
    "a device of NumPy": (
        ["a.png", "b.png", "--device", "cuda"],
        "`--device` is for torch, jax and cupy; NumPy has the host alone.",
    ),
    "lpips without weights": (
        ["a.png", "b.png", "-m", "lpips"],
        "`lpips` needs the weights of its network: give `--lpips FILE`, a file that `arraylosses.load_lpips` reads; "
        "nothing is downloaded.",
    ),
}


@pytest.mark.parametrize(("words", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(shell: Shell, words: list[str], sentence: str) -> None:
    for name in ("a.png", "b.png", "p/a.png", "q/b.png", "mixed/a.png", "mixed/b.png", "mixed/c.ply", "empty/a.txt"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).touch()
    Path("notes.txt").touch()
    Path("c.xyz").write_text("0 0 0\n")
    np.save("a.npy", np.ones(3))
    said = shell("compare", *words)
    assert said.err.startswith(f"arraylosses compare: {sentence}")
    assert said.err.count("\n") == 1
    assert (said.out, said.code) == ("", 2)


@pytest.mark.parametrize("words", [["--sample", "0"], ["--data-range", "-1"], ["--threshold", "x"], ["--xp", "mxnet"]])
def test_options_that_argparse_refuses(shell: Shell, words: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        shell("compare", "a.png", "b.png", *words)
    assert stopped.value.code == 2


# ---- conditions and files


def test_conditions(shell: Shell) -> None:
    two_folders("a", "b")
    words = "compare", "p", "t", "-m", "psnr,mae"
    low, high = sorted(al.psnr(planes(np.roll(PRED, i)), planes(TARGET)) for i in range(2))
    mean = (low + high) / 2
    assert shell(*words, "--fail-if", f"psnr<{mean - 1e-3}", "--fail-if", f"max(psnr)>{high + 1e-3}").code == 0
    said = shell(*words, "--fail-if", f"min(psnr)<{low + 0.01:.3f}", "--fail-if", "absolute_error >= 0")
    mae = np.mean([al.mae(planes(np.roll(PRED, i)), planes(TARGET)) for i in range(2)])
    assert said.err == (
        f"--fail-if min(psnr)<{low + 0.01:.3f} holds: it is {low:.6g}.\n--fail-if mae>=0 holds: it is {mae:.6g}.\n"
    )
    assert said.code == 1


def test_a_condition_of_a_part_and_of_what_is_nan_or_failed(shell: Shell) -> None:
    np.save("a.npy", np.ones((4, 3)))
    np.save("b.npy", np.zeros((4, 3)))
    score = "compare", "a.npy", "b.npy", "-m", "point_cloud_fscore", "--threshold", "0.1"
    assert shell(*score, "--fail-if", "point_cloud_fscore<0.5").err == (
        "--fail-if point_cloud_fscore<0.5 holds: it is 0.\n"
    )
    assert shell(*score, "--fail-if", "point_cloud_fscore.recall>0.5").code == 0
    constant = "compare", "b.npy", "b.npy", "-m", "pearson_corrcoef"
    assert shell(*constant, "--fail-if", "pearson_corrcoef<0").err == (
        "--fail-if pearson_corrcoef<0 holds: it is nan.\n"
    )
    failed = "compare", "a.npy", "b.npy", "-m", "psnr"
    assert shell(*failed, "--fail-if", "psnr<30").err.splitlines()[1] == (
        "--fail-if psnr<30: there is no value of `psnr`."
    )


def test_json_has_every_digit_and_says_what_was_done(shell: Shell) -> None:
    two_images()
    shell("compare", "a.png", "b.png", "-m", "mse,ssim", "-p", "size=7", "--json", "a.json")
    found = json.loads(Path("a.json").read_text())
    assert found["items"][0]["values"]["mse"] == al.mse(planes(PRED), planes(TARGET))
    assert found["metrics"]["mse"] == {
        "metric": "squared_error",
        "parameters": {},
        "unit": "target**2",
        "better": "lower",
    }
    assert found["metrics"]["ssim"]["parameters"] == {"size": 7}
    assert found["library"] == {"name": "numpy", "version": np.__version__, "device": "", "dtypes": ["float64"]}
    assert (found["kind"], found["data_range"], found["seed"]) == ("image", [255.0], 0)
    assert found["arraylosses"] == al.__version__


def test_infinity_is_a_word_in_json(shell: Shell) -> None:
    two_images()
    said = shell("compare", "a.png", "a.png", "--json", "a.json")
    text = Path("a.json").read_text()
    assert "Infinity" not in text
    assert float(json.loads(text)["items"][0]["values"]["psnr"]) == np.inf
    assert values(said)["psnr"] == "inf"


# ---- libraries


@pytest.mark.parametrize("library", ["torch", "jax"])
@pytest.mark.parametrize("kind", ["8 bits", "16 bits", "floats"])
def test_libraries(shell: Shell, library: str, kind: str) -> None:
    pytest.importorskip(library)
    scale: Any = {"8 bits": np.uint8(1), "16 bits": np.uint16(257), "floats": np.float64(1)}[kind]
    np.save("a.npy", planes(PRED) * scale)
    np.save("b.npy", planes(TARGET) * scale)
    words = "compare", "a.npy", "b.npy", "-m", "psnr,mae", *(("--data-range", "255") if kind == "floats" else ())
    ours, theirs = shell(*words), shell(*words, "--xp", library)
    assert theirs.code == 0
    assert {k: float(v) for k, v in values(ours).items()} == pytest.approx(
        {k: float(v) for k, v in values(theirs).items()}, rel=1e-5
    )
    assert f"; {library} on cpu, float" in theirs.out


def test_a_device_that_is_not_there(shell: Shell) -> None:
    torch = pytest.importorskip("torch")
    two_images()
    said = shell("compare", "a.png", "b.png", "--xp", "torch", "--device", "nowhere")
    assert said.err.startswith("arraylosses compare: torch has no device `nowhere` here: ")
    assert said.code == 2
    if not torch.cuda.is_available():
        assert shell("compare", "a.png", "b.png", "--xp", "torch", "--device", "cuda").code == 2


def test_a_library_that_is_not_there(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    two_images()
    monkeypatch.setitem(sys.modules, "torch", None)
    assert shell("compare", "a.png", "b.png", "--xp", "torch").err == (
        "arraylosses compare: `--xp torch` needs torch: `python -m pip install 'arraylosses[torch]'`.\n"
    )


# ---- lpips


def test_lpips_of_a_file(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Images go in from 0 to 1; the file is read once for all pairs."""
    shapes = {"0": (64, 3, 11, 11), "3": (192, 64, 5, 5), "6": (384, 192, 3, 3), "8": (256, 384, 3, 3)}
    shapes["10"] = (256, 256, 3, 3)
    weights = {f"features.{i}.weight": RNG.normal(0, 0.05, shape).astype(np.float32) for i, shape in shapes.items()}
    weights |= {f"features.{i}.bias": np.zeros(shape[0], np.float32) for i, shape in shapes.items()}
    asked: list[Any] = []

    def load(file: str, *, like: Any) -> dict[str, Any]:
        asked.append((file, like.dtype))
        return {"trunk": "alex", "trunk_weights": weights, "layer_weights": None}

    monkeypatch.setattr(al, "load_lpips", load, raising=False)
    ours, theirs = (RNG.integers(0, 256, (32, 40, 3)).astype(np.uint8) for _ in range(2))
    for name in ("a", "b"):
        save(f"p/{name}.png", ours)
        save(f"t/{name}.png", theirs)
    said = shell("compare", "p", "t", "-m", "lpips", "--lpips", "alex.npz", "--json", "a.json")
    unit = [planes(x).astype(np.float32) / np.float32(255) for x in (ours, theirs)]
    expected = al.lpips(*unit, trunk_weights=weights, normalize=True)
    found = json.loads(Path("a.json").read_text())["items"][1]["values"]["lpips"]
    assert found == pytest.approx(float(expected), rel=1e-5)
    assert asked == [("alex.npz", np.float32)]
    assert said.code == 0


# ---- pictures


class Drawn:
    """What stands in for a display."""

    def __init__(self, figure: Any) -> None:
        self.figure_ = figure


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What `arraylosses.plot` is asked to draw."""
    figure = pytest.importorskip("matplotlib.figure")
    from arraylosses import plot

    calls: list[Any] = []

    def made(name: str) -> Callable[..., Drawn]:
        def draw(pred: Any, target: Any, *, ax: Any = None, **how: Any) -> Drawn:
            calls.append((name, pred, how))
            return Drawn(figure.Figure() if ax is None else ax.figure)

        return draw

    for name in ("error_map", "ssim_map", "point_distances"):
        monkeypatch.setattr(plot, name, made(name), raising=False)
    return calls


def test_a_picture_of_two_images(shell: Shell, drawn: list[Any]) -> None:
    two_images()
    assert shell("compare", "a.png", "b.png", "--plot", "out.png").code == 0
    assert [(name, how) for name, _, how in drawn] == [("error_map", {}), ("ssim_map", {"data_range": 255.0})]
    assert Path("out.png").read_bytes().startswith(b"\x89PNG")


def test_of_folders_the_worst_pair_is_drawn(shell: Shell, drawn: list[Any]) -> None:
    two_folders("a", "b")
    save("t/a.png", np.roll(PRED, 0))
    assert shell("compare", "p", "t", "-m", "psnr", "--plot", "out.png").code == 0
    assert np.array_equal(drawn[0][1], planes(np.roll(PRED, 1)))


def test_a_picture_of_clouds(shell: Shell, drawn: list[Any]) -> None:
    np.save("a.npy", RNG.random((9, 3)))
    assert shell("compare", "a.npy", "a.npy", "-m", "chamfer_distance", "--plot", "out.png").code == 0
    assert [name for name, _, _ in drawn] == ["point_distances"]


def test_a_picture_that_cannot_be_written(shell: Shell, drawn: list[Any]) -> None:
    two_images()
    said = shell("compare", "a.png", "b.png", "--plot", "out.nonsense")
    assert said.err.startswith("`out.nonsense` was not drawn: ")
    assert "psnr" in said.out
    assert said.code == 1


# ---- in a terminal


def test_a_reader_that_has_seen_enough(tmp_path: Path) -> None:
    command = f"{sys.executable} -m arraylosses list | head -1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["name", "kind", "best", "range", "smooth"]
    assert not done.stderr
