"""
A reconstruction, judged as the DTU benchmark does
==================================================

The surface is a vase of 140 mm, and a scan of it goes wrong step by step: it is noisy, it has stray points, one side is
missing. *Accuracy* is the mean distance from the scan to the surface, *completeness* the mean distance back, *overall*
half their sum. Distances above 20 mm are dropped, as if they were of another object: the far cloud of strays costs
nothing in ``dtu_chamfer``, while ``point_cloud_fscore`` counts each of them. Both clouds are thinned first, so that a
region of many points has no greater say.
"""

import matplotlib.pyplot as plt
import numpy as np

import arraylosses as al

COUNT, SPACING, SEED = 40_000, 1.0, 0


def vase(rng, count):
    """Points on a surface of revolution, denser where it is narrow; millimetres."""
    height, turn = 140 * rng.random(count), 2 * np.pi * rng.random(count)
    radius = 35 + 14 * np.sin(height / 20)
    return np.stack([radius * np.cos(turn), radius * np.sin(turn), height], -1)


def thinned(points):
    """No two points nearer than the spacing; DTU takes 0.2 mm."""
    return points[al.radius_downsample(points, radius=SPACING, seed=SEED) > 0]


def reconstructions(rng):
    """One scan, spoilt a little more each time."""
    scan = vase(rng, COUNT)
    noisy = scan + rng.normal(scale=0.5, size=scan.shape)
    near = vase(rng, 1000) + rng.normal(scale=8, size=(1000, 3))
    far = rng.normal(loc=(120, 0, 70), scale=8, size=(1000, 3))
    with_near, with_far = np.concatenate([noisy, near]), np.concatenate([noisy, near, far])
    lacking = with_far[(with_far[:, 1] > -10) | (with_far[:, 2] < 60)]
    names = ("another scan", "+ noise of 0.5 mm", "+ points near by", "+ points far away", "- one side")
    return dict(zip(names, (scan, noisy, with_near, with_far, lacking), strict=True))


def main():
    rng = np.random.default_rng(SEED)
    surface = thinned(vase(rng, COUNT))
    print(f"{'':<20}{'accuracy':>9}{'completeness':>14}{'overall':>9}   {'F-score':>8}{'precision':>11}{'recall':>8}")
    for name, scan in reconstructions(rng).items():
        pred = thinned(scan)
        dtu = al.dtu_chamfer(pred, surface, max_distance=20.0)
        share = al.point_cloud_fscore(pred, surface, threshold=2.0)
        row = f"{name:<20}{dtu.accuracy:>9.3f}{dtu.completeness:>14.3f}{dtu.overall:>9.3f}"
        print(f"{row}   {share.fscore:>8.3f}{share.precision:>11.3f}{share.recall:>8.3f}")
    figure, axes = plt.subplots(1, 2, figsize=(11, 4.6), subplot_kw={"projection": "3d"}, layout="constrained")
    titles = {"pred_to_target": "wrong in the reconstruction", "target_to_pred": "lacking of the surface"}
    for ax, (direction, title) in zip(axes, titles.items(), strict=True):
        al.plot.point_distances(pred, surface, direction=direction, ax=ax, unit="mm", vmax=20.0, s=4)
        ax.set(title=title)
        ax.get_legend().remove()
        ax.set_axis_off()
        ax.view_init(20, -60)
    figure.savefig("dtu_reconstruction.png")
    print("Picture: dtu_reconstruction.png")


if __name__ == "__main__":
    main()
