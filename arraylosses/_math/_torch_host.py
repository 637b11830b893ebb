"""The one torch operator behind `host`: opaque to torch.compile and to torch.func, which see shapes only.

Imported where it is first called. Dynamo runs an import for real, so the operator exists before it is traced.
"""

from typing import Any

import torch

from .host import HOSTED


def _run(name: str, arrays: list[Any], options: list[float]) -> list[Any]:
    given = [a.detach().cpu().numpy() for a in arrays]
    device = arrays[0].device
    return [torch.from_numpy(x).to(device) for x in HOSTED[name].run(given, tuple(options))]


def _described(name: str, arrays: list[Any], options: list[float]) -> list[Any]:
    results = HOSTED[name].results(*(tuple(a.shape) for a in arrays), *options)
    return [arrays[0].new_empty(shape, dtype=torch.int64 if whole else None) for shape, whole in results]


def _mapped(info: Any, in_dims: Any, name: str, arrays: list[Any], options: list[float]) -> Any:
    """The mapped axis becomes one more leading axis."""
    places = in_dims[1]
    if not HOSTED[name].reads:
        one = [a if place is None else a.select(place, 0) for a, place in zip(arrays, places, strict=True)]
        return (found := host(name, one, options)), [None] * len(found)
    whole = [
        a.expand(info.batch_size, *a.shape) if place is None else a.movedim(place, 0)
        for a, place in zip(arrays, places, strict=True)
    ]
    found = host(name, whole, options)
    return found, [0] * len(found)


host = torch.library.custom_op(
    "arraylosses::host", _run, mutates_args=(), schema="(str name, Tensor[] arrays, float[] options) -> Tensor[]"
)
host.register_fake(_described)
host.register_vmap(_mapped)
