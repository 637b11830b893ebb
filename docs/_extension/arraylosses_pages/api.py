"""Every public name with its signature."""

import inspect
from collections.abc import Iterable, Iterator
from contextlib import suppress
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

import arraylosses as al
from arraylosses import conformance
from arraylosses._catalogue import plain_functions
from arraylosses._names import HOMES

from .facts import Card
from .text import indented, table, title

FRAME = ("_stream", "_collection", "_evaluate", "_checkpoint", "_combine", "_derivatives")
DECLARING = ("_metric", "_definition", "_catalogue")

HEADS = {
    "metrics": ("Losses and metrics", "Every one with its signature; a name leads to its page, by subject."),
    "streams": ("Streams and evaluation", "Metrics of data that comes in parts: batches, ranks, files, devices."),
    "declaring": ("Declaring metrics", "How a loss or a metric is declared; :doc:`/adding_a_metric` shows it."),
    "domains": ("Domains", 'What an array argument may hold. ``REAL["class"]`` names the axes of one element.'),
    "functions": ("Other functions", "Of callables, or of a network's weights: no metrics, and not in the catalogue."),
    "conformance": ("arraylosses.conformance", "The kit that tries metrics by laws; :doc:`/conformance` tells of it."),
    "engines": ("arraylosses.engines", "States over devices, processes and machines, each imported when asked for."),
    "plot": ("arraylosses.plot", "Pictures of what the metrics say, drawn by matplotlib."),
    "interop": ("arraylosses.interop", "Our losses and metrics as the objects that other packages expect."),
}
"""Page -> its title and what it is about."""


def documented(name: str, value: Any) -> str:
    """The directive that writes a name's docstring."""
    if inspect.isclass(value):
        return f".. autoclass:: {name}\n   :members:\n"
    if isinstance(value, al.Domain):
        return f".. py:data:: {name}\n\n{indented(domain(value))}\n"
    return f".. autofunction:: {name}\n" if callable(value) else f".. py:data:: {name}\n\n   {first_line(value)}\n"


def domain(value: al.Domain) -> str:
    axes = f", over the last axes ({', '.join(map(str, value.event))})" if value.event else ""
    return (
        f"{value.name.capitalize()}{axes}; a member is {value.right}."
        if value.terms
        else f"{value.name.capitalize()}{axes}."
    )


def first_line(value: Any) -> str:
    """Of a value's own docstring; of plain data, what it is."""
    if isinstance(value, (dict, tuple, list, int, float, str)):
        return (
            f"{type(value).__name__.capitalize()} of {len(value)}." if hasattr(value, "__len__") else f"``{value!r}``"
        )
    return (type(value).__doc__ or "").partition("\n")[0]


def of_module(module: ModuleType) -> list[str]:
    """The names that a module offers."""
    if hasattr(module, "__all__"):
        return list(module.__all__)
    own = {k: v for k, v in vars(module).items() if not k.startswith("_") and callable(v)}
    return [k for k, v in own.items() if getattr(v, "__module__", "") == module.__name__]


def modules_of(package: ModuleType) -> Iterator[ModuleType]:
    """The package and its public modules, as far as what they need is installed."""
    yield package
    for found in iter_modules(package.__path__, f"{package.__name__}."):
        if not found.name.rpartition(".")[2].startswith("_"):
            with suppress(ModuleNotFoundError):
                yield import_module(found.name)


def module_page(module: ModuleType, line: str) -> str:
    """A module's docstring, and its names."""
    names = of_module(module)
    parts = [title(module.__name__, line), inspect.getdoc(module) or "", ""] if line != "=" else []
    parts += [f".. currentmodule:: {module.__name__}\n"]
    return "\n".join([*parts, *(documented(name, getattr(module, name)) for name in names)])


def package_page(package: ModuleType) -> str:
    return "\n".join(module_page(m, "=" if m is package else "-") for m in modules_of(package))


def names_page(homes: Iterable[str]) -> str:
    names = [name for home in homes for name in HOMES[home].split()]
    return ".. currentmodule:: arraylosses\n\n" + "\n".join(documented(name, getattr(al, name)) for name in names)


def signature(value: Any) -> str:
    """Names and defaults; the kinds stand on the metric's page."""
    found = inspect.signature(value)
    bare = [p.replace(annotation=inspect.Parameter.empty) for p in found.parameters.values()]
    return str(found.replace(parameters=bare, return_annotation=inspect.Signature.empty))


def signatures(cards: Iterable[Card]) -> str:
    rows = [
        [f":doc:`/metrics/{card.name}`", card.subject, f"``{signature(al.catalogue[card.name])}``"] for card in cards
    ]
    return table(("name", "subject", "signature"), rows, "signatures")


def laws() -> str:
    """The table of laws."""
    told = [[f"``{law.name}``", first_words(law.hold), law.asks or ""] for law in conformance.LAWS.values()]
    return f"\n{title('The laws', '-')}\n{table(('law', 'what holds', 'asks of a library'), told)}"


def first_words(function: Any) -> str:
    """The summary of a docstring, with its code as code."""
    return (
        (inspect.getdoc(function) or "")
        .partition("\n\n")[0]
        .replace("\n", " ")
        .replace("`", "``")
        .replace("````", "``")
    )


def bodies(cards: Iterable[Card]) -> dict[str, str]:
    others = ".. currentmodule:: arraylosses\n\n" + "\n".join(
        documented(name, getattr(al, name)) for name in (*plain_functions(), "load_lpips")
    )
    return {
        "metrics": signatures(cards),
        "streams": names_page(FRAME),
        "declaring": names_page(DECLARING),
        "domains": names_page(["_domains"]),
        "functions": others,
        "conformance": package_page(al.conformance) + laws(),
        "engines": package_page(al.engines),
        "plot": package_page(al.plot),
        "interop": package_page(al.interop),
    }


def pages(cards: Iterable[Card]) -> dict[str, str]:
    return {
        f"api/{name}.rst": f"{title(HEADS[name][0])}\n{HEADS[name][1]}\n\n{body}"
        for name, body in bodies(cards).items()
    }
