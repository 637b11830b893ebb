"""What was found, as a page: one file that holds its data and asks for nothing else."""

from collections.abc import Mapping, Sequence
from importlib.resources import files

from ._outcome import Outcome
from ._report import as_json


def as_html(outcomes: Sequence[Outcome], about: Mapping[str, str]) -> str:
    """The matrix as a page, to be sorted, filtered and read on a phone; ``about`` tells of the run."""
    page = files(__package__).joinpath("page.html").read_text(encoding="utf-8")
    # within a script, only `<` could end it
    return page.replace("{{data}}", as_json(outcomes, about).replace("<", "\\u003c"))
