"""Profiles of hypothesis: a quick one for every run, a long one by ``--hypothesis-profile=long``."""

from importlib.util import find_spec

from arraylosses.conformance import prepare

prepare(level=0)

if find_spec("hypothesis"):  # the tests of the run-time dependencies alone go without it
    from hypothesis import HealthCheck, settings

    for name, examples in (("quick", 3), ("long", 50)):
        settings.register_profile(
            name,
            max_examples=examples,
            deadline=None,
            derandomize=name == "quick",
            database=None,
            # arrays of a few thousand numbers are what the image metrics take, not a fault of a strategy
            suppress_health_check=[HealthCheck.data_too_large, HealthCheck.too_slow, HealthCheck.large_base_example],
        )
    settings.load_profile("quick")
