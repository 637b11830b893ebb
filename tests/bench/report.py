"""The table, and what it was measured on."""

import json
import os
import platform
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from subprocess import run
from typing import Any

from .result import Result

PACKAGES = (
    "arraylosses",
    "array-api-compat",
    "numpy",
    "torch",
    "jax",
    "scipy",
    "scikit-learn",
    "scikit-image",
    "torchmetrics",
    "torchvision",
    "optax",
)
HEADINGS = ("row", "unit", "ours", "spread", "fastest peer", "peer's", "ratio", "above bare", "goal", "")


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


def machine() -> dict[str, Any]:
    commit = run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False)
    return {
        "cpu": processor(),
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": {p: v for p in PACKAGES if (v := installed(p))},
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit.stdout.strip(),
    }


def heading(about: dict[str, Any]) -> str:
    load = f"load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    parts = (about["cpu"], f"{about['cores']} cores", f"Python {about['python']}", about["date"], about["commit"], load)
    return ", ".join(filter(None, parts))


def _number(value: float | None, form: str = ".3g") -> str:
    if value is None:
        return ""
    return f"{value:.0f}" if form == ".3g" and abs(value) >= 1000 else format(value, form)


def cells(r: Result) -> tuple[str, ...]:
    ours = (_number(r.ours), _number(r.spread, ".0%"))
    theirs = (r.peer, _number(r.theirs), _number(r.ratio, ".2f"))
    return (r.name, r.unit, *ours, *theirs, _number(r.over), _number(r.goal), r.note)


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
    for i, heading in enumerate(HEADINGS):
        shown.add_column(heading, justify="left" if i in (0, 1, 4, 9) else "right", no_wrap=i < 9)
    for row in rows:
        shown.add_row(*row)
    console = Console()
    Console(width=max(console.width, 160)).print(shown)


def aligned(rows: list[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows)


def save(results: Iterable[Result], path: Path) -> None:
    path.write_text(json.dumps({"machine": machine(), "rows": [asdict(r) for r in results]}, indent=1) + "\n")
