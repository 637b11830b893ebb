"""Which public name is defined where. A subject without an underscore defines metrics."""

HOMES = {
    "boxes": (
        "box_convert ciou_loss diou_loss giou_loss iou_loss pairwise_ciou pairwise_diou pairwise_giou pairwise_iou"
    ),
    "classification": (
        "balanced_cross_entropy binary_cross_entropy binary_cross_entropy_with_logits categorical_cross_entropy "
        "categorical_focal_loss class_weights cross_entropy focal_loss focal_loss_with_logits nll_loss "
        "softmax_focal_loss"
    ),
    "decisions": "accuracy cohen_kappa confusion_counts confusion_matrix f1_score f_beta precision recall",
    "directional": "dirdist_mesh_points dirdist_meshes dirdist_point_clouds",
    "divergence": "js_divergence kl_divergence relative_entropy",
    "fields": (
        "accumulated_opacity directional_divergence directional_divergence_loss "
        "directional_divergence_loss_with_product edge_aware_smoothness_loss eikonal_loss hessian_smoothness_loss "
        "minimal_surface_loss normal_smoothness_loss opacity_loss sdf_surface_loss sparsity_loss volume_weights"
    ),
    "image": "ms_ssim psnr s3im_loss ssim ssim_loss ssim_map total_variation",
    "information": "entropy information_content",
    "lovasz": "lovasz_grad lovasz_hinge lovasz_softmax",
    "meshes": "distances_to_surface point_to_surface_distance",
    "perceptual": "lpips lpips_from_features lpips_scale_input trunk_features",
    "points": (
        "chamfer_distance dtu_chamfer hausdorff_distance lcd_adversarial_loss lcd_attention_weights "
        "learnable_chamfer_distance point_cloud_fscore radius_downsample"
    ),
    "probabilistic": (
        "crps_ensemble crps_gaussian expected_calibration_error gaussian_log_prob gaussian_nll "
        "gaussian_nll_with_log_variance reliability_curve"
    ),
    "quantiles": "absolute_error_quantile median_absolute_error",
    "ranking": "auroc average_precision precision_recall_curve roc_curve",
    "regression": (
        "absolute_error explained_variance huber_loss log_cosh_error pearson_corrcoef r2_score "
        "root_mean_squared_error smooth_l1_loss spearman_corrcoef squared_error"
    ),
    "segmentation": (
        "dice_loss dice_score foreground_ratio_divergence jaccard_index soft_iou_loss spatial_bce_loss "
        "spatial_bce_threshold_loss"
    ),
    "signal": "fourier_errors fourier_loss",
    "sparsification": "ause sparsification_curve",
    "transport": (
        "diffusion_earth_movers_distance earth_movers_distance optimal_transport_distance sinkhorn_distance "
        "sinkhorn_divergence sliced_wasserstein_distance transport_cost wasserstein_critic_loss wasserstein_distance"
    ),
    "uncertainty": (
        "auce calibration_error coverage_curve ensemble_moments ensemble_nll gaussian_cdf gaussian_quantile "
        "interval_coverage interval_length mean_absolute_calibration_error prediction_interval quantile_coverage "
    ),
    "_catalogue": "catalogue",
    "_combine": "averaged",
    "_lpips": "load_lpips",
    "_derivatives": "gradient_and_hessian_product",
    "_definition": "Facts statistic",
    "_metric": "function Function Loss loss metric Metric",
    "_checkpoint": "convert_state state_from_dict state_to_dict",
    "_collection": "stream Streams",
    "_evaluate": "BatchError accumulate evaluate",
    "_stream": "Stream",
    "_domains": "BINARY BOX Domain IMAGE INDEX LABEL MASS NONNEGATIVE PROBABILITY REAL SIMPLEX",
}
"""Subject -> the public names it defines."""
