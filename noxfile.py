"""What is run on the project: ``python -m pip install nox``, then ``python -m nox -s tests``, or another of these.

A plain ``python -m nox`` runs what a change must pass; ``python -m nox -l`` lists everything.
"""

import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

import nox

NUMPY_ALONE = ("tests/test_house.py", "tests/test_laws.py")
"""The tests that import no other array library, but run on those that are there."""

nox.options.sessions = ["tests", "lint", "types", "demo"]

CONSTRAINTS = ("-c", "tests/constraints.txt")
EVERYTHING = ("-e", ".", "-r", "tests/requirements.txt", *CONSTRAINTS)
SHIPPED = ("arraylosses/__init__.py", "arraylosses/__init__.pyi", "arraylosses/py.typed")


@nox.session
def tests(session: nox.Session) -> None:
    """All tests, on every array library; arguments go to pytest."""
    session.install(*EVERYTHING)
    session.run("pytest", "-n", "auto", "--dist", "worksteal", *session.posargs)


@nox.session
@nox.parametrize("package", ["wheel", "sdist"])
def tests_minimal(session: nox.Session, package: str) -> None:
    """What is published: complete, and at work with nothing but its run-time dependencies."""
    scratch = Path(session.create_tmp())
    built = build(session, scratch / "dist", package)
    absent = [path for path in SHIPPED if not any(name.endswith(path) for name in contents(built))]
    if absent:
        session.error(f"{built.name} lacks {', '.join(absent)}")
    session.install(str(built), "pytest")
    # away from the checkout, where `import arraylosses` would find the sources, and from what conftest.py needs
    for file in ("pyproject.toml", "tests/test_house.py", "examples/quickstart.py"):
        (scratch / file).parent.mkdir(exist_ok=True)
        shutil.copy(file, scratch / file)
    session.chdir(scratch)
    session.run("pytest", "tests/test_house.py", *session.posargs)
    session.run("python", "-W", "error", "examples/quickstart.py")


def build(session: nox.Session, folder: Path, package: str) -> Path:
    """The built package; the tools that built it are gone again."""
    shutil.rmtree(folder, ignore_errors=True)
    session.install("build")
    session.run("python", "-m", "build", "--outdir", folder)
    session.run("python", "-m", "pip", "uninstall", "--quiet", "--yes", "build", "pyproject_hooks", "packaging")
    return next(folder.glob("*.whl" if package == "wheel" else "*.tar.gz"))


def contents(package: Path) -> list[str]:
    if package.suffix == ".whl":
        with zipfile.ZipFile(package) as wheel:
            return wheel.namelist()
    with tarfile.open(package) as sdist:
        return sdist.getnames()


@nox.session(python="3.11")
def tests_lowest(session: nox.Session) -> None:
    """The tests that need only NumPy, on the oldest versions that are supported."""
    lowest = ("numpy==2.0.*", "array-api-compat==1.15.*")
    session.install("-e", ".", *lowest, "array-api-strict", "pytest", "pytest-xdist", "hypothesis")
    session.run("pytest", "-n", "auto", *(session.posargs or NUMPY_ALONE))


@nox.session
def cupy(session: nox.Session) -> None:
    """The tests on CuPy arrays; skipped where there is no NVIDIA GPU."""
    if not shutil.which("nvidia-smi") or subprocess.run(["nvidia-smi", "-L"], capture_output=True).returncode:
        session.skip("no NVIDIA GPU here (`nvidia-smi -L` finds none): nothing was run on CuPy")
    session.install("-e", ".[cupy]", "-r", "tests/requirements.txt", *CONSTRAINTS)
    session.run("pytest", "-m", "cupy", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Ruff: its rules and its format."""
    session.install("ruff")
    session.run("ruff", "check", "--output-format", "concise", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Mypy, strict, on the package."""
    session.install("-e", ".", "mypy", "pytest", "hypothesis")  # whose types the kit uses
    session.run("mypy", "--strict", "-p", "arraylosses")


@nox.session
def docs(session: nox.Session) -> None:
    """The pages, without a warning, and what they and the docstrings say, run; arguments go to Sphinx."""
    session.install("-e", ".[docs]", "-r", "tests/requirements.txt", *CONSTRAINTS)
    out = str(Path(session.create_tmp()).resolve() / "html")
    session.run("python", "-m", "sphinx", "-W", "--keep-going", "-b", "html", "docs", out, *session.posargs)
    looked = {"ARRAYLOSSES_PAGES": out}
    session.run("pytest", "-n", "auto", "tests/test_examples.py", "tests/test_pages.py", env=looked)


@nox.session
def examples(session: nox.Session) -> None:
    """Every example, as a user runs it, and whether what it claims holds."""
    session.install(*EVERYTHING)
    session.run("pytest", "-n", "auto", "tests/test_worked_examples.py", *session.posargs)


@nox.session
def same_name(session: nox.Session) -> None:
    """What known libraries give under one name, into docs/same_name.md."""
    session.install(*EVERYTHING, "-r", "tests/bench/requirements.txt")
    session.run("python", "-m", "tests.same_name", *session.posargs)


@nox.session
def demo(session: nox.Session) -> None:
    """One table and one picture, from real data: examples/quickstart.py."""
    session.install(".[torch,jax,io,plot]", "scikit-learn", "scikit-image", *CONSTRAINTS)
    session.run("python", "examples/quickstart.py", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Speed; arguments go to ``python -m tests.bench``; ``python -m tests.bench.page`` writes docs/performance.md."""
    session.install(*EVERYTHING, "-r", "tests/bench/requirements.txt")
    session.run("python", "-m", "tests.bench", *session.posargs)


@nox.session
def accuracy(session: nox.Session) -> None:
    """Errors in units in the last place, against 60 digits, into docs/accuracy.md."""
    session.install(*EVERYTHING, "optax", "torchmetrics")
    session.run("python", "-m", "tests.accuracy", "--write", *session.posargs)


@nox.session
def fuzz(session: nox.Session) -> None:
    """Calls made up by atheris, for an hour, or as many seconds as are given."""
    session.install(*EVERYTHING, "atheris")
    session.run("python", "-m", "tests.fuzz", *session.posargs)


@nox.session
def conformance(session: nox.Session) -> None:
    """The laws, metric by metric; arguments go to ``python -m arraylosses conformance``."""
    session.install(*EVERYTHING)
    session.run("python", "-m", "arraylosses", "conformance", *session.posargs)


@nox.session
def teeth(session: nox.Session) -> None:
    """Seeded faults, each to be caught by a law; arguments go to ``python -m tests.teeth``."""
    session.install(*EVERYTHING)
    session.run("python", "-m", "tests.teeth", *session.posargs)


@nox.session
def matrix(session: nox.Session) -> None:
    """The whole matrix tried, and its summary written into the README and the docs."""
    session.install(*EVERYTHING)
    session.run("python", "-m", "arraylosses", "conformance", "--json", "matrix.json", "--html", "matrix.html")
    session.run("python", "-m", "tests.matrix", "matrix.json")
    session.run("python", "-m", "tests.ways", "matrix.json")
