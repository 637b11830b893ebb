"""From the vocabulary of the cases to calls of the public API: a file for each file of cases.

An entry composes public calls: a name, an option, a reshape, a factor, `avg_factor`. None restates a formula; what
cannot be said in this way is not served yet.
"""

from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

FUNCTIONS: dict[str, Callable[..., Any]] = {}
for _found in iter_modules(__path__):
    if not _found.name.startswith("_"):
        FUNCTIONS |= import_module(f"{__name__}.{_found.name}").FUNCTIONS
