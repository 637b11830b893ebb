"""The benchmark compares the same numbers, and reckons rightly. No time is judged."""

import warnings
from collections.abc import Iterator
from importlib.util import find_spec
from multiprocessing.connection import Connection
from pathlib import Path
from time import sleep

import numpy as np
import pytest

from tests.bench import __main__ as command
from tests.bench import device, isolated, page, readme, targets
from tests.bench.case import Case
from tests.bench.clock import Clock, Timing
from tests.bench.peers import CASES, by_name, calls, compares, lost_digits, places
from tests.bench.picture import draw
from tests.bench.places import PLACES
from tests.bench.report import load, save, table, told
from tests.bench.result import OURS, Result, Row, Scope, against_fastest, compared, disagreement, present
from tests.bench.rows import rows, tried
from tests.bench.summary import means, merged, with_exponents

QUICK = Scope(quick=True)
LEFT_OUT = {("ms_ssim", "jax-grad")}
"""XLA compiles it for half a minute; the benchmark itself compares it."""
COMPARED = [
    (case, place)
    for case in CASES
    for place in places(QUICK)
    if (case.name, place) not in LEFT_OUT
    if compares(case, place, case.chosen(True)[0], haste=True) and find_spec(PLACES[place].library)
]


@pytest.fixture
def quiet() -> Iterator[None]:
    """Peers warn about themselves."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


# ---- values


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize(("case", "place"), COMPARED, ids=[f"{case.name}-{place}" for case, place in COMPARED])
def test_values_agree(case: Case, place: str) -> None:
    put, absent = calls(case, place, case.chosen(True)[0])
    values, missing = present(put, put[OURS]())
    assert all(reason.startswith("without ") for reason in missing), missing
    assert np.all(np.isfinite(values[OURS]))
    assert disagreement(values, case.allowed(PLACES[place].gradient)) == ""
    if len(values) == 1:
        pytest.skip(", ".join({*absent, *missing}))


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("case", [case for case in CASES if case.confident], ids=lambda case: case.name)
def test_our_digits_are_kept(case: Case) -> None:
    lost = lost_digits(case, "numpy", case.chosen(True)[0])
    assert lost[OURS] < 1e-5


def test_every_row_has_a_name_of_its_own_and_three_sizes() -> None:
    names = [row.name for row in rows(Scope())]
    assert len(names) == len(set(names))
    assert all(len(case.sizes) == 3 for case in CASES)


# ---- a row


def row_of(*values: float) -> Result:
    """Ours, and peers, that give these values."""
    names = [OURS, *(f"peer {i}" for i in range(1, len(values)))]
    given = {name: lambda value=value: np.asarray(value) for name, value in zip(names, values, strict=True)}
    return compared("row", given, 1e-3, Clock(rounds=2, seconds=1e-6))


@pytest.mark.parametrize("other", [1.01, np.nan, [1.0, 1.0]])
def test_values_that_disagree_are_an_error_and_are_not_timed(other: float) -> None:
    row = row_of(1.0, 1.0, other)
    assert row.error
    assert row.note.startswith("VALUES DISAGREE: peer 2")
    assert row.ours is None


def test_values_that_agree_are_timed() -> None:
    row = row_of(1.0, 1.0004)
    assert (row.error, row.note, row.peer) == (False, "", "peer 1")
    assert row.ours is not None


def test_a_first_call_says_nothing_of_the_others() -> None:
    slow = iter([1.0])
    clock = Clock(seconds=2e-3, sample=lambda call, times: next(slow, 1e-5))
    assert clock.repetitions(lambda: None) == 200


def test_a_row_without_a_peer_is_skipped() -> None:
    assert row_of(1.0).note == "skipped: no peer"


def test_a_row_that_breaks_is_an_error() -> None:
    def run(name: str) -> Result:
        raise RuntimeError("no memory\nat all")

    assert tried(Row("broken", run)) == Result("broken", "", note="RAISED RuntimeError: no memory", error=True)


def test_the_ratio_is_the_fastest_peers_time_by_ours() -> None:
    timings = {OURS: Timing((2.0, 4.0, 2.0)), "slow": Timing((9.0, 9.0, 9.0)), "fast": Timing((6.0, 12.0, 7.0))}
    row = against_fastest("row", "ms", timings)
    assert (row.ours, row.peer, row.theirs, row.ratio) == (2e3, "fast", 7e3, 3.0)
    assert row.others == {"slow": 9e3, "fast": 7e3}


def test_a_plain_formula_stands_beside_packages() -> None:
    timings = {OURS: Timing((2.0, 2.0)), "package": Timing((6.0, 6.0)), "formula": Timing((1.0, 1.0))}
    row = against_fastest("row", "ms", timings, frozenset({"formula"}))
    assert (row.peer, row.ratio, row.bare) == ("package", 3.0, 1e3)
    assert by_name("r2_score").beside("numpy", ["formula", "scikit-learn"]) == {"formula"}
    assert not by_name("r2_score").beside("numpy", ["formula"])
    assert not by_name("squared_error").beside("numpy", ["formula", "scikit-learn"])


# ---- several rows


def row(name: str, **found: object) -> Result:
    return Result(name, "ms", **found)  # type: ignore[arg-type]


def test_the_exponent_is_the_slope_between_the_two_largest() -> None:
    sizes = {100: 1.0, 10**4: 5.0, 10**6: 500.0}
    several = [row(f"m/{n}/numpy", ours=ours, elements=n) for n, ours in sizes.items()]
    found = with_exponents([*several, row("m/100/torch", ours=1.0, elements=100), row("frame/import", ours=1.0)])
    assert [r.exponent for r in found] == [1.0, 1.0, 1.0, None, None]


def test_means_are_geometric_by_family() -> None:
    several = [row("a/1/numpy", ratio=2.0), row("b/1/numpy", ratio=8.0), row("a/1/torch-grad", ratio=3.0)]
    apart = [row("a/1/jax-eager", ratio=0.1), row("limit/a/1/numpy", ratio=0.5), row("a/1/torch@cuda", ratio=5.0)]
    found = {m.family: (round(m.value, 9), m.rows) for m in means([*several, *apart])}
    assert found == {"numpy": (4.0, 2), "torch": (3.0, 1), "torch@cuda": (5.0, 1)}


def test_rows_measured_anew_replace_their_own(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    old = [row("a/1/numpy", ratio=2.0, commit="old"), row("b/1/numpy", ratio=3.0, commit="old")]
    save(old, path, {"cpu": "any"})
    kept = load(path)[1]
    both = merged(kept, [row("a/1/numpy", ratio=4.0, commit="new"), row("c/1/numpy", commit="new")])
    assert kept == old
    assert [(r.name, r.commit) for r in both] == [("a/1/numpy", "new"), ("b/1/numpy", "old"), ("c/1/numpy", "new")]


@pytest.mark.parametrize(
    ("result", "met"),
    [
        (row("squared_error/100/numpy", ratio=1.0), True),
        (row("squared_error/100/numpy", ratio=0.99), False),
        (row("cross_entropy/128x1000/torch", ratio=0.6), True),
        (row("cross_entropy/128x1000/torch-compiled", ratio=0.6), False),
        (row("r2_score/100000/jax-eager", ratio=0.7, elements=10**5), True),
        (row("r2_score/10000/jax-eager", ratio=0.1, elements=10**4), None),
        (row("limit/squared_error/10000000/numpy", ratio=0.69), False),
        (row("memory/squared_error/10000000/torch", ours=1.0), True),
        (row("memory/chamfer_distance/100000/numpy", ours=1000.0), False),
        (row("frame/squared_error/64/numpy", ratio=9.0, over=5.1), False),
        (row("squared_error/100/numpy", error=True), None),
    ],
)
def test_goals(result: Result, met: bool | None) -> None:
    assert targets.met(result) is met


# ---- the run


def sleeper(names: list[str], scope: Scope, to: Connection) -> None:
    """One row, and then none."""
    to.send(Result(names[0], "ms"))
    sleep(600)


def test_a_row_that_takes_too_long_is_ended() -> None:
    first, second = isolated.until_lost(["a", "b", "c"], QUICK, seconds=8, serve=sleeper)
    assert first == Result("a", "ms")
    assert second == Result("b", "", note="ENDED after 8 s", error=True)


def test_without_a_gpu_one_sentence_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(device, "usable", lambda name: False)
    assert command.main(["--device", "cuda"]) == 0
    assert capsys.readouterr().out == device.ABSENT + "\n"


# ---- the page

FOUND = [
    row("squared_error/100/numpy", ours=2.0, theirs=1.0, spread=0.1, peer="formula", ratio=0.5, elements=100),
    row("squared_error/100000/numpy", ours=1.0, theirs=4.0, spread=0.1, peer="formula", ratio=4.0, elements=10**5),
    row("ssim/1x3x64x64/torch", note="VALUES DISAGREE: one off by 1e-1", error=True),
    row("frame/squared_error/64/numpy", ours=9.0, theirs=90.0, peer="scikit-learn", ratio=10.0, over=7.0),
    row("limit/squared_error/10000000/numpy", ours=4.0, theirs=3.0, spread=0.1, peer="reading", ratio=0.75),
    row("memory/squared_error/10000000/numpy", ours=0.5, others={"formula": 40.0}),
]
ABOUT = {"cpu": "any", "cores": 2, "system": "any", "python": "3", "versions": {}, "date": "2026-01-01", "commit": "x"}


def test_the_page_tells_losses_and_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(targets, "REASONS", {"squared_error/100/*": "A call costs this much."})
    text = page.page(ABOUT, FOUND)
    assert "**0.50** [^1] formula: 2 ± 10% / 1 ms | 4.00 formula: 1 ± 10% / 4 ms" in text
    assert "[^1]: A call costs this much." in text
    assert "**no** [^0]" in text
    assert "[^0]: No reason is known yet." in text
    assert "Without a figure: `ssim/1x3x64x64/torch`." in text
    assert "| numpy | 1.41 | 2 | 3 | **no** | 4.00 of 1 |" in text


def test_the_table_and_the_picture_are_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table(FOUND)
    assert "squared_error/100/numpy" in capsys.readouterr().out
    assert told(means(FOUND)[0]) == "numpy: 1.41 times as fast, the geometric mean of 2 rows"
    if find_spec("matplotlib"):
        draw(FOUND, tmp_path / "rows.svg")
        assert (tmp_path / "rows.svg").stat().st_size > 0


if page.STORED.exists():

    def test_the_page_is_that_of_what_was_measured() -> None:
        written = page.PAGE.read_text(encoding="utf-8")
        assert written == page.page(*load(page.STORED)), "stale: run `python -m tests.bench.page`"

    def test_the_readme_has_the_numbers_that_were_measured() -> None:
        text = page.README.read_text(encoding="utf-8")
        assert readme.PLACE.search(text)
        assert readme.placed(text, *load(page.STORED)) == text, "stale: run `python -m tests.bench.page`"
