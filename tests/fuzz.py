"""Fuzzing that coverage leads: ``python -m tests.fuzz SECONDS``.

atheris (libFuzzer) makes the choices that hypothesis makes in `tests.test_fuzz`, and keeps those that reach new lines
of the library. It ends with the first call that gives neither an array nor one sentence.
"""

import subprocess
import sys
import warnings
from tempfile import TemporaryDirectory

SLICE = 300
"""Seconds of one process: atheris's own memory grows by a kilobyte with every call."""


def fuzz(corpus: str, seconds: str) -> None:
    """One process, which goes on from what others found."""
    import atheris

    with atheris.instrument_imports(include=["arraylosses"]):
        import arraylosses as al
        from arraylosses.conformance import prepare

        prepare()
        metrics = [getattr(al, m.__name__) for m in al.catalogue]
    from tests.test_fuzz import nothing_crashes

    def called(choices: bytes) -> None:
        pick = atheris.FuzzedDataProvider(choices).PickValueInList
        nothing_crashes(pick(metrics), lambda options: pick(list(options)))

    # as in the tests, a warning is a fault
    warnings.simplefilter("error")
    atheris.Setup(["fuzz", f"-max_total_time={seconds}", "-rss_limit_mb=0", "-print_final_stats=1", corpus], called)
    atheris.Fuzz()


def main(seconds: str = "3600") -> int:
    """1 if a call was found."""
    with TemporaryDirectory() as corpus:
        for start in range(0, int(seconds), SLICE):
            length = str(min(SLICE, int(seconds) - start))
            if subprocess.run([sys.executable, "-m", "tests.fuzz", corpus, length], check=False).returncode:
                return 1
    return 0


if __name__ == "__main__":
    if len(sys.argv) == 3:
        fuzz(*sys.argv[1:])
    else:
        raise SystemExit(main(*sys.argv[1:]))
