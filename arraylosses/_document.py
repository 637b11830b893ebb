"""The pages of a metric: what its author wrote, and what the frame knows."""

from inspect import Parameter, cleandoc
from math import inf, isnan
from typing import Any

from ._definition import Definition, Facts
from ._domains import Domain

SHARED = {
    "weights": (
        "array, optional",
        "How much each element counts, along the leading axes; a boolean mask is a weight.\n    "
        "What weighs nothing reaches neither the value nor the gradient, even where it is NaN.",
    ),
    "axis": ("int or tuple of int, optional", "Axes of the elements to reduce; all of them by default."),
    "reduction": ("{'mean', 'sum', 'none'}", "Weighted mean, weighted sum, or one weighted value per element."),
    "avg_factor": ("float or 0-d array, optional", "Divides the weighted sum instead of the weights' sum."),
}
COMMON = {
    "alpha": ("float, optional", "Weight of positives, with 1 - alpha for negatives. None weighs both by 1."),
    "average": (
        "{'micro', 'macro', 'weighted'} or None",
        "Over classes or labels: of all decisions together; mean; mean by support; or one score each.",
    ),
    "base": ("float, optional", "Of the logarithm: 2 gives bits; None, the default, nats."),
    "bins": (
        "int, optional",
        "Count probabilities in this many equal bins instead: a state of fixed size; thresholds are their lower edges.",
    ),
    "capacity": (
        "int, optional",
        "Remember this many elements at most, in arrays of fixed shape, for a stream under jit; more give NaN.",
    ),
    "data_range": (
        "float, optional",
        "Distance from black to white: implied for uint8 (255) and uint16 (65535) images, required otherwise.",
    ),
    "denominator": (
        "{'linear', 'squared'}",
        "The size of a soft region: its sum of probabilities, or of their squares; of a mask of 0 and 1 the same.",
    ),
    "denominator_smoothing": ("float, default 0.0", "Added below the fraction bar."),
    "empty": ("float, default 1.0", "The score of two empty regions, 0/0, and of a class that neither has."),
    "class_weights": (
        "array, optional",
        "One number a class. The mean over labels divides by the sum of those chosen, over distributions by the count.",
    ),
    "fractions": ("int, default 100", "How many fractions are taken away, of equal spacing: 0, 0.01 ... 0.99 for 100."),
    "full": ("bool, default False", "Add the constant ``log(2 pi) / 2``, which makes it the log density itself."),
    "gamma": (
        "float, default 2.0",
        "Focus: how fast a confident right prediction stops counting; 0 is plain cross entropy.",
    ),
    "ignore_index": ("int, optional", "A label of `target` that weighs nothing."),
    "level": ("float", "Probability of the interval, above 0 and below 1."),
    "k1": ("float, default 0.01", "Steadies the luminance, by ``C1 = (k1 * data_range)**2``."),
    "k2": ("float, default 0.03", "Steadies contrast and structure, by ``C2 = (k2 * data_range)**2``."),
    "log_floor": (
        "float, optional",
        "Least value of a logarithm. None, the default, is exact: inf for a certain prediction that is wrong.",
    ),
    "num_classes": ("int, optional", "Given, `pred` and `target` are integer labels, and every class counts."),
    "numerator_smoothing": ("float, default 0.0", "Added above the fraction bar."),
    "threshold": ("float, default 0.5", "A probability above it is a yes."),
    "whole_samples": (
        "bool, default False",
        "Keep whole samples only, ``int((1 - f) * n)`` of them, as the published scripts do. Takes no weights, and of\n"
        "    fewer samples than fractions, where nothing is kept in the end, it is NaN.",
    ),
    "padding": (
        "{'valid', 'reflect', 'zero'}",
        "Only windows that lie inside the image; or the image widened by reflection, or by zeros.",
    ),
    "sample_covariance": ("bool, default False", "Divide local second moments by n - 1."),
    "sigma": ("float, default 1.5", "Standard deviation of a Gaussian window, in pixels."),
    "size": ("int or (int, int), default 11", "Height and width of the window, in pixels."),
    "window": ("{'gaussian', 'uniform'}", "Weights of the pixels about each one."),
    "zero_division": ("float, default 0.0", "The value of 0/0, also for a class absent from a macro mean."),
    "coordinate_axis": ("int, default -1", "Axis of the coordinates."),
    "sample_axis": ("int, default -1", "Axis of the samples; along a ray from near to far."),
    "time_axis": ("int, default -1", "Axis of time."),
    "label_axis": (
        "int, optional",
        "Axis of independent yes-or-no labels; each is scored by itself, then averaged.",
    ),
    "member_axis": ("int, default -1", "Axis of the members of an ensemble."),
    "spatial_axes": ("tuple of int, default (-2, -1)", "Axes of height and width."),
}
"""Parameters that mean the same wherever they stand. An author's own entry goes before these."""

CLASS_AXIS = ("int, default -1", "Axis of the classes.")
SCORES_AXIS = ("int, optional", "Axis of the classes. Given, `pred` holds a score for each class.")


def _shape(domain: Domain) -> str:
    return "(" + ", ".join(["...", *map(str, domain.event)]) + ")" if domain.event else "(...)"


def _kind(domain: Domain) -> str:
    kind = f"{domain.name}, {_shape(domain)}" + (" each" if domain.repeated else "")
    return kind if domain.labels is None else f"{kind}; or {domain.labels.name}, {_shape(domain.labels)}"


def _arrays(definition: Definition) -> list[str]:
    lines = []
    for name, domain in definition.domains.items():
        what = "sequence of arrays" if domain.repeated else "array"
        lines.append(f"{name} : {what}{', optional' if domain.optional else ''}\n    {_kind(domain).capitalize()}.")
    return lines


def _interval(low: float, high: float) -> str:
    left = "(-inf" if low == -inf else f"[{low:g}"
    return f"{left}, {'inf)' if high == inf else f'{high:g}]'}"


INVARIANCES = {
    "shifts": "Unchanged where {} are moved by one number.",
    "reflects": "Unchanged where {} change sign.",
    "ranks": "Unchanged by a strictly increasing map of {}.",
    "rotates": "Unchanged where {} are turned in space.",
    "scales": "In other units of {}, the same value in its own unit.",
    "convex": "Convex in {}.",
    "orderless": "The order along {} is free.",
    "mirrored": "Unchanged where {} are reversed.",
    "averages": "Copies of everything along {} change nothing.",
}
"""What is said of the arguments, or event axes, that a fact names."""


def _invariances(facts: Facts) -> list[str]:
    lines = ["Obeys the triangle inequality."] if facts.triangle else []
    lines += ["No better the farther the prediction is from the target."] if facts.monotone else []
    named = {fact: getattr(facts, fact) for fact in INVARIANCES}
    return lines + [
        INVARIANCES[fact].format(", ".join(f"`{n}`" for n in names)) for fact, names in named.items() if names
    ]


def told_facts(definition: Definition) -> list[str]:
    """A sentence or two for each fact."""
    facts = definition.facts
    lines = []
    if facts.range is not None:
        lines.append(f"Range {_interval(*facts.range)}; unit {facts.unit}.")
    if facts.best is not None:
        lines.append(f"Best value {facts.best:g}.")
    lines.append(f"Differentiable {facts.smooth}." + (" Symmetric." if facts.symmetric else ""))
    if facts.range is not None:
        lines.append(f"Where nothing weighs: {'NaN' if isnan(facts.empty) else f'{facts.empty:g}'}.")
    lines += [f"NaN for {facts.undefined}."] if facts.undefined else []
    lines += _invariances(facts)
    if not facts.twice:
        lines.append("Its gradient is not to be differentiated again: what was chosen is held constant.")
    if facts.held:
        lines.append(f"Held constant in the gradient: {', '.join(facts.held)}.")
    if facts.equals:
        lines.append("Equals " + "; ".join(f"``{e}``" for e in facts.equals) + ".")
    if facts.also:
        lines.append(f"Also called {', '.join(f'`{a}`' for a in facts.also)}.")
    return lines


def sections_of(doc: str) -> dict[str, str]:
    """numpydoc sections by title; what stands before the first is ''."""
    found: dict[str, list[str]] = {"": []}
    lines = doc.splitlines()
    current = ""
    i = 0
    while i < len(lines):
        if i + 1 < len(lines) and lines[i + 1] and set(lines[i + 1]) == {"-"} and len(lines[i + 1]) == len(lines[i]):
            current, i = lines[i], i + 2
            found[current] = []
            continue
        found[current].append(lines[i])
        i += 1
    return {title: "\n".join(body).strip("\n") for title, body in found.items()}


def _entry(name: str, kind: str, text: str) -> str:
    return f"{name} : {kind}\n    {text}"


def _frame_parameters(definition: Definition, shared: tuple[str, ...], described: str) -> list[str]:
    """Entries for what the author has not described."""
    axis = CLASS_AXIS if definition.form.layout == "class_axis" else SCORES_AXIS
    known = {**COMMON, "class_axis": axis}
    names = [n for n in definition.params if n in known and f"{n} :" not in described]
    return [_entry(n, *known[n]) for n in names] + [_entry(n, *SHARED[n]) for n in shared]


RETURNS = {
    "loss": "array\n    0-d, or without the axes that `axis` names; with ``reduction='none'``, one value per element.",
    "metric": "array\n    0-d, or without the axes that `axis` names.",
}


def document(definition: Definition, kind: str, shared: tuple[str, ...]) -> str:
    """The whole docstring, in numpydoc's form."""
    sections = sections_of(cleandoc(definition.source.__doc__ or ""))
    own = sections.get("Parameters", "")
    parameters = [*_arrays(definition), *([own] if own else []), *_frame_parameters(definition, shared, own)]
    sections["Parameters"] = "\n".join(parameters)
    if kind in RETURNS:
        sections.setdefault("Returns", RETURNS[kind])
        notes = sections.get("Notes", "")
        sections["Notes"] = "\n\n".join([*([notes] if notes else []), " ".join(told_facts(definition))])
    if definition.facts.reference:
        sections["References"] = definition.facts.reference
    order = ("Parameters", "Returns", "Raises", "See Also", "Notes", "References", "Examples")
    body = [f"{title}\n{'-' * len(title)}\n{sections[title]}" for title in order if sections.get(title)]
    return "\n\n".join([sections[""], *body]) + "\n"


def shared_parameters(names: tuple[str, ...]) -> list[Parameter]:
    defaults: dict[str, Any] = {"reduction": "mean"}
    return [Parameter(n, Parameter.KEYWORD_ONLY, default=defaults.get(n)) for n in names]
