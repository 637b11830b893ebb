"""Who else computes it: functions of NumPy arrays, in the arrays' own dtype, element by element."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

Peer = Callable[..., Any]
LABELLED = {"softmax_cross_entropy": "softmax_cross_entropy_with_integer_labels"}
"""optax has two functions, where torch has one."""


def _torch(function: str, *order: int, **options: Any) -> Peer:
    """Of torch.nn.functional, of the arrays in this order."""

    def call(*arrays: Any) -> Any:
        import torch

        given = [torch.from_numpy(np.asarray(arrays[i])) for i in order or range(len(arrays))]
        return getattr(torch.nn.functional, function)(*given, reduction="none", **options).numpy()

    return call


def _torch_kl(pred: Any, target: Any) -> Any:
    import torch

    terms = torch.nn.functional.kl_div(torch.from_numpy(pred).log(), torch.from_numpy(target), reduction="none")
    return (terms.sum(-1) if pred.ndim > 1 else terms).numpy()


def _torch_ndtr(mean: Any, std: Any, target: Any) -> Any:
    import torch

    return torch.special.ndtr((torch.from_numpy(target) - torch.from_numpy(mean)) / torch.from_numpy(std)).numpy()


def _torch_log_prob(mean: Any, std: Any, target: Any) -> Any:
    import torch

    return torch.distributions.Normal(torch.from_numpy(mean), torch.from_numpy(std)).log_prob(torch.from_numpy(target))


def _optax(function: str) -> Peer:
    def call(*arrays: Any) -> Any:
        import jax
        import optax

        labelled = np.issubdtype(arrays[-1].dtype, np.integer)
        name = LABELLED.get(function, function) if labelled else function
        with jax.enable_x64(arrays[0].dtype == np.float64):
            return np.asarray(getattr(optax, name)(*map(jax.numpy.asarray, arrays)))

    return call


def _scipy(function: str) -> Peer:
    def call(*arrays: Any) -> Any:
        import scipy.special

        return getattr(scipy.special, function)(*arrays)

    return call


def _rel_entr(pred: Any, target: Any) -> Any:
    terms = _scipy("rel_entr")(target, pred)
    return terms.sum(-1) if pred.ndim > 1 else terms


def _jensenshannon(pred: Any, target: Any) -> Any:
    from scipy.spatial.distance import jensenshannon

    return jensenshannon(pred, target, axis=-1) ** 2


def _norm(function: str) -> Peer:
    def call(mean: Any, std: Any, x: Any) -> Any:
        from scipy.stats import norm

        return getattr(norm, function)(x, mean, std)

    return call


def _rows(module: str, function: str, swapped: bool = False, **options: Any) -> Peer:
    """A function of two samples, case by case; ``swapped`` where it takes the target first."""

    def call(pred: Any, target: Any) -> Any:
        peer = getattr(import_module(module), function)
        pairs = zip(target, pred, strict=True) if swapped else zip(pred, target, strict=True)
        return np.asarray([np.asarray(peer(a, b, **options)).ravel()[0] for a, b in pairs])

    return call


def _torchmetrics(function: str, lead: int = 0, **options: Any) -> Peer:
    """Of torch tensors with this many leading axes of one, case by case."""

    def call(pred: Any, target: Any) -> Any:
        import torch
        import torchmetrics.functional as peers

        pairs = ([torch.from_numpy(x[(None,) * lead]) for x in pair] for pair in zip(pred, target, strict=True))
        return np.asarray([float(getattr(peers, function)(*pair, **options)) for pair in pairs])

    return call


def _cdist(pred: Any, target: Any) -> Any:
    import torch

    distance = torch.cdist(torch.from_numpy(pred), torch.from_numpy(target)) ** 2
    return (distance.min(-1).values.mean(-1) + distance.min(-2).values.mean(-1)).numpy()


SKLEARN, SKIMAGE = "sklearn.metrics", "skimage.metrics"
PEERS: dict[str, dict[str, Peer]] = {
    "absolute_error": {"torch": _torch("l1_loss")},
    "squared_error": {"torch": _torch("mse_loss"), "optax": _optax("squared_error")},
    "huber_loss": {"torch": _torch("huber_loss"), "optax": _optax("huber_loss")},
    "smooth_l1_loss": {"torch": _torch("smooth_l1_loss")},
    "log_cosh_error": {"optax": _optax("log_cosh")},
    "binary_cross_entropy": {"torch": _torch("binary_cross_entropy")},
    "binary_cross_entropy_with_logits": {
        "torch": _torch("binary_cross_entropy_with_logits"),
        "optax": _optax("sigmoid_binary_cross_entropy"),
    },
    "focal_loss_with_logits": {"optax": _optax("sigmoid_focal_loss")},
    "cross_entropy": {"torch": _torch("cross_entropy"), "optax": _optax("softmax_cross_entropy")},
    "kl_divergence": {"torch": _torch_kl, "scipy": _rel_entr},
    "relative_entropy": {"torch": _torch_kl, "scipy": _rel_entr},
    "js_divergence": {"scipy": _jensenshannon},
    "gaussian_nll": {"torch": _torch("gaussian_nll_loss", 0, 2, 1)},
    "gaussian_log_prob": {"torch": _torch_log_prob, "scipy": _norm("logpdf")},
    "gaussian_cdf": {"torch": _torch_ndtr, "scipy": _norm("cdf")},
    "gaussian_quantile": {"scipy": _norm("ppf")},
    "r2_score": {"sklearn": _rows(SKLEARN, "r2_score", True), "torchmetrics": _torchmetrics("r2_score")},
    "explained_variance": {
        "sklearn": _rows(SKLEARN, "explained_variance_score", True),
        "torchmetrics": _torchmetrics("explained_variance"),
    },
    "pearson_corrcoef": {
        "scipy": _rows("scipy.stats", "pearsonr"),
        "torchmetrics": _torchmetrics("pearson_corrcoef"),
    },
    "spearman_corrcoef": {
        "scipy": _rows("scipy.stats", "spearmanr"),
        "torchmetrics": _torchmetrics("spearman_corrcoef"),
    },
    "psnr": {
        "skimage": _rows(SKIMAGE, "peak_signal_noise_ratio", True, data_range=1.0),
        "torchmetrics": _torchmetrics("peak_signal_noise_ratio", data_range=1.0),
    },
    "wasserstein_distance": {"scipy": _rows("scipy.stats", "wasserstein_distance")},
    "auroc": {"sklearn": _rows(SKLEARN, "roc_auc_score", True)},
    "average_precision": {"sklearn": _rows(SKLEARN, "average_precision_score", True)},
    "chamfer_distance": {"torch.cdist": _cdist},
    "ssim": {
        "skimage": _rows(
            SKIMAGE,
            "structural_similarity",
            True,
            data_range=1.0,
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
        )
    },
}
"""By the metric."""
