"""Clouds, meshes, tables and arrays come out of files as they are; what is wrong with one is told in one sentence."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from arraylosses._files import Address, FileFault, Shape, paired, read_array, read_column, read_shape

RNG = np.random.default_rng(0)
POINTS = RNG.random((60, 3))
FACES = np.array([[0, 1, 2], [3, 4, 5]])


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(read: Any, *what: Any) -> str:
    """The sentence about a file."""
    with pytest.raises(FileFault) as found:
        read(*what)
    return str(found.value)


def shape(name: str) -> Shape:
    return read_shape(Address.of(name))


def column(name: str) -> Any:
    return read_column(Address.of(name))


def array(name: str) -> Any:
    return read_array(Address.of(name))


# ---- clouds and meshes


@pytest.fixture
def trimesh() -> Any:
    return pytest.importorskip("trimesh")


@pytest.mark.parametrize("suffix", ["ply", "obj", "off"])
def test_vertices_are_neither_merged_nor_moved(trimesh: Any, suffix: str) -> None:
    """By default trimesh makes one of two equal vertices, and drops what no face names."""
    points = np.round(np.concatenate([POINTS, POINTS[:3]]), 6)
    trimesh.Trimesh(points, FACES, process=False).export(f"a.{suffix}")
    found = shape(f"a.{suffix}")
    assert np.allclose(found.points, points, atol=1e-6)
    assert np.array_equal(found.faces, FACES)


def test_obj_with_textures_keeps_its_vertices(trimesh: Any, here: Path) -> None:
    """A vertex with several places in a texture is one vertex; by default it would be several."""
    lines = [f"v {x} {y} {z}" for x, y, z in POINTS[:5].round(6)]
    lines += ["vt 0 0", "vt 1 0", "vt 1 1", "f 1/1 2/2 3/3", "f 1/3 2/1 4/2"]
    (here / "a.obj").write_text("\n".join(lines))
    found = shape("a.obj")
    assert np.allclose(found.points, POINTS[:5].round(6))
    assert found.faces.tolist() == [[0, 1, 2], [0, 1, 3]]


def test_stl_has_three_vertices_a_face(trimesh: Any) -> None:
    trimesh.Trimesh(POINTS, FACES, process=False).export("a.stl")
    assert np.allclose(shape("a.stl").points, POINTS[:6])


def test_clouds(trimesh: Any, here: Path) -> None:
    trimesh.PointCloud(POINTS).export("a.ply")
    (here / "a.xyz").write_text("# x y z\n" + "\n".join(f"{x} {y} {z} 255 0 0" for x, y, z in POINTS))
    np.save("a.npy", POINTS)
    for name in ("a.ply", "a.xyz", "a.npy"):
        found = shape(name)
        assert np.allclose(found.points, POINTS)
        assert not found.has_faces


def test_shapes_that_are_cut_off_or_wrong(trimesh: Any, here: Path) -> None:
    mesh = trimesh.Trimesh(POINTS, FACES, process=False)
    for name, kind, share in (("a.ply", "ply", 2), ("a.stl", "stl", 2), ("a.obj", "obj", 3)):
        data = mesh.export(file_type=kind)
        data = data.encode() if isinstance(data, str) else data
        (here / name).write_bytes(data[: len(data) // share])
    assert told(shape, "a.ply") == ("`a.ply` is cut off, damaged or of another format: PLY is unexpected length!")
    assert told(shape, "a.stl") == "`a.stl` holds no points: it is cut off, or of another format."
    (here / "short.obj").write_text("v 0 0 0\nv 1 0 0\nv 0 1\n")
    assert told(shape, "short.obj").startswith("`short.obj` ")
    (here / "text.ply").write_text("no cloud")
    assert told(shape, "text.ply") == "`text.ply` is cut off, damaged or of another format: Not a ply file!"
    (here / "text.xyz").write_text("1 2 three\n")
    assert told(shape, "text.xyz").startswith("`text.xyz` is cut off, damaged or of another format: could not convert")
    (here / "empty.xyz").write_text("# nothing\n")
    assert told(shape, "empty.xyz") == "`empty.xyz` must hold points (n, 3); it holds (0, 3), and may be cut off."
    (here / "nan.xyz").write_text("0 0 0\n1 nan 2\n")
    assert told(shape, "nan.xyz") == "`nan.xyz` holds NaN: 1 of its 6 numbers."
    assert told(shape, "none.ply") == "`none.ply` does not exist."
    np.save("flat.npy", POINTS[:, :2])
    assert told(shape, "flat.npy") == (
        "`flat.npy` must hold points, of shape (n, 3); it holds an array of shape (60, 2)."
    )


def test_a_face_of_a_vertex_that_is_not_there(trimesh: Any, here: Path) -> None:
    (here / "a.off").write_text("OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1 7\n")
    assert told(shape, "a.off").startswith("`a.off` ")


def test_points_of_a_surface_lie_on_it_evenly(trimesh: Any) -> None:
    """Two triangles, one nine times as large as the other."""
    vertices = np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [5, 5, 5], [8, 5, 5], [5, 8, 5]])
    drawn = Shape(vertices, FACES).sampled("a", 20_000, (0, 0))
    assert np.isclose((drawn[:, 2] == 0).mean(), 0.1, atol=0.01)
    assert np.array_equal(drawn, Shape(vertices, FACES).sampled("a", 20_000, (0, 0)))
    assert not np.array_equal(drawn, Shape(vertices, FACES).sampled("a", 20_000, (0, 1)))


def test_points_of_a_cloud_are_drawn_once() -> None:
    drawn = Shape(POINTS).sampled("a", 30, (0, 0))
    assert len(np.unique(drawn, axis=0)) == 30
    assert {tuple(p) for p in drawn} <= {tuple(p) for p in POINTS}
    assert told(Shape(POINTS).sampled, "a.ply", 61, (0, 0)) == "`a.ply` has 60 points, fewer than `--sample 61`."


# ---- tables


@pytest.fixture
def table(here: Path) -> Path:
    pytest.importorskip("pyarrow")
    lines = ["time,pred,name,flag,p:q", "0,0.5,a,true,1", "1,,b,false,2", "2,nan,c,true,3", "3,2.5,d,true,4"]
    (here / "a.csv").write_text("\n".join(lines))
    return here


def test_columns(table: Path) -> None:
    found = column("a.csv:time")
    assert (found.values.tolist(), found.values.dtype.kind, found.missing.any()) == ([0, 1, 2, 3], "i", False)
    assert column("a.csv:flag").values.dtype == bool
    assert column("a.csv:p:q").values.tolist() == [1, 2, 3, 4]
    assert column("a.csv:time, p:q").values.shape == (4, 2)


def test_parquet_and_tabs(table: Path) -> None:
    csv, parquet = pytest.importorskip("pyarrow.csv"), pytest.importorskip("pyarrow.parquet")
    parquet.write_table(csv.read_csv("a.csv"), "a.parquet")
    (table / "a.tsv").write_text("x\ty\n1\t2\n")
    assert column("a.parquet:time").values.tolist() == [0, 1, 2, 3]
    assert column("a.tsv:y").values.tolist() == [2]
    (table / "cut.parquet").write_bytes((table / "a.parquet").read_bytes()[:500])
    assert told(column, "cut.parquet:x").startswith("`cut.parquet` is cut off, damaged or of another format: ")


def test_missing_values_are_counted(table: Path) -> None:
    found = column("a.csv:pred")
    assert found.missing.tolist() == [False, True, True, False]
    assert found.told(Address.of("a.csv:pred")) == (
        "`a.csv` has 2 missing values among the 4 of column `pred`, the first in row 2: fill them, or give "
        "`--drop-missing` to leave out such rows of both columns."
    )


def test_columns_that_are_not_there_or_no_numbers(table: Path) -> None:
    known = "`time`, `pred`, `name`, `flag`, `p:q`"
    assert told(column, "a.csv:prd") == f"`a.csv` has no column `prd`; it has {known}: did you mean `pred`?"
    assert told(column, "a.csv") == f"`a.csv` has the columns {known}: name one, as in `a.csv:time`."
    assert told(column, "a.csv:name") == "`a.csv` must hold numbers in column `name`; it holds string, such as 'a'."
    assert told(column, "none.csv:x") == "`none.csv` does not exist."
    (table / "half.csv").write_text("a;b\n1;2\n")
    assert told(column, "half.csv:b") == (
        "`half.csv` has no column `b`: its first line is `a;b`, and columns are parted by commas here."
    )
    (table / "twice.csv").write_text("a,a\n1,2\n")
    assert told(column, "twice.csv:a") == "`twice.csv` has 2 columns `a`: give each a name of its own."
    (table / "head.csv").write_text("a,b\n")
    assert told(column, "head.csv:a") == "`head.csv` has no rows."
    (table / "cut.csv").write_text("a,b\n1,2\n3\n")
    assert told(column, "cut.csv:a").startswith("`cut.csv` is cut off, damaged or of another format: ")


# ---- arrays


def test_arrays(here: Path) -> None:
    np.save("a.npy", POINTS)
    np.savez("one.npz", x=POINTS)
    np.savez("two.npz", x=POINTS, y=FACES)
    assert np.array_equal(array("a.npy"), POINTS)
    assert np.array_equal(array("one.npz"), POINTS)
    assert np.array_equal(array("two.npz:y"), FACES)
    assert told(array, "two.npz") == "`two.npz` holds the arrays `x`, `y`: name one, as in `two.npz:x`."
    assert told(array, "two.npz:z") == "`two.npz` has no array `z`; it has the arrays `x`, `y`."


def test_arrays_that_are_cut_off_or_hold_no_numbers(here: Path) -> None:
    np.save("a.npy", POINTS)
    (here / "cut.npy").write_bytes((here / "a.npy").read_bytes()[:700])
    (here / "text.npy").write_text("no array")
    np.save("objects.npy", np.array([{}, None]))
    np.save("words.npy", np.array(["a"]))
    np.save("complex.npy", np.array([1j]))
    np.save("nothing.npy", np.zeros((0, 3)))
    np.save("nan.npy", np.array([np.nan, 1.0]))
    assert told(array, "cut.npy").startswith("`cut.npy` is cut off, damaged or of another format: ")
    assert told(array, "text.npy") == "`text.npy` is no .npy or .npz file: it begins otherwise."
    assert told(array, "objects.npy") == "`objects.npy` holds Python objects, which are not read: save numbers."
    assert told(array, "words.npy") == "`words.npy` must hold real numbers; it holds <U1."
    assert told(array, "complex.npy") == "`complex.npy` must hold real numbers; it holds complex128."
    assert told(array, "nothing.npy") == "`nothing.npy` is empty: its shape is (0, 3)."
    assert told(array, "nan.npy") == "`nan.npy` holds NaN: 1 of its 2 numbers."
    assert told(array, "none.npy") == "`none.npy` does not exist."


# ---- folders


def test_folders_are_paired_by_name(here: Path) -> None:
    for name in ("p/r_10.png", "p/r_2.png", "p/deep/r.png", "p/.hidden.png", "p/notes.txt", "p/alone.png"):
        (here / name).parent.mkdir(parents=True, exist_ok=True)
        (here / name).touch()
    for name in ("t/r_2.jpg", "t/r_10.tif", "t/deep/r.png", "t/other.png", "t/cloud.ply"):
        (here / name).parent.mkdir(parents=True, exist_ok=True)
        (here / name).touch()
    found = paired(Path("p"), Path("t"), ("image",))
    assert list(found.pairs) == ["deep/r", "r_2", "r_10"]
    assert [str(a) for a in found.pairs["r_2"]] == ["p/r_2.png", "t/r_2.jpg"]
    assert [str(p) for p in found.unpaired] == ["p/alone.png", "t/other.png"]


def test_two_files_of_one_name_and_a_folder_of_nothing(here: Path) -> None:
    for name in ("p/a.png", "p/a.jpg", "t/a.txt"):
        (here / name).parent.mkdir(exist_ok=True)
        (here / name).touch()
    assert told(paired, Path("p"), Path("t"), ("image",)) == (
        "`p` holds `a.jpg` and `a.png`, which have one name but for the suffix: leave one of them."
    )
    assert told(paired, Path("t"), Path("t"), ("image",)) == "`t` holds no file of the kind image."


# ---- addresses


def test_addresses(here: Path) -> None:
    (here / "odd.csv:x").touch()
    for text, path, part in [
        ("a.csv:pred", "a.csv", "pred"),
        ("a.CSV:p:q", "a.CSV", "p:q"),
        ("C:/data/a.npz:x", "C:/data/a.npz", "x"),
        ("C:/data/a.png", "C:/data/a.png", ""),
        ("odd.csv:x", "odd.csv:x", ""),
    ]:
        found = Address.of(text)
        assert (str(found.path), found.part, str(found)) == (path, part, text)
