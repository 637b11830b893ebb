"""Arrays of ``.npy`` and ``.npz`` files."""

from typing import Any

import numpy as np

from ._address import Address
from ._fault import FileFault, reading

MAGIC = {b"\x93NUMPY": ".npy", b"PK\x03\x04": ".npz"}


def read_array(address: Address) -> Any:
    """The array of a file, as it was saved.

    Raises
    ------
    FileFault
        If the file is missing, damaged, or not of NumPy; if an archive has several arrays and none is named; or if it
        holds anything but real numbers, NaN, or nothing.
    """
    with reading(address):
        with open(address.path, "rb") as file:
            kind = _kind(file.read(6))
        if not kind:
            raise FileFault(address, "is no .npy or .npz file: it begins otherwise.")
        found = _loaded(address)
        array = found if kind == ".npy" else _chosen(address, found)
    return numbers(address, array)


def _kind(head: bytes) -> str:
    return next((kind for magic, kind in MAGIC.items() if head.startswith(magic)), "")


def _loaded(address: Address) -> Any:
    try:
        return np.load(address.path, allow_pickle=False)
    except ValueError as why:
        if "Object arrays" not in str(why):
            raise
        raise FileFault(address, "holds Python objects, which are not read: save numbers.") from None


def _chosen(address: Address, archive: Any) -> Any:
    """One array of an archive."""
    with archive:
        names = list(archive.files)
        if address.part in names or (len(names) == 1 and not address.part):
            return archive[address.part or names[0]]
    told = f"the arrays {', '.join(f'`{n}`' for n in names)}"
    if address.part:
        raise FileFault(address.path, f"has no array `{address.part}`; it has {told}.")
    raise FileFault(address.path, f"holds {told}: name one, as in `{address.path}:{(names or ['name'])[0]}`.")


def numbers(where: object, array: Any) -> Any:
    """The array, if it holds real numbers and no NaN."""
    if array.dtype.kind not in "biuf":
        raise FileFault(where, f"must hold real numbers; it holds {array.dtype}.")
    if array.size == 0:
        raise FileFault(where, f"is empty: its shape is {array.shape}.")
    if array.dtype.kind == "f" and (missing := int(np.isnan(array).sum())):
        raise FileFault(where, f"holds NaN: {missing:,} of its {array.size:,} numbers.")
    return array
