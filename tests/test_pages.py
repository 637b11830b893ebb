"""The pages: metrics have cards, public names a place, code runs, and what is built holds together."""

import importlib
import json
import os
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

import arraylosses as al
from arraylosses import conformance

DOCS = Path(__file__).parents[1] / "docs"
BUILT = os.environ.get("ARRAYLOSSES_PAGES")
"""A folder of built pages to be looked through; `nox -s docs` names it."""
LARGEST = 1_500_000


@pytest.fixture(scope="module")
def pages() -> Any:
    """The extension, which stands outside of the package."""
    for needed in ("sphinx", "latex2mathml", "matplotlib"):
        pytest.importorskip(needed)
    sys.path.insert(0, str(DOCS / "_extension"))
    yield importlib.import_module("arraylosses_pages")
    sys.path.remove(str(DOCS / "_extension"))


@pytest.fixture(scope="module")
def cards(pages: ModuleType) -> dict[str, Any]:
    return {card.name: card for card in pages.cards(DOCS)}


# ---- what is said of a metric


def test_every_metric_has_a_card(cards: dict[str, Any]) -> None:
    assert set(cards) == {metric.__name__ for metric in al.catalogue}


def test_a_card_says_what_the_catalogue_and_the_matrix_say(cards: dict[str, Any]) -> None:
    card = cards["huber_loss"]
    assert card.summary == "Half the squared error near zero, and the absolute error beyond ``delta``."
    assert card.formula.startswith(r"\ell(e) = \tfrac12 \min(|e|, \delta)^2")
    assert (card.range, card.arrow) == ("[0, ∞)", "↓")
    assert card.libraries == ("NumPy", "PyTorch", "JAX", "Dask", "array-api-strict")
    assert {"jax.jit", "torch.compile", "stream", "weights"} <= set(card.ways)


@pytest.mark.parametrize(
    ("name", "arrow", "span"),
    [("ssim", "↑", "[-1, 1]"), ("psnr", "↑", "(-∞, ∞)"), ("gaussian_nll", "", "(-∞, ∞)"), ("roc_curve", "", "")],
)
def test_arrows_point_to_the_better_values(cards: dict[str, Any], name: str, arrow: str, span: str) -> None:
    assert (cards[name].arrow, cards[name].range) == (arrow, span)


def test_an_inner_best_value_is_named(pages: ModuleType) -> None:
    facts = importlib.import_module("arraylosses_pages.facts")
    assert facts.arrow(al.Facts(range=(-1.0, 1.0), best=0.0)) == "→ 0"


def test_badges_are_those_of_cells_that_held(pages: ModuleType) -> None:
    facts = importlib.import_module("arraylosses_pages.facts")
    assert facts.held_on({"numpy": [3, 0, 0, 0], "torch": [3, 0, 0, 1], "jax": [0, 5, 0, 0]}) == ("NumPy",)
    assert facts.ways_of({"compiled_is_eager": ["torch"]}) == ("torch.compile",)


def test_ways_are_stored_for_every_metric() -> None:
    """`python -m nox -s matrix` makes them anew."""
    stored = json.loads((DOCS / "ways.json").read_text(encoding="utf-8"))["ways"]
    assert set(stored) == {metric.__name__ for metric in al.catalogue}
    assert {law for found in stored.values() for law in found} <= set(conformance.LAWS)


def test_a_formula_is_drawn_without_a_script(pages: ModuleType, cards: dict[str, Any]) -> None:
    from latex2mathml.converter import convert

    for card in cards.values():
        if card.formula:
            assert convert(" ".join(card.formula.split())).startswith("<math")


def test_losses_of_one_number_are_drawn(pages: ModuleType, cards: dict[str, Any], tmp_path: Path) -> None:
    pictures = importlib.import_module("arraylosses_pages.pictures")
    few = [cards[name] for name in ("huber_loss", "auroc", "kl_divergence")]
    assert pictures.drawn(tmp_path / "drawn", few) == {"huber_loss": "drawn/huber_loss.svg", "auroc": "drawn/auroc.svg"}
    assert pictures.alternative(cards["auroc"]) == "roc of drawn data"
    assert "<svg" in (tmp_path / "drawn" / "huber_loss.svg").read_text()


# ---- what is written


def test_the_gallery_leads_to_every_page(pages: ModuleType, cards: dict[str, Any]) -> None:
    gallery = importlib.import_module("arraylosses_pages.gallery").page(cards.values(), {})
    made = importlib.import_module("arraylosses_pages.metric_pages").pages(cards.values(), {})
    linked = re.findall(r":link: /(metrics/\w+)", gallery)
    assert {f"{page}.rst" for page in linked} == set(made)
    assert ":class-item: metric-card subject-image kind-metric" in gallery


def test_every_public_name_has_its_signature(pages: ModuleType, cards: dict[str, Any]) -> None:
    api = importlib.import_module("arraylosses_pages.api")
    found = api.pages(cards.values())
    told = "\n".join(found.values())
    documented = set(re.findall(r"(?:autofunction|autoclass|py:data|:doc:)[:` ]+(?:/metrics/)?(\w+)", told))
    assert set(al.__all__) - {"catalogue"} <= documented
    for package in ("conformance", "engines", "plot", "interop"):
        for module in api.modules_of(getattr(al, package)):
            on_page = set(re.findall(r":: (\w+)", found[f"api/{package}.rst"]))
            assert set(api.of_module(module)) <= on_page
    assert "pred, target, *, delta=1.0, weights=None, axis=None" in found["api/metrics.rst"]


def test_numbers_of_the_start_page_are_measured(pages: ModuleType) -> None:
    found = pages.substitutions()
    text = (DOCS / "index.md").read_text(encoding="utf-8")
    assert set(re.findall(r"{{ (\w+) }}", text)) <= set(found)
    means = json.loads((DOCS / "performance.json").read_text(encoding="utf-8"))["means"]
    values = {mean["family"]: mean["value"] for mean in means}
    assert found["numpy_mean"] == f"{values['numpy']:.2f}"


def test_an_example_without_a_title_gets_one(pages: ModuleType) -> None:
    examples = importlib.import_module("arraylosses_pages.examples")
    assert examples.titled('"""Says what it does.\n\nMore."""\n', "my_loss").startswith(
        '"""My loss\n=======\n\nSays what it does.'
    )
    own = '"""\nMy own title\n============\n\nText.\n"""\n'
    assert examples.titled(own, "my_loss") == own


def test_links_that_leave_the_folder_are_led_to_pages(pages: ModuleType) -> None:
    links = importlib.import_module("arraylosses_pages.links")
    assert links.led("[a](../README.md) [b](../examples/your_own_loss.py)") == (
        "[a](index.md) [b](auto_examples/your_own_loss.rst)"
    )
    assert links.page_of()["mse"] == "metrics/squared_error"


# ---- what runs


@pytest.mark.parametrize("page", sorted((DOCS / "tasks").glob("*.md")), ids=lambda page: page.stem)
def test_pages_by_task_run(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What follows ``# ->`` is what is printed."""
    module = ModuleType("task")
    for block in re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        exec(block, module.__dict__)
        said = [line.partition("# -> ")[2] for line in block.splitlines() if "# -> " in line]
        assert capsys.readouterr().out.splitlines() == said


@pytest.mark.parametrize("page", sorted((DOCS / "tasks").glob("*.md")), ids=lambda page: page.stem)
def test_pages_by_task_name_what_there_is(page: Path) -> None:
    """A word of code is a metric, a parameter of one, or another library's class."""
    names = re.findall(r"(?<!`)`(\w+)`(?!`)", page.read_text(encoding="utf-8"))
    parameters = {name for metric in al.catalogue for name in metric.definition.params} | {"weights", "axis"}
    unknown = [n for n in names if n not in al.catalogue and n not in al.__all__ and n not in parameters]
    assert [n for n in unknown if n != "MeanAveragePrecision"] == []


# ---- what is built


class Seen(HTMLParser):
    """The places that a page has, and those that it leads to."""

    def __init__(self) -> None:
        super().__init__()
        self.places: set[str] = {""}
        self.leads: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("id", "name") and value:
                self.places.add(value)
            if name in ("href", "src") and value:
                self.leads.add(value)


def seen(file: Path) -> Seen:
    found = Seen()
    found.feed(file.read_text(encoding="utf-8"))
    return found


def broken(folder: Path) -> list[str]:
    """Links within the pages that lead nowhere."""
    files = [file for file in folder.rglob("*.html") if "_static" not in file.parts]  # where the theme has templates
    known = {file.resolve(): seen(file) for file in files}
    out = []
    for file, page in known.items():
        for lead in page.leads:
            scheme, host, path, _, place = urlsplit(lead)
            end = (file.parent / unquote(path)).resolve() if path else file
            if scheme or host or (end.exists() and (end not in known or unquote(place) in known[end].places)):
                continue
            out.append(f"{file.name}: {lead}")
    return sorted(out)


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<h1 id="top"></h1><a href="b.html#here"></a><a href="#top"></a><a href="c.html">')
    (tmp_path / "b.html").write_text('<p id="there"></p><a href="https://example.org/x"></a>')
    assert broken(tmp_path) == ["a.html: b.html#here", "a.html: c.html"]


@pytest.mark.skipif(BUILT is None, reason="no built pages: `python -m nox -s docs` builds them and looks through them")
def test_every_link_of_the_built_pages_leads_somewhere() -> None:
    assert broken(Path(str(BUILT))) == []


@pytest.mark.skipif(BUILT is None, reason="no built pages: `python -m nox -s docs` builds them and looks through them")
def test_no_built_page_is_large() -> None:
    """With the pictures that it shows."""
    sizes = {file.name: file.stat().st_size for file in Path(str(BUILT)).rglob("*.html")}
    assert {name: size for name, size in sizes.items() if size > LARGEST} == {}
