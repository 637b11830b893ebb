"""Links of the guides: those that leave docs/, right on GitHub, are led to the site's own pages; names become links."""

import re
from functools import cache
from typing import Any

from docutils import nodes

import arraylosses as al

from .api import plain_functions

PAGES = {
    "../README.md": "index.md",
    "../arraylosses/CHANGELOG.md": "changelog.md",
    "../examples/": "auto_examples/index.rst",
}
EXAMPLE = re.compile(r"\]\(\.\./examples/(\w+)\.py\)")


def led(text: str) -> str:
    """The same text with links to pages of the site."""
    for outside, inside in PAGES.items():
        text = text.replace(f"]({outside})", f"]({inside})")
    return EXAMPLE.sub(r"](auto_examples/\1.rst)", text)


def rewrite(app: Any, docname: str, source: list[str]) -> None:
    source[0] = led(source[0])


@cache
def page_of() -> dict[str, str]:
    """Where every name leads: a metric, its other names included, and the plain functions beside them."""
    found = {name: f"metrics/{m.__name__}" for m in al.catalogue for name in (m.__name__, *m.facts.also)}
    return found | {name: f"api/functions#arraylosses.{name}" for name in plain_functions()}


def to_metrics(app: Any, tree: nodes.document, docname: str) -> None:
    """A metric's name that stands as code is a link to its page; on GitHub it is code."""
    for code in list(tree.findall(nodes.literal)):
        page = page_of().get(code.astext(), docname)
        if page == docname or isinstance(code.parent, (nodes.reference, nodes.title)):
            continue
        name, sharp, place = page.partition("#")
        uri = app.builder.get_relative_uri(docname, name) + sharp + place
        code.replace_self(nodes.reference("", "", code.deepcopy(), refuri=uri, internal=True))
