"""``arraylosses conformance``: metrics tried by the laws, on every library."""

import os
import sys
from argparse import ArgumentTypeError, Namespace
from datetime import datetime
from fnmatch import fnmatchcase
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_version
from typing import Any

from .. import conformance
from .._catalogue import catalogue
from .._metric import Metric
from ..conformance import Outcome
from ._progress import progress
from ._types import count


def _laws(text: str) -> set[str]:
    try:
        return conformance.known(text.split(","))
    except ValueError as unknown:
        raise ArgumentTypeError(str(unknown)) from None


def add(commands: Any) -> None:
    """The options."""
    tried = commands.add_parser("conformance", help="try metrics by the laws, on every library")
    tried.set_defaults(run=run)
    tried.add_argument(
        "names",
        nargs="*",
        default=["*"],
        metavar="NAME",
        help="names, patterns, or module:name of yours; all by default",
    )
    tried.add_argument("--xp", default=",".join(conformance.installed()), help="libraries, with commas between them")
    tried.add_argument("--laws", type=_laws, help="the only laws that are tried, with commas between them")
    tried.add_argument("--examples", type=count, default=25, help="how many draws of data for each law")
    tried.add_argument("--workers", type=count, help="how many processes; as many as there are cores by default")
    for name, what in (("json", "the outcomes"), ("html", "a page of the matrix"), ("junit", "a report for CI")):
        tried.add_argument(f"--{name}", type=Path, metavar="FILE", help=f"write {what} to this file")


def _own(path: str) -> tuple[list[Metric], str]:
    """A metric of the caller's, as ``module:name``; a sentence where there is none."""
    module, _, name = path.partition(":")
    try:
        found = getattr(import_module(module), name, None)
    except Exception as fault:  # whatever the caller's module raises, the run goes on to the rest
        return [], f"`{path}` cannot be imported: {fault}"
    if isinstance(found, Metric):
        return [found], ""
    return [], f"`{path}` is not a loss or metric, or a function by `conformance.declared`."


def _named(pattern: str) -> tuple[list[Metric], str]:
    """The metrics that a name or pattern stands for, and a sentence if it stands for none."""
    if ":" in pattern:
        return _own(pattern)
    named = catalogue.find(pattern)
    hits = [named] if named else [m for m in catalogue if fnmatchcase(m.__name__, pattern)]
    return hits, "" if hits else f"there is no metric `{pattern}`{catalogue.suggestion(pattern, ())}"


def _chosen(patterns: list[str]) -> tuple[list[Metric], list[str]]:
    """The metrics that were asked for, and a sentence for each name that stands for none."""
    found: dict[str, Metric] = {}
    unknown: list[str] = []
    for hits, sentence in map(_named, patterns):
        found |= {m.__name__: m for m in hits}
        unknown += [sentence] if sentence else []
    return list(found.values()), unknown


def _at_hand(names: list[str]) -> tuple[list[str], list[str]]:
    """The libraries that were asked for and are here, and a sentence for each that is not."""
    found, absent = [], []
    for name in names:
        try:
            conformance.backend(name)
        except (ImportError, ValueError) as fault:
            absent.append(str(fault))
        else:
            found.append(name)
    return found, absent


def _about(options: Namespace, libraries: list[str]) -> dict[str, str]:
    """What a report says of the run."""
    about = {"date": f"{datetime.now():%Y-%m-%d %H:%M}", "examples": str(options.examples), "python": python_version()}
    for name in ("arraylosses", *libraries):
        try:
            about[name] = version({"strict": "array-api-strict"}.get(name, name.partition(".")[0]))
        except PackageNotFoundError:
            continue
    return about


def _tried(metrics: list[Metric], libraries: list[str], options: Namespace) -> list[Outcome]:
    outcomes: list[Outcome] = []
    with progress(len(metrics) * len(libraries), "metric") as show:
        chosen = metrics, libraries, options.examples
        for done, found in conformance.run(*chosen, laws=options.laws, workers=options.workers):
            outcomes += found
            show(done)
    return outcomes


def _written(outcomes: list[Outcome], options: Namespace, about: dict[str, str]) -> None:
    """The reports that were asked for."""
    if options.json:
        options.json.write_text(conformance.as_json(outcomes, about), encoding="utf-8")
    if options.html:
        options.html.write_text(conformance.as_html(outcomes, about), encoding="utf-8")
    if options.junit:
        options.junit.write_text(conformance.as_junit(outcomes), encoding="utf-8")


def run(options: Namespace) -> int:
    """The matrix, and the reports that were asked for."""
    conformance.prepare()
    sys.path.insert(0, os.getcwd())  # where a module of the caller's may lie
    metrics, faults = _chosen(options.names)
    libraries, absent = _at_hand(options.xp.split(","))
    faults += absent
    outcomes = _tried(metrics, libraries, options)
    print(conformance.table(outcomes))
    _written(outcomes, options, _about(options, libraries))
    faults += [outcome.reason for outcome in outcomes if outcome.verdict == "broken"]
    for said in faults:
        print(f"\n{said}", file=sys.stderr)
    return 1 if faults else 0
