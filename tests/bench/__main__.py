"""The command line: ``python -m tests.bench [--only GLOB] [--json FILE] [--quick]``."""

import sys
import warnings
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

from . import frame, memory, peers
from .report import heading, machine, save, table
from .result import Result, Row


def arguments() -> Namespace:
    parser = ArgumentParser(prog="python -m tests.bench", description="Ratios against the fastest peer.")
    parser.add_argument("--only", metavar="GLOB", default="*", help="rows whose name matches, such as '*/torch'")
    parser.add_argument("--json", metavar="FILE", type=Path, help="also write the rows and the machine here")
    parser.add_argument("--quick", action="store_true", help="smaller arrays, in less than a minute")
    return parser.parse_args()


def tried(row: Row) -> Result:
    """One row that breaks must not take an hour's others with it."""
    print(row.name, file=sys.stderr)
    try:
        return row.run(row.name)
    except Exception as fault:
        return Result(row.name, "", note=f"RAISED {type(fault).__name__}: {fault}".partition("\n")[0], error=True)


def measured(only: str, quick: bool) -> Iterator[Result]:
    for part in (frame, peers, memory):
        for row in part.rows(quick):
            if fnmatch(row.name, only):
                yield tried(row)


def main() -> int:
    given = arguments()
    # peers warn about themselves; the values are compared
    warnings.simplefilter("ignore")
    results = list(measured(given.only, given.quick))
    print(heading(machine()))
    table(results)
    if given.json:
        save(results, given.json)
    return int(any(r.error for r in results))


if __name__ == "__main__":
    sys.exit(main())
