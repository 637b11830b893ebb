"""What is compared with what: two files, or the files of two folders by their names."""

import sys
from argparse import Namespace
from collections import Counter
from pathlib import Path

from .._files import CALLED, KIND_OF, Address, FileFault, Kind, files_of, paired
from ._metrics import implied
from ._results import Item
from ._usage import Usage


def _kind_of(address: Address) -> Kind:
    """Of one file, or of all files of a folder."""
    if not address.path.is_dir():
        if address.kind is None:
            known = ", ".join(KIND_OF)
            raise Usage(f"`{address}` is of no kind that is read: {known}.")
        return address.kind
    kinds = Counter(KIND_OF[path.suffix.lower()] for path in files_of(address.path))
    if not kinds:
        raise Usage(f"`{address}` holds no file that is read: {', '.join(KIND_OF)}.")
    if len(kinds) > 1:
        told = " and ".join(f"{count:,} of the kind {kind}" for kind, count in kinds.most_common())
        raise Usage(f"`{address}` holds {told}: say which, by `--as {kinds.most_common()[0][0]}`.")
    return next(iter(kinds))


def kind_of_both(pred: Address, target: Address, names: list[str], said: Kind | None) -> Kind:
    """Of both, as the caller says; or else an array may be an image or a cloud, if the other is or the metrics are."""
    if said is not None:
        for address in (pred, target):
            _refuse_other(address, said)
        return said
    found = [_kind_of(a) for a in (pred, target)]
    others = [kind for kind in found if kind != "array"]
    if not others:
        return implied(names) or "array"
    if found[0] != found[1] and (len(others) > 1 or others[0] == "table"):
        told = f"`{pred}` is {CALLED[found[0]]} and `{target}` {CALLED[found[1]]}"
        raise Usage(f"{told}: two of one kind are compared.")
    return others[0]


def _refuse_other(address: Address, said: Kind) -> None:
    """A file whose suffix leaves no choice."""
    if address.path.is_dir():
        return
    kind = _kind_of(address)
    if kind != said and (kind != "array" or said == "table"):
        raise Usage(f"`{address}` is {CALLED[kind]}: `--as {said}` is not for it.")


def addresses(options: Namespace) -> tuple[Address, Address]:
    """Where the prediction and the target lie: two files, or two folders."""
    pred, target = Address.of(options.pred), Address.of(options.target)
    for address in (pred, target):
        if not address.path.exists():
            raise Usage(f"`{address.path}` does not exist.")
    if pred.path.is_dir() != target.path.is_dir():
        folder, file = (pred, target) if pred.path.is_dir() else (target, pred)
        raise Usage(f"`{folder}` is a folder and `{file}` a file: give two files, or two folders.")
    return pred, target


def pairs(pred: Address, target: Address, kind: Kind, options: Namespace) -> list[Item]:
    """The pairs, without values as yet; of folders, file by file."""
    if not pred.path.is_dir():
        return [Item(pred.path.name, pred, target)]
    kinds: tuple[Kind, ...] = (kind,) if kind in ("array", "table") else (kind, "array")
    try:
        found = paired(pred.path, target.path, kinds)
    except FileFault as fault:
        raise Usage(str(fault)) from None
    if not found.pairs:
        raise Usage(f"no file has a partner of the same name; there are `{found.unpaired[0]}` and others.")
    if found.unpaired:
        _tell_unpaired(found.unpaired, allowed=options.allow_unpaired)
    return [Item(name, *both) for name, both in found.pairs.items()]


def _tell_unpaired(paths: tuple[Path, ...], *, allowed: bool) -> None:
    whose = "1 file has" if len(paths) == 1 else f"{len(paths):,} files have"
    told = "".join(f"\n  {path}" for path in paths)
    if not allowed:
        raise Usage(f"{whose} no partner of the same name; give `--allow-unpaired` to leave out:{told}")
    left = "is" if len(paths) == 1 else "are"
    print(f"{whose} no partner of the same name and {left} left out:{told}", file=sys.stderr)
