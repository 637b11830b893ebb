"""A GPU: timed by its own events, with the share of its memory's speed, and a look for waits of the host."""

from dataclasses import replace
from functools import cache
from typing import Any

from .case import Case, Size, elements
from .clock import Call, Clock, Sample, by_wall
from .result import Result, Scope

ABSENT = "No NVIDIA GPU that PyTorch can use is here: nothing was run on `cuda`."
WAITS = ("aten::item", "aten::_local_scalar_dense", "cudaStreamSynchronize", "cudaDeviceSynchronize", "Memcpy DtoH")
LARGE = 2**28
"""Bytes, beyond what any cache of a GPU holds."""


def usable(device: str) -> bool:
    if device == "cpu":
        return True
    try:
        from torch import cuda
    except ModuleNotFoundError:
        return False
    return bool(cuda.is_available())


def card() -> str:
    from torch import cuda

    return str(cuda.get_device_name())


def between(start: Any, end: Any, call: Call, times: int) -> None:
    start.record()
    for _ in range(times):
        call()
    end.record()
    end.synchronize()


def by_torch(call: Call, times: int) -> float:
    from torch.cuda import Event

    start, end = Event(enable_timing=True), Event(enable_timing=True)
    between(start, end, call, times)
    return float(start.elapsed_time(end)) / 1e3 / times


def by_cupy(call: Call, times: int) -> float:
    from cupy.cuda import Event, get_elapsed_time

    start, end = Event(), Event()
    between(start, end, call, times)
    return float(get_elapsed_time(start, end)) / 1e3 / times


SAMPLES: dict[str, Sample] = {"torch": by_torch, "cupy": by_cupy}
"""JAX has no events, and its calls block until they are ready."""


def clock(scope: Scope, library: str) -> Clock:
    plain = scope.clock
    return plain if scope.device == "cpu" else replace(plain, sample=SAMPLES.get(library, by_wall))


@cache
def bandwidth() -> float:
    """Bytes a second that a copy reads and writes."""
    import torch

    source = torch.zeros(LARGE, dtype=torch.uint8, device="cuda")
    target = torch.empty_like(source)
    return 2 * LARGE / min(by_torch(lambda: target.copy_(source), 10) for _ in range(5))


def waits(call: Call) -> list[str]:
    """What a call does that makes the host wait for the device, as torch's profiler sees it."""
    from torch.profiler import ProfilerActivity, profile, record_function

    with profile(activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA]) as seen, record_function("the call"):
        call()
    events: Any = seen.events()
    # the profiler itself waits in the end
    span = next(e.time_range for e in events if e.name == "the call")
    inside = (e.name for e in events if span.start <= e.time_range.start <= span.end)
    return sorted({name for name in inside if name.startswith(WAITS)})


def examined(found: Result, case: Case, ours: Call, library: str, size: Size) -> Result:
    """With the share of bandwidth, two float32 inputs read once, and a note where the host waits."""
    if found.ours is None:
        return found
    share = 8 * elements(size) / (found.ours / 1e3) / bandwidth() if case.streams else None
    waiting = waits(ours) if library == "torch" else []
    note = ", ".join(filter(None, (found.note, *(f"THE HOST WAITS: {name}" for name in waiting))))
    return replace(found, share=share, note=note)
