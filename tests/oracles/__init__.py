"""Independent implementations, a file a subject: for each metric a function, and the calls to compare it in.

A file holds ``ORACLES`` (metric -> implementation), ``CALLS`` (metric -> arrays and options) and, where the facts name
functions of other libraries, ``CLAIMS``.
"""

from importlib import import_module
from pkgutil import iter_modules

from ._common import Claim, Formula, Given

ORACLES: dict[str, Formula] = {}
CALLS: dict[str, Given] = {}
CLAIMS: dict[str, Claim] = {}
for _found in iter_modules(__path__):
    if not _found.name.startswith("_"):
        _subject = import_module(f"{__name__}.{_found.name}")
        ORACLES |= _subject.ORACLES
        CALLS |= _subject.CALLS
        CLAIMS |= getattr(_subject, "CLAIMS", {})
