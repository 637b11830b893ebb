"""Fuzzing that coverage leads: ``python -m tests.fuzz SECONDS``.

atheris (libFuzzer) makes the choices that hypothesis makes in `tests.test_fuzz`, and keeps those that reach new lines
of the library. It ends with the first call that gives neither an array nor one sentence.
"""

import sys
import warnings

import atheris

with atheris.instrument_imports(include=["arraylosses"]):
    import arraylosses as al
    from arraylosses.conformance import prepare

    prepare()
    METRICS = [getattr(al, m.__name__) for m in al.catalogue]

from tests.test_fuzz import nothing_crashes


def fuzzed(choices: bytes) -> None:
    pick = atheris.FuzzedDataProvider(choices).PickValueInList
    nothing_crashes(pick(METRICS), lambda options: pick(list(options)))


def main(seconds: str = "3600") -> None:
    # as in the tests, a warning is a fault
    warnings.simplefilter("error")
    atheris.Setup(["fuzz", f"-max_total_time={int(seconds)}", "-print_final_stats=1"], fuzzed)
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:2])
