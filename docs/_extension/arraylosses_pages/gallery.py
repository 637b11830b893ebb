"""The gallery: a card for each loss and metric."""

from collections.abc import Iterable, Mapping
from itertools import groupby

from .facts import Card
from .pictures import alternative
from .text import badges, indented, title

HEAD = """{title}
{count} losses, metrics and functions, one card each. A picture shows the value (solid) of a loss of single numbers and
its gradient (dashed), as automatic differentiation finds it. ↑ more is better, ↓ less is better, → the value that is
best. Badges name the libraries on which the laws held (:doc:`matrix`), and the ways of running in which they held
there. A card leads to the metric's page.
"""


def said(card: Card) -> str:
    """Range, and where the better values lie."""
    return "  ".join(filter(None, (card.arrow, card.range)))


def one(card: Card, picture: str | None) -> str:
    """A card, as an item of a grid."""
    body = [f".. image:: /{picture}\n   :alt: {alternative(card)}\n   :class: curve"] if picture else []
    body.append(card.summary)
    if card.formula:
        body.append(".. math::\n\n" + indented(card.formula))
    marks = [badges([card.kind], "primary")]
    marks += [badges([said(card)], "info-line")] if said(card) else []
    marks += [badges(card.libraries, "secondary"), badges(card.ways, "light")]
    body.append(" ".join(filter(None, marks)))
    name = card.name.replace("_", "_\u200b")  # where a long name may be broken
    head = f".. grid-item-card:: {name}\n   :link: /metrics/{card.name}\n   :link-type: doc\n"
    return f"{head}   :class-item: {card.classes}\n\n" + indented("\n\n".join(body))


def section(subject: str, several: Iterable[Card], pictures: Mapping[str, str]) -> str:
    grid = ".. grid:: 1 2 2 3\n   :gutter: 3\n   :class-container: cards\n"
    inside = "\n\n".join(indented(one(card, pictures.get(card.name))) for card in several)
    return f".. _gallery-{subject}:\n\n{title(subject.capitalize(), '-')}\n{grid}\n{inside}\n"


def page(cards: Iterable[Card], pictures: Mapping[str, str]) -> str:
    ordered = sorted(cards, key=lambda card: (card.subject, card.name))
    parts = [section(subject, several, pictures) for subject, several in groupby(ordered, key=lambda c: c.subject)]
    toctree = ".. toctree::\n   :hidden:\n   :glob:\n\n   metrics/*\n"
    return "\n".join([HEAD.format(title=title("Gallery"), count=len(ordered)), *parts, toctree])
