"""``python -m tests.matrix FILE ...``: the summary of a conformance run, into ``docs/conformance.json`` and the README.

A later file replaces what an earlier one says of a metric on a library: that was tried again, after it was mended. What
is stored of libraries that no file speaks of is kept, with the day on which they were tried.
"""

import json
import re
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from arraylosses import conformance
from arraylosses.conformance import LAWS, Outcome

ROOT = Path(__file__).parents[1]
STORED = ROOT / "docs" / "conformance.json"
README = ROOT / "README.md"
PLACE = re.compile(r"(<!-- the matrix -->\n).*?(<!-- end of the matrix -->)", re.DOTALL)


def summary(outcomes: Sequence[Outcome], about: Mapping[str, str]) -> dict[str, Any]:
    """How many cells there are of each verdict, by metric and library, and what libraries lack."""
    pairs: dict[str, dict[str, list[int]]] = {}
    for (metric, xp), found in sorted(conformance.pairs(outcomes).items()):
        pairs.setdefault(metric, {})[xp] = list(found.values())
    lacking = Counter(o.reason for o in outcomes if o.verdict == "lacking")
    days = dict.fromkeys(sorted({o.xp for o in outcomes}), about["date"][:10])
    found = {**about, "days": days}
    return {"about": found, "laws": len(LAWS), "lacking": dict(sorted(lacking.items())), "pairs": pairs}


def renewed(stored: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    """What is stored, but for the libraries of a new run."""
    days = {**stored["about"]["days"], **found["about"]["days"]}
    kept = {why: n for why, n in stored["lacking"].items() if why.partition(" ")[0] not in found["about"]["days"]}
    pairs = {metric: {**stored["pairs"].get(metric, {}), **tried} for metric, tried in found["pairs"].items()}
    return {
        "about": {**stored["about"], **found["about"], "days": days},
        "laws": found["laws"],
        "lacking": dict(sorted({**kept, **found["lacking"]}.items())),
        "pairs": {metric: dict(sorted(tried.items())) for metric, tried in pairs.items()},
    }


def rendered(stored: Mapping[str, Any]) -> str:
    """The README's table."""
    libraries = {xp: [0, 0, 0, 0] for found in stored["pairs"].values() for xp in found}
    for found in stored["pairs"].values():
        for xp, numbers in found.items():
            libraries[xp] = [a + b for a, b in zip(libraries[xp], numbers, strict=True)]
    about = stored["about"]
    days = sorted(set(about["days"].values()))
    when = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
    lines = [
        f"{stored['laws']} laws, {len(stored['pairs'])} metrics, {about['examples']} draws, {when}:",
        "",
        "| library | cells that held | broke | library lacks something | undefined for the metric |",
        "| --- | --- | --- | --- | --- |",
    ]
    for xp, (held, undefined, lacking, broken) in libraries.items():
        lines.append(f"| {xp} {about.get(xp, '')} | {held:,} | {broken} | {lacking} | {undefined:,} |")
    held, undefined, lacking, broken = (sum(column) for column in zip(*libraries.values(), strict=True))
    lines.append(f"| together | {held:,} | {broken} | {lacking} | {undefined:,} |")
    return "\n".join(lines) + "\n"


def placed(text: str, stored: Mapping[str, Any]) -> str:
    """A text with the table at its place."""
    return PLACE.sub(lambda found: found[1] + rendered(stored) + found[2], text)


def latest(runs: Sequence[Sequence[Outcome]]) -> list[Outcome]:
    """Of each metric on each library, what the last run says that tried it."""
    found: dict[tuple[str, str], list[Outcome]] = {}
    for run in runs:
        again = {(o.metric, o.xp) for o in run}
        found = {pair: outcomes for pair, outcomes in found.items() if pair not in again}
        for o in run:
            found.setdefault((o.metric, o.xp), []).append(o)
    return [o for outcomes in found.values() for o in outcomes]


def main() -> None:
    runs = [conformance.from_json(Path(file).read_text(encoding="utf-8")) for file in sys.argv[1:]]
    found = summary(latest([outcomes for outcomes, _ in runs]), runs[-1][1])
    stored = renewed(json.loads(STORED.read_text(encoding="utf-8")), found)
    STORED.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    README.write_text(placed(README.read_text(encoding="utf-8"), stored), encoding="utf-8")


if __name__ == "__main__":
    main()
