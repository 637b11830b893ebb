"""``python -m tests.ways FILE ...``: on which libraries each way of running held, into ``docs/ways.json``.

The files are those of a conformance run, as `tests.matrix` takes them; the badges of the pages are made of the result.
A way is a law about running: under a compiler, mapped, in parts, with a mask, over devices, with its derivative.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from arraylosses import conformance
from arraylosses.conformance import Outcome

from .matrix import latest

STORED = Path(__file__).parents[1] / "docs" / "ways.json"
WAYS = (
    "a_mask_is_a_weight",
    "compiled_is_eager",
    "lazy_as_stated",
    "mapped_is_a_loop",
    "parts_make_the_whole",
    "shards_make_the_whole",
    "spread_is_whole",
    "streams_scan",
    "value_and_gradient_are_one",
)


def ways(outcomes: Sequence[Outcome]) -> dict[str, dict[str, list[str]]]:
    """Metric -> law -> the libraries on which it held in some form of the metric, and broke in none."""
    found: dict[tuple[str, str, str], set[str]] = {}
    for o in outcomes:
        if o.law in WAYS:
            found.setdefault((o.metric, o.law, o.xp), set()).add(o.verdict)
    out: dict[str, dict[str, list[str]]] = {}
    for (metric, law, xp), verdicts in sorted(found.items()):
        if "held" in verdicts and "broken" not in verdicts:
            out.setdefault(metric, {}).setdefault(law, []).append(xp)
    return out


def stored(outcomes: Sequence[Outcome], about: Mapping[str, str]) -> dict[str, Any]:
    return {"about": dict(about), "ways": ways(outcomes)}


def main() -> None:
    runs = [conformance.from_json(Path(file).read_text(encoding="utf-8")) for file in sys.argv[1:]]
    whole = stored(latest([outcomes for outcomes, _ in runs]), runs[-1][1])
    STORED.write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
