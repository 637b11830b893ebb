"""
One number from many processes
==============================

Two processes of ``torch.distributed`` evaluate one model on parts of unequal size, in batches of unequal size, as the
ranks of ``DistributedDataParallel`` do. Each gathers the state of a stream; ``all_merge`` makes one of them on every
rank, and its numbers are those of all data at once. The mean of the ranks' own numbers is another number: right for
none of these metrics, and not even near for R².

``torchrun --nproc-per-node 2 ddp_evaluation.py`` starts the processes, and so does the script when run by itself.
"""

import os
import subprocess
import sys

import torch
from torch import distributed

import arraylosses as al
from arraylosses.engines.torch import all_merge

RANKS, COUNT, SEED = 2, 10_000, 0
METRICS = {"RMSE": al.root_mean_squared_error, "R²": al.r2_score, "Spearman": al.spearman_corrcoef}


def predictions():
    """What a model predicts, and what is true; it is worse where the target is large."""
    random = torch.Generator().manual_seed(SEED)
    target = torch.rand(COUNT, generator=random).sort().values ** 3
    return target + 0.3 * target * torch.randn(COUNT, generator=random), target


def evaluate():
    """What each rank runs: three quarters of the data are the first one's."""
    distributed.init_process_group("gloo")
    rank = distributed.get_rank()
    pred, target = predictions()
    share = slice(0, 3 * COUNT // 4) if rank == 0 else slice(3 * COUNT // 4, COUNT)
    stream = al.stream(METRICS)
    state = stream.init(pred[share], target[share])
    for batch in zip(pred[share].split(1000 + rank), target[share].split(1000 + rank), strict=True):
        state = stream.update(state, *batch)
    merged = stream.compute(all_merge(stream, state))
    own = [None] * RANKS
    distributed.all_gather_object(own, stream.compute(state))
    if rank == 0:
        print(f"{'':<10}{'rank 0':>11}{'rank 1':>11}{'their mean':>13}{'merged':>13}{'all at once':>13}")
        for name, metric in METRICS.items():
            first, second, whole = own[0][name], own[1][name], metric(pred, target)
            row = f"{name:<10}{first:>11.6f}{second:>11.6f}{(first + second) / 2:>13.6f}"
            print(f"{row}{merged[name]:>13.6f}{whole:>13.6f}")
    distributed.destroy_process_group()


def main():
    if "RANK" in os.environ:  # torchrun has started this process
        evaluate()
        return
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={RANKS}", sys.argv[0]]
    run = subprocess.run(
        command, env=os.environ | {"OMP_NUM_THREADS": "1"}, stdout=subprocess.PIPE, text=True, check=True
    )
    print(run.stdout, end="")


if __name__ == "__main__":
    main()
