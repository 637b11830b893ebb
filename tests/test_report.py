"""Reports of a run: a table, JSON, JUnit's XML and a page tell the same cells, whatever their texts hold."""

import json
from dataclasses import replace
from html.parser import HTMLParser
from math import inf, isnan, nan
from re import findall
from xml.etree import ElementTree

import pytest

import arraylosses as al
from arraylosses import conformance
from arraylosses.conformance import Outcome

HOSTILE = 'it lacks <b>&amp; "this"</b></script><script>alert(1)</script><!-- ]]> \x00\x1b[31m \ud800 \u2028 é {{data}}'
"""What would end a script, a comment or a section, what XML cannot hold, and the template's own mark."""
SNIPPET = (
    "order_is_free, mse on torch: [1.0], not [2.0]\n    import arraylosses as al\n    from a import b\n    check(b)"
)
ABOUT = {"date": "2026-01-31", "numpy": "2.4 </script>"}

OUTCOMES = [
    Outcome("mse", "mse", "numpy", "order_is_free", "held", "", 0.5, 25, 0.0123),
    Outcome("mse", "mse", "numpy", "takes_labels", "undefined", "takes no labels", nan, 2, 0.001),
    Outcome("mse", "mse", "torch", "order_is_free", "broken", SNIPPET, 123.0, 1, 2.5),
    Outcome("mse", "mse", "torch", "takes_labels", "undefined", "takes no labels", nan, 2, 0.0),
    Outcome("accuracy", "accuracy-labels", "numpy", "order_is_free", "lacking", HOSTILE, nan, 2, 0.0),
    Outcome("accuracy", "accuracy", "numpy", "order_is_free", "held", "", inf, 25, 0.25),
]


def _same(got: Outcome, want: Outcome) -> bool:
    """Equal, NaN to NaN."""
    equal = (isnan(got.ulps) and isnan(want.ulps)) or got.ulps == want.ulps
    return equal and replace(got, ulps=0.0) == replace(want, ulps=0.0)


def _are_same(got: list[Outcome], want: list[Outcome]) -> bool:
    return len(got) == len(want) and all(map(_same, got, want))


@pytest.fixture(scope="module")
def real() -> list[Outcome]:
    """What becomes of a metric of several forms, and of a loss, on the library that everyone has."""
    return [cell.tried(1) for cell in conformance.cells([al.accuracy, al.huber_loss], ["numpy"])]


# ---- counts and the table


def test_cells_are_counted_by_verdict() -> None:
    assert conformance.counts(OUTCOMES) == {"held": 2, "undefined": 2, "lacking": 1, "broken": 1}
    assert conformance.counts([]) == {"held": 0, "undefined": 0, "lacking": 0, "broken": 0}
    assert conformance.pairs(OUTCOMES)["mse", "torch"] == {"held": 0, "undefined": 1, "lacking": 0, "broken": 1}


def test_the_table_has_a_row_a_metric_and_a_column_a_library() -> None:
    lines = conformance.table(OUTCOMES).splitlines()
    assert lines[:3] == [
        "metric    numpy          torch",
        "accuracy  1/2 1 lacking  -",
        "mse       1/1            0/1 1 BROKEN",
    ]
    assert lines[4] == ("2 cells held, 1 broke; in 1 the library lacks something, and 2 are undefined for the metric.")


def test_the_table_of_a_real_run_is_aligned(real: list[Outcome]) -> None:
    head, *rows = conformance.table([*real, *(replace(o, xp="another") for o in real)]).split("\n\n")[0].splitlines()
    starts = [head.index(name) for name in ("metric", "numpy", "another")]
    assert [row.split()[0] for row in rows] == ["accuracy", "huber_loss"]
    assert all(row[at] != " " and row[: at or None].endswith(" ") for row in rows for at in starts[1:])


def test_the_table_of_nothing_says_so() -> None:
    assert conformance.table([]).startswith("metric\n\n0 cells held, 0 broke;")


# ---- JSON


def test_outcomes_come_back_from_json(real: list[Outcome]) -> None:
    got, about = conformance.from_json(conformance.as_json(OUTCOMES, ABOUT))
    assert _are_same(got, OUTCOMES)
    assert about == ABOUT
    once, _ = conformance.from_json(conformance.as_json(real, {}))
    assert _are_same(conformance.from_json(conformance.as_json(once, {}))[0], once)
    assert [replace(o, ulps=0.0, seconds=0.0) for o in once] == [replace(o, ulps=0.0, seconds=0.0) for o in real]


def test_json_keeps_three_digits_of_a_deviation() -> None:
    (got,), _ = conformance.from_json(conformance.as_json([replace(OUTCOMES[0], ulps=123456.0, seconds=0.12345)], {}))
    assert (got.ulps, got.seconds) == (123000.0, 0.1235)


def test_json_is_what_every_reader_of_json_takes() -> None:
    """NaN and Infinity are words of Python and of no standard: a browser would refuse the whole."""

    def refuse(word: str) -> float:
        raise AssertionError(word)

    cells = json.loads(conformance.as_json(OUTCOMES, ABOUT), parse_constant=refuse)["cells"]
    assert [row[6] for row in cells] == [0.5, None, 123.0, None, None, "Infinity"]


def test_json_of_a_whole_matrix_is_small(real: list[Outcome]) -> None:
    many = [replace(o, metric=f"metric_{i}", form=f"form_{i}") for i in range(-(-40_000 // len(real))) for o in real]
    text = conformance.as_json(many, {})
    assert len(many) >= 40_000
    assert len(text) < 2_500_000


# ---- JUnit


def test_junit_has_a_suite_a_library_and_a_test_a_cell() -> None:
    root = ElementTree.fromstring(conformance.as_junit(OUTCOMES))
    assert [suite.get("name") for suite in root] == ["numpy", "torch"]
    told = [(s.get("tests"), s.get("failures"), s.get("skipped"), s.get("errors")) for s in root]
    assert told == [("4", "0", "2", "0"), ("2", "1", "1", "0")]
    for suite in root:
        assert len(suite.findall("testcase")) == int(suite.get("tests", ""))
        assert len(suite.findall("testcase/failure")) == int(suite.get("failures", ""))
        assert len(suite.findall("testcase/skipped")) == int(suite.get("skipped", ""))
    names = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
    assert names == [(o.form, o.law) for xp in ("numpy", "torch") for o in OUTCOMES if o.xp == xp]


def test_junit_tells_what_broke_and_why_a_cell_is_skipped() -> None:
    root = ElementTree.fromstring(conformance.as_junit(OUTCOMES))
    (failure,) = root.iter("failure")
    assert failure.text == SNIPPET
    assert failure.get("message") == SNIPPET.partition("\n")[0]
    undefined, lacking = root[0].iter("skipped")
    assert undefined.text == "takes no labels"
    seen = HOSTILE.replace("\x00", r"\x00").replace("\x1b", r"\x1b").replace("\ud800", r"\xd800")
    assert lacking.text == lacking.get("message") == seen


# ---- the page


class Page(HTMLParser):
    """What a browser would find: tags with their attributes, and the text of scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.raw: list[tuple[str, str]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.cdata_elem is not None:
            self.raw.append((self.cdata_elem, data))

    def texts(self, element: str) -> list[str]:
        return [text for tag, text in self.raw if tag == element]


@pytest.fixture(scope="module")
def page() -> Page:
    return Page(conformance.as_html(OUTCOMES, ABOUT))


def test_the_page_holds_every_cell(page: Page) -> None:
    got, about = conformance.from_json(page.texts("script")[0])
    assert _are_same(got, OUTCOMES)
    assert about == ABOUT


def test_no_text_of_an_outcome_becomes_markup(page: Page) -> None:
    plain = Page(conformance.as_html([], {}))
    assert page.tags == plain.tags
    assert page.texts("script")[1:] == plain.texts("script")[1:]
    assert not any("innerHTML" in text or "document.write" in text for text in page.texts("script")[1:])


def test_the_page_refers_to_nothing_outside(page: Page) -> None:
    attributes = [(tag, name, value) for tag, found in page.tags for name, value in found.items()]
    assert {value for _, name, value in attributes if name in ("src", "href", "action", "srcset", "data")} == {"data:,"}
    own = [*page.texts("style"), *page.texts("script")[1:]]
    assert len(own) == 2
    for words in ("http:", "https:", "//cdn", "@import", "url(", "fetch(", "XMLHttpRequest", "import("):
        assert not any(words in text for text in own), words
    policies = [found["content"] for tag, found in page.tags if found.get("http-equiv") == "Content-Security-Policy"]
    assert [str(policy).split(";")[0] for policy in policies] == ["default-src 'none'"]


def test_what_the_page_asks_of_itself_is_there(page: Page) -> None:
    """Every element that the script looks up by its id stands in the page, once."""
    ids = [found["id"] for _, found in page.tags if "id" in found]
    assert len(ids) == len(set(ids))
    asked = set(findall(r'\$\("(\w+)"\)', page.texts("script")[1]))
    assert asked
    assert asked <= set(ids)
    labels = {found.get("aria-labelledby") for _, found in page.tags} - {None}
    assert labels <= set(ids)


def test_the_page_and_its_parts_agree_on_the_order_of_verdicts_and_columns(page: Page) -> None:
    """The script reads rows by position."""
    script = page.texts("script")[1]
    assert "const HELD = 0, UNDEFINED = 1, LACKING = 2, BROKEN = 3;" in script
    assert json.loads(page.texts("script")[0])["verdicts"] == ["held", "undefined", "lacking", "broken"]
    assert "data.cells.map(([metric, form, xp, law, reason, verdict, ulps, examples]) =>" in script
    assert json.loads(page.texts("script")[0])["cells"][0][4:9] == [0, 0, 0.5, 25, 0.0123]
