"""Results as text in columns, as wide as the terminal."""

import re
import shutil
import sys
from itertools import zip_longest
from math import floor, isfinite, log10

from .._table import aligned
from ._results import Results, better_of

DIGITS = 6
LONGEST = 32
"""Characters of an item's name; of a longer one the middle is left out."""


def one_item(results: Results) -> str:
    """A line for each value."""
    item = results.items[0]
    rows: list[tuple[str, ...]] = [("metric", "value", "unit", "better")]
    for name, chosen in results.columns.items():
        value = f"{item.values[name]:.{DIGITS}g}" if name in item.values else "failed"
        rows.append((name, value, _unit(chosen.unit), better_of(chosen.facts) or "-"))
    return aligned(rows, right=(1,))


def _unit(unit: str) -> str:
    return {"1": "-"}.get(unit, unit)


def many_items(results: Results, *, rows: bool = True) -> str:
    """A row for each item, and what they come to; columns that the terminal has no room for come below."""
    names = [*(_short(item.name) for item in results.items), ""] if rows else []
    first = ["", *names, "mean", "pooled", "least", "greatest", "better"]
    columns = [_column(results, name, rows) for name in results.columns]
    parts = _fitted(max(map(len, first)), list(map(_width, columns)))
    return "\n\n".join(_block([first, *(columns[i] for i in part)]) for part in parts)


def _column(results: Results, name: str, rows: bool) -> list[str]:
    """The values of one metric as text, all with as many decimals."""
    values = [item.values.get(name) for item in results.items] if rows else []
    summary = results.summary().get(name)
    last = [summary.mean, summary.pooled, summary.least, summary.greatest] if summary else [None] * 4
    texts = aligned_numbers([*values, *last])
    below = ["-" if value is None else text for value, text in zip(last, texts[len(values) :], strict=True)]
    return [name, *texts[: len(values)], *([""] if rows else []), *below, better_of(results.columns[name].facts) or "-"]


def aligned_numbers(values: list[float | None]) -> list[str]:
    """Six digits of the greatest, and as many decimals of the others; None is a failure."""
    sizes = [abs(v) for v in values if v is not None and isfinite(v) and v != 0]
    most = floor(log10(max(sizes))) if sizes else 0
    fine = sizes and (most < -3 or most > 6 or min(sizes) < 10.0 ** (most - 4))
    how = f".{DIGITS - 1}e" if fine else f".{max(0, DIGITS - 1 - max(most, 0))}f"
    return ["failed" if v is None else f"{v:{how}}" if isfinite(v) else str(v) for v in values]


def _short(name: str) -> str:
    half = (LONGEST - 2) // 2
    return name if len(name) <= LONGEST else f"{name[:half]}..{name[-half:]}"


# ---- layout


def room() -> int:
    """Columns of the terminal; what is written to a file has no bound."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 10_000


def _fitted(first: int, widths: list[int]) -> list[list[int]]:
    """Columns side by side while there is room beside the first."""
    parts: list[list[int]] = [[]]
    used = first
    for i, width in enumerate(widths):
        if parts[-1] and used + 2 + width > room():
            parts.append([])
            used = first
        parts[-1].append(i)
        used += 2 + width
    return parts


def _width(column: list[str]) -> int:
    numbers = max(map(len, column[1:]))
    return max(numbers, *map(len, _broken(column[0], numbers)))


def _block(columns: list[list[str]]) -> str:
    """Columns beside each other, under heads that are broken where the numbers are narrower."""
    heads = [_broken(head, max(map(len, rest))) for head, *rest in columns]
    height = max(map(len, heads))
    tall = [[""] * (height - len(head)) + head for head in heads]
    rows = list(zip(*tall, strict=True)) + list(zip_longest(*(rest for _, *rest in columns), fillvalue=""))
    return aligned(rows, right=range(1, len(columns)))


def _broken(head: str, width: int) -> list[str]:
    """A name in lines, broken after underscores and before dots."""
    lines = [""]
    for part in re.findall(r"\.?[^_.]+_?", head):
        if lines[-1] and len(lines[-1]) + len(part) > max(width, 9):
            lines.append("")
        lines[-1] += part
    return lines
