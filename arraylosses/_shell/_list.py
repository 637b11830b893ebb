"""``arraylosses list``: what there is."""

from argparse import Namespace
from difflib import get_close_matches
from itertools import groupby
from typing import Any

from .._catalogue import best_and_range, catalogue, plain_functions, subject_of
from .._metric import Function, Metric
from .._table import aligned
from ._usage import Usage

HEAD = ("name", "kind", "best", "range", "smooth")
SMOOTH = {"everywhere": "yes", "almost everywhere": "almost", "nowhere": "no"}
"""In a word, so that a line fits 80 columns."""


def add(commands: Any) -> None:
    """The options."""
    shown = commands.add_parser("list", help="what there is")
    shown.set_defaults(run=run)
    shown.add_argument("--domain", "--subject", dest="subject", help="of one subject only, such as image")
    shown.add_argument("--kind", choices=("loss", "metric", "function"), help="of one kind only")
    shown.add_argument("--differentiable", action="store_true", help="with a gradient, at least almost everywhere")


def run(options: Namespace) -> int:
    """One table, subject by subject."""
    _refuse_unknown(options.subject)
    wanted = {"subject": options.subject, "kind": options.kind, "differentiable": options.differentiable or None}
    found = [(subject_of(m), _row(m)) for m in catalogue.filter(**wanted)]
    if not options.differentiable and options.kind in (None, "function"):
        found += _plain(options.subject)
    print(_table(sorted(found)))
    return 0


def _row(metric: Metric) -> tuple[str, ...]:
    facts = metric.facts
    smooth = "-" if isinstance(metric, Function) else SMOOTH[facts.smooth]
    return metric.__name__, metric.kind, *best_and_range(facts, digits=2), smooth


def _table(found: list[tuple[str, tuple[str, ...]]]) -> str:
    """Rows under their subjects."""
    rows: list[tuple[str, ...]] = [HEAD]
    for subject, group in groupby(found, key=lambda one: one[0]):
        rows += [("",) * len(HEAD), (f"[{subject}]", *("",) * (len(HEAD) - 1)), *(row for _, row in group)]
    return aligned(rows)


def _refuse_unknown(subject: str | None) -> None:
    known = sorted({subject_of(m) for m in catalogue})
    if subject is None or subject in known:
        return
    near = get_close_matches(subject, known, 1)
    hint = f"; did you mean `{near[0]}`?" if near else f": there is {', '.join(known)}."
    raise Usage(f"there is no subject `{subject}`{hint}")


def _plain(subject: str | None) -> list[tuple[str, tuple[str, ...]]]:
    """Public functions that the catalogue does not hold, such as those of networks."""
    found = ((subject_of(function), name) for name, function in plain_functions().items())
    return [(home, (name, "function", "-", "-", "-")) for home, name in found if subject in (None, home)]
