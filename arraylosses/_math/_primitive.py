"""A primitive: a definition in the pure standard, and native twins where they were measured to pay."""

from functools import update_wrapper
from typing import Any

from .._typing import Formula, Namespace
from .._xp import library_named


class Primitive:
    """A function that the standard lacks.

    Attributes
    ----------
    pure : callable
        The definition, in the standard alone.
    twins : dict
        Library name -> native form; filled from the one table in `_twins`.
    """

    def __init__(self, pure: Formula) -> None:
        update_wrapper(self, pure)
        self.pure = pure
        self.twins: dict[str, Formula] = {}

    def __call__(self, xp: Namespace, /, *args: Any, **options: Any) -> Any:
        return self.twins.get(library_named(xp), self.pure)(xp, *args, **options)
