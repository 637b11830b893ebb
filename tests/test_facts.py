"""Every fact is filled in, every page complete, every name as in the signature."""

import re
from inspect import Parameter, signature
from math import inf
from pathlib import Path

import pytest

import arraylosses as al
from arraylosses._document import sections_of
from arraylosses._names import HOMES

METRICS = pytest.mark.parametrize("metric", [*al.catalogue], ids=lambda m: m.__name__)


@METRICS
def test_facts_are_filled_in(metric: al.Metric) -> None:
    facts = metric.facts
    if isinstance(metric, al.Function):
        return
    assert facts.reference.endswith((".", "]", ")"))
    assert any(c.isdigit() for c in facts.reference), "a reference has a year"
    assert facts.unit
    assert facts.equals, "somebody computes this number too"
    if facts.range is not None and facts.best is not None:
        assert facts.range[0] <= facts.best <= facts.range[1]
        assert facts.higher_is_better == (facts.best == facts.range[1])
    if facts.best is None:
        assert facts.higher_is_better is None


def test_higher_is_better_is_derived() -> None:
    assert al.psnr.facts.higher_is_better is True
    assert al.squared_error.facts.higher_is_better is False
    assert al.confusion_matrix.facts.higher_is_better is None
    assert al.psnr.facts.range == (-inf, inf)


@METRICS
def test_pages_are_complete(metric: al.Metric) -> None:
    sections = sections_of(metric.__doc__ or "")
    summary = sections[""].splitlines()[0]
    assert summary.endswith(".")
    assert len(summary) <= 100
    for title in ("Parameters", "Returns", "Examples"):
        assert sections.get(title), f"no {title}"
    if not isinstance(metric, al.Function):
        assert sections.get("Notes")
        assert sections.get("References")


@METRICS
def test_pages_name_the_parameters_of_the_signature(metric: al.Metric) -> None:
    """Each parameter has its entry, and there are no others."""
    lines = sections_of(metric.__doc__ or "")["Parameters"].splitlines()
    entries = [line.partition(" : ")[0] for line in lines if line and not line.startswith(" ")]
    described = {name.strip() for entry in entries for name in entry.split(",")}
    assert described == set(signature(metric).parameters)


@METRICS
def test_signatures_put_arrays_first(metric: al.Metric) -> None:
    kinds = [p.kind for p in signature(metric).parameters.values()]
    arrays = len(metric.definition.domains)
    assert kinds[:arrays] == [Parameter.POSITIONAL_OR_KEYWORD] * arrays
    assert kinds[arrays:] == [Parameter.KEYWORD_ONLY] * (len(kinds) - arrays)


@METRICS
def test_names_are_whole_words(metric: al.Metric) -> None:
    """One word for one idea: never `dim`, `eps` or `n_classes`."""
    assert not set(signature(metric).parameters) & {
        "dim",
        "eps",
        "n_classes",
        "num_labels",
        "data_min",
        "y_true",
        "y_pred",
    }


@METRICS
def test_defaults_obey_the_rules(metric: al.Metric) -> None:
    defaults = {k: p.default for k, p in metric.definition.params.items() if p.default is not Parameter.empty}
    metric.definition.settled({k: v for k, v in defaults.items() if v is not None}, ())


def test_the_readme_names_every_metric() -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text()
    table = readme.partition("## What there is")[2].partition("##")[0]
    for home, names in HOMES.items():
        if not home.startswith("_"):
            row = next(line for line in table.splitlines() if line.startswith(f"| {home} |"))
            assert set(names.split()) == {name.strip(" `") for name in row.split("|")[2].split(",")}


NOT_NAMES = {"weight", "weights", "avg_factor", "help", "base"}
"""Words in code type, in the table of terms, that are parameters."""


def test_the_terms_of_the_notes_have_names_that_exist() -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text()
    table = readme.partition("## Every term of the founding notes")[2].partition("##")[0]
    names = {re.match(r"\w*", word)[0] for word in re.findall(r"`([^`]+)`", table) if "/" not in word} - NOT_NAMES  # type: ignore[index]
    assert len(names) > 80
    assert names <= set(al.__all__)
