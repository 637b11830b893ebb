"""From how many elements a quick form pays, and how much is done at a time: what was measured, in one place."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import astuple, dataclass, fields


@dataclass
class Sizes:
    """Numbers of elements, and of bytes.

    Attributes
    ----------
    where : int
        Elements from which a choice without a branch pays.
    summed : int
        Elements from which a loss's own sum pays under XLA, and of a batch of NumPy's.
    row : int
        Elements that NumPy adds in their own dtype, by BLAS in lanes: some hundred in each. Rows are added in float64.
    row_by_row : int
        Differences that are made at once, and of which one row after the other is added.
    lanes : int
        Elements from which adding them in such rows pays.
    numpy_block, torch_block : int
        Elements of a block whose temporaries stay in a core's cache. torch shares a block between its threads.
    differences : int
        float32 numbers of the memory, which is kept, in which NumPy makes differences block by block, and their sums.
    many : int
        Elements of a batch which NumPy adds in rows, as those of one answer; those of fewer each in float64.
    threads : int
        float32 numbers of an array which two threads of NumPy's read: a core's cache has no place for it.
    halves : int
        Whole numbers of which two threads sort one half each.
    torch_moments : int
        Elements of a block of torch's of which deviations are made, and added up.
    moments : int
        float32 numbers of which means and squares about them are made in float64 at once.
    nearest : int
        Numbers of which whole numbers, of eight bytes each, stay in the cache that is nearest.
    torch_terms : int
        Numbers of the memory, which is kept, in which torch makes what it adds where they are more.
    fused_block, fused_rows : int
        Elements for which torch makes a loss and its slope at a time; and where they are rows that have one value
        each, and one table is all that is written on the way.
    alone : int
        Numbers of a tensor that NumPy has read before torch has woken a thread, and of which torch's own steps of
        autograd take less time than one of ours.
    images : int
        Pixels of images whose graph torch keeps at a time.
    jax_row : int
        Distances from one point among which XLA looks for the least while it makes them: of more it writes a table.
    tile : int
        Pixels that a matrix of JAX's takes and gives; a window of more taps takes twice as many, or four times.
    brief, few, central : int
        Numbers of all tensors of a call together up to which NumPy computes them where they lie: of losses whose arrays
        have the shape of the elements, but for what is one kernel of torch's; of all others; of moments about means.
    bytes, torch_bytes : int
        What one block of all inputs takes where a formula walks over them.
    ways : int
        Calls of one metric that are remembered, each for all alike.
    """

    where: int = 1 << 13
    summed: int = 1 << 12
    row: int = 1 << 12
    row_by_row: int = 1 << 14
    lanes: int = 1 << 15
    numpy_block: int = 3 << 15
    torch_block: int = 1 << 17
    differences: int = 3 << 17
    many: int = 3 << 19
    threads: int = 1 << 22
    halves: int = 1 << 16
    torch_moments: int = 1 << 18
    moments: int = 1 << 14
    nearest: int = 1 << 13
    torch_terms: int = 7 << 16
    fused_block: int = 1 << 18
    fused_rows: int = 1 << 18
    alone: int = 1 << 15
    images: int = 3 << 17
    jax_row: int = 1 << 15
    tile: int = 16
    brief: int = 1 << 12
    few: int = 3 << 15
    central: int = 1 << 19
    bytes: int = 1 << 20
    torch_bytes: int = 1 << 23
    ways: int = 1 << 6

    setting = 0  # which of all that they were set to: no field, for it follows from them


SIZES = Sizes()
SETTINGS: dict[tuple[int, ...], int] = {astuple(SIZES): SIZES.setting}


@contextmanager
def sized(**sizes: int) -> Iterator[None]:
    """Some of them otherwise."""
    kept = {name: getattr(SIZES, name) for name in sizes}
    _set(sizes)
    try:
        yield
    finally:
        _set(kept)


def _set(sizes: Mapping[str, int]) -> None:
    for name, value in sizes.items():
        setattr(SIZES, name, value)
    SIZES.setting = SETTINGS.setdefault(astuple(SIZES), len(SETTINGS))


def tiny(elements: int = 3, **others: int) -> AbstractContextManager[None]:
    """Every quick form, in many blocks, for however little data; but for sizes that are given by name."""
    sizes = {f.name: 16 * elements if "bytes" in f.name else elements for f in fields(SIZES)}
    # a block may be one element, or a row
    sizes |= {"where": 1, "row_by_row": 3 * elements, "differences": 5 * elements}
    # NumPy's forms are not torch's
    return sized(**sizes | {"brief": 0, "few": 0, "central": 0} | others)
