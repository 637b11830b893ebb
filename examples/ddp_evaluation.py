"""
One number from many processes
==============================

Two processes of ``torch.distributed`` evaluate one model on parts of unequal size, in batches of unequal size, as the
ranks of ``DistributedDataParallel`` do. Each gathers the state of a stream; ``all_merge`` makes one of them on every
rank, and its numbers are those of all data at once. The mean of the ranks' own numbers is another number: right for
none of these metrics, and not even near for R².
"""

import tempfile
from pathlib import Path

import torch
from torch import distributed, multiprocessing

import arraylosses as al
from arraylosses.engines.torch import all_merge

RANKS, COUNT, SEED = 2, 10_000, 0
METRICS = {"RMSE": al.root_mean_squared_error, "R²": al.r2_score, "Spearman": al.spearman_corrcoef}


def predictions():
    """What a model predicts, and what is true; it is worse where the target is large."""
    random = torch.Generator().manual_seed(SEED)
    target = torch.rand(COUNT, generator=random).sort().values ** 3
    return target + 0.3 * target * torch.randn(COUNT, generator=random), target


def evaluate(rank, file, results):
    """What each rank runs: three quarters of the data are the first one's."""
    distributed.init_process_group("gloo", init_method=f"file://{file}", rank=rank, world_size=RANKS)
    share = slice(0, 3 * COUNT // 4) if rank == 0 else slice(3 * COUNT // 4, COUNT)
    pred, target = (x[share] for x in predictions())
    stream = al.stream(METRICS)
    state = stream.init(pred, target)
    for batch in zip(pred.split(1000 + rank), target.split(1000 + rank), strict=True):
        state = stream.update(state, *batch)
    own, together = stream.compute(state), stream.compute(all_merge(stream, state))
    results[rank] = {name: (float(own[name]), float(together[name])) for name in METRICS}
    distributed.destroy_process_group()


def main():
    with tempfile.TemporaryDirectory() as folder, multiprocessing.Manager() as manager:
        results = manager.dict()
        multiprocessing.spawn(evaluate, (Path(folder, "meeting"), results), nprocs=RANKS)
        ranks = [results[rank] for rank in range(RANKS)]
    print(f"{'':<10}" + "".join(f"{f'rank {rank}':>11}" for rank in range(RANKS)), end="")
    print(f"{'their mean':>13}{'merged':>13}{'all at once':>13}")
    pred, target = predictions()
    for name, metric in METRICS.items():
        own = [rank[name][0] for rank in ranks]
        print(f"{name:<10}" + "".join(f"{value:>11.6f}" for value in own), end="")
        print(f"{sum(own) / RANKS:>13.6f}{ranks[0][name][1]:>13.6f}{float(metric(pred, target)):>13.6f}")


if __name__ == "__main__":
    main()
