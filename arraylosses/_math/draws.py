"""What chance decides, drawn on the host from a seed: the same on every array library."""

import numpy as np

from .._typing import Array, Namespace
from .._xp import device_of, index_dtype

Rows = tuple[tuple[int, ...], ...]


def _host_permutations(seed: int, count: int, n: int) -> Rows:
    """Rows of 0 ... n - 1: as they come, and then ``count - 1`` times shuffled."""
    generator = np.random.Generator(np.random.Philox(seed))
    return tuple(tuple(row.tolist()) for row in [np.arange(n), *(generator.permutation(n) for _ in range(count - 1))])


# a generator has a state, which torch.compile does not trace: what it gives is a constant of the compiled program
_host_permutations._dynamo_marked_constant = True  # type: ignore[attr-defined]


def permutation_rows(xp: Namespace, seed: int, count: int, n: int, like: Array) -> Array:
    """Indices (count, n) beside ``like``: the identity, and then permutations."""
    return xp.asarray(_host_permutations(seed, count, n), dtype=index_dtype(xp), **device_of(xp, like))
