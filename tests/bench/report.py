"""The table, the file, and what was measured on."""

import json
import os
import platform
from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from subprocess import run
from typing import Any

from . import device
from .result import Result, Scope
from .summary import Mean, means, with_exponents
from .targets import goal, met

PACKAGES = (
    "arraylosses",
    "array-api-compat",
    "numpy",
    "torch",
    "jax",
    "cupy-cuda12x",
    "scipy",
    "scikit-learn",
    "scikit-image",
    "torchmetrics",
    "pytorch-msssim",
    "dm-pix",
    "optax",
    "pot",
    "trimesh",
    "scoringrules",
    "uncertainty-toolbox",
)
LEFT = ("row", "unit", "fastest peer", "")
HEADINGS = (
    *("row", "unit", "ours", "spread", "fastest peer", "peer's", "times as fast"),
    *("grows as n^", "above bare", "goal", "met", ""),
)


# ---- what was measured on


def processor() -> str:
    """The model's name, which Linux tells in a file alone."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor()


def installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def commit() -> str:
    done = run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def machine() -> dict[str, Any]:
    return {
        "cpu": processor(),
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": {p: v for p in PACKAGES if (v := installed(p))},
        "date": now(),
        "commit": commit(),
    }


def stamped(r: Result, scope: Scope, version: str) -> Result:
    """With its version, its day and its processor: rows of several runs share a page."""
    return replace(r, commit=version, date=now(), on=processor() if scope.device == "cpu" else device.card())


def heading(about: dict[str, Any]) -> str:
    load = f"load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    parts = (about["cpu"], f"{about['cores']} cores", f"Python {about['python']}", about["date"], about["commit"], load)
    return ", ".join(filter(None, parts))


# ---- the table


def number(value: float | None, form: str = ".3g") -> str:
    if value is None:
        return ""
    digits = int(form[1]) if form.endswith("g") else None
    # as many digits as are asked for, and never a power of ten
    return f"{value:.0f}" if digits is not None and abs(value) >= 10**digits else format(value, form)


def cells(r: Result) -> tuple[str, ...]:
    ours = (number(r.ours), number(r.spread, ".0%"))
    theirs = (r.peer, number(r.theirs), number(r.ratio, ".2f"), number(r.exponent, ".2f"))
    verdict = {None: "", True: "yes", False: "NO"}[met(r)]
    return (r.name, r.unit, *ours, *theirs, number(r.over), number(goal(r)), verdict, r.note)


def table(results: Iterable[Result]) -> None:
    """By rich where it is installed."""
    rows = [cells(r) for r in results]
    try:
        from rich.console import Console
        from rich.table import Table
    except ImportError:
        print(aligned([HEADINGS, *rows]))
        return
    shown = Table(box=None, pad_edge=False)
    for heading in HEADINGS:
        shown.add_column(heading, justify="left" if heading in LEFT else "right", no_wrap=heading != "")
    for row in rows:
        shown.add_row(*row)
    console = Console()
    Console(width=max(console.width, 200)).print(shown)


def aligned(rows: list[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows)


def told(mean: Mean) -> str:
    return f"{mean.family}: {mean.value:.2f} times as fast, the geometric mean of {mean.rows} rows"


# ---- the file


def save(results: Iterable[Result], path: Path, about: dict[str, Any]) -> None:
    rows = with_exponents(results)
    kept = {"machine": about, "means": [rounded(asdict(m)) for m in means(rows)], "rows": [written(r) for r in rows]}
    path.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def written(r: Result) -> dict[str, Any]:
    """Without what is not there; numbers to five digits."""
    return {k: rounded(v) for k, v in asdict(r).items() if v not in (None, "", {}, False)}


def rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    return float(f"{value:.5g}") if isinstance(value, float) else value


def load(path: Path) -> tuple[dict[str, Any], list[Result]]:
    kept = json.loads(path.read_text(encoding="utf-8"))
    return kept["machine"], [Result(**{"unit": "", **row}) for row in kept["rows"]]
