"""Text in columns."""

from collections.abc import Container


def aligned(rows: list[tuple[str, ...]], right: Container[int] = ()) -> str:
    """A table with columns of equal width; in some of them, by their places, the text stands to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(c.rjust(w) if i in right else c.ljust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True)))
        for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)
