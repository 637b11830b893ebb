"""``python -m tests.teeth [--only GLOB] [--json FILE]``: which law catches which fault."""

import json
import sys
from argparse import ArgumentParser
from fnmatch import fnmatchcase
from pathlib import Path

from . import bitten, faults

LEAST = 0.95
"""The share of faults that must be caught."""


def main() -> int:
    parser = ArgumentParser(prog="python -m tests.teeth", description="Which law catches which fault.")
    parser.add_argument("--only", default="*", help="faults whose name matches this pattern")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the table to this file")
    options = parser.parse_args()
    found = []
    for fault, law in bitten([f for f in faults() if fnmatchcase(f.name, options.only)]):
        found.append({"fault": fault.name, "law": law})
        print(f"{fault.name:80}{law or 'SURVIVED'}", flush=True)
    if options.json:
        options.json.write_text(json.dumps(found, indent=1))
    caught = sum(bool(row["law"]) for row in found)
    print(f"\n{caught} of {len(found)} faults are caught: {caught / max(len(found), 1):.1%}")
    return int(caught < LEAST * len(found))


if __name__ == "__main__":
    sys.exit(main())
