"""The same number over ranks, devices, processes, and workers that die, as from one array."""

import functools
import multiprocessing
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import arraylosses as al

RNG = np.random.default_rng(23)
PRED, TARGET = RNG.normal(size=(2, 120)).astype("float32")
ERRORS = {"rmse": al.root_mean_squared_error, "r2": al.r2_score, "spearman": al.spearman_corrcoef}
STREAM = al.stream(ERRORS)
WANTED = {name: float(metric(PRED, TARGET)) for name, metric in ERRORS.items()}
UNEVEN = {2: [0, 100, 120], 4: [0, 70, 70, 113, 120]}
"""Where the data is cut for so many workers: of four, the second has nothing."""


def close(values: dict[str, Any]) -> None:
    assert values.keys() == WANTED.keys()
    for name, value in values.items():
        assert float(value) == pytest.approx(WANTED[name], rel=1e-5), name


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


# ---- anything that reduces


def test_functools_reduce() -> None:
    states = [al.accumulate(STREAM, PRED[i : i + 31], TARGET[i : i + 31]) for i in range(0, 120, 31)]
    close(STREAM.compute(functools.reduce(STREAM.merge, states)))


def state_of(cut: tuple[int, int]) -> Any:
    return al.accumulate(STREAM, PRED[slice(*cut)], TARGET[slice(*cut)])


def test_processes() -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        states = pool.map(state_of, [(0, 50), (50, 51), (51, 120)])
    close(STREAM.compute(functools.reduce(STREAM.merge, states)))


def test_a_worker_that_returns_nothing_is_told() -> None:
    state = al.accumulate(al.stream(al.r2_score), PRED, TARGET)
    with pytest.raises(TypeError) as caught:
        al.stream(al.r2_score).merge(state, None)
    assert str(caught.value) == "a state must be a named tuple of arrays, such as `init` gives; got NoneType."


# ---- torch.distributed


def rank(place: int, world: int, port: int, to: Any) -> None:
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    import torch
    from torch import distributed

    from arraylosses.engines.torch import all_merge

    torch.set_num_threads(1)
    distributed.init_process_group("gloo", rank=place, world_size=world)
    start, stop = UNEVEN[world][place : place + 2]
    mine = [torch.from_numpy(x[start:stop]) for x in (PRED, TARGET)]
    state = al.accumulate(STREAM, *mine) if start < stop else None
    values = STREAM.compute(all_merge(STREAM, state))
    to.put({name: float(value) for name, value in values.items()})
    distributed.destroy_process_group()


def of_ranks(task: Callable[..., None], world: int, timeout: int = 60) -> list[Any]:
    """What each rank has found, in processes of their own."""
    context = multiprocessing.get_context("spawn")
    found, port = context.Queue(), free_port()
    ranks = [context.Process(target=task, args=(place, world, port, found)) for place in range(world)]
    for one in ranks:
        one.start()
    values = [found.get(timeout=timeout) for _ in ranks]
    for one in ranks:
        one.join()
    return values


@pytest.mark.parametrize("world", UNEVEN)
def test_ranks_of_torch(world: int) -> None:
    pytest.importorskip("torch")
    values = of_ranks(rank, world)
    for value in values:
        close(value)
        assert value == values[0]


def spread(place: int, world: int, port: int, to: Any) -> None:
    """Each rank holds a shard of one array, and the metric is called on the whole."""
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    import torch
    from torch import distributed
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.tensor import Shard, distribute_tensor

    torch.set_num_threads(1)
    distributed.init_process_group("gloo", rank=place, world_size=world)
    mesh = init_device_mesh("cpu", (world,))
    given = [distribute_tensor(torch.from_numpy(x), mesh, [Shard(0)]) for x in (PRED, TARGET)]
    found = {}
    for name in ("rmse", "r2"):
        s = al.stream(ERRORS[name])
        streamed = s.compute(s.update(s.init(*given), *given))
        found[name] = [float(value.full_tensor()) for value in (ERRORS[name](*given), streamed)]
    to.put(found)
    distributed.destroy_process_group()


@pytest.mark.parametrize("world", UNEVEN)
def test_tensors_that_are_spread_over_ranks(world: int) -> None:
    pytest.importorskip("torch")
    for found in of_ranks(spread, world):
        for name, values in found.items():
            assert values == pytest.approx([WANTED[name]] * 2, rel=1e-5), name


# ---- JAX

DEVICES = """
import jax, numpy as np
import arraylosses as al
from jax.sharding import NamedSharding, PartitionSpec
from arraylosses.engines.jax import all_merge
from tests.test_engines import ERRORS, PRED, TARGET, STREAM, close

assert jax.device_count() == 8
mesh = jax.make_mesh((8,), ("data",), axis_types=(jax.sharding.AxisType.Auto,))
shards = [jax.device_put(x, NamedSharding(mesh, PartitionSpec("data"))) for x in (PRED, TARGET)]
close({name: metric(*shards) for name, metric in ERRORS.items()})

def of(pred, target):
    state = STREAM.update(STREAM.init(pred, target), pred, target)
    return all_merge(STREAM, state, "data")

spec = PartitionSpec("data")
state = jax.jit(jax.shard_map(of, mesh=mesh, in_specs=(spec, spec), out_specs=PartitionSpec()))(*shards)
close(STREAM.compute(state))
print("done")
"""

PROCESS = """
import sys
import jax
jax.config.update("jax_cpu_collectives_implementation", "gloo")
jax.distributed.initialize(f"127.0.0.1:{sys.argv[1]}", num_processes=2, process_id=int(sys.argv[2]))
import jax.numpy as jnp
import arraylosses as al
from arraylosses.engines.jax import across_processes
from tests.test_engines import PRED, TARGET, STREAM, close

mine = slice(60 * int(sys.argv[2]), 60 * int(sys.argv[2]) + 60)
state = al.accumulate(STREAM, jnp.asarray(PRED[mine]), jnp.asarray(TARGET[mine]))
close(STREAM.compute(across_processes(STREAM, state)))
print("done")
"""


def started(script: str, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=Path(__file__).parents[1],
        env={**os.environ, "JAX_PLATFORMS": "cpu", **environment},
    )


def ended(process: subprocess.Popen[str]) -> None:
    told, _ = process.communicate(timeout=300)
    assert told.endswith("done\n"), told


def test_devices_of_jax() -> None:
    pytest.importorskip("jax")
    ended(started(DEVICES, XLA_FLAGS="--xla_force_host_platform_device_count=8"))


def test_processes_of_jax() -> None:
    pytest.importorskip("jax")
    port = str(free_port())
    for process in [started(PROCESS, port, str(i)) for i in range(2)]:
        ended(process)


# ---- Dask


def test_chunks_of_dask_are_computed_when_asked() -> None:
    array = pytest.importorskip("dask.array")
    from arraylosses.engines.dask import evaluate

    looked_at: list[int] = []

    def seen(block: Any) -> Any:
        looked_at.append(len(block))
        return block

    pred = array.from_array(PRED, chunks=50).map_blocks(seen, dtype="float32", meta=np.empty(0, "float32"))
    lazy = evaluate(ERRORS, pred, array.from_array(TARGET, chunks=41))
    assert not looked_at
    close(lazy.compute(scheduler="threads"))
    assert sorted(looked_at) == [20, 50, 50]


def test_arrays_of_dask_that_do_not_match_are_told() -> None:
    array = pytest.importorskip("dask.array")
    from arraylosses.engines.dask import evaluate

    with pytest.raises(ValueError, match="length") as caught:
        evaluate(ERRORS, array.zeros(3), array.zeros(4))
    assert str(caught.value) == "`arrays` must be of one length along the leading axis; got shapes (3,) and (4,)."


def test_a_bag_of_batches() -> None:
    bag = pytest.importorskip("dask.bag")
    batches = [(PRED[i : i + 30], TARGET[i : i + 30]) for i in range(0, 120, 30)]
    empty = STREAM.init(PRED[:1], TARGET[:1])
    folded = bag.from_sequence(batches, npartitions=3).fold(
        lambda state, batch: STREAM.update(state, *batch), STREAM.merge, initial=empty
    )
    close(STREAM.compute(folded.compute(scheduler="threads")))


def slowly(block: Any) -> Any:
    from time import sleep

    sleep(0.4)
    return block


def test_a_worker_that_is_killed_is_made_good() -> None:
    distributed = pytest.importorskip("distributed")
    from time import sleep

    import dask.array as array

    from arraylosses.engines.dask import evaluate

    pred = array.from_array(PRED, chunks=12).map_blocks(slowly, dtype="float32", meta=np.empty(0, "float32"))
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        future = client.compute(evaluate(ERRORS, pred, array.from_array(TARGET, chunks=12)))
        sleep(1.0)
        next(iter(cluster.workers.values())).process.process._process.kill()
        close(future.result(timeout=120))
