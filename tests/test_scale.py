"""docs/scale.md is that of what was measured, and its formulas run."""

import json

import numpy as np

from tests import scale


def test_the_page_is_that_of_what_was_measured() -> None:
    stored = json.loads(scale.STORED.read_text(encoding="utf-8"))
    assert scale.page(stored) == scale.PAGE.read_text(encoding="utf-8"), "stale: run `python -m tests.scale --page`"


def test_states_of_every_metric_are_weighed() -> None:
    rows = {r["metric"]: r for r in scale.weights()}
    assert rows["squared_error"]["bytes"] == 16
    assert rows["auroc"]["each"] == 12
    assert all(np.isfinite(r["bytes"]) for r in rows.values())


def test_a_mean_of_many_batches_keeps_its_digits() -> None:
    assert scale.digits(batches=100, size=1000)["error"] < 1e-6
