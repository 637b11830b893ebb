"""
Four losses of boxes race each other
====================================

The same 200 boxes are moved onto their targets by gradient descent, once under each loss of boxes. Where a box does
not touch its target, IoU has no gradient and the box stays where it is. The other three still know where the target
is, and stretch the box until it overlaps. DIoU and CIoU, which mind the distance of the centres, fit it first. The
strip shows one box on its way, the curve the mean intersection over union of all.
"""

import matplotlib.pyplot as plt
import torch
from matplotlib.patches import Rectangle

import arraylosses as al

STEPS, FRAMES, SEED = 200, (0, 10, 25, 50, 100, 200), 0
RACERS = {
    "IoU": (al.iou_loss, "#000000", ":"),
    "GIoU": (al.giou_loss, "#d55e00", "--"),
    "DIoU": (al.diou_loss, "#0072b2", "-."),
    "CIoU": (al.ciou_loss, "#009e73", "-"),
}
torch.set_num_threads(1)  # the quickest for so few numbers


def boxes(count):
    """Boxes (x1, y1, x2, y2) in the unit square, of many sizes and ratios."""
    size = 0.1 + 0.3 * torch.rand(count, 2)
    corner = (1 - size) * torch.rand(count, 2)
    return torch.cat([corner, corner + size], -1)


def moved(start, target, loss):
    """The boxes after each step, (step, box, 4)."""
    box = start.clone().requires_grad_()
    optimiser = torch.optim.Adam([box], lr=0.01)
    path = [start]
    for _ in range(STEPS):
        optimiser.zero_grad()
        loss(box, target, reduction="sum").backward()
        optimiser.step()
        path.append(box.detach().clone())
    return torch.stack(path)


def draw_box(ax, box, **look):
    x1, y1, x2, y2 = box.tolist()
    ax.add_patch(Rectangle((x1, y1), x2 - x1, y2 - y1, linewidth=2, **look))


def main():
    torch.manual_seed(SEED)
    start, target = boxes(200), boxes(200)
    start[0], target[0] = torch.tensor([0.05, 0.1, 0.2, 0.45]), torch.tensor([0.5, 0.6, 0.95, 0.8])
    figure, axes = plt.subplots(
        1, len(FRAMES) + 1, figsize=(21, 3.2), width_ratios=[1] * 6 + [1.5], layout="constrained"
    )
    for ax, step in zip(axes, FRAMES, strict=False):
        draw_box(ax, target[0], facecolor="#dddddd")
        ax.set(title=f"step {step}", aspect="equal", xlim=(-0.1, 1.1), ylim=(-0.1, 1.1), xticks=(), yticks=())
    print(f"{'mean IoU after':<16}" + "".join(f"{step:>7}" for step in FRAMES))
    for name, (loss, colour, line) in RACERS.items():
        path = moved(start, target, loss)
        iou = 1 - al.iou_loss(path, target.expand_as(path), axis=-1)
        print(f"{name:<16}" + "".join(f"{iou[step]:>7.3f}" for step in FRAMES))
        axes[-1].plot(iou, line, color=colour, label=name)
        for ax, step in zip(axes, FRAMES, strict=False):
            draw_box(ax, path[step, 0], fill=False, edgecolor=colour, linestyle=line)
    axes[-1].set(xlabel="step", title="mean IoU of 200 boxes", ylim=(0, 1))
    axes[-1].legend()
    figure.savefig("box_race.png")
    print("Picture: box_race.png")


if __name__ == "__main__":
    main()
