"""A page for each metric: facts, badges, and its docstring in full."""

from collections.abc import Iterable, Iterator, Mapping

from .facts import Card
from .pictures import alternative
from .text import badges, title


def facts(card: Card) -> Iterator[tuple[str, str]]:
    """What there is to say, by headings."""
    yield "Kind", f"{card.kind} of :ref:`{card.subject} <gallery-{card.subject}>`"
    if card.range:
        yield "Range", f"{card.range}, unit {card.facts.unit.replace('**2', '²')}"
    if card.arrow:
        yield "Better", card.arrow
    if card.kind != "function":
        yield "Differentiable", card.facts.smooth
    if card.facts.also:
        yield "Other names", ", ".join(f"``{name}``" for name in card.facts.also)
    if card.facts.equals:
        yield "The same number", ", ".join(f"``{name}``" for name in card.facts.equals)
    if card.libraries:
        yield "The laws held on", badges(card.libraries, "secondary")
    if card.ways:
        yield "Tried as", badges(card.ways, "light")


def page(card: Card, picture: str | None) -> str:
    """Facts, then what ``help()`` says."""
    shown = f".. image:: /{picture}\n   :alt: {alternative(card)}\n   :class: curve\n" if picture else ""
    listed = "\n".join(f":{what}: {said}" for what, said in facts(card))
    told = f".. currentmodule:: arraylosses\n\n.. autofunction:: {card.name}\n"
    head = [":html_theme.sidebar_secondary.remove: true\n", title(card.name), ".. rst-class:: facts\n"]
    return "\n".join([*head, listed, "", shown, told])


def pages(cards: Iterable[Card], pictures: Mapping[str, str]) -> dict[str, str]:
    return {f"metrics/{card.name}.rst": page(card, pictures.get(card.name)) for card in cards}
