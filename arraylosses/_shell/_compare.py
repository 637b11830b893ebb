"""``arraylosses compare``: metrics of two files, or of two folders file by file."""

import sys
from argparse import Namespace, RawDescriptionHelpFormatter
from dataclasses import dataclass, fields
from importlib import import_module
from pathlib import Path
from typing import Any

from .._files import KINDS, Kind
from ._computing import computed
from ._library import NAMES, Library, library
from ._metrics import Chosen, chosen
from ._pairs import addresses, kind_of_both, pairs
from ._picture import refuse_undrawn
from ._pool import pools
from ._results import Condition, Item, Results, condition
from ._telling import picture, remarks, show, write
from ._two import Reading, Two
from ._types import count, positive
from ._usage import Usage

EXAMPLES = """\
examples:
  arraylosses compare render.png photo.png
  arraylosses compare renders/ photos/ -m psnr,ssim,mae --csv scores.csv
  arraylosses compare scan.ply surface.obj -m chamfer_distance,p2s --sample 9999
  arraylosses compare data.csv:pred data.csv:target -m rmse,r2_score
  arraylosses compare pred.npy target.npy -m huber_loss -p delta=0.5

exit code: 0 done; 1 a metric failed or --fail-if holds; 2 not understood
"""


def add(commands: Any) -> None:
    """The options."""
    made = commands.add_parser(
        "compare",
        help="metrics of two files, or of two folders",
        description="Metrics of two images, clouds, meshes, arrays or columns,\nor of two folders of them.",
        epilog=EXAMPLES,
        formatter_class=RawDescriptionHelpFormatter,
    )
    made.set_defaults(run=run)
    made.add_argument("pred", metavar="PRED", help="a file, a folder, or FILE:COLUMN of a table")
    made.add_argument("target", metavar="TARGET", help="what it is compared with")
    made.add_argument("-m", "--metrics", action="append", metavar="NAMES", help="what is computed: `psnr,ssim`")
    made.add_argument(
        "-p", "--param", action="append", default=[], metavar="P", help="a parameter: `name=value`, `metric.name=value`"
    )
    made.add_argument("--threshold", type=positive, metavar="T", help="of point_cloud_fscore: `-p threshold=T`")
    _add_reading(made.add_argument_group("what is read"))
    _add_computing(made.add_argument_group("how it is computed"))
    _add_output(made.add_argument_group("what comes out"))


def _add_reading(group: Any) -> None:
    group.add_argument("--as", dest="kind", choices=KINDS, help="the kind of data; by the suffix by default")
    group.add_argument("--data-range", type=positive, metavar="R", help="from black to white; by depth by default")
    group.add_argument("--unit-range", action="store_true", help="divide each image by its range first")
    alpha = ("refuse", "white", "black", "drop", "keep")
    group.add_argument("--alpha", choices=alpha, default="refuse", help="what becomes of an alpha channel")
    group.add_argument("--channels", choices=("first", "last"), default="first", help="of images in .npy and .npz")
    group.add_argument("--sample", type=count, metavar="N", help="compare N points drawn of each cloud or mesh")
    group.add_argument("--surface", choices=("target", "pred"), default="target", help="to which p2s measures")
    group.add_argument("--drop-missing", action="store_true", help="leave out rows in which a value is missing")
    group.add_argument("--allow-unpaired", action="store_true", help="leave out files that have no partner")


def _add_computing(group: Any) -> None:
    group.add_argument("--xp", choices=NAMES, default="numpy", help="the array library; numpy by default")
    group.add_argument("--device", metavar="D", help="of it, such as cuda:0")
    group.add_argument("--seed", type=int, default=0, metavar="S", help="of everything that is drawn; 0 by default")
    group.add_argument("--lpips", metavar="FILE", help="the weights for lpips")
    group.add_argument("--no-limit", action="store_true", help="take clouds of any size, however long it takes")


def _add_output(group: Any) -> None:
    group.add_argument("--summary", action="store_true", help="of folders: no row for each item")
    group.add_argument("--json", type=Path, metavar="FILE", help="write everything, with all digits")
    group.add_argument("--csv", type=Path, metavar="FILE", help="write one row for each item")
    group.add_argument("--plot", type=Path, metavar="FILE", help="draw the pair; of folders, the worst one")
    group.add_argument("--fail-if", action="append", default=[], metavar="TEXT", help="`psnr<30`, `min(ssim)<0.9`")


# ---- the command


def _reading(kind: Kind, options: Namespace) -> Reading:
    return Reading(kind, **{f.name: getattr(options, f.name) for f in fields(Reading) if f.name != "kind"})


def _refuse_outputs(options: Namespace) -> None:
    """Folders that are not there: told before, not after, hours of work."""
    for file in filter(None, (options.json, options.csv, options.plot)):
        if not file.parent.is_dir():
            raise Usage(f"`{file}` cannot be written: there is no folder `{file.parent}`.")


@dataclass(frozen=True)
class _Task:
    """All that is asked for, found to make sense before anything is read."""

    items: list[Item]
    metrics: list[Chosen]
    how: Reading
    conditions: list[Condition]


def _task(options: Namespace) -> _Task:
    _refuse_outputs(options)
    pred, target = addresses(options)
    names = [name.strip() for text in options.metrics or [] for name in text.split(",") if name.strip()]
    kind = kind_of_both(pred, target, names, options.kind)
    filled = {"seed": options.seed} | ({"threshold": options.threshold} if options.threshold else {})
    metrics = chosen(names, kind, options.param, filled, options.lpips, not options.no_limit)
    conditions = [condition(text, metrics) for text in options.fail_if]
    if options.plot is not None:
        refuse_undrawn(kind)
    return _Task(pairs(pred, target, kind, options), metrics, _reading(kind, options), conditions)


def _facts(options: Namespace, kind: Kind, lib: Library, twos: list[Two]) -> dict[str, Any]:
    """What the JSON file says of the run."""
    package = __name__.partition(".")[0]
    return {
        package: import_module(package).__version__,
        "kind": kind,
        "pred": options.pred,
        "target": options.target,
        "library": {"name": lib.name, "version": lib.version, "device": lib.device, "dtypes": list(lib.dtypes)},
        "seed": options.seed,
        "data_range": list(dict.fromkeys(two.white for two in twos if two.white is not None)),
        "remarks": remarks(twos),
    }


def run(options: Namespace) -> int:
    """The comparison, its files and its exit code."""
    task = _task(options)
    lib = library(options.xp, options.device)
    results = Results(task.metrics, pools=pools(task.metrics) if len(task.items) > 1 else {})
    twos = computed(results, task.items, task.how, lib)
    results.about = _facts(options, task.how.kind, lib, twos) | results.about
    write(results, options)
    show(results, twos, lib, options)
    said = results.sentences() + picture(results, twos, task.how, options)
    said += [f"stopped {results.about['interrupted']}."] if "interrupted" in results.about else []
    said += filter(None, (one.holds(results.summary()) for one in task.conditions))
    for sentence in said:
        print(sentence, file=sys.stderr)
    return 1 if said else 0
