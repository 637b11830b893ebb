"""Where numbers stand among few steps: a table tells how many lie below a bucket, which holds one of them at most."""

from typing import NamedTuple

import numpy as np

from .._sizes import SIZES
from .._typing import Array


class Buckets(NamedTuple):
    """Equal buckets from the first finite step to the last, half as wide as the least gap; one before, one behind."""

    low: Array
    inverse: Array
    most: Array
    below: Array
    step: Array

    @classmethod
    def of(cls, steps: Array) -> "Buckets | None":
        """None where two steps share a bucket, or buckets are too many."""
        finite = steps[np.isfinite(steps)]
        gaps = np.diff(finite)
        if not gaps.size or not gaps.min() > 0 or finite[-1] - finite[0] > 1000 * gaps.min():
            return None
        inverse, kind = 2 / gaps.min(), steps.dtype.type
        most = kind(np.ceil((finite[-1] - finite[0]) * inverse) + 2)
        made = cls(finite[0], kind(inverse), most, np.arange(int(most) + 1), steps)
        at = made.buckets(steps)
        if not (np.diff(at) > 0).all():
            return None
        below = np.searchsorted(at, made.below)
        return made._replace(below=below, step=np.append(steps, kind(np.inf))[below])

    def buckets(self, x: Array) -> Array:
        """A greater number is never in a lower one, for each step of this rounds alike."""
        place = (x - self.low) * self.inverse
        place += 1
        return np.clip(place, 0, self.most, out=place).astype(np.intp)

    def places(self, x: Array) -> Array:
        """How many steps lie below each number."""
        flat = x.reshape(-1)
        found = [self._places(flat[i : i + SIZES.nearest]) for i in range(0, flat.shape[0], SIZES.nearest)]
        return np.concatenate(found).reshape(x.shape)

    def _places(self, x: Array) -> Array:
        at = self.buckets(x)
        found: Array = self.below[at] + (self.step[at] < x)
        return found
