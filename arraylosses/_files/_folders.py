"""Two folders, file by file."""

import re
from dataclasses import dataclass
from pathlib import Path

from ._address import KIND_OF, Address, Kind
from ._fault import FileFault


@dataclass(frozen=True)
class Pairing:
    """Files of two folders that have one name, and those that have no partner."""

    pairs: dict[str, tuple[Address, Address]]
    unpaired: tuple[Path, ...]


def natural(name: str) -> list[tuple[int, str]]:
    """The order in which people count: ``r_2`` before ``r_10``."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)]


def files_of(folder: Path) -> list[Path]:
    """Files that can be read, at any depth; hidden ones are passed over."""
    found = (p for p in folder.rglob("*") if p.is_file() and not p.name.startswith("."))
    return sorted((p for p in found if p.suffix.lower() in KIND_OF), key=lambda p: natural(str(p)))


def _named(folder: Path, kinds: tuple[Kind, ...]) -> dict[str, Path]:
    """The files of some kinds by their names: paths below the folder, without suffix."""
    found: dict[str, Path] = {}
    for path in files_of(folder):
        if KIND_OF[path.suffix.lower()] not in kinds:
            continue
        name = path.relative_to(folder).with_suffix("").as_posix()
        if name in found:
            both = f"`{found[name].name}` and `{path.name}`"
            raise FileFault(folder, f"holds {both}, which have one name but for the suffix: leave one of them.")
        found[name] = path
    if not found:
        raise FileFault(folder, f"holds no file of the kind {' or '.join(kinds)}.")
    return found


def paired(pred: Path, target: Path, kinds: tuple[Kind, ...]) -> Pairing:
    """Files of one name, whatever their suffixes: ``pred/a.png`` beside ``target/a.jpg``.

    Raises
    ------
    FileFault
        If a folder has no such file, or two of one name.
    """
    ours, theirs = _named(pred, kinds), _named(target, kinds)
    pairs = {name: (Address(path), Address(theirs[name])) for name, path in ours.items() if name in theirs}
    alone = [path for name, path in (*ours.items(), *theirs.items()) if name not in pairs]
    return Pairing(pairs, tuple(alone))
