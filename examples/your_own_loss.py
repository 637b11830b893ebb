"""
Your own loss, tried by the laws of the library
===============================================

The loss is a masked mean as it is often written. On clean data it is right; where a masked pixel holds NaN, as the
depth of a sky does, it is not. ``conformance.check`` draws inputs, finds that, and says how to see it again; the mended
loss then passes on every array library that is installed. Nothing of the loss is written for this: it is any function
of arrays.
"""

from typing import Any

from array_api_compat import array_namespace

import arraylosses as al
from arraylosses import conformance


def _refuse_unequal(pred: Any, target: Any, mask: Any) -> None:
    shapes = [tuple(array.shape) for array in (pred, target, mask)]
    if len(set(shapes)) > 1:
        raise ValueError(f"`pred`, `target` and `mask` must have one shape; got {', '.join(map(str, shapes))}.")


def depth_loss(pred: Any, target: Any, mask: Any) -> Any:
    """Mean squared error over the pixels that a mask keeps."""
    _refuse_unequal(pred, target, mask)
    xp = array_namespace(pred, target, mask)
    kept = xp.astype(mask, pred.dtype)
    return xp.sum((pred - target) ** 2 * kept) / xp.sum(kept)  # NaN times 0 is NaN


def mended_depth_loss(pred: Any, target: Any, mask: Any) -> Any:
    """The same, with what is masked replaced before anything is computed of it."""
    _refuse_unequal(pred, target, mask)
    xp = array_namespace(pred, target, mask)
    kept = xp.astype(mask, pred.dtype)
    error = xp.where(kept != 0, pred, 0.0) - xp.where(kept != 0, target, 0.0)
    return xp.sum(error**2 * kept) / xp.sum(kept)


def tried(loss: Any) -> str:
    """What the laws say of a loss, on all libraries that are installed."""
    try:
        conformance.check(loss, pred=al.REAL, target=al.REAL, weights="mask", symmetric=True, shifts=("pred", "target"))
    except conformance.Broken as found:
        return f"{loss.__name__}: {found}"
    return f"{loss.__name__}: every law holds on {', '.join(conformance.installed())}."


def main() -> None:
    print(tried(depth_loss), end="\n\n")
    print(tried(mended_depth_loss))


if __name__ == "__main__":
    main()
