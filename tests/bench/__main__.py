"""The command line: ``python -m tests.bench [--only GLOB] [--json FILE [--update]] [--quick] [--device cuda]``."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from . import device, isolated
from .report import commit, heading, load, machine, save, stamped, table, told
from .result import Result, Scope
from .rows import rows
from .summary import means, merged, with_exponents


def arguments(argv: list[str] | None) -> Namespace:
    parser = ArgumentParser(prog="python -m tests.bench", description="Times as fast as the fastest peer.")
    parser.add_argument("--only", metavar="GLOB", default="*", help="rows whose name matches, such as '*/torch'")
    parser.add_argument("--json", metavar="FILE", type=Path, help="also write the rows and the machine here")
    parser.add_argument("--update", action="store_true", help="keep the rows of the file that are not measured anew")
    parser.add_argument("--quick", action="store_true", help="the least sizes, fewer rounds, no torch.compile")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    return parser.parse_args(argv)


def measured(only: str, scope: Scope) -> Iterator[list[Result]]:
    """Metric by metric."""
    chosen = [row for row in rows(scope) if fnmatchcase(row.name, only)]
    version = commit()
    for names in isolated.groups(chosen):
        yield [stamped(r, scope, version) for r in isolated.measured(names, scope)]


def main(argv: list[str] | None = None) -> int:
    """1 if values disagree, or a row broke."""
    given = arguments(argv)
    if not device.usable(given.device):
        print(device.ABSENT)
        return 0
    kept = load(given.json)[1] if given.update and given.json.exists() else []
    results: list[Result] = []
    for several in measured(given.only, Scope(given.quick, given.device)):
        results += several
        if given.json:  # after each metric: a run of hours may end early
            save(merged(kept, results), given.json, machine())
    tell(results)
    return int(any(r.error for r in results))


def tell(results: list[Result]) -> None:
    print(heading(machine()))
    table(with_exponents(results))
    for mean in means(results):
        print(told(mean))


if __name__ == "__main__":
    sys.exit(main())
