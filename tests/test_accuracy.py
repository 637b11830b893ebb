"""The page of errors is that of what there is, and values keep to their goals."""

import json

import pytest

from tests._runs import library
from tests.accuracy.measure import MEASURED, errors, value_on, values
from tests.accuracy.report import DTYPES, STORED, Measured, beyond, over

FOUND = [Measured(**m) for m in json.loads(STORED.read_text(encoding="utf-8"))]


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
    assert {(m.metric, m.inputs, m.dtype) for m in FOUND} == wanted, "`python -m nox -s accuracy` writes it anew"


def test_nothing_on_the_page_misses_its_goal() -> None:
    assert beyond(FOUND) == []
