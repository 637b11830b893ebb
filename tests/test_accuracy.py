"""The page of errors is that of what there is, and values keep to their goals."""

import pytest

from tests._runs import library
from tests.accuracy.measure import MEASURED, errors, value_on, values
from tests.accuracy.report import DTYPES, Found, Measured, beyond, over
from tests.accuracy.splits import split
from tests.accuracy.sums import summed

FOUND = Found.stored()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    "number", range(len(MEASURED)), ids=lambda n: f"{MEASURED[n].name}-{MEASURED[n].inputs.__name__}"
)
def test_values_keep_to_their_goals(number: int, dtype: str) -> None:
    kernel = MEASURED[number]
    worst = max(errors(value_on(kernel, library("numpy"), kernel.inputs(dtype)), values(number, dtype), dtype))
    assert not over(Measured(kernel.name, kernel.inputs.__name__, dtype, "numpy", worst), kernel), worst


def test_the_page_is_of_all_kernels() -> None:
    wanted = {(k.name, k.inputs.__name__, dtype) for k in MEASURED for dtype in DTYPES}
    assert {(m.metric, m.inputs, m.dtype) for m in FOUND.errors} == wanted, "`python -m nox -s accuracy` writes it anew"


def test_nothing_on_the_page_misses_its_goal() -> None:
    assert beyond(FOUND.errors) == []
    assert all(s.same >= 0.999 * s.runs and s.worst <= 1 for s in FOUND.splits if s.by != "torchmetrics")
    assert all(s.error <= 4 for s in FOUND.sums if s.by != "NumPy's own mean")


@pytest.mark.parametrize("library_name", ["numpy", "torch"])
def test_no_split_shows(library_name: str) -> None:
    pytest.importorskip(library_name)
    for s in split(10, (library_name,), peers=False):
        assert s.same == s.runs, s


def test_sums_keep_their_digits() -> None:
    for s in summed(10**6, ("numpy",)):
        assert s.error <= 4 or s.by == "NumPy's own mean", s
