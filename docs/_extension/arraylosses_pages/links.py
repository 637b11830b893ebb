"""Links of the guides that leave docs/: right on GitHub as they are, and led to the site's own pages here."""

import re
from typing import Any

PAGES = {
    "../README.md": "index.md",
    "../arraylosses/CHANGELOG.md": "changelog.md",
    "../examples/": "auto_examples/index.rst",
}
EXAMPLE = re.compile(r"\]\(\.\./examples/(\w+)\.py\)")


def led(text: str, up: str = "") -> str:
    """The same text with links to pages of the site; ``up`` leads from the page's folder to docs/."""
    for outside, inside in PAGES.items():
        text = text.replace(f"]({up}{outside})", f"]({up}{inside})")
    return EXAMPLE.sub(rf"]({up}auto_examples/\1.rst)", text)


def rewrite(app: Any, docname: str, source: list[str]) -> None:
    source[0] = led(source[0])
