"""The page of the command line shows what its commands print."""

import contextlib
import io
import re
import shlex
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

from arraylosses import plot
from arraylosses._shell import run

PAGE = Path(__file__).parent.parent / "docs" / "shell.md"
NEEDS = ("PIL", "trimesh", "pyarrow", "scipy", "torch")
ANYTHING = "..."
"""A line of the page that stands for any lines."""


def printed(command: str, last: int) -> tuple[str, int]:
    """What a command prints, and its exit code; a few commands of the shell are known."""
    words = shlex.split(command)
    if words[0] == "arraylosses":
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            code = run(words[1:])
        return said.getvalue(), code
    if command == "echo $?":
        return f"{last}\n", 0
    if words[0] == "cp":
        shutil.copy(words[1], words[2])
    elif words[0] == "rm":
        Path(words[1]).unlink()
    elif words[0] == "head":
        Path(words[5]).write_bytes(Path(words[3]).read_bytes()[: int(words[2])])
    else:
        rows = (line.split(",") for line in Path(words[-1]).read_text().splitlines())
        return "".join(f"{row[0]},{row[3]}\n" for row in rows), 0
    return "", 0


def blocks(text: str) -> list[list[tuple[str, str]]]:
    """Commands and what they print, block by block."""
    found = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    return [re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE) for block in found]


def matches(shown: str, said: str) -> bool:
    parts = [re.escape(part) for part in f"\n{shown}".split(f"\n{ANYTHING}\n")]
    return re.fullmatch(r"\n(?:.*\n)*?".join(parts), f"\n{said}") is not None


@pytest.mark.skipif(not all(map(find_spec, NEEDS)), reason="needs the extra `io`, SciPy and PyTorch")
def test_every_block_prints_what_the_page_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("arraylosses._shell._tables.room", lambda: 80)
    monkeypatch.setattr("arraylosses._shell._telling.room", lambda: 80)
    text = PAGE.read_text(encoding="utf-8")
    for code in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        exec(compile(code, str(PAGE), "exec"), {})
    last = 0
    for block in blocks(text):
        for command, shown in block:
            if "--plot" in command and not hasattr(plot, "error_map"):
                continue
            said, last = printed(command, last)
            assert matches(shown, said), f"$ {command}\n{said}"
