"""``arraylosses list``: what there is."""

from argparse import Namespace
from difflib import get_close_matches
from importlib import import_module
from typing import Any

from .._catalogue import catalogue, subject_of
from .._metric import Metric
from .._names import HOMES
from ._usage import Usage


def add(commands: Any) -> None:
    """The options."""
    shown = commands.add_parser("list", help="what there is")
    shown.set_defaults(run=run)
    shown.add_argument("--domain", "--subject", dest="subject", help="of one subject only, such as image")
    shown.add_argument("--kind", choices=("loss", "metric", "function"), help="of one kind only")
    shown.add_argument("--differentiable", action="store_true", help="with a derivative only")


def run(options: Namespace) -> int:
    """The table, and the names of what is no metric."""
    _refuse_unknown(options.subject)
    wanted = {"subject": options.subject, "kind": options.kind, "differentiable": options.differentiable or None}
    print(repr(catalogue.filter(**wanted)))
    if beside := _plain(options.subject):
        print(f"\nand functions of networks and callables: {', '.join(beside)}")
    return 0


def subjects() -> list[str]:
    """The subjects of the catalogue."""
    return sorted({subject_of(m) for m in catalogue})


def _refuse_unknown(subject: str | None) -> None:
    known = subjects()
    if subject is None or subject in known:
        return
    near = get_close_matches(subject, known, 1)
    hint = f"; did you mean `{near[0]}`?" if near else f": there is {', '.join(known)}."
    raise Usage(f"there is no subject `{subject}`{hint}")


def _plain(subject: str | None) -> list[str]:
    """Public functions of a subject that the catalogue does not hold."""
    homes = [subject] if subject else [home for home in HOMES if not home.startswith("_")]
    names = [(home, name) for home in homes for name in HOMES[home].split()]
    package = __name__.partition(".")[0]
    return [n for home, n in names if not isinstance(getattr(import_module(f"{package}.{home}"), n), Metric)]
