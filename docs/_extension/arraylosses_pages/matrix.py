"""The conformance matrix: how many cells held, metric by metric and library by library."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from .facts import LIBRARIES, stored
from .text import table, title

HEAD = """{title}
{laws} laws, {metrics} metrics in all their forms, {examples} draws of data for each, tried on {date}. A cell says how
many laws held of those that say something of the metric on this library; the rest is undefined for it by one of its
facts. What the library lacks, such as float16, is counted beside it. :doc:`conformance` says what the laws are, and how
to try a loss of your own.
"""


def cell(numbers: Sequence[int] | None) -> str:
    if numbers is None or not (numbers[0] + numbers[2] + numbers[3]):
        return "none"
    held, _, lacking, broken = numbers
    told = [
        f"{held} of {held + lacking + broken}",
        f"lacking {lacking}" * bool(lacking),
        f"BROKEN {broken}" * bool(broken),
    ]
    return ", ".join(filter(None, told))


def rows(pairs: Mapping[str, Mapping[str, Sequence[int]]]) -> Iterator[list[str]]:
    for metric, found in pairs.items():
        yield [f":doc:`{metric} <metrics/{metric}>`", *(cell(found.get(xp)) for xp in LIBRARIES)]


def page(docs: Path) -> str:
    found = stored(docs, "conformance.json")
    about, pairs = found["about"], found["pairs"]
    head = HEAD.format(
        title=title("The conformance matrix"),
        laws=found["laws"],
        metrics=len(pairs),
        examples=about["examples"],
        date=about["date"][:10],
    )
    versions = [f"{name} {about[xp]}" if xp in about else name for xp, name in LIBRARIES.items()]
    lacking = table(("what is lacking", "cells"), ([what, str(count)] for what, count in found["lacking"].items()))
    return "\n".join([head, table(("metric", *versions), rows(pairs), "matrix"), title("Lacking", "-"), lacking])
