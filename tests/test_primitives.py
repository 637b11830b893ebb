"""Primitives: each native twin against its pure definition, values and gradients; and digits that must not be lost."""

import importlib
from collections.abc import Callable
from math import exp, log, log1p
from typing import Any

import numpy as np
import pytest

import arraylosses as al
from arraylosses import _math as m
from arraylosses import conformance
from arraylosses._math import TWINS, Primitive
from arraylosses._math._host_central import SAMPLE
from arraylosses._sizes import tiny
from arraylosses._xp import library, namespace

RNG = np.random.default_rng(3)
REAL = np.array([-40.5, -3.0, -1.0, -1e-8, 0.0, 1e-8, 0.5, 3.0, 21.0, 40.5])
POINTS, OTHERS = RNG.normal(size=(2, 7, 3)), RNG.normal(size=(2, 5, 3))
LOGITS = np.random.default_rng(2)
MAPS = np.random.default_rng(4)
FEATURES = MAPS.normal(size=(2, 3, 9, 8))
CLOUD, OTHER_CLOUD, TIED = (
    RNG.normal(size=(1, 200, 3)),
    RNG.normal(size=(1, 100, 3)),
    RNG.integers(0, 4, (1, 200, 3)) * 1.0,
)
CORNERS = tuple(OTHER_CLOUD + 0.3 * RNG.normal(size=(1, 100, 3)) for _ in range(3))
"""Large enough for a tree."""
PRESENT = RNG.random((2, 5)) > 0.4


def wide_square(xp: Any, x: Any) -> Any:
    """What may be asked to be done in float64."""
    return m.wide(xp, x) ** 2


def first_coordinate(points: Any) -> Any:
    """What `by_rows` may ask of some points."""
    return points[..., 0]


def roughness(xp: Any, images: Any) -> Any:
    """A value for each image."""
    return xp.sum(xp.abs(images[..., 1:, :] - images[..., :-1, :]) ** 3, axis=(-2, -1))


BOTH = RNG.normal(size=11), RNG.normal(size=11)


def products_with_others(points: Any) -> Any:
    """A table of some points."""
    xp = namespace(points)
    return xp.matmul(points, xp.asarray(OTHERS[0].T, dtype=points.dtype))


BACKEND = {"numpy": "numpy", "torch": "torch", "jax": "jax-x64", "dask": "dask", "cupy": "cupy"}
LOG_MASSES = np.log(RNG.dirichlet(np.ones(3), 2)), np.log(RNG.dirichlet(np.ones(4), 2))

ARGUMENTS: dict[str, list[tuple[tuple[Any, ...], dict[str, Any]]]] = {
    "stop_gradient": [((REAL,), {})],
    "absolute": [((REAL,), {})],
    "at_most": [((REAL, 0.75), {})],
    "divide": [((REAL, REAL[::-1].copy()), {"empty": 0.5}), ((REAL, 0.0 * REAL), {"empty": 0.5})],
    "positive_part": [((REAL,), {}), ((np.array([-0.0, 0.0, np.inf, -np.inf]),), {})],
    "softplus": [((REAL,), {})],
    "total": [((RNG.random((3, 4)), None), {}), ((RNG.random((3, 4)) > 0.5, (0,)), {}), ((RNG.random((3, 4)), 0), {})],
    "wide_total": [((RNG.random((3, 4)), None), {}), ((RNG.random((3, 4)).astype("float32"), (0,)), {})],
    "two_words": [
        ((np.array(x, dtype=kind), np.dtype("float32")), {})
        for x, kind in ((0.1, "float64"), (2**30 + 1, "int64"), (np.nan, "float64"))
    ],
    "count_in_two_words": [((np.zeros(shape, dtype="float32"), n), {}) for shape in ((), (2,)) for n in (7, 2**30 + 1)],
    # exact: who adds in another order may part the same number otherwise
    "added_to_words": [
        ((np.full(shape, 2.0**24, dtype="float32"), np.full(shape, 0.25, dtype="float32"), x), {})
        for shape in ((), (2,))
        for x in (7, 2**30 + 1, np.full(shape, 0.5), np.full(shape, 2**30 + 1))
    ]
    + [((*[np.array(x, dtype="float32") for x in (2.0**24, 0.25)], 7) * 2, {})],
    "conv2d": [
        ((FEATURES, MAPS.normal(size=(4, 3, 3, 3)), MAPS.normal(size=4)), {"padding": 1}),
        ((FEATURES, MAPS.normal(size=(4, 3, 5, 2)), MAPS.normal(size=4)), {"stride": 2, "padding": 2}),
        ((FEATURES, MAPS.normal(size=(2, 3, 1, 1)), MAPS.normal(size=2)), {"stride": 3}),
    ],
    "max_pool2d": [
        ((FEATURES,), {"size": 2, "stride": 2}),
        ((FEATURES,), {"size": 3, "stride": 2}),
        ((FEATURES,), {"size": 3, "stride": 2, "ceil_mode": True}),
        ((FEATURES.round(),), {"size": 3, "stride": 2, "ceil_mode": True}),
    ],
    "cumulative_sum": [((RNG.random((3, 4)),), {})],
    "cumulative_product": [((np.array([[0.5, 2.0, 0.0, 3.0], [0.0, 0.5, 0.0, 1.0]]),), {})],
    # no pure form: tests/test_fields.py compares it with derivatives known in advance
    "gradient_and_product": [],
    "pick": [((RNG.random((3, 4)), np.array([3, 0, 2])), {})],
    "pick_several": [((RNG.random((3, 4)), np.array([[3, 0], [0, 1], [2, 2]])), {})],
    # no pure form: tests/test_stream.py merges what it gives
    "as_numbers": [],
    "words_of": [],
    # of functions: the laws of sketches walk
    "walked": [],
    "tally": [((RNG.random(9), RNG.integers(0, 4, 9), 5), {}), ((None, RNG.integers(0, 4, 9), 5), {})],
    "half_spectrum": [((RNG.normal(size=(3, n)),), {}) for n in (1, 7, 8)],
    "normal_mass": [((np.abs(REAL),), {})],
    "normal_cdf": [((np.array([-8.0, -3.0, -0.7, -1e-8, 0.0, 0.5, 1.0, 5.0]),), {})],
    "normal_quantile": [((np.array([1e-300, 1e-9, 0.02, 0.075, 0.3, 0.5, 0.925, 0.999]),), {})],
    "normal_score": [((REAL, np.abs(REAL) + 0.1, REAL[::-1].copy()), {}), ((REAL, 0.0 * REAL, REAL + 1.0), {})],
    "by_rows": [((POINTS, first_coordinate, 2), {}), ((RNG.normal(size=(2, 81, 3)), first_coordinate, 2), {})],
    "nearest_several": [((POINTS, OTHERS, 3), {}), ((CLOUD, OTHER_CLOUD, 5), {}), ((TIED, OTHER_CLOUD.round(), 4), {})],
    "thinned": [((POINTS, 1.5), {}), ((CLOUD, 0.4), {}), ((TIED, 1.0), {})],
    "nearest_triangle": [((POINTS, *(RNG.normal(size=(2, 6, 3)) for _ in range(3))), {}), ((CLOUD, *CORNERS), {})],
    "nearest": [((POINTS, OTHERS), {}), ((CLOUD, OTHER_CLOUD), {}), ((POINTS, OTHERS, RNG.random((2, 5)) > 0.4), {})],
    "nearest_square": [((POINTS, OTHERS), {}), ((CLOUD, OTHER_CLOUD), {}), ((POINTS, OTHERS, PRESENT), {})],
    "table_by_rows": [((POINTS[0], OTHERS[0], products_with_others), {})],
    "window_average": [
        ((FEATURES, [0.25, 0.5, 0.25], [0.5, 0.25, 0.25, 0.0]), {}),
        ((FEATURES, [0.5, 0.5], [0.25, 0.75]), {"stride": 2}),
        ((FEATURES, [1 / 9] * 9, [0.125] * 8), {}),
    ],
    "nearest_distance": [((POINTS, OTHERS), {}), ((CLOUD, OTHER_CLOUD), {}), ((POINTS, OTHERS, PRESENT), {})],
    "ordered": [
        ((RNG.normal(size=9),), {}),
        ((RNG.normal(size=(3, 4)),), {}),
        ((np.array([3.0, 0.0, -2.0, -np.inf, 2.0, np.inf, 2.0, -3.0], dtype="float32"),), {}),
    ],
    "places": [
        (
            (
                np.array([*low, *np.linspace(-1.0, 2.0, 13), *high]),
                np.array([-np.inf, -1.0, 0.3, 0.25, 2.0, 2.5, np.inf]),
            ),
            {},
        )
        for low in ([], [-np.inf], [-1e9])
        for high in ([], [np.inf])
    ]
    + [((np.cumsum(RNG.random(30)), 20 * RNG.random((2, 50))), {})],
    "hits_by_bin": [
        ((scores, 1.0 * (RNG.random(scores.shape) > 0.5), 5), {})
        for scores in (np.array([0.0, 0.2, 0.999, 1.0, 0.4, 0.6]), np.array([0.3, np.nan]), RNG.random((2, 7)))
    ],
    "spread_of_pairs": [((RNG.normal(size=9),), {}), ((RNG.normal(size=(3, 4)),), {})],
    "columns": [((RNG.normal(size=(3, 4)),), {}), ((RNG.normal(size=3),), {})],
    "argmax": [((np.array([[0.5, 2.0, 2.0], [3.0, np.inf, 1.0]]),), {})],
    "largest": [((REAL,), {}), ((RNG.normal(size=(3, 4)),), {})],
    "lies_between": [],  # below, of numbers of each kind
    "few": [],  # below, and by a law
    "extremes": [((REAL,), {}), ((RNG.normal(size=(3, 4)),), {})],
    # of functions: extreme data, which the laws draw, take the other branch
    "either": [],
    "ascending": [((RNG.normal(size=(2, 9)).astype("float32"),), {}), ((RNG.normal(size=(3, 4)),), {})],
    "inner": [
        ((RNG.normal(size=11), RNG.normal(size=11)), {}),
        ((RNG.normal(size=(3, 4)), RNG.normal(size=(3, 4))), {}),
    ],
    "second_moments": [((RNG.normal(size=11), RNG.normal(size=11), None, np.asarray(11.0)), {})],
    "spread_and_error": [((RNG.normal(size=11), RNG.normal(size=11), None, np.asarray(11.0)), {})],
    # of float32 alone: tests/accuracy has its digits
    "divergence": [((*RNG.dirichlet(np.ones(4), (2, 3)),), {})],
    "logit_surprise": [((REAL, RNG.random(10)), {}), ((REAL, 1.0 * (RNG.random(10) > 0.5)), {})],
    "focal_surprise": [((REAL, RNG.random(10), 2.0, 0.25), {}), ((REAL, 1.0 * (RNG.random(10) > 0.5), 1.5, None), {})],
    "label_surprise": [
        ((RNG.normal(size=(7, 3)) * 9, RNG.integers(0, 3, 7)), {}),
        ((RNG.normal(size=3) * 9, np.asarray(1)), {}),
    ],
    "sum_of_logit_surprise": [
        ((REAL, label), options)
        for label in (LOGITS.random(10), 1.0 * (LOGITS.random(10) > 0.5))
        for options in ({}, {"mean": True}, {"wide": True})
    ],
    "sum_of_focal_surprise": [
        ((REAL, 1.0 * (LOGITS.random(10) > 0.5)), {}),
        ((REAL, LOGITS.random(10)), {"gamma": 1.5, "alpha": 0.25, "mean": True}),
        ((REAL, LOGITS.random(10)), {"gamma": 0.5}),
    ],
    "sum_of_label_surprise": [
        ((LOGITS.normal(size=(7, 3)) * scale, LOGITS.integers(0, 3, 7)), options)
        for scale in (1.0, 90.0)
        for options in ({}, {"mean": True})
    ]
    + [((np.array([[20.0, 0.0], [0.0, 0.0]]), np.array([0, 0])), {})],
    # of float32 alone: the laws of digits look at sums
    "sum_of_divergences": [((*LOGITS.dirichlet(np.ones(4), (2, 3)),), {"mean": True})],
    "sum_of_normal_scores": [
        ((REAL, np.abs(REAL) + 0.1, REAL[::-1].copy()), {}),
        ((REAL, 0.0 * REAL, REAL + 1.0), {"mean": True}),
    ],
    "squared_difference": [(BOTH, {})],
    "huber": [((*BOTH, 0.7), {})],
    "smooth_l1": [((*BOTH, 0.7), {}), ((*BOTH, 0.0), {})],
    "sum_of_squares": [(BOTH, {}), (BOTH, {"mean": True}), (BOTH, {"wide": True, "mean": True})],
    "sum_of_absolutes": [(BOTH, {}), (BOTH, {"mean": True})],
    "sum_of_huber": [(BOTH, {"delta": 0.7}), (BOTH, {"mean": True})],
    "sum_of_smooth_l1": [(BOTH, {"beta": 0.7}), (BOTH, {"beta": 0.0}), (BOTH, {"mean": True})],
    "sums_of_differences": [
        ((*BOTH, (("sum_of_huber", {"delta": 0.7}), ("sum_of_absolutes", {}), ("sum_of_squares", {}))), {})
    ],
    "in_float64": [((x, wide_square), {}) for x in (RNG.normal(size=5), np.asarray(0.7))],
    "by_elements": [((FEATURES,), {"kernel": roughness, "params": {}, "batch": 2})],
    "soft_minimum": [
        ((RNG.random(4), LOG_MASSES[1][0], RNG.random((3, 4)), np.full(1, 0.1)), {}),
        ((RNG.random((2, 4)), LOG_MASSES[1], RNG.random((2, 3, 4)), np.full((2, 1), 0.1)), {}),
    ],
    "prices": [
        ((RNG.random((2, 3, 4)), *LOG_MASSES, np.full((2, 1), heat), np.full((2, 1), 5.0), 7), {})
        for heat in (0.1, 1e-3)
    ]
    + [
        (
            (
                RNG.random((3, 4)),
                np.array([-log(2), -np.inf, -log(2)]),
                LOG_MASSES[1][0],
                np.full(1, heat),
                np.full(1, 50.0),
                9,
            ),
            {},
        )
        for heat in (0.1, 1e-5)
    ],
}
ROUNDING = {"conv2d": 2e-14, "second_moments": 2e-14}
"""What sums of many terms, taken in another order, may differ by."""
NOT_SMOOTH = {
    "argmax",
    "ascending",
    "extremes",
    "largest",
    "nearest",
    "nearest_several",
    "nearest_triangle",
    "places",
    "stop_gradient",
    "thinned",
}
"""What has no derivative to compare: indices, and what is held constant on purpose."""


def _twins() -> list[Any]:
    found = []
    for primitive, twins in TWINS.items():
        for lib in twins:
            if lib in conformance.installed():
                found.append(pytest.param(primitive, lib, id=f"{primitive.__name__}-{lib}"))
    return found


@pytest.mark.parametrize(("primitive", "lib"), _twins())
def test_a_twin_is_its_pure_form(primitive: Primitive, lib: str) -> None:
    backend = conformance.backend(BACKEND[lib])
    for args, options in ARGUMENTS[primitive.__name__]:
        with backend.context():
            put = [backend.put(a) if isinstance(a, np.ndarray) else a for a in args]
            xp = namespace(next(a for a in put if hasattr(a, "shape")))
            assert library(next(a for a in put if hasattr(a, "shape"))).name == lib
            want = primitive.pure(xp, *put, **options) if lib != "dask" else primitive(np, *args, **options)
            with tiny():
                got = primitive.form(lib)(xp, *put, **options)
            least = ROUNDING.get(primitive.__name__, 1e-15)
            for a, b in zip(_parts(got), _parts(want), strict=True):
                np.testing.assert_allclose(
                    backend.get(a), b if lib == "dask" else backend.get(b), rtol=1e-14, atol=least
                )


def _parts(result: Any) -> tuple[Any, ...]:
    return result if isinstance(result, tuple) else (result,)


def _applied(
    form: Callable[..., Any], put: Callable[[Any], Any], rest: tuple[Any, ...], options: dict[str, Any]
) -> Any:
    """A primitive as a function of its first argument."""
    more = [put(a) if isinstance(a, np.ndarray) else a for a in rest]
    return lambda x: sum(part.sum() for part in _parts(form(namespace(x), x, *more, **options)))


@pytest.mark.parametrize(("primitive", "lib"), [p for p in _twins() if p.values[1] in ("torch", "jax")])
def test_a_twin_has_the_slope_of_its_pure_form(primitive: Primitive, lib: str) -> None:
    if primitive.__name__ in NOT_SMOOTH:
        return
    backend = conformance.backend(BACKEND[lib])
    assert backend.grad is not None
    for (first, *rest), options in ARGUMENTS[primitive.__name__]:
        if first is None or first.dtype.kind != "f":
            continue
        with backend.context():
            forms = (primitive.form(lib), primitive.pure)
            with tiny():
                ours, pure = (
                    backend.grad(_applied(f, backend.put, tuple(rest), options), [first], [0])[0] for f in forms
                )
        np.testing.assert_allclose(ours, pure, rtol=1e-12, atol=ROUNDING.get(primitive.__name__, 1e-15))


def test_every_twin_is_tried() -> None:
    assert {p.__name__ for p in TWINS} == ARGUMENTS.keys()


def test_few_numbers_lie_where_they_lay() -> None:
    """NumPy's arrays share the memory of tensors, and the tensor that is made of a result shares its memory."""
    torch = pytest.importorskip("torch")
    x, label = torch.tensor([0.25, 0.5]), torch.tensor([0, 1])
    found = m.few(namespace(x), 4, x, label)
    assert found is not None
    host, back = found
    assert np.shares_memory(host[0], x.numpy())
    assert host[1].dtype == np.int64
    made = back(host[0])
    assert made.data_ptr() == x.data_ptr()
    assert back(np.broadcast_to(np.float32(1.0), 3)).tolist() == [1.0] * 3
    assert back(np.float32(1.0)).shape == ()


@pytest.mark.parametrize(
    "why",
    ["many", "whole numbers alone", "two kinds", "half", "a gradient", "a transformation", "sparse", "a bit", "meta"],
)
def test_few_numbers_are_left_where_that_would_show(why: str) -> None:
    torch = pytest.importorskip("torch")
    x = torch.tensor([[0.25, 0.5]])
    given = {
        "many": (x, torch.ones(3)),
        "whole numbers alone": (x.long(),),
        "two kinds": (x, x.double()),
        "half": (x.half(),),
        "a gradient": (x, x.clone().requires_grad_()),
        "sparse": (x.to_sparse(),),
        "a bit": (torch.complex(x, x).conj().imag,),
        "meta": (x.to("meta"),),
    }.get(why)
    if given is None:
        found: list[Any] = []
        torch.func.vmap(lambda row: (found.append(m.few(namespace(x), 4, row)), row)[1])(x)
        assert found == [None]
    else:
        assert m.few(namespace(x), 4, *given) is None


FLOATS = ([0, 0.5, 1], [-0.0, 1], [0, np.inf], [3], [0, -1e-30], [0.5, np.nan], [-np.inf, 1], [np.nan], [4, 0], [-1])
WHOLE = ([0, 1], [3], [4, 0])
KINDS = [(kind, values) for kind in ("float32", "float64") for values in FLOATS]
KINDS += [(kind, values) for kind in ("int32", "int64", "uint8") for values in WHOLE]
KINDS += [(kind, [1, -1]) for kind in ("int32", "int64")]


@pytest.mark.parametrize("lib", ["numpy", "torch", "jax", "strict"])
@pytest.mark.parametrize(("kind", "values"), KINDS, ids=str)
def test_bounds_are_seen(lib: str, kind: str, values: list[float]) -> None:
    """Of every kind, by bits and by numbers: what a look at each number tells."""
    if lib not in conformance.installed():
        pytest.skip(f"{lib} is not installed")
    numbers, backend = np.array(values, kind), conformance.backend(lib)
    with backend.context():
        x = backend.put(numbers)
        for low, high in ((0.0, 1.0), (0, np.inf), (0, 3), (-1.0, 1.0), (0, -1)):
            want = bool(((numbers >= low) & (numbers <= high)).all())
            assert m.lies_between(namespace(x), x, low, high) is want
            with tiny():
                assert m.lies_between(namespace(x), x, low, high) is want


@pytest.mark.parametrize("x", [-745.0, -100.0, -20.0, -1e-8, 0.0, 1e-8, 20.0, 100.0, 1e8])
def test_softplus_keeps_its_digits(x: float) -> None:
    want = max(x, 0.0) + log1p(exp(-abs(x)))
    assert m.softplus.pure(np, np.float64(x)) == pytest.approx(want, rel=1e-15, abs=0)


@pytest.mark.parametrize("confidence", [-9.0, 0.0, 2.0, 8.0, 20.0, 60.0])
@pytest.mark.parametrize("lib", ["numpy", "torch", "jax"])
def test_answers_that_are_sure_keep_their_digits(lib: str, confidence: float) -> None:
    """Cross entropy of float32, value and slope, beside the same logits in float64."""
    if lib not in conformance.installed():
        pytest.skip(f"{lib} is not installed")
    backend = conformance.backend(lib)
    label, logits = RNG.integers(0, 50, 40), RNG.normal(size=(40, 50)).astype("float32")
    logits[np.arange(40), label] += np.float32(confidence)
    want = al.cross_entropy(logits.astype("float64"), label, axis=())
    got = backend.get(al.cross_entropy(backend.put(logits), backend.put(label), axis=()))
    np.testing.assert_allclose(got, want, rtol=4e-6)
    mean = backend.get(al.cross_entropy(backend.put(logits), backend.put(label)))
    np.testing.assert_allclose(mean, want.mean(), rtol=4e-6)
    if backend.grad is None:
        return
    slope = backend.grad(lambda x: al.cross_entropy(x, backend.put(label), axis=()).sum(), [logits], [0])[0]
    np.testing.assert_allclose(slope[np.arange(40), label], np.expm1(-want), rtol=4e-6)


@pytest.mark.parametrize("lib", ["numpy", "torch"])
@pytest.mark.parametrize("name", ["r2_score", "pearson_corrcoef"])
def test_means_are_found_where_a_sample_is_far_from_them(lib: str, name: str) -> None:
    """One in many is far away, and just these are looked at first."""
    backend, n = conformance.backend(lib), 200_000
    noise = np.random.default_rng(5).standard_normal((2, n))
    target = noise[0]
    target[:: n // SAMPLE] += 1e4
    arrays = [(target + 300 * noise[1]).astype("float32"), target.astype("float32")]
    want = getattr(al, name)(*(x.astype("float64") for x in arrays))
    got = backend.get(getattr(al, name)(*map(backend.put, arrays)))
    assert got == pytest.approx(float(want), rel=2e-6)


@pytest.mark.parametrize("holds", [True, False])
def test_prices_on_jax_where_tables_hold_and_where_not(holds: bool) -> None:
    """Cooled down, and at a low temperature from the start; mapped, where both ways are taken; no slope is NaN."""
    jax = pytest.importorskip("jax")
    scalings = importlib.import_module("arraylosses._math._jax_scalings")
    cost = jax.numpy.asarray(RNG.random((2, 6, 5)), dtype="float32")
    ratio = jax.numpy.full(1, 1e4 if holds else 1.0, dtype="float32")
    others = *(jax.numpy.full(n, -log(n), dtype="float32") for n in (6, 5)), jax.numpy.full(1, 1e-4), ratio
    assert bool(scalings.by_tables(cost[0], *others, 40)[1]) is holds

    def prices(way: Any) -> Any:
        return lambda c: way(c, *others, 40)

    def slopes(way: Any) -> Any:
        return jax.grad(lambda c: (way(c, *others, 40) * jax.numpy.arange(11)).sum())

    for asked in (prices, slopes):
        quick, slow = asked(scalings.prices), asked(scalings.by_logarithms)
        want = np.stack([slow(c) for c in cost])
        assert np.isfinite(want).all()
        for got in (jax.vmap(quick)(cost), np.stack([quick(c) for c in cost])):
            np.testing.assert_allclose(got, want, rtol=1e-4, atol=2e-4)


@pytest.mark.parametrize("d", [-1 + 1e-20, -0.9, -0.25, -0.1, -1e-3, -1e-8, 1e-12, 1e-4, 0.1, 0.35, 3.0])
def test_log_gap_keeps_its_digits(d: float) -> None:
    mpmath = pytest.importorskip("mpmath")
    ratio = 1e-20 if d == -1 else 1 + d  # what -1 + 1e-20 has rounded away, the ratio still has
    with mpmath.workdps(60):
        want = float(mpmath.mpf(ratio) - 1 - mpmath.log(mpmath.mpf(ratio)) if abs(d) > 0.2 else d - mpmath.log1p(d))
    assert float(m.log_gap(np, np.float64(ratio), np.float64(d))) == pytest.approx(want, rel=4e-15, abs=0)


@pytest.mark.parametrize("scale", [1e-300, 1e-30, 1.0, 1e30, 1e300])
def test_norm_has_no_overflow(scale: float) -> None:
    assert float(m.norm(np, np.array([3.0, 4.0]) * scale)) == pytest.approx(5 * scale, rel=1e-15)


def test_numpy_sums_along_a_strided_axis() -> None:
    """NumPy's own float32 mean over axis 0 is 37 % off at 2**25 rows; ours is not."""
    x = np.full((2**22, 2), 0.1, "float32")
    assert np.allclose(m.total.form("numpy")(np, x, 0) / 2**22, np.float32(0.1), rtol=1e-6)


def test_surprise_of_a_certain_label() -> None:
    import array_api_compat.numpy as xp

    logits, label = np.array([[40.0, 0.0], [0.0, 0.0]]), np.array([0, 1])
    assert m.label_surprise(xp, logits, label).tolist() == pytest.approx([4.248354255291589e-18, log(2)], rel=1e-15)
    assert m.class_surprise(xp, logits)[0].tolist() == pytest.approx([4.248354255291589e-18, 40.0], rel=1e-15)


@pytest.mark.parametrize("x", [-37.5, -30.0, -8.3, -5.657, -5.656, -1.0, -0.6745, -1e-9, 0.0, 0.3, 0.675, 2.0, 8.0])
def test_normal_cdf_keeps_its_digits(x: float) -> None:
    mpmath = pytest.importorskip("mpmath")
    with mpmath.workdps(50):
        want = float(mpmath.ncdf(mpmath.mpf(x)))
    assert float(m.normal_cdf.pure(np, np.float64(x))) == pytest.approx(want, rel=1e-15, abs=0)
    assert float(m.normal_cdf(np, np.float64(x))) == pytest.approx(want, rel=3e-13, abs=0)


@pytest.mark.parametrize("p", [1e-300, 1e-12, 1.4e-11, 0.01, 0.0749, 0.0751, 0.3, 0.5, 0.9, 0.926, 1 - 1e-12])
def test_normal_quantile_keeps_its_digits(p: float) -> None:
    mpmath = pytest.importorskip("mpmath")
    with mpmath.workdps(50):
        want = mpmath.mpf(float(m.normal_quantile.pure(np, np.float64(p))))
        for _ in range(3):
            want -= (mpmath.ncdf(want) - mpmath.mpf(p)) / mpmath.npdf(want)
    for form in (m.normal_quantile.pure, m.normal_quantile):
        assert float(form(np, np.float64(p))) == pytest.approx(float(want), rel=1e-15, abs=1e-30)


def test_the_normal_distribution_at_its_ends() -> None:
    ends = m.normal_cdf.pure(np, np.array([-np.inf, -50.0, 50.0, np.inf, np.nan]))
    np.testing.assert_array_equal(ends, [0.0, 0.0, 1.0, 1.0, np.nan])
    ends = m.normal_quantile.pure(np, np.array([0.0, 1.0, -0.1, 1.1, np.nan]))
    np.testing.assert_array_equal(ends, [-np.inf, np.inf, np.nan, np.nan, np.nan])


@pytest.mark.parametrize(("name", "points"), [("normal_cdf", np.linspace(-37, 8, 91)), ("normal_quantile", None)])
def test_slopes_of_the_normal_distribution(name: str, points: Any) -> None:
    points = 10.0 ** -np.arange(1.0, 300.0, 13.0) if points is None else points
    primitive = getattr(m, name)
    backend = conformance.backend("torch")
    assert backend.grad is not None
    place = points if name == "normal_cdf" else primitive.pure(np, points)
    density = np.exp(-(place**2) / 2) / np.sqrt(2 * np.pi)
    slope = backend.grad(_applied(primitive.pure, backend.put, (), {}), [points], [0])[0]
    np.testing.assert_allclose(slope, density if name == "normal_cdf" else 1 / density, rtol=1e-12)


ENDS = np.array([0.0, -0.0, 1e-30, 1.0, -1.0, 20.0, -90.0, 1e30, -1e30, np.inf, -np.inf, np.nan], dtype="float32")
ROWS = np.array(
    [[0, 0, 0], [1, 1, 0], [20, 0, 0], [0, 20, 0], [np.inf, 0, 0], [0, -np.inf, 0], [np.nan, 0, 0], [0, 1e30, 1e30]],
    dtype="float32",
)
IN_A_GRAPH: list[tuple[al.Metric, Any, Any, dict[str, Any]]] = [
    *((al.binary_cross_entropy_with_logits, ENDS, np.full_like(ENDS, label), {}) for label in (0.0, 0.25, 1.0)),
    *((al.focal_loss_with_logits, ENDS, np.full_like(ENDS, label), {"gamma": 1.5}) for label in (0.0, 0.25, 1.0)),
    *((al.cross_entropy, ROWS, np.full(len(ROWS), label), {}) for label in (0, 1, 2)),
]


@pytest.mark.parametrize(("metric", "pred", "target", "options"), IN_A_GRAPH, ids=lambda v: getattr(v, "__name__", ""))
def test_compiled_losses_hold_at_the_ends(metric: al.Metric, pred: Any, target: Any, options: dict[str, Any]) -> None:
    """Values are the eager ones, and so are slopes where these are numbers; no slope is lost."""
    torch = pytest.importorskip("torch")
    backend = conformance.backend("torch")
    assert backend.grad is not None
    assert backend.trained is not None

    def function(pred: Any, target: Any) -> Any:
        return metric(pred, target, reduction="none", **options)

    want, slope = backend.get(function(*map(backend.put, (pred, target)))), backend.grad(function, [pred, target], [0])
    torch._dynamo.reset()
    compiled = torch.compile(function, fullgraph=True, backend="aot_eager")
    np.testing.assert_allclose(backend.get(compiled(*map(backend.put, (pred, target)))), want, rtol=1e-6)
    found = backend.trained(function)([pred, target], 0)
    known = ~np.isnan(slope[0])
    np.testing.assert_allclose(found[known], slope[0][known], rtol=2e-6, atol=1e-38)
    lost = np.isnan(found) & ~np.isnan(pred).any(axis=tuple(range(1, pred.ndim)), keepdims=True)
    assert not lost.any()
