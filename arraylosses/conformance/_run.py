"""A whole matrix, in several processes."""

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from itertools import groupby
from multiprocessing import get_context
from operator import itemgetter
from typing import Any

from .._metric import Metric
from ._backends import prepare
from ._cells import cells, known
from ._outcome import Outcome

DEAR = ("jax", "torch")
"""Libraries that are slow to start and to compile: their work is handed out first."""

Work = tuple[Metric, str, int, set[str]]
"""A metric, a library, how many examples, and the names of the laws that are wanted."""


def tried(work: Work) -> list[Outcome]:
    """What becomes of all cells of a metric on a library."""
    metric, xp, examples, laws = work
    wanted = (cell for cell in cells([metric], [xp]) if cell.law.name in laws)
    return [cell.tried(examples) for cell in wanted]


def _quiet() -> None:
    """One thread a process: the processes share the cores among them."""
    prepare()
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")


def run(
    metrics: Sequence[Metric],
    libraries: Sequence[str],
    examples: int = 25,
    *,
    laws: Iterable[str] | None = None,
    workers: int | None = None,
) -> Iterator[tuple[int, list[Outcome]]]:
    """Try metrics on libraries, and give what was found, metric by metric, as it is found.

    Parameters
    ----------
    metrics : sequence of Metric
    libraries : sequence of str
    examples : int
        How many draws of data for each cell.
    laws : iterable of str, optional
        Names of laws; all by default.
    workers : int, optional
        How many processes; by default as many as there are cores, and none beside this one for a single metric.

    Yields
    ------
    done, outcomes : tuple
        How many of the pairs of a metric and a library are done, and what became of the cells of the last.
    """
    wanted = known(laws)
    order = sorted(libraries, key=lambda xp: DEAR.index(xp) if xp in DEAR else len(DEAR))
    works: list[Work] = [(metric, xp, examples, wanted) for xp in order for metric in metrics]
    workers = min(workers or os.cpu_count() or 1, len(works))
    results = map(tried, works) if workers <= 1 or len(metrics) == 1 else _spread(works, workers)
    yield from enumerate(results, 1)


def _spread(works: list[Work], workers: int) -> Iterator[list[Outcome]]:
    """Processes are started anew, for JAX does not live through a fork; each takes work as it is free.

    Each library has processes of its own: what JAX and torch compile takes gigabytes.
    """
    for _, some in groupby(works, key=itemgetter(1)):
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_quiet) as pool:
            futures: list[Any] = [pool.submit(tried, work) for work in some]
            for future in as_completed(futures):
                yield future.result()
