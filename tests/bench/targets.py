"""What each row is to reach, whether it did, and why not where it is known."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from .result import Result

LARGE_FOR_EAGER = 10**5
"""Elements from which an eager call of JAX is judged: on fewer it is overhead alone."""

SPEEDS = {
    "limit/squared_error/*": 0.70,
    "limit/absolute_error/*": 0.50,
    "limit/huber_loss/*": 0.25,
    "limit/smooth_l1_loss/*": 0.25,
    # our digits cost time
    "cross_entropy/*/torch": 0.6,
    "cross_entropy/*/torch-grad": 0.6,
    "binary_cross_entropy_with_logits/*/torch": 0.6,
    "binary_cross_entropy_with_logits/*/torch-grad": 0.6,
    "focal_loss_with_logits/*/torch": 0.6,
    "focal_loss_with_logits/*/torch-grad": 0.6,
    # the peer is one fused kernel
    "huber_loss/*/torch-grad": 0.3,
    "smooth_l1_loss/*/torch-grad": 0.3,
    # the caller's own jit saves more
    "*/jax-eager": 1 / 1.5,
    "*": 1.0,
}
"""Glob of rows -> times as fast as the fastest peer, or the share of the limit; the first that matches counts."""

EXTRA = {
    "frame/import*": 50.0,
    "frame/squared_error/64/numpy": 5.0,
    "frame/squared_error/64/torch": 8.0,
    "frame/squared_error-weighted/64/numpy": 15.0,
    "frame/squared_error-weighted/64/torch": 35.0,
    "frame/stream.update/64/numpy": 60.0,
    "frame/stream.update/64/torch": 100.0,
}
"""Glob of rows -> how far above the bare formula at most, in the row's unit."""

MEGABYTE = 1e6 / 2**20
MEMORY = {
    "memory/*_error/*": 2 * MEGABYTE,
    "memory/huber_loss/*": 2 * MEGABYTE,
    "memory/chamfer_distance/*": 1000 * MEGABYTE,
    # the result, and what is allowed elsewhere
    "memory/pairwise_iou/4096/*": 64 + 2 * MEGABYTE,
    # six times the two images
    "memory/ssim/8x3x256x256/*": 6 * 12.0,
}
"""Glob of rows -> MiB above the inputs at most."""

MEANS = {"numpy": 3.0, "torch": 2.0, "jax-jit": 1.2}
"""Family of rows -> geometric mean."""

OVERHEAD = (
    "On so few numbers a call is overhead: some thirty steps of Python, in which kinds, shapes and settings become a "
    "key, where a formula has one. Tried: the way of a call composed once for all alike, 0.5 to 0.7 of the time, which "
    "is kept; a way of its own for losses without bounds and between bounds, which that replaces; operators instead of "
    "imports in twins; bounds of few looked at by NumPy, which takes half as long again; few numbers of torch's "
    "computed by NumPy, and read out by it, which pays for summaries and not for sums; up to 16,384 differences added "
    "row by row, 0.5 to 0.8 of the time, and quotients of numbers without a choice, 0.8, which are kept."
)
ONE_KERNEL = (
    "The peer is one kernel, and a call's own Python takes as long. Tried: the library's own kernel, which it is; its "
    "own mean, past the wrapper in its Python, 0.7 of the time with a gradient of few, which is kept; blocks of other "
    "sizes, which pay from a million on; torch's compiler asked for first, so that it asks less before every call, "
    "0.92 to 0.95 of the time of a compiled loss of few, which is kept."
)
IN_RANGE = (
    "Labels are looked at, for one out of range is an error, or NaN under jit, which takes a pass of its own; the "
    "formula counts it elsewhere. Tried under XLA: the least and the greatest instead of a mask, which takes three "
    "times as long; the mask as whole numbers, added or the greatest of them, which is no faster; a mark on the "
    "element itself, which its sum tells, and right answers alone, 0.35 to 0.6 of the time of an accuracy, and one "
    "clip instead of two comparisons and a choice, 0.5 of the time of 1e4 labels in 10 classes, for which XLA then "
    "wakes no second thread, and 0.95 of 1e6, which are kept; a bin more for what is out of range, 0.9 of the time for "
    "10 classes and more for 1000."
)
SHARES = (
    "Shares are looked at, for one outside [0, 1] is an error, or NaN under jit: two passes for what the formula sums "
    "in three. Tried: the least and the greatest in one call; their bits, whose greatest as unsigned numbers tells of "
    "both, which halves the look and is kept; NumPy's own sums of up to 32,768 numbers instead of rows by BLAS, 1.7 "
    "times as fast; under a trace how far a share lies outside, instead of four comparisons, 0.95 of the time and with "
    "its gradient 0.8 to 0.95, which is kept; by two clips, 0.92 to 0.95; on NumPy products that are added without "
    "being written, all in one piece, 0.75 of the time of 1e5 and 0.4 of 1e6, and quotients of numbers without a "
    "choice, 0.8 of few, which are kept. XLA writes both arrays anew, for three sums share what was looked at; torch "
    "looks at each in a quarter of the time that the formula takes."
)
TAILS = (
    "Both tails keep every digit, by choices that the formula has not, and that XLA does not vectorize as well. Tried: "
    "bits instead of branches; value and slope from the same exponentials, in place; from the nearer end by lerp, no "
    "faster for 1e5 and 1e6; softplus of labels that are 0 or 1, 1.2 to 1.4 times as fast, and larger blocks, 1.2 "
    "to 1.3 times as fast again, which are kept; compiled, value and slope by formula, 1.2 to 1.3 times as fast, and "
    "how far a label lies outside, instead of four comparisons, 0.93 of the time of 1e6, which are kept, and other "
    "ways to mark what is out of range; eager, a sum in one step that keeps no values, and of few logits torch's own "
    "operations, 1.1 to 1.4 times as fast."
)
CORNER = (
    "The slope at 0 is 0 on every library, by a maximum of two numbers; the formula takes XLA's absolute value, whose "
    "slope there is 1. Tried: that value with a slope of its own, 1.2 to 1.35 times as fast forward and no faster "
    "back, where a twin needs 1.5."
)
OWN_TERM = (
    "The label's own term is left out of the sum, so that a confident answer keeps its digits: by a mask under XLA, by "
    "its value in a program of torch's, by shares in eager torch where a value is below 1 or a slope is wanted; and a "
    "label out of range is an error. Tried: log_softmax for values of 1 and more, in one table, which halves the time "
    "and is kept; compiled, the whole sum, as fast as the peer and without digits; masks of small whole numbers or of "
    "floats, no faster; limits of infinite logits looked at before the sums, a tenth slower than at the end."
)
CLOSE = (
    "Close distributions keep their digits: logarithms of ratios are looked at, and pairs below a sixteenth of a nat "
    "are made anew in float64, on XLA all of them; the peers' sum of logarithms is below 0 for half of such pairs. "
    "Shares are looked at besides. Tried: float64 for all, which takes 1.3 to 4 times as long on NumPy; "
    "`d - log(1 + d)` alone, which is infinite under XLA from shares of 1e-17 on; a branch under XLA, two to three "
    "times as long; slopes of their own under XLA, 0.5 to 0.7 of the time; a sum by float32 logarithms where its mean "
    "is not small, 0.4 to 0.5 of the time on torch and under XLA, where both arrays are written before the choice. "
    "Both are kept."
)
MEAN = (
    "The mean is corrected by a second pass, without which data far from zero have no digits. Tried: both passes in "
    "two buffers that stay in cache, which pays from some 1e5 on; for the first pass the mean of 256 numbers, where it "
    "is near enough, a quarter less, which is kept; on torch up to 262,144 pairs by NumPy, and blocks twice as large "
    "of more, 0.6 to 0.9 of the time, which are kept; blocks four times as large, another tenth, in which torch's dot "
    "loses a digit."
)
TIES = "Equal scores are counted together; the formula takes them as the sort left them. Tried: whole numbers, sorted."
STEPS = (
    "Equal errors share their steps, so that no sort decides; the authors' code takes the order it got. Tried: no "
    "groups where no two are equal; whole numbers, sorted."
)
DOUBTS = (
    "Equal uncertainties share their errors, so that no sort decides; the authors' code takes the order it got. Tried: "
    "the ends of groups in one pass; whole numbers, sorted; sums over groups, as over bins, 0.9 of the time, and keys "
    "sorted by two threads, 0.7 to 0.8 where sorting is slow, which are kept."
)
BINS = (
    "Weight, hits and score of each bin are kept, in float64, for streams and for other norms; the formula keeps one "
    "sum, in the precision of the scores. Tried: both sides in one count of whole numbers; three passes instead of "
    "eight on NumPy, in cache, 1.7 to 2.9 times as fast, and under XLA one index for counts and sums, 0.7 of the time "
    "of 1e5 and more, which are kept; comparing with every bin instead of adding one by one, 1.6 to 20 times as slow."
)
NORMAL = (
    "A deviation of 0 is allowed, and leaves the absolute error: a choice that the peer has not. Tried: the library's "
    "own erf, instead of the distribution's two tails; on torch value and slopes in one step, which is kept."
)
PRICES = (
    "Two chains, one from either side, are averaged, so that exchange changes nothing; and half of the steps cool "
    "down, so that low temperatures converge; of 64 points a step is overhead. Tried: products with one table of "
    "exponentials while it holds, 1.7 to 5 times as fast on NumPy and torch; under XLA, where that is known at the end "
    "only, 2.4 to 4 times as fast, and 1.3 to 1.7 times with its gradient, for which each table is written."
)
SAME = (
    "The same operations as the peer's: what is told is the spread of both. Tried: the compiled programs side by side, "
    "of which XLA's have the same operations, and Inductor's are letter by letter those of torch's own loss."
)
OWN = (
    "Difference, absolute value and mean are torch's own, one by one, as the peer's are; what is told lies within the "
    "spread. Tried: torch's one kernel for all three, which takes a quarter longer; the sum over a number instead of "
    "torch's mean, whose way back writes a share for each, 0.8 of the time from 8,192 on, which is kept."
)
EARLY = (
    "The peer may stop at a point that settles the greatest distance; ours has a distance for each point, which "
    "weights and gradients need. Tried: k-d trees asked in order and by all cores."
)
TABLE = (
    "The formula makes one table of distances for both directions; ours looks for the least twice, and writes no "
    "table. Tried: the least before who has it, four times as fast."
)
WINDOWS = (
    "XLA fills the padded images that are the gradients of slices wherever they are asked for. Tried: products of "
    "matrices for the derivative alone, 7 times as fast, which are kept; forward they take 2.5 times as long as "
    "slices; barriers, which XLA takes out before it joins steps; `linear_call`, which cannot be mapped by vmap."
)
PLANES = (
    "A plane of 8 MB and its maps do not fit the cache of this processor, and two thirds are the spread; on an Intel "
    "Xeon it was 1.47 times as fast (c8818af, 2026-11-25). Tried: averages in place, in bands of rows."
)
CORNERS = (
    "The corners of each box are looked at, for two that are exchanged are an error. Tried: one mask for both corners; "
    "each corner taken once instead of four times, a tenth; the short way of a call, 0.7 to 0.75 of the time of up to "
    "1000, which is kept; under XLA one split into columns, 5 times as fast with its "
    "gradient, and on torch positive parts and quotients in one kernel each, and no enclosing box where none is asked "
    "for, 1.9 times for 65,536 pairs, which are kept."
)
PASSES = (
    "A block is written to cache and read again, where reading only takes the greatest. Tried: one thread for squared "
    "and absolute errors, which reached 63 and 49 %; two for the others, no faster; blocks of 2**13 to 2**19 elements, "
    "of which large ones pay in memory that is kept."
)
BLOCKS = "Temporaries of a block besides the result. Tried: smaller blocks, which take 1.4 to 1.7 times as long."
SOURCES = (
    "A first metric loads the frame and its subject. Tried: subjects and native forms that are loaded when they are "
    "asked for; an order of imports in which Python's collector does not come in between."
)

REASONS: dict[str, str] = {
    "frame/import*": SOURCES,
    "frame/*": OVERHEAD,
    "*/100/*": OVERHEAD,
    "*_error/10000000/torch-compiled*": SAME,
    "*_loss/10000000/torch-compiled*": SAME,
    "psnr/1x3x64x64/*": OVERHEAD,
    "ssim*/1x3x64x64/*": OVERHEAD,
    "ms_ssim/1x3x176x176/*": OVERHEAD,
    "absolute_error/10000000/torch-grad": OWN,
    "ssim/*/jax-grad": WINDOWS,
    "ms_ssim/*/jax-grad": WINDOWS,
    "ssim/1x3x1080x1920/numpy": PLANES,
    "absolute_error/*/jax-*": CORNER,
    "huber_loss/*/jax-*": CORNER,
    "smooth_l1_loss/*/jax-*": CORNER,
    "expected_calibration_error/*": BINS,
    "*_error/100000/*": ONE_KERNEL,
    "huber_loss/100000/*": ONE_KERNEL,
    "smooth_l1_loss/100000/*": ONE_KERNEL,
    "kl_divergence/*": CLOSE,
    "cross_entropy/*": OWN_TERM,
    "binary_cross_entropy_with_logits/*": TAILS,
    "focal_loss_with_logits/*": TAILS,
    "r2_score/*": MEAN,
    "pearson_corrcoef/*": MEAN,
    "confusion_matrix-*": IN_RANGE,
    "f_beta-*": IN_RANGE,
    "accuracy-*": IN_RANGE,
    "auroc/*": TIES,
    "average_precision/*": TIES,
    "dice_loss/*": SHARES,
    "squared_error/*": SAME,
    "psnr/*": SAME,
    "hausdorff_distance/*": EARLY,
    "chamfer_distance/*": TABLE,
    "wasserstein_distance/10000/*": OVERHEAD,
    "crps_ensemble/10000/*": OVERHEAD,
    "lovasz_hinge/*": STEPS,
    "ause/*": DOUBTS,
    "crps_gaussian/*": NORMAL,
    "sinkhorn_distance/*": PRICES,
    "giou_loss/*": CORNERS,
    "pairwise_iou/*": CORNERS,
    "limit/*": PASSES,
    "memory/*": BLOCKS,
}
"""Glob of rows -> why they miss; the first that matches counts."""


def looked_up(name: str, table: Mapping[str, Any]) -> Any:
    """Of the first glob that matches."""
    return next((value for glob, value in table.items() if fnmatchcase(name, glob)), None)


def goal(r: Result) -> float | None:
    """In the figure that `reached` gives; None where there is none."""
    name = r.name.partition("@")[0]
    if name.endswith("/jax-eager") and (r.elements or 0) < LARGE_FOR_EAGER:
        return None
    found: float | None = looked_up(name, TABLES.get(name.partition("/")[0], SPEEDS))
    return found


TABLES = {"frame": EXTRA, "memory": MEMORY}


def reached(r: Result) -> float | None:
    return {"frame": r.over, "memory": r.ours}.get(r.name.partition("/")[0], r.ratio)


def met(r: Result) -> bool | None:
    """None where nothing was to be reached, or nothing was measured."""
    wanted, got = goal(r), reached(r)
    if wanted is None or got is None:
        return None
    return got <= wanted if r.name.partition("/")[0] in TABLES else got >= wanted


def reason(r: Result) -> str | None:
    found: str | None = looked_up(r.name, REASONS)
    return found
