"""``python -m tests.same_name``: what known libraries give under one name for one input, into ``docs/same_name.md``.

Every call stands here as it is shown, and is run; so is ours that gives the same number.
"""

import json
import os
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple
from warnings import catch_warnings, simplefilter

from .bench.markdown import table

os.environ.setdefault("KERAS_BACKEND", "torch")  # without it Keras asks for TensorFlow

DOCS = Path(__file__).parents[1] / "docs"
STORED, PAGE = DOCS / "same_name.json", DOCS / "same_name.md"


class Row(NamedTuple):
    """A call of another library, and ours of the same number; '' where we have none."""

    theirs: str
    ours: str = ""


class Section(NamedTuple):
    title: str
    told: str
    given: str
    rows: tuple[Row, ...]


WORDS = {
    "np": ("numpy",),
    "al": ("arraylosses",),
    "F": ("torch.nn.functional",),
    "tm": ("torchmetrics.functional",),
    "jnp": ("jax.numpy",),
    "skimage": ("skimage", "skimage.metrics"),
    "sklearn": ("sklearn", "sklearn.metrics"),
    "scipy": ("scipy", "scipy.stats", "scipy.spatial.distance"),
    "torch": ("torch",),
    "torchmetrics": ("torchmetrics", "torchmetrics.regression"),
    "optax": ("optax", "optax.losses"),
    "keras": ("keras",),
    "pytorch_msssim": ("pytorch_msssim",),
    "dm_pix": ("dm_pix",),
    "scoringrules": ("scoringrules",),
}
"""A word of the calls -> the module that it means, and others that must be imported for it."""
PACKAGES = {
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "F": "torch",
    "tm": "torchmetrics",
    "pytorch_msssim": "pytorch-msssim",
    "dm_pix": "dm-pix",
}
"""The first word of a call -> the package, where that has another name."""

VALID = "al.ssim(pred, target, data_range=1.0)"
MAPE = "al.absolute_error(pred / target, np.ones(3))"
WEIGHTED_MAPE = "al.absolute_error(pred, target) / al.absolute_error(target, np.zeros(3))"
FORWARD, BACKWARD = "al.kl_divergence(q, p)", "al.kl_divergence(p, q)"
COSINE = "1 - al.squared_error(a / norm(a), b / norm(b), reduction='sum') / 2"
DISTANCE = "al.squared_error(a / norm(a), b / norm(b), reduction='sum') / 2"
CRPS, FAIR = "al.crps_ensemble(members, seen)", "al.crps_ensemble(members, seen, estimator='fair')"
BY_WEIGHTS, BY_COUNT = "al.mse(pred, target, weights=w)", "al.mse(pred, target, weights=w, avg_factor=3)"
BCE = "al.binary_cross_entropy(prob, yes, weights=w)"

SECTIONS = (
    Section(
        "SSIM",
        "Four choices are made silently: the window, whether a border is made up, whether variances divide by n or "
        "n - 1, and the data range. Papers mostly mean Wang's: a Gaussian window inside the image, dividing by n.",
        """y, x = np.mgrid[:32, :32] / 32
target = 0.5 + 0.5 * np.sin(9 * x + 20 * x * y)
pred = np.clip(target + 0.1 * np.cos(40 * x) - 0.05, 0, 1)""",
        (
            Row(
                "skimage.metrics.structural_similarity(pred, target, data_range=1.0)",
                "al.ssim(pred, target, data_range=1.0, window='uniform', size=7, sample_covariance=True)",
            ),
            Row(
                "skimage.metrics.structural_similarity(pred, target, data_range=1.0, gaussian_weights=True)",
                "al.ssim(pred, target, data_range=1.0, sample_covariance=True)",
            ),
            Row(
                "skimage.metrics.structural_similarity(pred, target, data_range=1.0, gaussian_weights=True, "
                "use_sample_covariance=False)",
                VALID,
            ),
            Row(
                "tm.structural_similarity_index_measure(torch.tensor(pred)[None, None], "
                "torch.tensor(target)[None, None], data_range=1.0)",
                "al.ssim(pred, target, data_range=1.0, padding='reflect')",
            ),
            Row(
                "pytorch_msssim.ssim(torch.tensor(pred)[None, None], torch.tensor(target)[None, None], data_range=1.0)",
                VALID,
            ),
            Row(
                "pytorch_msssim.ssim(torch.tensor(pred)[None, None], torch.tensor(target)[None, None])",
                "al.ssim(pred, target, data_range=255)",
            ),
            Row("dm_pix.ssim(jnp.asarray(pred)[..., None], jnp.asarray(target)[..., None])", VALID),
        ),
    ),
    Section(
        "MAPE",
        "A share or a percentage; and of which denominator. We have no metric of this name: the mean absolute error of "
        "the quotient is it, and says so.",
        """target = np.asarray([1.0, 4.0, 4.0])
pred = np.asarray([1.1, 2.0, 5.0])""",
        (
            Row("sklearn.metrics.mean_absolute_percentage_error(target, pred)", MAPE),
            Row("tm.mean_absolute_percentage_error(torch.tensor(pred), torch.tensor(target))", MAPE),
            Row("keras.losses.mean_absolute_percentage_error(target, pred)", f"100 * {MAPE}"),
            Row(
                "tm.symmetric_mean_absolute_percentage_error(torch.tensor(pred), torch.tensor(target))",
                "2 * al.absolute_error(pred / (abs(pred) + abs(target)), target / (abs(pred) + abs(target)))",
            ),
            Row("tm.weighted_mean_absolute_percentage_error(torch.tensor(pred), torch.tensor(target))", WEIGHTED_MAPE),
        ),
    ),
    Section(
        "MAPE where a target is 0",
        "Each library puts a small number of its own in the place of the 0, and the answer is that number's. Ours "
        "divides as it stands: infinity says what is wrong, and a mask leaves the element out.",
        """target = np.asarray([1.0, 4.0, 0.0])
pred = np.asarray([1.1, 2.0, 0.5])""",
        (
            Row("sklearn.metrics.mean_absolute_percentage_error(target, pred)"),
            Row("tm.mean_absolute_percentage_error(torch.tensor(pred), torch.tensor(target))"),
            Row("keras.losses.mean_absolute_percentage_error(target, pred)"),
            Row("tm.weighted_mean_absolute_percentage_error(torch.tensor(pred), torch.tensor(target))", WEIGHTED_MAPE),
        ),
    ),
    Section(
        "The direction of the Kullback-Leibler divergence",
        "The average is over one of the two distributions: the first argument of SciPy, torchmetrics and Keras, the "
        "second of PyTorch, Optax and ours, which take the prediction first (the former two its logarithm). PyTorch's "
        "`reduction='mean'`, its default, divides by the number of classes as well.",
        """p = np.asarray([0.7, 0.2, 0.1])
q = np.asarray([0.5, 0.3, 0.2])""",
        (
            Row("scipy.stats.entropy(p, q)", FORWARD),
            Row("tm.kl_divergence(torch.tensor(p)[None], torch.tensor(q)[None])", FORWARD),
            Row("keras.losses.kl_divergence(p, q)", FORWARD),
            Row("F.kl_div(torch.tensor(p).log(), torch.tensor(q), reduction='sum')", BACKWARD),
            Row("F.kl_div(torch.tensor(p).log(), torch.tensor(q), reduction='mean')", f"{BACKWARD} / 3"),
            Row("optax.losses.kl_divergence(jnp.log(p), jnp.asarray(q))", BACKWARD),
        ),
    ),
    Section(
        "The sign of the cosine",
        "A loss, a similarity and a distance go by one word. We have no metric of this name: half the squared error of "
        "unit vectors is the distance.",
        """norm = np.linalg.norm
a = np.asarray([1.0, 2.0, 3.0])
b = np.asarray([2.0, 1.0, 0.5])""",
        (
            Row("F.cosine_similarity(torch.tensor(a), torch.tensor(b), dim=0)", COSINE),
            Row("tm.cosine_similarity(torch.tensor(a)[None], torch.tensor(b)[None])", COSINE),
            Row("tm.cosine_similarity(torch.tensor([a, b]), torch.tensor([b, a]))", f"2 * ({COSINE})"),
            Row("optax.losses.cosine_similarity(jnp.asarray(a), jnp.asarray(b))", COSINE),
            Row("optax.losses.cosine_distance(jnp.asarray(a), jnp.asarray(b))", DISTANCE),
            Row("keras.losses.cosine_similarity(a, b)", f"-({COSINE})"),
            Row("F.cosine_embedding_loss(torch.tensor(a)[None], torch.tensor(b)[None], torch.ones(1))", DISTANCE),
            Row("scipy.spatial.distance.cosine(a, b)", DISTANCE),
        ),
    ),
    Section(
        "CRPS of an ensemble",
        "The score of the members as they are, or an unbiased estimate of the score of the distribution that they were "
        "drawn from. Two of scoringrules' estimators depend on the order of the members; we have none of that kind.",
        """seen = np.asarray(1.2)
members = np.asarray([0.0, 1.0, 2.0, 4.0])""",
        (
            *(Row(f"scoringrules.crps_ensemble(seen, members, estimator='{e}')", CRPS) for e in ("qd", "nrg", "int")),
            *(Row(f"scoringrules.crps_ensemble(seen, members, estimator='{e}')", FAIR) for e in ("fair", "pwm")),
            *(Row(f"scoringrules.crps_ensemble(seen, members, estimator='{e}')") for e in ("akr", "akr_circperm")),
            Row(
                "torchmetrics.regression.ContinuousRankedProbabilityScore()(torch.tensor(members)[None], "
                "torch.tensor(seen)[None])",
                CRPS,
            ),
        ),
    ),
    Section(
        "A weighted mean",
        "Divided by the sum of the weights, or by the number of elements. Ours divides by the sum of the weights, "
        "always; `avg_factor` states another divisor.",
        """pred, target = np.asarray([1.0, 2.0, 4.0]), np.asarray([1.5, 2.0, 1.0])
prob, yes = np.asarray([0.9, 0.2, 0.6]), np.asarray([1.0, 0.0, 0.0])
w = np.asarray([1.0, 0.0, 3.0])""",
        (
            Row("sklearn.metrics.mean_squared_error(target, pred, sample_weight=w)", BY_WEIGHTS),
            Row("F.mse_loss(torch.tensor(pred), torch.tensor(target), weight=torch.tensor(w))", BY_WEIGHTS),
            Row("keras.losses.MeanSquaredError()(target[:, None], pred[:, None], sample_weight=w)", BY_COUNT),
            Row("keras.metrics.MeanSquaredError()(target[:, None], pred[:, None], sample_weight=w)", BY_WEIGHTS),
            Row("(optax.losses.squared_error(jnp.asarray(pred), jnp.asarray(target)) * w).mean()", BY_COUNT),
            Row("sklearn.metrics.log_loss(yes, prob, sample_weight=w)", BCE),
            Row(
                "F.binary_cross_entropy(torch.tensor(prob), torch.tensor(yes), weight=torch.tensor(w))",
                BCE.replace(")", ", avg_factor=3)"),
            ),
        ),
    ),
    Section(
        "A cross entropy with weights of classes",
        "PyTorch divides by the weights of the classes that were chosen where the target is a label, and by the number "
        "of elements where the same target is written as a distribution. Ours does the same, and says so.",
        """scores = np.asarray([[2.0, 0.0, 1.0], [0.0, 1.0, 0.5], [0.3, 0.1, 1.2]])
label = np.asarray([0, 2, 2])
w = np.asarray([1.0, 2.0, 4.0])""",
        (
            Row(
                "F.cross_entropy(torch.tensor(scores), torch.tensor(label), weight=torch.tensor(w))",
                "al.cross_entropy(scores, label, class_weights=w)",
            ),
            Row(
                "F.cross_entropy(torch.tensor(scores), torch.tensor(np.eye(3)[label]), weight=torch.tensor(w))",
                "al.cross_entropy(scores, np.eye(3)[label], class_weights=w)",
            ),
        ),
    ),
)


def package(call: str) -> str:
    word = call.lstrip("(").partition(".")[0]
    return PACKAGES.get(word, word)


def words(text: str) -> list[str]:
    return [word for word in WORDS if re.search(rf"\b{word}\.", text)]


def installed(call: str) -> bool:
    return all(find_spec(WORDS[word][0].partition(".")[0]) for word in words(call))


def namespace(section: Section, calls: list[str]) -> dict[str, Any]:
    """What the calls of a section see."""
    found: dict[str, Any] = {}
    for word in words(" ".join([section.given, *calls])):
        for name in reversed(WORDS[word]):
            found[word] = import_module(name)
    exec(section.given, found)
    return found


def values(section: Section, calls: list[str]) -> list[float]:
    """Of each call; what others warn of is not what is asked here."""
    with catch_warnings():
        simplefilter("ignore")
        seen = namespace(section, calls)
        return [float(eval(call, seen)) for call in calls]


def run() -> dict[str, Any]:
    calls = {s.title: [row.theirs for row in s.rows] for s in SECTIONS}
    names = sorted({package(call) for several in calls.values() for call in several})
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "versions": {name: version(name) for name in names},
        "numbers": {s.title: values(s, calls[s.title]) for s in SECTIONS},
    }


def number(value: float) -> str:
    return f"{value:.6g}"


def rows(section: Section, numbers: list[float]) -> Iterator[list[str]]:
    for row, value in zip(section.rows, numbers, strict=True):
        yield [package(row.theirs), f"`{row.theirs}`", number(value), f"`{row.ours}`" if row.ours else "none"]


HEAD = """# Same name, other number

One name, one input, several numbers: what known libraries return, and our call that returns the same. This page is
written by `python -m tests.same_name`, which runs every call on it; do not edit it.

Run on {date} with {versions}. `F` is `torch.nn.functional`, `tm` is `torchmetrics.functional`.
"""
LEGEND = ("library", "call", "number", "ours")


def page(stored: dict[str, Any]) -> str:
    versions = ", ".join(f"{name} {v}" for name, v in stored["versions"].items())
    parts = [HEAD.format(date=stored["date"], versions=versions)]
    for s in SECTIONS:
        code = f"```python\nimport numpy as np\n\n{s.given}\n```"
        parts.append(f"## {s.title}\n\n{s.told}\n\n{code}\n\n{table(LEGEND, rows(s, stored['numbers'][s.title]))}\n")
    return "\n".join(parts)


def main() -> int:
    """Run every call again, or with ``--page`` only write the page of what was stored."""
    if "--page" not in sys.argv:
        STORED.write_text(json.dumps(run(), indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(page(json.loads(STORED.read_text(encoding="utf-8"))), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
