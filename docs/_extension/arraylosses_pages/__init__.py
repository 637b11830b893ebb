"""A small extension of Sphinx: the pages that are made from the catalogue, and what all pages share."""

from pathlib import Path
from typing import Any

from . import api, examples, gallery, links, mathml, matrix, metric_pages, pictures
from .examples import gallery_settings
from .facts import Card, cards
from .numbers import substitutions

__all__ = ["Card", "cards", "gallery_settings", "made", "setup", "substitutions"]


def made(docs: Path) -> dict[str, str]:
    """Every page that is written at build time, by its path below docs/."""
    found = cards(docs)
    drawn = pictures.drawn(docs / "_pictures", found)
    return {
        "gallery.rst": gallery.page(found, drawn),
        "matrix.rst": matrix.page(docs),
        **metric_pages.pages(found, drawn),
        **api.pages(found),
        **examples.staged(docs),
    }


def write(app: Any, config: Any) -> None:
    """Only what has changed, so that a second build is quick; what is no longer made is taken away."""
    docs = Path(app.srcdir)
    pages = made(docs)
    for name, text in pages.items():
        written = docs / name
        written.parent.mkdir(exist_ok=True)
        if not written.exists() or written.read_text(encoding="utf-8") != text:
            written.write_text(text, encoding="utf-8")
    for folder in ("api", "metrics", "_examples"):
        for stale in (docs / folder).glob("*"):
            if stale.is_file() and f"{folder}/{stale.name}" not in pages:
                stale.unlink()


def setup(app: Any) -> dict[str, Any]:
    app.connect("config-inited", write)
    app.connect("source-read", links.rewrite)
    app.connect("doctree-resolved", links.to_metrics)
    app.add_html_math_renderer("mathml", inline_renderers=(mathml.inline, None), block_renderers=(mathml.block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
