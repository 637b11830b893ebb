"""Text in columns."""


def aligned(rows: list[tuple[str, ...]]) -> str:
    """A table with columns of equal width."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows)
