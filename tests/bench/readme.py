"""The README's numbers, from docs/performance.json: `python -m tests.bench.page` writes them with the page."""

import re
from collections.abc import Iterable
from typing import Any

from .markdown import table
from .report import number
from .result import Result
from .summary import means

PLACE = re.compile(r"(<!-- the numbers -->\n).*?(<!-- end of the numbers -->)", re.DOTALL)

FRAME = {
    "`import arraylosses` and a first metric, beyond `import numpy`": ("import-and-first-metric",),
    "`squared_error` beyond the bare formula, NumPy / PyTorch": ("squared_error/64/numpy", "squared_error/64/torch"),
    "the same with weights": ("squared_error-weighted/64/numpy", "squared_error-weighted/64/torch"),
    "`stream.update`": ("stream.update/64/numpy", "stream.update/64/torch"),
}
PLACES = {"NumPy": "numpy", "PyTorch": "torch", "with gradient": "torch-grad", "JAX, jitted": "jax-jit"}
ROWS = {
    "squared error, 1e7": "squared_error/10000000",
    "absolute error, 1e7": "absolute_error/10000000",
    "Huber, 1e7": "huber_loss/10000000",
    "BCE with logits, 1e6": "binary_cross_entropy_with_logits/1000000",
    "focal loss, 1e6": "focal_loss_with_logits/1000000",
    "cross entropy, 8192 x 1000": "cross_entropy/8192x1000",
    "Kullback-Leibler divergence, 1e5 of 10": "kl_divergence/1000000",
    "R², 1e6": "r2_score/1000000",
    "Spearman, 1e6": "spearman_corrcoef/1000000",
    "confusion matrix, 1e6 labels of 10": "confusion_matrix-10/1000000",
    "AUROC, 1e6": "auroc/1000000",
    "SSIM, 8 x 3 x 256 x 256": "ssim/8x3x256x256",
    "MS-SSIM, 8 x 3 x 256 x 256": "ms_ssim/8x3x256x256",
    "Chamfer, 16k points": "chamfer_distance/16000",
    "optimal transport, 512 points": "optimal_transport_distance/512",
    "Sinkhorn, 256 points": "sinkhorn_distance/256",
    "GIoU, 1e5 pairs": "giou_loss/100000",
    "Lovász hinge, 1e6": "lovasz_hinge/1000000",
    "Dice loss, 1e6": "dice_loss/1000000",
    "AUSE, 1e6": "ause/1000000",
    "CRPS of 1e5 ensembles of 10": "crps_ensemble/1000000",
}
FAMILIES = {"numpy": "NumPy", "torch": "PyTorch", "jax-jit": "JAX under jit"}


def frame(found: dict[str, Result]) -> Iterable[list[str]]:
    for title, names in FRAME.items():
        rows = [found[f"frame/{name}"] for name in names if f"frame/{name}" in found]
        told = " / ".join(number(r.over, ".2g") for r in rows) + f" {rows[0].unit}" if rows else ""
        yield [title, told, ", ".join(dict.fromkeys(r.on for r in rows))]


def ratio(r: Result | None) -> str:
    return "-" if r is None or r.ratio is None else number(r.ratio, ".2f")


def averages(rows: list[Result]) -> str:
    told = (f"{FAMILIES[m.family]} {m.value:.2f} ({m.rows} rows)" for m in means(rows) if m.family in FAMILIES)
    return ", ".join(told)


def numbers(about: dict[str, Any], rows: list[Result]) -> str:
    """What stands between the marks."""
    found = {r.name: r for r in rows}
    compared = ([title, *(ratio(found.get(f"{name}/{p}")) for p in PLACES.values())] for title, name in ROWS.items())
    versions = ", ".join(f"{name} {about['versions'][name]}" for name in ("numpy", "torch", "jax"))
    return HEAD.format(
        date=about["date"][:10],
        cores=about["cores"],
        cpu=", ".join(dict.fromkeys(r.on for r in rows if r.on)) or about["cpu"],
        versions=versions,
        frame=table(("the frame, on 64 values", "measured", "on"), frame(found)),
        averages=averages(rows),
        rows=table(("row", *PLACES), compared),
    )


HEAD = """Measured on {date} on {cores} shared cores ({cpu}), with {versions}.
[docs/performance.md](docs/performance.md) has every row, wins and losses, with its peers, its spread and how it grows,
and why a row misses its goal; `python -m nox -s bench` measures them anew. No GPU was at hand: CuPy and CUDA take the
same code, untried so far.

{frame}

Times as fast as the fastest peer on the same arrays (above 1 ours is faster; peers are scikit-learn, SciPy,
scikit-image, POT, torch.nn.functional, torchmetrics, pytorch-msssim, optax, dm_pix, scoringrules, and textbook formulas
where there is no package). In the geometric mean over all rows, small arrays among them:
{averages}.

{rows}

"""


def placed(text: str, about: dict[str, Any], rows: list[Result]) -> str:
    """A text with the numbers at their place."""
    return PLACE.sub(lambda found: found[1] + numbers(about, rows) + found[2], text)
