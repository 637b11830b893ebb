"""
Metrics of more data than memory holds
======================================

Forty million pairs of prediction and target exist only as a recipe for the 40 chunks of two Dask arrays. One graph
makes a state of each chunk and merges the states in a tree; a chunk is gone as soon as its state is there. The metrics
share what they remember, so that the data are made and read once for all of them. The same call runs on a cluster of
``dask.distributed``, and on arrays that Dask reads from Zarr, HDF5 or Parquet.
"""

import tracemalloc

import dask.array as da

import arraylosses as al
from arraylosses.engines.dask import evaluate

CHUNKS, CHUNK, SEED = 40, 1_000_000, 0
METRICS = {
    "RMSE": al.root_mean_squared_error,
    "mean absolute error": al.mean_absolute_error,
    "R²": al.r2_score,
    "Pearson correlation": al.pearson_corrcoef,
}
EXPECTED = {"RMSE": 0.5, "mean absolute error": 0.398942, "R²": 0.75, "Pearson correlation": 0.894427}


def data():
    """Normal targets, and predictions off by noise of half their spread."""
    random = da.random.default_rng(SEED)
    target = random.normal(size=CHUNKS * CHUNK, chunks=CHUNK)
    return target + 0.5 * random.normal(size=CHUNKS * CHUNK, chunks=CHUNK), target


def main():
    pred, target = data()
    tracemalloc.start()
    every = evaluate(METRICS, pred, target).compute()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    few = evaluate(METRICS, pred[: 2 * CHUNK], target[: 2 * CHUNK]).compute()
    held = pred[: 2 * CHUNK].compute(), target[: 2 * CHUNK].compute()
    print(f"{'':<22}{'all data':>12}{'in theory':>12}{'two chunks':>14}{'at once':>12}")
    for name, metric in METRICS.items():
        print(f"{name:<22}{every[name]:>12.6f}{EXPECTED[name]:>12.6f}{few[name]:>14.9f}{metric(*held):>12.9f}")
    print(f"{(pred.nbytes + target.nbytes) / 1e9:.2f} GB of data; never more than {peak / 1e9:.2f} GB in memory.")


if __name__ == "__main__":
    main()
