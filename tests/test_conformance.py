"""The kit as people use it: from Python, from the shell, under pytest, for losses and libraries of their own."""

import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import arraylosses as al
from arraylosses import conformance
from arraylosses.__main__ import main
from arraylosses.conformance._draws import Recorded

PAIR: dict[str, Any] = {"pred": al.REAL, "target": al.REAL}


def mean_square(pred: Any, target: Any, weights: Any = None) -> Any:
    """Right on what it is given, but a shape that does not fit is broadcast."""
    square = (pred - target) ** 2
    return square.mean() if weights is None else (square * weights).sum() / weights.sum()


def failing(pred: Any, target: Any) -> Any:
    raise KeyError("a mistake of the author")


# ---- from Python


def test_a_failure_is_seen_again_by_its_own_lines() -> None:
    """The draw that hypothesis shrank is written down in the snippet, which breaks the same law."""
    (cell,) = (
        cell
        for cell in conformance.cells([conformance.declared(mean_square, **PAIR)], ["numpy"])
        if cell.law.name == "unequal_shapes_are_refused"
    )
    with pytest.raises(conformance.Broken) as found:
        conformance.search(cell)
    first, *lines = str(found.value).splitlines()
    assert first.startswith("unequal_shapes_are_refused, mean_square on numpy: `pred` of shape (8, 1) was broadcast")
    assert len(lines) == 3
    with pytest.raises(conformance.Broken, match=r"^unequal_shapes_are_refused, mean_square on numpy"):
        exec("\n".join(line.strip() for line in lines), {})


def test_a_draw_written_down_is_the_draw() -> None:
    recorded = Recorded(conformance.source(3))
    drawn = [recorded(shape) for shape in ((3,), (), (2, 4))]
    again = conformance.source(recorded.written)
    assert all(np.array_equal(numbers, again(numbers.shape)) for numbers in drawn)
    assert not again((5,)).any()


def test_a_plain_function_in_one_call() -> None:
    with pytest.raises(conformance.Broken, match="was broadcast"):
        conformance.check(mean_square, "numpy", **PAIR)


def test_only_the_laws_that_are_named() -> None:
    conformance.check(mean_square, "numpy", laws=["order_is_free", "no_weights_are_unit_weights"], **PAIR)


def test_a_metric_that_raises_is_told_and_the_run_goes_on() -> None:
    own = conformance.declared(failing, **PAIR)
    outcomes = [cell.tried(2) for cell in conformance.cells([own, al.squared_error], ["numpy"])]
    said = {o.reason.partition("\n")[0] for o in outcomes if o.metric == "failing" and o.verdict == "broken"}
    assert any("failing on numpy: raised KeyError('a mistake of the author')" in s for s in said)
    assert not [o for o in outcomes if o.metric == "squared_error" and o.verdict == "broken"]


@pytest.mark.parametrize(
    ("call", "error", "sentence"),
    [
        (
            lambda: conformance.check(al.huber_loss, "tensorflow"),
            ValueError,
            "`xp` must be one of numpy, strict, torch, jax, jax-x64, dask, cupy, or a module of the array API "
            "standard; got 'tensorflow'.",
        ),
        (
            lambda: conformance.check(mean_square, "numpy"),
            TypeError,
            "`mean_square` takes `pred` and `target`, and no domain is declared for `pred` and `target`: "
            "give one, such as pred=al.REAL.",
        ),
        (
            lambda: conformance.declared(mean_square, prod=al.REAL, **PAIR),
            TypeError,
            "`mean_square` takes `pred`, `target` and `weights`; a domain is declared for `prod`.",
        ),
        (lambda: conformance.check(7, "numpy"), TypeError, "`metric` must be a metric or a function; got 7."),
    ],
    ids=["library", "no domain", "no argument", "no function"],
)
def test_bad_input_gets_a_sentence(call: Any, error: type[Exception], sentence: str) -> None:
    with pytest.raises(error) as found:
        call()
    assert str(found.value) == sentence


def test_a_law_that_is_unknown() -> None:
    with pytest.raises(ValueError, match=r"^`laws` must be among order_is_free, .*; got 'gravity'\.$"):
        conformance.check(al.huber_loss, "numpy", laws=["gravity"])


def test_a_library_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arraylosses.conformance._backends.find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"^`cupy` is not installed here: there is no module `cupy`\.$"):
        conformance.backend("cupy")


def test_a_module_of_the_standard_is_a_library() -> None:
    """Here one that is known under another name; any other goes the same way."""
    outcomes = [cell.tried(1) for cell in conformance.cells([al.squared_error], ["numpy"])]
    others = [cell.tried(1) for cell in conformance.cells([al.squared_error], ["array_api_compat.numpy"])]
    held = {o.law for o in others if o.verdict == "held"}
    assert held
    assert held <= {o.law for o in outcomes if o.verdict == "held"}


def test_prepare_leaves_the_settings_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XLA_FLAGS", "")
    monkeypatch.delenv("JAX_COMPILATION_CACHE_DIR", raising=False)
    conformance.prepare()
    import os

    assert "JAX_COMPILATION_CACHE_DIR" not in os.environ


# ---- from the shell


def shell(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["arraylosses", "conformance", *words])
    return main()


def test_the_command_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    files = {kind: tmp_path / f"matrix.{kind}" for kind in ("json", "html", "junit")}
    written = [word for kind, file in files.items() for word in (f"--{kind}", str(file))]
    assert shell(monkeypatch, "huber*", "mse", "--xp", "numpy", "--examples", "2", "--workers", "1", *written) == 0
    said = capsys.readouterr()
    assert [line.split()[0] for line in said.out.splitlines()[:3]] == ["metric", "huber_loss", "squared_error"]
    assert not said.err
    outcomes, about = conformance.from_json(files["json"].read_text())
    assert {o.metric for o in outcomes} == {"huber_loss", "squared_error"}
    assert about["examples"] == "2"
    assert files["html"].read_text().startswith("<!doctype html>")
    assert files["junit"].read_text().count("<testcase") == len(outcomes)


def test_the_command_line_goes_on_after_bad_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = ("hubber_loss", "no_such_module:loss", "arraylosses:REAL")
    assert shell(monkeypatch, *wrong, "mse", "--xp", "numpy,tensorflow", "--examples", "1") == 1
    said = capsys.readouterr()
    assert "squared_error" in said.out
    for sentence in (
        "there is no metric `hubber_loss`; did you mean `huber_loss`?",
        "`no_such_module:loss` cannot be imported: No module named 'no_such_module'",
        "`arraylosses:REAL` is not a loss or metric, or a function by `conformance.declared`.",
        "or a module of the array API standard; got 'tensorflow'.",
    ):
        assert sentence in said.err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--laws", "gravity"], "`laws` must be among order_is_free, "),
        (["--examples", "0"], "must be a positive whole number; got '0'."),
        (["--workers", "two"], "must be a positive whole number; got 'two'."),
    ],
    ids=["laws", "examples", "workers"],
)
def test_wrong_options_are_a_mistake_of_usage(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str], sentence: str
) -> None:
    with pytest.raises(SystemExit, match="2"):
        shell(monkeypatch, "mse", "--xp", "numpy", *words)
    assert sentence in capsys.readouterr().err


def test_a_module_that_raises_is_told_and_the_run_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "raising_of_a_test.py").write_text("raise KeyError('no such key')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    assert shell(monkeypatch, "raising_of_a_test:loss", "mse", "--xp", "numpy", "--examples", "1") == 1
    said = capsys.readouterr()
    assert "squared_error" in said.out
    assert "`raising_of_a_test:loss` cannot be imported: 'no such key'" in said.err


def test_a_declared_function_is_pickled_whole() -> None:
    for reduces in (True, False):
        own = conformance.declared(mean_square, reduces=reduces, symmetric=True, **PAIR)
        again = pickle.loads(pickle.dumps(own))
        assert type(again) is type(own)
        assert again == own
        assert again.told == own.told


def test_a_failure_sets_the_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A metric of the caller's own, by the path of its module."""
    (tmp_path / "mine_of_a_test.py").write_text(
        "import arraylosses as al\n\n@al.loss(pred=al.REAL, target=al.REAL, symmetric=True)\n"
        "def lopsided(xp, pred, target, /):\n    '''Not what it says.'''\n    return (pred - target) ** 2 + pred\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    assert shell(monkeypatch, "mine_of_a_test:lopsided", "--xp", "numpy", "--examples", "2") == 1
    assert "symmetric_as_stated, lopsided on numpy" in capsys.readouterr().err


def test_several_processes_find_what_one_finds() -> None:
    metrics = [al.squared_error, al.kl_divergence]
    runs = [
        {(o.form, o.law, o.verdict) for _, found in conformance.run(metrics, ["numpy"], 2, workers=n) for o in found}
        for n in (1, 2)
    ]
    assert runs[0] == runs[1]


# ---- under pytest

PACKAGE = """
import arraylosses as al
from arraylosses import conformance


@al.loss(pred=al.REAL, target=al.REAL, symmetric=True)
def lopsided(xp, pred, target, /):
    \"\"\"Not what it says.\"\"\"
    return (pred - target) ** 2 + pred


def plain(pred, target):
    return ((pred - target) ** 2).mean()


mine = conformance.declared(plain, pred=al.REAL, target=al.REAL)
"""


def pytest_in(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_plugin_tries_what_a_package_defines(tmp_path: Path) -> None:
    (tmp_path / "losses.py").write_text(PACKAGE)
    done = pytest_in(tmp_path, "--arraylosses", "--arraylosses-xp", "numpy", "-k", "symmetric or order_is_free", ".")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "losses.py::numpy-symmetric_as_stated-lopsided" in done.stdout
    assert "conformance.check(lopsided, 'numpy', laws=['symmetric_as_stated']" in done.stdout
    assert "1 failed, 2 passed, 3 skipped" in done.stdout


def test_the_plugin_does_nothing_unless_asked(tmp_path: Path) -> None:
    (tmp_path / "losses.py").write_text(PACKAGE)
    assert pytest_in(tmp_path, ".").returncode == 5  # no test was found


@conformance.cases(mean_square, xp=["numpy"], laws=["order_is_free", "triangle_inequality"], **PAIR)
def test_cases(case: Any, request: pytest.FixtureRequest) -> None:
    """A law and a library each; what has nothing to say is skipped with its reason."""
    if "triangle" in request.node.name:
        with pytest.raises(pytest.skip.Exception, match="not a distance that is shortest straight"):
            case()
    else:
        case()


def test_without_hypothesis(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seeds are drawn, and the snippet names one."""
    monkeypatch.setattr("arraylosses.conformance._search.find_spec", lambda name: None)
    cells = conformance.cells([conformance.declared(mean_square, **PAIR)], ["numpy"])
    cell = next(cell for cell in cells if cell.law.name == "unequal_shapes_are_refused")
    with pytest.raises(conformance.Broken, match=r"seeds=\[0\]"):
        conformance.search(cell)


def test_the_kit_needs_neither_pytest_nor_hypothesis(tmp_path: Path) -> None:
    code = (
        "import sys\nsys.modules.update(pytest=None, hypothesis=None)\n"
        "import arraylosses as al\nfrom arraylosses import conformance\nconformance.check(al.huber_loss, 'numpy')\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path)


def test_an_optional_dependency_that_is_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library lacks what the sentence names: no law is broken."""
    needs = "`it` needs SciPy: `python -m pip install 'arraylosses[scipy]'`."

    def absent(t: conformance.Trial) -> None:
        raise ImportError(needs)

    cell = next(conformance.cells([al.squared_error], ["numpy"]))
    outcome = conformance.Cell(conformance.Law("absent", absent), cell.variant, "numpy").tried(3)
    assert (outcome.verdict, outcome.reason) == (
        "lacking",
        "`it` needs SciPy: `python -m pip install 'arraylosses[scipy]'`.",
    )


def test_metrics_of_metrics_are_tried_too() -> None:
    conformance.check(al.averaged(al.psnr, axis=-1), "numpy", seeds=[0])
