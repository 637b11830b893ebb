"""What was found, as a table, as JSON and as JUnit's XML."""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from math import isinf, isnan, nan
from typing import Any
from xml.etree import ElementTree

from .._table import aligned
from ._outcome import Outcome, Verdict

VERDICTS: tuple[Verdict, ...] = ("held", "undefined", "lacking", "broken")
NAMES = ("metric", "form", "xp", "law", "reason")
"""What of a cell is a name that many cells share: stored once, and then by its number."""


def counts(outcomes: Sequence[Outcome]) -> dict[str, int]:
    """How many cells there are of each verdict."""
    found = Counter(outcome.verdict for outcome in outcomes)
    return {verdict: found[verdict] for verdict in VERDICTS}


def pairs(outcomes: Sequence[Outcome]) -> dict[tuple[str, str], dict[str, int]]:
    """The same for each metric on each library."""
    groups: dict[tuple[str, str], list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault((outcome.metric, outcome.xp), []).append(outcome)
    return {pair: counts(cells) for pair, cells in groups.items()}


def _cell(found: Mapping[str, int]) -> str:
    """What held of what was asked; what the library lacks and what broke, where there is any."""
    asked = sum(found.values()) - found["undefined"]
    marks = [f"{found['lacking']} lacking"] * (found["lacking"] > 0) + [f"{found['broken']} BROKEN"] * (
        found["broken"] > 0
    )
    return " ".join([f"{found['held']}/{asked}", *marks])


def table(outcomes: Sequence[Outcome]) -> str:
    """A row a metric, a column a library: how many cells held, of those that are defined."""
    by_pair = pairs(outcomes)
    libraries = list(dict.fromkeys(outcome.xp for outcome in outcomes))
    rows: list[tuple[str, ...]] = [("metric", *libraries)]
    for metric in sorted({outcome.metric for outcome in outcomes}):
        rows.append((metric, *(_cell(by_pair[metric, xp]) if (metric, xp) in by_pair else "-" for xp in libraries)))
    whole = counts(outcomes)
    said = f"{whole['held']} cells held, {whole['broken']} broke; in {whole['lacking']} the library lacks something, "
    return f"{aligned(rows)}\n\n{said}and {whole['undefined']} are undefined for the metric."


# ---- JSON


def as_json(outcomes: Sequence[Outcome], about: Mapping[str, str]) -> str:
    """The outcomes: each name once, a row of numbers a cell; deviations to three digits, times to a tenth of a ms."""
    names: dict[str, dict[str, int]] = {kind: {} for kind in NAMES}
    rows = []
    for outcome in outcomes:
        numbers = [names[k].setdefault(getattr(outcome, k), len(names[k])) for k in NAMES]
        verdict = VERDICTS.index(outcome.verdict)
        rows.append([*numbers, verdict, _number(outcome.ulps), outcome.examples, round(outcome.seconds, 4)])
    whole = {"about": dict(about), "verdicts": VERDICTS, **{k: list(v) for k, v in names.items()}, "cells": rows}
    return json.dumps(whole, separators=(",", ":"), allow_nan=False)


def _number(ulps: float) -> float | str | None:
    """Three digits. JSON has no word for NaN or for infinity; as a text, Python and JavaScript both read the latter."""
    return None if isnan(ulps) else "Infinity" if isinf(ulps) else float(f"{ulps:.3g}")


def from_json(text: str) -> tuple[list[Outcome], dict[str, str]]:
    """The outcomes, and what was said about the run."""
    whole = json.loads(text)
    return [_read(whole, *row) for row in whole["cells"]], whole["about"]


def _read(whole: Mapping[str, Any], *row: Any) -> Outcome:
    named = {kind: whole[kind][number] for kind, number in zip(NAMES, row, strict=False)}
    verdict, ulps, examples, seconds = row[len(NAMES) :]
    ulps = nan if ulps is None else float(ulps)
    return Outcome(**named, verdict=VERDICTS[verdict], ulps=ulps, examples=examples, seconds=seconds)


# ---- JUnit

MARKS = {"broken": "failure", "undefined": "skipped", "lacking": "skipped"}
UNSPEAKABLE = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML cannot hold, not even escaped."""


def _speakable(text: str) -> str:
    return UNSPEAKABLE.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def as_junit(outcomes: Sequence[Outcome]) -> str:
    """XML as JUnit writes it: a suite a library, a test a cell."""
    root = ElementTree.Element("testsuites")
    for xp in dict.fromkeys(outcome.xp for outcome in outcomes):
        _suite(root, xp, [outcome for outcome in outcomes if outcome.xp == xp])
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True)


def _suite(root: ElementTree.Element, xp: str, outcomes: Sequence[Outcome]) -> None:
    found = counts(outcomes)
    skipped = found["undefined"] + found["lacking"]
    told: dict[str, int] = {"tests": len(outcomes), "failures": found["broken"], "skipped": skipped, "errors": 0}
    suite = ElementTree.SubElement(root, "testsuite", {"name": xp} | {k: str(v) for k, v in told.items()})
    for outcome in outcomes:
        case = ElementTree.SubElement(
            suite, "testcase", classname=outcome.form, name=outcome.law, time=f"{outcome.seconds:.4f}"
        )
        if outcome.verdict in MARKS:
            reason = _speakable(outcome.reason)
            ElementTree.SubElement(case, MARKS[outcome.verdict], message=reason.partition("\n")[0]).text = reason
