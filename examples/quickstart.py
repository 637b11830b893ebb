"""arraylosses in one table: the same call on NumPy, PyTorch and JAX arrays gives the same number.

    python examples/quickstart.py

The data ship inside scikit-learn and scikit-image; nothing is downloaded. Whatever is not installed is left out or
replaced by something drawn with NumPy, and the last lines say what it was. Writes `quickstart.png`.
"""

from collections.abc import Callable
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import arraylosses as al

Array = Any
Library = Callable[[np.ndarray], Array]
"""How an array library makes an array of a NumPy one."""

MODULES = ("torch", "jax", "sklearn", "skimage", "matplotlib")
MISSING = {module: module.replace("sk", "scikit-") for module in MODULES if find_spec(module) is None}
"""Module -> the package that has it, where it is not installed."""


def array_libraries() -> dict[str, Library]:
    libraries: dict[str, Library] = {"NumPy": np.asarray}
    if "torch" not in MISSING:
        libraries["PyTorch"] = import_module("torch").tensor
    if "jax" not in MISSING:
        libraries["JAX"] = import_module("jax.numpy").asarray
    return libraries


# ---- the data: real where the package is there, drawn with NumPy where it is not


class Data(NamedTuple):
    title: str
    pred: np.ndarray
    target: np.ndarray


def patients() -> Data:
    """How far diabetes had gone after a year: predicted from ten measurements, and measured."""
    if "sklearn" in MISSING:
        x = np.random.default_rng(0).normal(size=(111, 10))
        truth = x @ np.arange(10.0) + 5 * np.sin(np.arange(111))
        return Data("a noisy plane, 111 points", *np.asarray([x @ np.linalg.lstsq(x, truth)[0], truth], np.float32))
    from sklearn.datasets import load_diabetes
    from sklearn.linear_model import Ridge
    from sklearn.model_selection import train_test_split

    x, y = load_diabetes(return_X_y=True)
    x_train, x_test, y_train, y_test = train_test_split(x, y, random_state=0)
    pred = Ridge(alpha=0.1).fit(x_train, y_train).predict(x_test)
    return Data(f"diabetes, ridge regression, {len(y_test)} held-out patients", *np.asarray([pred, y_test], np.float32))


def digits() -> Data:
    """Log-probabilities of ten classes for scanned digits, and the digits."""
    if "sklearn" in MISSING:
        rng = np.random.default_rng(0)
        label = rng.integers(0, 10, 1000).astype(np.int32)
        score = -np.abs(label[:, None] + rng.normal(scale=0.5, size=(1000, 1)) - np.arange(10))
        log_prob = score - np.log(np.exp(score).sum(-1, keepdims=True))
        return Data("a noisy dial with ten positions, 1000 readings", log_prob.astype(np.float32), label)
    from sklearn.datasets import load_digits
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import train_test_split

    x, y = load_digits(return_X_y=True)
    x_train, x_test, y_train, y_test = train_test_split(x / 16, y, train_size=300, stratify=y, random_state=0)
    log_prob = LogisticRegression(max_iter=1000).fit(x_train, y_train).predict_log_proba(x_test)
    title = f"digits, logistic regression on 300, {len(y_test)} held-out scans"
    return Data(title, log_prob.astype(np.float32), y_test.astype(np.int32))


def photographs() -> Data:
    """Images (image, channel, height, width) of intensities in [0, 1], after and before a distortion."""
    if "skimage" in MISSING:
        y, x = np.mgrid[:256, :256] / np.float32(256)
        original = np.stack([0.5 + 0.5 * np.sin(k * (x + k * y * y)) for k in range(3, 12)]).reshape(3, 3, 256, 256)
        mosaic = original.reshape(3, 3, 64, 4, 64, 4).mean((-3, -1))
        return Data("waves and a 4 x 4 mosaic of them", mosaic.repeat(4, -1).repeat(4, -2), original)
    from PIL import Image
    from skimage import data

    def jpeg(image: np.ndarray) -> np.ndarray:
        file = BytesIO()
        Image.fromarray(image).save(file, "JPEG", quality=10)
        return np.asarray(Image.open(file))

    crops = [data.astronaut()[:256, 96:352], data.coffee()[60:316, 180:436], data.chelsea()[20:276, 90:346]]
    photos = np.asarray([[jpeg(image) for image in crops], crops], np.float32) / 255
    after, before = photos.transpose(0, 1, 4, 2, 3)
    return Data("astronaut, coffee and cat after JPEG at quality 10", after, before)


def edges(image: np.ndarray) -> np.ndarray:
    """The 2 % of pixels at which a (channel, height, width) image is steepest, as points."""
    down, across = np.gradient(image.mean(0))
    steepness = np.hypot(down, across)
    return np.argwhere(steepness > np.quantile(steepness, 0.98)).astype(np.float32)


# ---- the table


def rows(patient: Data, digit: Data, photo: Data) -> list[str | tuple[Any, ...]]:
    """A title; or a name, a call and its arrays."""
    _, pred, target = patient
    _, log_prob, label = digit
    _, after, before = photo
    prob = np.exp(log_prob)
    psnr_per_image = al.averaged(al.psnr, axis=(-3, -2, -1))
    return [
        f"Regression: {patient.title}",
        ("root mean squared error", al.rmse, pred, target),
        ("mean absolute error", al.mae, pred, target),
        ("R squared", al.r2_score, pred, target),
        ("Pearson correlation", al.pearson_corrcoef, pred, target),
        ("Spearman correlation", al.spearman_corrcoef, pred, target),
        f"Classification: {digit.title}",
        ("cross entropy", al.cross_entropy, log_prob, label),
        ("accuracy", partial(al.accuracy, class_axis=-1), log_prob, label),
        ("F1, macro", partial(al.f1_score, class_axis=-1), log_prob, label),
        ("F1, macro, batches of 100 streamed", streamed_f1, log_prob, label),
        ("Cohen's kappa", partial(al.cohen_kappa, class_axis=-1), log_prob, label),
        ("area under the ROC of '8'", al.auroc, prob[:, 8], label == 8),
        ("expected calibration error", partial(al.expected_calibration_error, class_axis=-1), prob, label),
        f"Images: {photo.title}",
        ("PSNR of all pixels, dB", partial(al.psnr, data_range=1.0), after, before),
        ("PSNR, mean over images, dB", partial(psnr_per_image, data_range=1.0), after, before),
        ("SSIM", partial(al.ssim, data_range=1.0), after, before),
        ("Chamfer distance of edges, px^2", al.chamfer_distance, edges(after[0]), edges(before[0])),
    ]


def streamed_f1(log_prob: Array, label: Array) -> Array:
    """F1 from sums over batches, with the update compiled where the library is JAX."""
    stream = al.stream(al.f1_score, class_axis=-1)
    is_jax = type(log_prob).__module__.startswith("jax")
    update = import_module("jax").jit(stream.update) if is_jax else stream.update
    state = stream.init(log_prob, label)
    for start in range(0, len(label), 100):
        state = update(state, log_prob[start : start + 100], label[start : start + 100])
    return stream.compute(state)


def print_table(table: list[str | tuple[Any, ...]], libraries: dict[str, Library]) -> None:
    print(f"{'':36}" + "".join(f"{library:>13}" for library in libraries) + f"{'difference':>13}")
    for row in table:
        if isinstance(row, str):
            print(f"\n{row}")
            continue
        name, call, *arrays = row
        values = [float(call(*map(as_array, arrays))) for as_array in libraries.values()]
        difference = f"{max(values) - min(values):.1g}" if len(values) > 1 else "-"
        print(f"  {name:34}" + "".join(f"{v:13.4f}" for v in values) + f"{difference:>13}")


def print_gradients(digit: Data) -> None:
    """One formula, and the same gradient from two engines that share no code."""
    if "torch" in MISSING or "jax" in MISSING:
        return
    import jax
    import torch

    loss = partial(al.cross_entropy, reduction="sum")
    logits = torch.tensor(digit.pred, requires_grad=True)
    loss(logits, torch.tensor(digit.target)).backward()
    by_torch = np.asarray(logits.grad)
    by_jax = np.asarray(jax.grad(loss)(*map(jax.numpy.asarray, (digit.pred, digit.target))))
    print(f"\nGradient of the cross entropy by {by_torch.size} logits: torch's backward and jax.grad")
    values = "".join(f"{np.linalg.norm(gradient):13.4f}" for gradient in (by_torch, by_jax))
    print(f"  {'length, largest difference':34}{'-':>13}{values}{np.abs(by_torch - by_jax).max():13.1g}")


# ---- the picture


def ssim_map(pred: np.ndarray, target: np.ndarray) -> Array:
    """SSIM of the 11 x 11 pixels about each second one, averaged over the channels."""
    patches = (np.lib.stride_tricks.sliding_window_view(x, (11, 11), axis=(-2, -1)) for x in (pred, target))
    return al.ssim(*(p[:, ::2, ::2] for p in patches), data_range=1.0, axis=0)


def draw_images(axes: list[Any], photo: Data) -> None:
    after, before = photo.pred[0], photo.target[0]
    psnr, ssim = (float(metric(after, before, data_range=1.0)) for metric in (al.psnr, al.ssim))
    axes[0].imshow(before.transpose(1, 2, 0))
    axes[0].set_title("Original")
    axes[1].imshow(after.transpose(1, 2, 0))
    axes[1].set_title(f"Distorted: PSNR {psnr:.1f} dB, SSIM {ssim:.2f}")
    local = axes[2].imshow(ssim_map(after, before), cmap="cividis", vmin=0, vmax=1)
    axes[2].set_title("SSIM about each pixel")
    axes[2].figure.colorbar(local, ax=axes[2], shrink=0.85)
    for ax in axes:
        ax.set_axis_off()


def draw_reliability(ax: Any, digit: Data) -> None:
    """How often the predictions in each tenth of confidence are right."""
    prob = np.exp(digit.pred)
    confidence = prob.max(-1)
    tenths = [np.floor(confidence * 10) == tenth for tenth in range(11)]
    tenths = [tenth for tenth in tenths if tenth.any()]
    x = [confidence[tenth].mean() for tenth in tenths]
    # a mask is a weight: what weighs nothing is absent
    accuracy = [float(al.accuracy(prob, digit.target, class_axis=-1, weights=tenth)) for tenth in tenths]
    error = float(al.expected_calibration_error(prob, digit.target, class_axis=-1))
    ax.plot([0, 1], [0, 1], color="black", linestyle=":", label="perfectly calibrated")
    ax.plot(x, accuracy, color="#0072b2", marker="o", label="accuracy")
    ax.bar(x, [tenth.mean() for tenth in tenths], width=0.05, color="#b8b8b8", label="share of predictions")
    ax.set(title=f"Reliability: calibration error {error:.3f}", xlabel="confidence", xlim=(0, 1), ylim=(0, 1.36))
    ax.set_yticks(np.linspace(0, 1, 6))
    ax.legend(loc="upper left", frameon=False)


def draw(digit: Data, photo: Data, path: Path) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(15, 4), layout="constrained", dpi=120)
    *image_axes, reliability_ax = figure.subplots(1, 4)
    draw_images(image_axes, photo)
    draw_reliability(reliability_ax, digit)
    figure.savefig(path)


def main() -> None:
    digit, photo = digits(), photographs()
    print_table(rows(patients(), digit, photo), array_libraries())
    print_gradients(digit)
    print()
    if "matplotlib" not in MISSING:
        draw(digit, photo, Path("quickstart.png"))
        print(f"Picture: {Path('quickstart.png').resolve()}")
    if MISSING:
        print(f"Not installed: {', '.join(MISSING.values())}; real data and every column come with")
        print(f"    python -m pip install {' '.join(MISSING.values())}")


if __name__ == "__main__":
    main()
