"""Pieces of reStructuredText."""

from collections.abc import Iterable, Sequence


def title(words: str, line: str = "=") -> str:
    return f"{words}\n{line * len(words)}\n"


def indented(text: str, by: int = 3) -> str:
    return "\n".join(" " * by + row if row else "" for row in text.splitlines())


def badges(names: Iterable[str], color: str) -> str:
    return " ".join(f":bdg-{color}:`{name}`" for name in names)


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], classes: str = "") -> str:
    """A list-table, whose cells are reStructuredText."""
    lines = [".. list-table::", "   :header-rows: 1", f"   :class: {classes or 'plain'}", ""]
    for row in (headings, *rows):
        lines += [f"   {'* -' if i == 0 else '  -'} {cell}" for i, cell in enumerate(row)]
    return "\n".join(lines) + "\n"
