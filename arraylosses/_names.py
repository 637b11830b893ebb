"""Which public name is defined where. A subject without an underscore defines metrics."""

HOMES = {
    "boxes": "box_convert giou_loss pairwise_iou",
    "classification": (
        "balanced_cross_entropy binary_cross_entropy binary_cross_entropy_with_logits categorical_cross_entropy "
        "categorical_focal_loss class_weights cross_entropy focal_loss focal_loss_with_logits nll_loss "
        "softmax_focal_loss"
    ),
    "decisions": "accuracy cohen_kappa confusion_counts confusion_matrix f1_score f_beta precision recall",
    "divergence": "js_divergence kl_divergence relative_entropy",
    "fields": "eikonal_loss",
    "image": "psnr ssim total_variation",
    "information": "entropy information_content",
    "points": "chamfer_distance",
    "probabilistic": "expected_calibration_error gaussian_nll reliability_curve",
    "ranking": "auroc precision_recall_curve roc_curve",
    "regression": (
        "absolute_error huber_loss pearson_corrcoef r2_score root_mean_squared_error smooth_l1_loss spearman_corrcoef "
        "squared_error"
    ),
    "signal": "fourier_errors fourier_loss",
    "_catalogue": "catalogue",
    "_combine": "averaged",
    "_definition": "Facts statistic",
    "_metric": "Function Loss Metric function loss metric",
    "_stream": "Stream stream",
    "_domains": "BINARY BOX Domain IMAGE LABEL MASS NONNEGATIVE PROBABILITY REAL SIMPLEX",
}
"""Subject -> the public names it defines."""
