"""Two threads for what NumPy does block by block: it lets go of the interpreter's lock while it walks over a block.

One core that subtracts and adds does not read as fast as memory can be read. Blocks must be large and their steps few,
for the lock is asked for at every step: of 2**14 elements two threads take longer than one.
"""

import os
from collections import deque
from collections.abc import Callable, Iterable
from contextvars import copy_context
from typing import Any

Call = Callable[[Any], Any]


def cores() -> int:
    """How many this process may use; who shares them out among many processes says so by ``OMP_NUM_THREADS``."""
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(there, int(wanted)) if wanted.isdecimal() else there


def each(worker: Callable[[], Call], blocks: Iterable[Any], *, shared: bool) -> list[Any]:
    """What is made of each block, in the order of the blocks, whoever made it; by two threads where they are shared.

    ``worker`` makes what one thread needs for itself, and gives what is to be called with each block.
    """
    if not (shared and cores() > 1):
        return list(map(worker(), blocks))
    todo = deque(enumerate(blocks))
    found: list[Any] = [None] * len(todo)

    def work(call: Call) -> None:
        while todo:
            try:
                i, block = todo.popleft()
            except IndexError:  # the other thread was quicker
                return
            found[i] = call(block)

    _beside(work, worker(), worker())
    return found


def _beside(work: Callable[[Call], None], mine: Call, other: Call) -> None:
    """On a second thread too; where it is busy with what another thread asked for, by this one alone."""
    try:
        # warnings of NumPy's are silenced for a context
        done = _pool().submit(copy_context().run, work, other)
    except RuntimeError:  # no thread is begun while the interpreter ends, nor in a browser
        work(mine)
        return
    work(mine)
    if not done.cancel():
        done.result()


POOL: list[Any] = []
"""One thread, which waits: to begin one takes as long as to add a million numbers."""

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=POOL.clear)  # threads do not live through a fork


def _pool() -> Any:
    if not POOL:
        from concurrent.futures import ThreadPoolExecutor

        POOL.append(ThreadPoolExecutor(1))
    return POOL[0]
