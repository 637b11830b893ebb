"""Measured numbers for the running text, by name: a page says ``{{ numpy_mean }}``."""

from pathlib import Path

import arraylosses as al

from .facts import stored

DOCS = Path(__file__).parents[2]


def substitutions(docs: Path = DOCS) -> dict[str, str]:
    """From docs/performance.json and docs/conformance.json."""
    speed, laws = stored(docs, "performance.json"), stored(docs, "conformance.json")
    rows = {row["name"]: row for row in speed["rows"]}
    first = rows["frame/import-and-first-metric"]
    found = {f"{mean['family'].replace('-', '_')}_mean": f"{mean['value']:.2f}" for mean in speed["means"]}
    found |= {f"{mean['family'].replace('-', '_')}_rows": str(mean["rows"]) for mean in speed["means"]}
    found |= {f"import_{name.replace('-', '_')}": f"{ms / 1000:.1f}" for name, ms in first["others"].items()}
    return found | {
        "import_ours": f"{first['ours'] / 1000:.1f}",
        "measured_on": speed["machine"]["date"][:10],
        "metrics": str(len(al.catalogue)),
        "laws": str(laws["laws"]),
        "held": f"{cells(laws, 0):,}",
        "lacking": f"{cells(laws, 2):,}",
        "broken": f"{cells(laws, 3):,}",
    }


def cells(laws: dict, verdict: int) -> int:
    """How many there are of a verdict, all metrics and libraries together."""
    return sum(numbers[verdict] for found in laws["pairs"].values() for numbers in found.values())
