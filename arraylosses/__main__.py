"""The command line: ``python -m arraylosses list`` and ``python -m arraylosses conformance``."""

import sys
from argparse import ArgumentParser, Namespace
from fnmatch import fnmatchcase

from . import conformance
from ._catalogue import Catalogue, aligned, catalogue
from ._metric import Metric


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="python -m arraylosses", description="Losses and metrics for every array library.")
    commands = parser.add_subparsers(dest="command", required=True)
    shown = commands.add_parser("list", help="what there is")
    shown.add_argument("--subject", help="the metrics of one file only, such as image")
    tried = commands.add_parser("conformance", help="try metrics by the laws")
    tried.add_argument("names", nargs="*", default=["*"], metavar="NAME", help="names or patterns; all by default")
    tried.add_argument("--xp", default=",".join(conformance.installed()), help="libraries, with commas between them")
    tried.add_argument("--examples", type=int, default=3, help="how many draws of data for each law")
    return parser


def _chosen(patterns: list[str]) -> tuple[list[Metric], list[str]]:
    """The metrics that names or patterns stand for; a sentence for each that stands for none."""
    found: dict[str, Metric] = {}
    unknown: list[str] = []
    for pattern in patterns:
        named = catalogue.find(pattern)
        hits = [named] if named else [m for m in catalogue if fnmatchcase(m.__name__, pattern)]
        if not hits:
            unknown.append(f"there is no metric `{pattern}`{catalogue.suggestion(pattern, ())}")
        found |= {m.__name__: m for m in hits}
    return list(found.values()), unknown


def _tried(metric: Metric, xp: str, examples: int) -> tuple[int, int, list[str]]:
    """How many laws held, how many had nothing to say, and what was broken."""
    held, exempt, broken = 0, 0, []
    for law, variant, _ in conformance.cases([metric], [xp]):
        try:
            reasons = [conformance.try_law(law, variant, xp, conformance.source(i), i) for i in range(examples)]
        except Exception as fault:
            broken.append(str(fault) if isinstance(fault, conformance.Broken) else f"{law}, {variant.name}: {fault!r}")
            continue
        said = None in reasons
        held, exempt = held + said, exempt + (not said)
    return held, exempt, broken


def _conformance(options: Namespace) -> int:
    metrics, faults = _chosen(options.names)
    rows: list[tuple[str, ...]] = [("metric", "library", "held", "exempt", "broken")]
    for xp in options.xp.split(","):
        try:
            conformance.backend(xp)
        except (ImportError, ValueError) as fault:
            faults.append(f"{xp}: {fault}")
            continue
        for metric in metrics:
            held, exempt, broken = _tried(metric, xp, options.examples)
            rows.append((metric.__name__, xp, str(held), str(exempt), str(len(broken))))
            faults += broken
    print(aligned(rows))
    for said in faults:
        print(f"\n{said}", file=sys.stderr)
    return 1 if faults else 0


def _list(options: Namespace) -> int:
    print(catalogue.filter(subject=options.subject) if options.subject else Catalogue(catalogue))
    return 0


def main() -> int:
    options = _parser().parse_args()
    return {"list": _list, "conformance": _conformance}[options.command](options)


if __name__ == "__main__":
    sys.exit(main())
