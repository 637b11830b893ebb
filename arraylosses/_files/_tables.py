"""Columns of CSV, TSV and Parquet files, by pyarrow."""

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import numpy as np

from ._address import Address
from ._fault import FileFault, imported, reading


@dataclass(frozen=True)
class Column:
    """Numbers of a column, (rows,), or of several, (rows, columns); and where each is missing."""

    values: Any
    missing: Any
    names: tuple[str, ...]

    def told(self, address: Address) -> str:
        """The sentence about what is missing."""
        lacking = self.missing.reshape(len(self.missing), -1)
        column = int(lacking.any(axis=0).argmax())
        count, first = int(lacking[:, column].sum()), int(lacking[:, column].argmax()) + 1
        values = "value" if count == 1 else "values"
        return (
            f"`{address.path}` has {count:,} missing {values} among the {len(lacking):,} of column "
            f"`{self.names[column]}`, the first in row {first:,}: fill them, or give `--drop-missing` to leave out "
            "such rows of both columns."
        )


def read_column(address: Address) -> Column:
    """The column of a table, or several with commas between their names.

    Raises
    ------
    FileFault
        If the file cannot be read, has no such column, or the column holds anything but numbers.
    """
    with reading(address.path):
        table = _table(address)
        if table.num_rows == 0:
            raise FileFault(address.path, "has no rows.")
        names = _names(address, table.column_names)
        found = [_numbers(address, name, table.column(name)) for name in names]
    if len(found) == 1:
        return Column(*found[0], names)
    values, missing = (np.stack(parts, axis=-1) for parts in zip(*found, strict=True))
    return Column(values, missing, names)


def _table(address: Address) -> Any:
    if address.suffix == ".parquet":
        return imported("pyarrow.parquet", "io", "pyarrow").read_table(address.path)
    csv = imported("pyarrow.csv", "io", "pyarrow")
    delimiter = "\t" if address.suffix == ".tsv" else ","
    return csv.read_csv(address.path, parse_options=csv.ParseOptions(delimiter=delimiter))


def _names(address: Address, known: list[str]) -> tuple[str, ...]:
    """The columns that are asked for; the whole text is a name before it is several."""
    told = ", ".join(f"`{name}`" for name in known)
    if not address.part and len(known) == 1:
        return tuple(known)
    if not address.part:
        raise FileFault(address.path, f"has the columns {told}: name one, as in `{address.path}:{known[0]}`.")
    names = (address.part,) if address.part in known else tuple(n.strip() for n in address.part.split(","))
    for name in names:
        if known.count(name) != 1:
            raise FileFault(address.path, _unknown(name, known, told))
    return names


def _unknown(name: str, known: list[str], told: str) -> str:
    if name in known:
        return f"has {known.count(name)} columns `{name}`: give each a name of its own."
    if len(known) == 1 and ";" in known[0]:
        return f"has no column `{name}`: its first line is `{known[0]}`, and columns are parted by commas here."
    near = get_close_matches(name, known, 1)
    return f"has no column `{name}`; it has {told}" + (f": did you mean `{near[0]}`?" if near else ".")


def _numbers(address: Address, name: str, column: Any) -> tuple[Any, Any]:
    """Values and where they are missing; whole numbers stay whole."""
    types = imported("pyarrow.types", "io", "pyarrow")
    kind = column.type
    if types.is_null(kind) or types.is_decimal(kind):
        column = column.cast("float64")
    elif not (types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind)):
        example = next((str(x) for x in column.to_pylist() if x is not None), "")
        raise FileFault(address.path, f"must hold numbers in column `{name}`; it holds {kind}, such as {example!r}.")
    missing = column.is_null(nan_is_null=True).to_numpy()
    return column.fill_null(False if types.is_boolean(kind) else 0).to_numpy(), missing
