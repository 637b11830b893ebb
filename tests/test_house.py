"""The house stands: imports go down, the face is complete, and importing it loads next to nothing. Needs only NumPy."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import arraylosses as al
from arraylosses._catalogue import Catalogue
from arraylosses._names import HOMES
from arraylosses._stub import stub

PACKAGE = Path(al.__file__).parent
FLOORS = [
    ("_typing", "_names", "_table", "_sizes", "_extras"),
    ("_domains", "_where"),
    ("_torch_where",),
    ("_xp",),
    ("_math", "_torch_node"),
    ("_sketch", "_state"),
    ("_parameters",),
    ("_definition",),
    ("_inputs", "_document"),
    ("_values",),
    ("_reduce", "_programs", "_plans"),
    ("_ways",),
    ("_metric",),
    ("_stream", "_combine", "_derivatives"),
    ("_collection",),
    ("_checkpoint", "_evaluate"),
    ("engines",),
    (
        "boxes",
        "classification",
        "decisions",
        "divergence",
        "fields",
        "lovasz",
        "information",
        "points",
        "probabilistic",
        "ranking",
        "regression",
        "signal",
        "transport",
    ),
    ("image", "meshes", "quantiles", "segmentation", "uncertainty"),
    ("directional", "perceptual", "sparsification"),
    ("conformance",),
    ("_catalogue", "_files", "_lpips"),
    ("interop", "plot"),
    ("_shell",),
    ("__init__",),
    ("_stub", "__main__", "_pytest_plugin"),
]
"""From the ground up: a file imports only from floors below its own, or its own folder."""

FLOOR = {name: i for i, names in enumerate(FLOORS) for name in names}
LIBRARIES = {"torch", "jax", "cupy", "dask", "array_api_compat", "array_api_strict", "scipy"}
KNOWS_LIBRARIES = {"_torch_node", "_torch_where", "_xp", "_math", "conformance", "engines", "interop"}


def _files() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def _room(file: Path) -> str:
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _imports(file: Path) -> Iterator[tuple[int, str]]:
    """Level and dotted name of every import, deferred ones included."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom):
            if node.module is None:
                yield from ((node.level, alias.name) for alias in node.names)
            else:
                yield node.level, node.module
        elif isinstance(node, ast.Import):
            yield from ((0, alias.name) for alias in node.names)


def _rooms_imported(file: Path) -> Iterator[str]:
    """Rooms of the package that a file imports from, other than its own."""
    depth = len(file.relative_to(PACKAGE).parts)
    for level, name in _imports(file):
        if level == depth:
            yield name.partition(".")[0]


def test_every_file_has_a_floor() -> None:
    assert {_room(f) for f in _files()} == FLOOR.keys()


@pytest.mark.parametrize("file", _files(), ids=lambda f: str(f.relative_to(PACKAGE)))
def test_imports_go_down(file: Path) -> None:
    room = _room(file)
    above = [r for r in _rooms_imported(file) if r in FLOOR and FLOOR[r] >= FLOOR[room]]
    assert not above, f"{room} imports {above} from its own floor or above"


@pytest.mark.parametrize("file", _files(), ids=lambda f: str(f.relative_to(PACKAGE)))
def test_formulas_name_no_library(file: Path) -> None:
    if _room(file) in KNOWS_LIBRARIES:
        return
    named = {name.partition(".")[0] for level, name in _imports(file) if level == 0}
    assert not named & LIBRARIES


@pytest.mark.parametrize("file", _files(), ids=lambda f: str(f.relative_to(PACKAGE)))
def test_no_file_is_long(file: Path) -> None:
    assert len(file.read_text().splitlines()) <= 800


def _modules_after(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(' '.join(sys.modules))"
    out = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    return set(out.stdout.split())


def test_importing_loads_nothing_heavy() -> None:
    loaded = _modules_after("import arraylosses")
    assert not {m.partition(".")[0] for m in loaded} & {*LIBRARIES, "numpy"}
    assert {m for m in loaded if m.startswith("arraylosses.")} == {"arraylosses._names"}


@pytest.mark.parametrize(
    "use",
    [
        "al.mse(np.ones(3), np.ones(3))",
        "s = al.stream(al.mse); s.compute(s.update(s.init(np.ones(3), np.ones(3)), np.ones(3), np.ones(3)))",
        "al.evaluate({'mse': al.mse, 'r2': al.r2_score, 'auroc': al.auroc}, np.arange(9) % 2.0, np.arange(9) % 2.0)",
    ],
)
def test_no_library_is_loaded_but_numpy(use: str) -> None:
    loaded = {m.partition(".")[0] for m in _modules_after(f"import arraylosses as al, numpy as np; {use}")}
    assert not loaded & (LIBRARIES - {"array_api_compat"})


def test_the_face_is_complete() -> None:
    for name in al.__all__:
        assert getattr(al, name) is not None
    assert set(dir(al)) == set(al.__all__)


def test_every_metric_of_a_subject_is_public() -> None:
    """Nothing that a subject decorates is left off the face."""
    from importlib import import_module

    for home in (h for h in HOMES if not h.startswith("_")):
        defined = {k for k, v in vars(import_module(f"arraylosses.{home}")).items() if isinstance(v, al.Metric)}
        own = {k for k in defined if getattr(al, k).__module__ == f"arraylosses.{home}"}
        assert own == {name for name in HOMES[home].split() if isinstance(getattr(al, name), al.Metric)}


def test_the_stub_is_current() -> None:
    written = (PACKAGE / "__init__.pyi").read_text()
    assert written == stub(), "stale: run `python -m arraylosses._stub`"


def test_other_names_are_the_same_object() -> None:
    names = [also for m in al.catalogue for also in (m.__name__, *m.facts.also)]
    assert len(names) == len(set(names))
    for m in al.catalogue:
        assert all(getattr(al, also) is m for also in m.facts.also)


def test_an_unknown_name_suggests_the_nearest() -> None:
    with pytest.raises(AttributeError, match=r"^`arraylosses` has no `hubr_loss`; did you mean `huber_loss`\?$"):
        _ = al.hubr_loss  # type: ignore[attr-defined]  # that is the point
    with pytest.raises(KeyError, match="did you mean `psnr`"):
        al.catalogue["psnrr"]


def test_the_catalogue_filters_and_prints() -> None:
    assert isinstance(al.catalogue, Catalogue)
    assert {m.__name__ for m in al.catalogue.filter(subject="fields")} == set(HOMES["fields"].split())
    assert all(m.facts.smooth != "nowhere" for m in al.catalogue.filter(differentiable=True))
    assert all(m.kind == "loss" for m in al.catalogue.filter(kind="loss"))
    lines = repr(al.catalogue).splitlines()
    assert len(lines) == len(al.catalogue) + 1
    assert "mse" in al.catalogue
    assert "no_such" not in al.catalogue
