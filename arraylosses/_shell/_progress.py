"""A bar that shows how far a command is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress(total: int, unit: str) -> Iterator[Callable[[int], None]]:
    """A function to tell how many are done; it draws a bar on a terminal, where tqdm is installed."""
    try:
        from tqdm import tqdm
    except ModuleNotFoundError:
        yield lambda done: None
        return
    with tqdm(total=total, unit=unit, leave=False, disable=None) as bar:
        yield lambda done: bar.update(done - bar.n)
