"""Which public name is defined where. A subject without an underscore defines metrics."""

HOMES = {
    "boxes": "box_convert giou_loss pairwise_iou",
    "classification": (
        "binary_cross_entropy binary_cross_entropy_with_logits cross_entropy focal_loss focal_loss_with_logits"
    ),
    "decisions": "accuracy cohen_kappa confusion_matrix f1_score f_beta precision recall",
    "divergence": "kl_divergence",
    "fields": "eikonal_loss",
    "image": "ms_ssim psnr s3im_loss ssim ssim_loss ssim_map total_variation",
    "perceptual": "lpips lpips_from_features lpips_scale_input trunk_features",
    "points": "chamfer_distance",
    "probabilistic": "expected_calibration_error gaussian_nll",
    "ranking": "auroc",
    "regression": (
        "absolute_error huber_loss pearson_corrcoef r2_score root_mean_squared_error spearman_corrcoef squared_error"
    ),
    "_catalogue": "catalogue",
    "_combine": "averaged",
    "_definition": "Facts statistic",
    "_metric": "Function Loss Metric function loss metric",
    "_stream": "Stream stream",
    "_domains": "BINARY BOX Domain IMAGE LABEL MASS NONNEGATIVE PROBABILITY REAL SIMPLEX",
}
"""Subject -> the public names it defines."""
