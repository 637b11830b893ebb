"""Which profile of hypothesis a run of pytest has."""

from hypothesis import settings

LONG = settings.default.max_examples > 10
