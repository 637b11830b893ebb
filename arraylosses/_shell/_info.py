"""``arraylosses info``: one metric on a page of the terminal."""

import re
import shutil
from argparse import Namespace
from collections.abc import Iterator
from inspect import cleandoc, getdoc
from textwrap import fill, indent
from typing import Any

from .._catalogue import catalogue, plain_functions, subject_of
from .._document import sections_of, told_facts
from .._metric import Function, Metric
from ._results import better_of
from ._usage import Usage


def add(commands: Any) -> None:
    """The options."""
    told = commands.add_parser("info", help="formula, facts and parameters of a metric")
    told.set_defaults(run=run)
    told.add_argument("name", metavar="NAME", help="a name or another name, such as mse")


def run(options: Namespace) -> int:
    """The page."""
    found = catalogue.find(options.name)
    print(_of_metric(found) if found else _of_function(options.name))
    return 0


# ---- what stands on it


def _of_metric(metric: Metric) -> str:
    """Head, formula, facts, equal functions, and the sections of the docstring."""
    facts = metric.facts
    parts = sections_of(metric.__doc__ or "")
    own = sections_of(cleandoc(metric.__wrapped__.__doc__ or ""))
    also = f"; also {', '.join(facts.also)}" if facts.also else ""
    sections = {
        "Facts": "" if isinstance(metric, Function) else "\n".join(f"- {line}" for line in _facts(metric)),
        "Same number as": "\n".join(f"- {name}" for name in facts.equals),
        "Parameters": parts.get("Parameters", ""),
        "Returns": parts.get("Returns", ""),
        "Notes": own.get("Notes", ""),
        "References": facts.reference,
        "Examples": parts.get("Examples", ""),
    }
    return _page(f"{metric.__name__} ({metric.kind} of {subject_of(metric)}{also})", parts[""], sections)


def _facts(metric: Metric) -> list[str]:
    """The sentences of the docstring, but for those that have a section of their own."""
    told = [line for line in told_facts(metric.definition) if not line.startswith(("Equals", "Also called"))]
    better = better_of(metric.facts)
    return [f"{line[:-1]}: {better} is better." if line.startswith("Best value") else line for line in told]


def _of_function(name: str) -> str:
    """A public function that is no metric, such as `lpips`; a sentence where there is none."""
    public = plain_functions()
    if name not in public:
        raise Usage(f"there is no metric `{name}`{catalogue.suggestion(name, public)}")
    parts = sections_of(getdoc(public[name]) or "")
    return _page(f"{name} (function of {subject_of(public[name])})", parts.pop(""), parts)


# ---- layout

MATH = re.compile(r"\.\. math::\s*?\n?((?:[ \t]+\S.*\n?|.+\n?)(?:[ \t]+\S.*\n?|\n(?=[ \t]+\S))*)")


AS_IT_STANDS = ("Formula", "Examples")


def _page(head: str, summary: str, sections: dict[str, str]) -> str:
    """A head, what it is, and sections that are set in."""
    text, formula = _parted(summary)
    whole = {"Formula": formula, **sections}
    found = {title: text if title in AS_IT_STANDS else _flowing(text) for title, text in whole.items() if text.strip()}
    body = [f"{title}\n{indent(text, '  ')}" for title, text in found.items()]
    return "\n\n".join([head, _flowing(text), *body])


def _parted(summary: str) -> tuple[str, str]:
    """The text, and the formula in the notation of LaTeX."""
    found = MATH.search(summary)
    if not found:
        return summary, ""
    return summary.replace(found[0], "").strip(), cleandoc(found[1])


def _flowing(text: str) -> str:
    """Paragraphs as wide as the terminal."""
    plain = re.sub(r":math:`([^`]*)`", r"\1", text).replace("``", "`")
    return "\n\n".join(map(_filled, plain.split("\n\n")))


def _filled(paragraph: str) -> str:
    """Lines that are set in alike, joined and broken anew; an item of a list begins a line."""
    width = min(shutil.get_terminal_size().columns, 100) - 2
    return "\n".join(_broken(" ".join(run), width) for run in _runs(paragraph.splitlines()))


def _runs(lines: list[str]) -> Iterator[list[str]]:
    """Lines that belong together; the first keeps its margin."""
    run: list[str] = []
    margin = ""
    for line in lines:
        if run and (_margin(line) != margin or line.lstrip().startswith("- ") or " : " in line):
            yield run
            run = []
        margin = _margin(line)
        run.append(line.strip() if run else line)
    yield run


def _margin(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _broken(line: str, width: int) -> str:
    """One long line in several, under its own beginning."""
    start = line[: len(line) - len(line.lstrip(" -"))]
    return fill(
        line.lstrip(" -"),
        width,
        initial_indent=start,
        subsequent_indent=" " * len(start),
        break_long_words=False,
        break_on_hyphens=False,
    )
