"""`arraylosses list`, `info` and `--version`: every metric is found, by every name, and fits a terminal."""

import re

import pytest

import arraylosses as al
from arraylosses._names import HOMES
from arraylosses._shell import run


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[str, str, int]:
    capsys.readouterr()
    code = run(words)
    return (*capsys.readouterr(), code)


def names(text: str) -> list[str]:
    """Of a list: without its head and its subjects."""
    lines = [line for line in text.splitlines()[1:] if line and not line.startswith("[")]
    return [line.split()[0] for line in lines]


# ---- list


def test_the_list_has_everything_in_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    out, err, code = said(capsys, "list")
    public = [name for home, text in HOMES.items() if not home.startswith("_") for name in text.split()]
    assert sorted(names(out)) == sorted(public)
    assert max(map(len, out.splitlines())) <= 80
    assert (err, code) == ("", 0)


@pytest.mark.parametrize("option", ["--domain", "--subject"])
def test_the_list_of_a_subject(capsys: pytest.CaptureFixture[str], option: str) -> None:
    assert said(capsys, "list", option, "ranking")[0] == (
        "name                    kind    best  range   smooth\n"
        "\n"
        "[ranking]\n"
        "auroc                   metric  1     [0, 1]  no\n"
        "average_precision       metric  1     [0, 1]  no\n"
        "precision_recall_curve  metric  -     -       no\n"
        "roc_curve               metric  -     -       no\n"
    )


def test_the_list_by_kind_and_derivative(capsys: pytest.CaptureFixture[str]) -> None:
    out, _, _ = said(capsys, "list", "--differentiable", "--kind", "metric")
    expected = al.catalogue.filter(differentiable=True, kind="metric")
    assert sorted(names(out)) == [m.__name__ for m in expected]
    assert "lpips" in names(said(capsys, "list", "--domain", "perceptual")[0])
    assert "lpips" not in names(said(capsys, "list", "--domain", "perceptual", "--kind", "loss")[0])


def test_a_subject_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "list", "--domain", "imag") == (
        "",
        "arraylosses list: there is no subject `imag`; did you mean `image`?\n",
        2,
    )
    assert "there is no subject `zzz`: there is boxes, classification," in said(capsys, "list", "--domain", "zzz")[1]


# ---- info


@pytest.mark.parametrize("name", ["ssim", "structural_similarity"])
def test_a_page_has_formula_facts_parameters_and_equals(capsys: pytest.CaptureFixture[str], name: str) -> None:
    out, err, code = said(capsys, "info", name)
    assert out.startswith("ssim (loss of image; also structural_similarity)\n")
    sections = re.findall(r"^(\w[\w ]+)$", out.partition("Formula")[1] + out.partition("Formula")[2], re.MULTILINE)
    assert sections[:4] == ["Formula", "Facts", "Same number as", "Parameters"]
    assert sections[4:] == ["Returns", "Notes", "References", "Examples"]
    assert r"l^\alpha c^\beta s^\gamma" in out
    assert "- Best value 1: higher is better." in out
    assert all(f"  - {equal.partition('(')[0].split(',')[0]}" in out for equal in al.ssim.facts.equals)
    assert "  alpha : float, default 1.0\n      Exponent of luminance.\n" in out
    assert (err, code) == ("", 0)


@pytest.mark.parametrize("metric", [*al.catalogue], ids=lambda m: m.__name__)
def test_every_metric_has_a_page(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, metric: al.Metric
) -> None:
    """In prose no line is wider than the terminal, and no mark of the markup is left."""
    monkeypatch.setenv("COLUMNS", "80")
    out, _, code = said(capsys, "info", (*metric.facts.also, metric.__name__)[0])
    assert code == 0
    assert out.startswith(f"{metric.__name__} ({metric.kind} of ")
    prose = re.sub(r"(?ms)^(Formula|Examples)\n(.*?)(?=^\w|\Z)", "", out)
    assert not re.search(r"\.\. \w+::|:math:|``", prose)
    wide = [line for line in prose.splitlines()[1:] if len(line) > 80 and " " in line.strip(" -")]
    assert not wide


def test_a_function_of_a_network_has_a_page(capsys: pytest.CaptureFixture[str]) -> None:
    out, _, code = said(capsys, "info", "lpips")
    assert out.startswith("lpips (function of perceptual)\n\nLearned perceptual image patch similarity.\n")
    assert "Parameters\n  pred, target : array\n" in out
    assert code == 0


@pytest.mark.parametrize(("name", "near"), [("ssmi", "ssim"), ("SSIM", "ssim"), ("lpip", "lpips")])
def test_an_unknown_name_suggests_the_nearest(capsys: pytest.CaptureFixture[str], name: str, near: str) -> None:
    assert said(capsys, "info", name) == (
        "",
        f"arraylosses info: there is no metric `{name}`; did you mean `{near}`?\n",
        2,
    )


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        run(["--version"])
    assert (capsys.readouterr().out, stopped.value.code) == (f"arraylosses {al.__version__}\n", 0)


def test_no_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        run([])
    assert stopped.value.code == 2
