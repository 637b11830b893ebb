"""All rows, and the running of one."""

from collections.abc import Iterator

from . import frame, limits, memory, peers
from .result import Result, Row, Scope


def rows(scope: Scope) -> Iterator[Row]:
    """On a GPU only those against peers: frame and memory are the host's."""
    for part in (frame, peers, limits, memory) if scope.device == "cpu" else (peers,):
        yield from part.rows(scope)


def tried(row: Row) -> Result:
    """One row that breaks must not take an hour's others with it."""
    try:
        return row.run(row.name)
    except Exception as fault:
        return Result(row.name, "", note=f"RAISED {type(fault).__name__}: {fault}".partition("\n")[0], error=True)
