"""The examples, laid out for sphinx-gallery."""

import ast
import re
from pathlib import Path
from typing import Any

NOT_RUN = "ddp"
"""Examples that start processes of their own, which import what they run from a file: shown, and not run."""

HEADER = """Examples
========

Each is one file that runs by itself: ``python examples/NAME.py``. What they print and draw was made when these pages
were built.
"""
TITLE = re.compile(r"^[^\n]+\n([=\-~^*#\"'])\1{2,}[ \t]*$", re.MULTILINE)


def titled(source: str, name: str) -> str:
    """The same example with a title, made of its name where its docstring has none."""
    doc = ast.get_docstring(ast.parse(source), clean=False) or ""
    if TITLE.search(doc):
        return source
    title = name.replace("_", " ").capitalize()
    return source.replace(doc, f"{title}\n{'=' * len(title)}\n\n{doc}", 1)


def staged(docs: Path) -> dict[str, str]:
    """The examples as they are shown, in a folder of which nothing but the gallery reads."""
    files = sorted((docs.parent / "examples").glob("*.py"))
    found = {f"_examples/{file.name}": titled(file.read_text(encoding="utf-8"), file.stem) for file in files}
    return {"_examples/GALLERY_HEADER.rst": HEADER, **found}


class Pictures:
    """What an example writes to disk; of one that writes nothing, what it leaves open in matplotlib."""

    def __repr__(self) -> str:
        """The same in every run: the gallery compares settings by it."""
        return "pictures on disk"

    def __call__(self, block: Any, block_vars: dict[str, Any], gallery_conf: dict[str, Any]) -> str:
        from matplotlib import pyplot
        from sphinx_gallery.scrapers import figure_rst, matplotlib_scraper

        folder = Path(block_vars["src_file"]).parent
        files = sorted(file for kind in ("*.png", "*.gif") for file in folder.glob(kind))
        if not files:
            return str(matplotlib_scraper(block, block_vars, gallery_conf))
        pyplot.close("all")  # which would be shown twice
        places = [Path(next(block_vars["image_path_iterator"])) for _ in files]
        return str(figure_rst([moved(*pair) for pair in zip(files, places, strict=True)], gallery_conf["src_dir"]))


def moved(file: Path, place: Path) -> str:
    """To where the gallery looks for it, with its own suffix."""
    place = place.with_suffix(file.suffix)
    place.parent.mkdir(exist_ok=True)
    return str(file.replace(place))


def gallery_settings(docs: Path) -> dict[str, Any]:
    """Of sphinx-gallery."""
    return {
        "examples_dirs": str(docs / "_examples"),
        "gallery_dirs": "auto_examples",
        "filename_pattern": rf"/(?!({NOT_RUN}))\w+\.py$",
        "image_scrapers": (Pictures(),),
        "download_all_examples": False,
        "remove_config_comments": True,
        "show_memory": False,
        "show_signature": False,
        "min_reported_time": 1e9,
        "write_computation_times": False,
        "reference_url": {},
        "plot_gallery": "True",
    }
