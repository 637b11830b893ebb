"""The conformance kit: does a metric obey the laws, on every library?

>>> import arraylosses as al
>>> from arraylosses import conformance
>>> conformance.check(al.huber_loss, "numpy")
"""

from . import (  # noqa: F401  # each enters its laws in the table
    _compiled,
    _families,
    _identities,
    _kinds,
    _limits,
    _parts,
    _results,
    _settings,
    _slopes,
    _weights,
)
from ._backend import Backend
from ._backends import backend, installed, prepare
from ._cells import Cell, cells, check, known
from ._draws import GRID, source
from ._law import LAWS, Law
from ._outcome import Outcome
from ._own import declared
from ._page import as_html
from ._report import as_json, as_junit, counts, from_json, pairs, table
from ._run import run
from ._search import Case, cases, search
from ._trial import Broken, Exempt, Lacking, Source, Trial, Variant, close, variants

__all__ = [
    "GRID",
    "LAWS",
    "Backend",
    "Broken",
    "Case",
    "Cell",
    "Exempt",
    "Lacking",
    "Law",
    "Outcome",
    "Source",
    "Trial",
    "Variant",
    "as_html",
    "as_json",
    "as_junit",
    "backend",
    "cases",
    "cells",
    "check",
    "close",
    "counts",
    "declared",
    "from_json",
    "installed",
    "known",
    "pairs",
    "prepare",
    "run",
    "search",
    "source",
    "table",
    "variants",
]
