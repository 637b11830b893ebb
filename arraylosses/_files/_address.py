"""Where data lies: a file, or a part of one; and what kind of data a file holds by its name."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias, get_args

Kind: TypeAlias = Literal["image", "points", "array", "table"]
KINDS: tuple[Kind, ...] = get_args(Kind)

SUFFIXES: dict[Kind, tuple[str, ...]] = {
    "image": (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".exr", ".bmp", ".webp"),
    "points": (".ply", ".obj", ".stl", ".off", ".xyz"),
    "array": (".npy", ".npz"),
    "table": (".csv", ".tsv", ".parquet"),
}
KIND_OF: dict[str, Kind] = {suffix: kind for kind, suffixes in SUFFIXES.items() for suffix in suffixes}
CALLED: dict[Kind, str] = {
    "image": "an image",
    "points": "a point cloud or mesh",
    "array": "an array",
    "table": "a table",
}

_WITH_PART = re.compile(r"(.*?\.(?:csv|tsv|parquet|npz)):(.+)", re.IGNORECASE)


@dataclass(frozen=True)
class Address:
    """A file; of a table one column or several, of an ``.npz`` one array: ``data.csv:pred``."""

    path: Path
    part: str = ""

    @classmethod
    def of(cls, text: str) -> "Address":
        """As it is written on the command line."""
        found = None if Path(text).exists() else _WITH_PART.fullmatch(text)
        return cls(Path(found[1]), found[2]) if found else cls(Path(text))

    def __str__(self) -> str:
        return f"{self.path}:{self.part}" if self.part else str(self.path)

    @property
    def suffix(self) -> str:
        return self.path.suffix.lower()

    @property
    def kind(self) -> Kind | None:
        """By the suffix; None for what is not read."""
        return KIND_OF.get(self.suffix)
