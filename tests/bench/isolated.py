"""The rows of one metric in one process, each with a limit of time.

One process a metric: imports are paid once a metric and not once a row, and no metric's caches, threads or compiled
code reach another's timings. A row beyond its limit is killed with its process, and the next one starts a new process.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import groupby
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from .result import Result, Row, Scope
from .rows import rows, tried

SECONDS = 1800.0
"""What a row may take: 100,000 points against 100,000 by tables, ten times."""

CONTEXT = get_context("spawn")
Serve = Callable[[list[str], Scope, Connection], None]


def served(names: list[str], scope: Scope, to: Connection) -> None:
    """In a session of its own, so that what it starts ends with it."""
    os.setsid()
    settle()
    known = {row.name: row for row in rows(scope)}
    for name in names:
        to.send(tried(known[name]))


def settle() -> None:
    """Free a large array, as any program has done after a while.

    The C library then keeps what is smaller for the next call, where it gave it back to the system before: a row of
    100,000 elements took up to three times as long in a new process, ours and the peers' by chance.
    """
    np.empty(7 << 20, np.float32)


def groups(several: Iterable[Row]) -> Iterator[list[str]]:
    for _, group in groupby(several, key=lambda row: row.name.partition("/")[0]):
        yield [row.name for row in group]


def measured(names: list[str], scope: Scope) -> Iterator[Result]:
    """In as many processes as it takes."""
    while names:
        for result in until_lost(names, scope):
            yield result
            names = names[1:]


class Lost(Exception):
    """A row that will give no result."""


def until_lost(names: list[str], scope: Scope, seconds: float = SECONDS, serve: Serve = served) -> Iterator[Result]:
    """The results of one process, up to a row that takes too long or takes the process with it."""
    here, there = CONTEXT.Pipe(duplex=False)
    process = CONTEXT.Process(target=serve, args=(names, scope, there))
    process.start()
    there.close()
    try:
        for name in names:
            print(name, file=sys.stderr, flush=True)
            yield received(here, seconds)
    except Lost as why:
        yield Result(name, "", note=str(why), error=True)
    finally:
        end(process)


def received(here: Connection, seconds: float) -> Result:
    if not here.poll(seconds):
        raise Lost(f"ENDED after {seconds:.0f} s")
    try:
        result: Result = here.recv()
    except EOFError:
        raise Lost("ITS PROCESS DIED") from None
    return result


def end(process: Any) -> None:
    """And with it the compilers that it started."""
    with suppress(ProcessLookupError):  # not yet in a session of its own
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.join()
