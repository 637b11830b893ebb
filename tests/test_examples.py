"""The examples of every docstring give what they say."""

import re
import sys
from doctest import DocTestParser, DocTestRunner
from pathlib import Path
from types import ModuleType

import pytest

import arraylosses as al
from arraylosses import _catalogue, conformance
from arraylosses.interop.lpips import convert

ROOT = Path(__file__).parents[1]
GUIDES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
PAGES = {m.__name__: m.__doc__ for m in al.catalogue}
PAGES |= {name: function.__doc__ for name, function in _catalogue.plain_functions().items()}
MORE = (
    al.averaged,
    al.Stream,
    al.Streams,
    al.evaluate,
    al.accumulate,
    al.state_to_dict,
    al.convert_state,
    al.load_lpips,
)
PAGES |= {o.__name__: o.__doc__ for o in (*MORE, _catalogue.Catalogue, conformance, convert)}


@pytest.mark.parametrize("name", PAGES)
def test_examples(name: str) -> None:
    page = PAGES[name]
    assert page is not None
    test = DocTestParser().get_doctest(page, {}, name, None, 0)
    assert test.examples
    assert DocTestRunner().run(test).failed == 0


@pytest.mark.parametrize("guide", GUIDES, ids=lambda g: g.name)
def test_guides(
    guide: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The Python blocks of a guide run, one after the other; what follows ``# ->`` is what is printed."""
    monkeypatch.chdir(tmp_path)  # for what they write
    module = ModuleType("guide")
    monkeypatch.setitem(sys.modules, "guide", module)  # so that what it defines can be pickled by name
    for block in re.findall(r"```python\n(.*?)```", guide.read_text(), re.DOTALL):
        exec(block, module.__dict__)
        said = [line.partition("# -> ")[2] for line in block.splitlines() if "# -> " in line]
        assert capsys.readouterr().out.splitlines() == said
