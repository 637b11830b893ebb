"""The page: docs/performance.md and its picture, from docs/performance.json; ``python -m tests.bench.page``."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

from . import readme
from .case import Case
from .markdown import table
from .peers import SUBJECTS
from .picture import draw
from .report import load, number
from .result import OURS, Result
from .summary import ALONE, family, geometric, is_comparison, means, parted, with_exponents
from .targets import MEANS, goal, met, reason

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
README = PAGE.parents[1] / "README.md"
STORED, PICTURE = PAGE.with_suffix(".json"), PAGE.with_suffix(".svg")


class Notes:
    """Reasons, each told once and pointed at from every miss."""

    def __init__(self) -> None:
        self.reasons: list[str] = []
        self.unexplained = 0

    def mark(self, r: Result) -> str:
        """Of a row that misses its goal."""
        if met(r) is not False:
            return ""
        why = reason(r)
        if why is None:
            self.unexplained += 1
            return " [^0]"
        if why not in self.reasons:
            self.reasons.append(why)
        return f" [^{self.reasons.index(why) + 1}]"

    def told(self) -> str:
        lines = [f"[^{i}]: {why}" for i, why in enumerate(self.reasons, 1)]
        return "\n".join([*(["[^0]: No reason is known yet."] if self.unexplained else []), *lines])


# ---- cells


def times(r: Result, notes: Notes) -> str:
    """The ratio, bold where it misses its goal, and what it is made of."""
    if r.ratio is None or r.ours is None:
        return escaped(r.note or "")
    ratio = number(r.ratio, ".2f")
    shown = f"**{ratio}**{notes.mark(r)}" if met(r) is False else ratio
    share = f", {number(r.share, '.0%')} of the bandwidth" if r.share else ""
    beside = f", formula {number(r.bare)}" if r.bare else ""
    return f"{shown} {r.peer}: {number(r.ours)} ± {number(r.spread, '.0%')} / {number(r.theirs)} ms{beside}{share}"


def escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def verdict(several: Iterable[Result]) -> str:
    """How many of those that have a goal reach it."""
    judged = [m for r in several if (m := met(r)) is not None]
    return f"{sum(judged)} of {len(judged)}" if judged else ""


def aim(several: Iterable[Result]) -> str:
    wanted = {number(g, ".2g") for r in several if (g := goal(r)) is not None}
    return ", ".join(sorted(wanted))


# ---- tables

SIZES = ("small", "medium", "large")


def subject(title: str, cases: tuple[Case, ...], rows: list[Result], notes: Notes) -> str:
    """One line a metric and place, with its sizes side by side."""
    order = {case.name: i for i, case in enumerate(cases)}
    mine = sorted((r for r in rows if parted(r.name)[0] in order), key=lambda r: order[parted(r.name)[0]])
    if not mine:
        return ""
    lines = [line(metric, place, several, notes) for (metric, place), several in together(mine)]
    columns = ("metric", "sizes", "where", *SIZES, "grows as n^", "goal", "met")
    return f"## {title}\n\n{table(columns, lines)}\n" + "".join(lost(mine))


def together(rows: list[Result]) -> Iterator[tuple[tuple[str, str], list[Result]]]:
    """The sizes of each metric and place, in the order in which these were first met."""
    series: dict[tuple[str, str], list[Result]] = {}
    for r in rows:
        metric, _, place = parted(r.name)
        series.setdefault((metric, place), []).append(r)
    for key, several in series.items():
        yield key, sorted(several, key=lambda r: r.elements or 0)


def line(metric: str, place: str, several: list[Result], notes: Notes) -> list[str]:
    shown = [times(r, notes) for r in several]
    shown += [""] * (len(SIZES) - len(shown))
    grows = next((number(r.exponent, ".2f") for r in several if r.exponent is not None), "")
    sizes = ", ".join(short(parted(r.name)[1]) for r in several)
    return [f"`{metric}`", sizes, where(place, several[-1]), *shown, grows, aim(several), verdict(several)]


def where(place: str, r: Result) -> str:
    """With the card and the day, of a GPU."""
    return f"{place} ({r.on}, {r.date[:10]})" if "@" in place else place


def short(size: str) -> str:
    """10000000 as 1e7."""
    powers = re.fullmatch(r"1(0{4,})", size)
    return f"1e{len(powers[1])}" if powers else size


DIGITS = "Relative error of the loss of a right answer given with confidence, a logit of 20; 1 is no digit at all:"


def lost(rows: list[Result]) -> Iterator[str]:
    """Whose digits are gone where an answer is right with confidence, once a metric and library."""
    told = {parted(r.name)[0::2]: r.digits for r in rows if r.digits}
    if not told:
        return
    lines = [
        [f"`{metric}`", place, number(digits[OURS], ".1g"), ", ".join(errors(digits))]
        for (metric, place), digits in told.items()
    ]
    yield f"\n{DIGITS}\n\n{table(('metric', 'where', 'ours', 'the peers'), lines)}\n"


def errors(digits: dict[str, float]) -> Iterator[str]:
    return (f"{who} {number(error, '.1g')}" for who, error in digits.items() if who != OURS)


def alone(kind: str, rows: list[Result], notes: Notes) -> str:
    """The rows of the frame, of limits, or of memory."""
    mine = [r for r in rows if r.name.startswith(f"{kind}/")]
    if not mine:
        return ""
    title, told, columns, cells = PARTS[kind]
    return f"## {title}\n\n{told}\n\n{table(columns, (cells(r, notes) for r in mine))}\n"


def judged(r: Result, notes: Notes) -> list[str]:
    answer = {None: "", True: "yes", False: f"**no**{notes.mark(r)}"}[met(r)]
    return [number(goal(r)), answer]


def others(r: Result) -> str:
    return ", ".join(f"{who} {number(value)}" for who, value in r.others.items())


def framed(r: Result, notes: Notes) -> list[str]:
    name = r.name.partition("/")[2]
    return [f"`{name}`", r.unit, number(r.ours), number(r.spread, ".0%"), others(r), number(r.over), *judged(r, notes)]


def limited(r: Result, notes: Notes) -> list[str]:
    name = f"`{parted(r.name.partition('/')[2])[0]}`"
    ours = f"{number(r.ours)} ± {number(r.spread, '.0%')}"
    return [name, ours, number(r.theirs), r.peer, r.note, number(r.ratio, ".0%"), *judged(r, notes)]


def remembered(r: Result, notes: Notes) -> list[str]:
    metric, size, place = parted(r.name.partition("/")[2])
    return [f"`{metric}`", short(size), place, number(r.ours), others(r), *judged(r, notes)]


PARTS: dict[str, tuple[str, str, tuple[str, ...], Any]] = {
    "frame": (
        "The frame",
        "What importing costs, and a call on 64 values, above the bare formula; a goal is for that difference.",
        ("row", "unit", "ours", "spread", "beside it", "above bare", "goal", "met"),
        framed,
    ),
    "limit": (
        "Against the speed of reading",
        "10,000,000 float32 pairs on NumPy: the share of the time in which one thread reads both arrays once.",
        ("metric", "ms", "read in ms", "the fastest read", "speed", "share", "goal", "met"),
        limited,
    ),
    "memory": (
        "Memory",
        "Peak MiB above the inputs: of three processes each, the one in the middle.",
        ("metric", "size", "where", "ours", "the peers", "goal", "met"),
        remembered,
    ),
}


# ---- eager calls of JAX


def first_calls(rows: list[Result]) -> str:
    """What a first call costs, which compiles; and why it does."""
    seconds = {place: [r.first for r in rows if r.name.endswith(f"/{place}") and r.first] for place in JAX}
    if not all(seconds.values()):
        return ""
    slowest = max((r for r in rows if r.name.endswith("/jax-eager") and r.first), key=lambda r: r.first or 0)
    lines = [
        [place, *(number(figure, ".2f") for figure in (median(several), max(several))), str(len(several))]
        for place, several in seconds.items()
    ]
    told = EAGER.format(slowest=parted(slowest.name)[0])
    return f"{told}\n{table(('where', 'median, s', 'most, s', 'rows'), lines)}\n"


JAX = ("jax-eager", "jax-jit")
EAGER = """## Eager calls of JAX

Operation by operation JAX writes every temporary, and a loss takes up to ten times as long as under the caller's own
`jax.jit`. So a call outside all transformations runs one compiled program for each setting of a metric's parameters, at
most 32 a metric, for who changes a number at every step would wait for a compiler at every step; beyond that it is made
operation by operation. Inside `jit`, `grad` or `vmap` nothing is compiled. A first call compiles, and takes as long as
the caller's own would (the slowest is `{slowest}`):
"""


# ---- the page


def machine(about: dict[str, Any], rows: list[Result]) -> str:
    """What was measured on; several versions or processors are all named."""
    versions = ", ".join(f"{name} {version}" for name, version in about["versions"].items() if name != OURS)
    on = ", ".join(dict.fromkeys(r.on for r in rows if r.on))
    days = sorted({r.date[:10] for r in rows if r.date})
    when = " to ".join(dict.fromkeys((days[0], days[-1]))) if days else about["date"][:10]
    commits = ", ".join(dict.fromkeys(r.commit for r in rows if r.commit))
    where = f"{on or about['cpu']}, {about['cores']} cores, {about['system']}, Python {about['python']}"
    return f"Measured on {when} at {commits or about['commit']}, on {where}; {versions}."


def averages(rows: list[Result]) -> str:
    """Over all rows, and over the largest size of each metric in each place alone."""
    of_largest = {m.family: m for m in means(largest(rows))}
    lines = []
    for mean in means(rows):
        wanted = MEANS.get(mean.family)
        answer = "" if wanted is None else "yes" if mean.value >= wanted else "**no**"
        large = of_largest[mean.family]
        several = f"{number(large.value, '.2f')} of {large.rows}"
        without = without_best([r for r in rows if family(r) == mean.family and r.ratio])
        lines.append([mean.family, number(mean.value, ".2f"), str(mean.rows), number(wanted), answer, several, without])
    return table(("family", "times as fast", "rows", "goal", "met", "the largest sizes alone", "without one"), lines)


def without_best(rows: list[Result]) -> str:
    """The mean without the metric that raises it most."""
    best = parted(max(rows, key=lambda r: r.ratio or 0.0).name)[0]
    rest = [r.ratio for r in rows if r.ratio and parted(r.name)[0] != best]
    return f"{number(geometric(rest), '.2f')} without `{best}`" if rest else ""


def by_place(rows: list[Result]) -> str:
    """What a family's mean is made of: plain calls, with their gradients, and compiled."""
    ratios: dict[str, list[float]] = {}
    for r in rows:
        if family(r) and r.ratio:
            ratios.setdefault(parted(r.name)[2], []).append(r.ratio)
    lines = [
        [place, number(geometric(several), ".2f"), str(len(several)), str(sum(ratio >= 1 for ratio in several))]
        for place, several in ratios.items()
    ]
    return table(("where", "times as fast", "rows", "of them faster"), lines)


def largest(rows: list[Result]) -> list[Result]:
    kept: dict[tuple[str, str], Result] = {}
    for r in rows:
        if is_comparison(r) and r.ratio:
            metric, _, place = parted(r.name)
            before = kept.get((metric, place))
            kept[metric, place] = r if before is None or (r.elements or 0) > (before.elements or 0) else before
    return list(kept.values())


def counted(rows: list[Result]) -> str:
    judged = [m for r in rows if (m := met(r)) is not None]
    faster = [r.ratio >= 1 for r in rows if is_comparison(r) and r.ratio is not None]
    wrong = [r.name for r in rows if r.error]
    told = f"{sum(faster)} of {len(faster)} rows are faster than the fastest peer; "
    told += f"{sum(judged)} of {len(judged)} goals are met."
    return told + (f" Without a figure: {', '.join(f'`{name}`' for name in wrong)}." if wrong else "")


def page(about: dict[str, Any], results: list[Result]) -> str:
    """The page, in Markdown."""
    rows = with_exponents(results)
    compared = [r for r in rows if is_comparison(r)]
    notes = Notes()
    parts = [subject(title, cases, compared, notes) for title, cases in SUBJECTS.items()]
    parts += [alone(kind, rows, notes) for kind in ALONE]
    parts.append(first_calls(rows))
    head = HEAD.format(about=machine(about, rows), means=averages(rows), places=by_place(rows), counted=counted(rows))
    return "\n".join(filter(None, (head, *parts, notes.told()))).rstrip() + "\n"


HEAD = """# Performance

How fast, beside whom? This page is written by `python -m tests.bench.page` from what `python -m tests.bench` measured;
do not edit it.

{about}

The same arrays went to ours and to every peer, whose values were compared first; calls took turns, and a figure is the
median of at least seven rounds, ± the distance between the quartiles as a share of it. *Times as fast* is the time of
the fastest peer by ours: above 1 ours is faster. Bold figures miss their goal. A cell reads: times as fast, the fastest
peer: our time / its time. *Grows as n^* is the exponent of our time between the two largest sizes. Rows of `jax-eager`
compare a plain call with the caller's own `jax.jit` of ours. Under `torch.compile` the peers are compiled as well.
Where NumPy has packages for a metric, the time of the textbook formula, which checks, weighs and refuses nothing,
stands beside theirs and is not the peer.

![Times as fast as the fastest peer, row by row](performance.svg)

{means}

A mean over all rows counts the smallest arrays as the largest: on those a call's own Python decides, as the frame's
rows tell. Under `torch.compile` both sides are one program of the same operations, and what is above 1 elsewhere is
about 1 there. Way by way:

{places}

{counted}
"""


def main() -> None:
    about, rows = load(STORED)
    PAGE.write_text(page(about, rows), encoding="utf-8")
    draw(rows, PICTURE)
    README.write_text(readme.placed(README.read_text(encoding="utf-8"), about, rows), encoding="utf-8")


if __name__ == "__main__":
    main()
