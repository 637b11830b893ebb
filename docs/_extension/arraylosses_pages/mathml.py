"""Formulas as MathML, which browsers draw by themselves: no script, and nothing to load."""

from typing import Any

from docutils import nodes
from latex2mathml.converter import convert


def _plain(tex: str) -> str:
    """Without numbers and line ends that mean nothing."""
    return " ".join(tex.split())


def inline(self: Any, node: Any) -> None:
    self.body.append(f'<span class="math">{convert(_plain(node.astext()))}</span>')
    raise nodes.SkipNode


def block(self: Any, node: Any) -> None:
    """Each formula in a box of its own, which scrolls where it is wider than the page."""
    for tex in filter(str.strip, node.astext().split("\n\n")):
        self.body.append(f'<div class="math">{convert(_plain(tex), display="block")}</div>')
    raise nodes.SkipNode
