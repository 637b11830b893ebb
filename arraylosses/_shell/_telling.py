"""What is said of a comparison, and where it is written."""

from argparse import Namespace
from textwrap import fill

from ._library import Library
from ._picture import draw
from ._results import Item, Results, as_json, write_csv
from ._tables import many_items, one_item, room
from ._two import Reading, Two, read_two


def _headline(twos: list[Two], results: Results, lib: Library) -> str:
    """What was compared, in which range, and by which library."""
    sizes = list(dict.fromkeys(two.what for two in twos))
    what = sizes[0] if len(sizes) == 1 else f"{sizes[0].split(' of ')[0]} of {len(sizes)} sizes"
    count = "" if len(results.items) == 1 else f"{len(results.items):,} pairs of "
    ranges = dict.fromkeys(f"data range {two.white:g} ({two.origin})" for two in twos if two.white is not None)
    return "; ".join([f"{count}{what}", *ranges, str(lib)])


def remarks(twos: list[Two]) -> list[str]:
    """What was done to files, each kind of thing once."""
    by_text: dict[str, list[str]] = {}
    for two in twos:
        for address, text in two.remarks:
            by_text.setdefault(text, []).append(f"`{address}`")
    return [f"{' and '.join(w) if len(w) < 3 else f'{len(w):,} files'}: {text}" for text, w in by_text.items()]


AVERAGED = (
    "mean: of the values of the items, each of which counts once; pooled: of the elements of all items together, "
    "where the metric knows elements alone."
)


def show(results: Results, twos: list[Two], lib: Library, options: Namespace) -> None:
    """The table of a pair, or of many; what could not be read has none."""
    if twos:
        print(_headline(twos, results, lib), *remarks(twos), "", sep="\n")
        print(_table(results, rows=not options.summary), flush=True)


def _table(results: Results, *, rows: bool) -> str:
    if len(results.items) == 1:
        return one_item(results)
    return f"{many_items(results, rows=rows)}\n\n{fill(AVERAGED, room(), subsequent_indent='  ')}"


def write(results: Results, options: Namespace) -> None:
    """The files that were asked for."""
    if options.json:
        options.json.write_text(as_json(results), encoding="utf-8")
    if options.csv:
        write_csv(results, options.csv)


def picture(results: Results, twos: list[Two], how: Reading, options: Namespace) -> list[str]:
    """The picture; a sentence where there is none."""
    drawn = _worst(results)
    if options.plot is None or drawn is None:
        return []
    two = twos[0] if len(results.items) == 1 else read_two(drawn.pred, drawn.target, how)
    first = next(iter(drawn.values.items()))
    try:
        draw(two, f"{drawn.name}: {first[0]} {first[1]:.4g}", options.plot)
    except (ValueError, TypeError, OSError, ImportError) as fault:
        return [f"`{options.plot}` was not drawn: {fault}"]
    return []


def _worst(results: Results) -> Item | None:
    """The item with the worst value of the first metric."""
    name, metric = next(iter(results.columns.items()))
    found = [item for item in results.items if name in item.values]
    sign = -1.0 if metric.facts.higher_is_better else 1.0
    return max(found, key=lambda item: sign * item.values[name], default=None)
