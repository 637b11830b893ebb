"""
Lovász and Dice for small things on a large ground
==================================================

A small network looks for faint discs in noise, which fill fewer than four pixels in a hundred. Cross entropy is a mean
over pixels, of which nearly all are ground: finding nothing is nearly as good as finding everything. The Dice loss and
the Lovász hinge are about the overlap that is scored in the end, whatever the size of the ground. The network and its
start are the same; the masks are those of images that it has not seen, cut at a probability of one half.
"""

import matplotlib.pyplot as plt
import torch
from torch import nn

import arraylosses as al

STEPS, SIZE, SEED = 200, 32, 0
torch.set_num_threads(1)  # the quickest for networks as small as these


def discs(count):
    """Images of noise with one or two faint discs each, and the masks of the discs: (image, 1, height, width)."""
    y, x = torch.meshgrid(torch.arange(SIZE), torch.arange(SIZE), indexing="ij")
    centre, radius = SIZE * torch.rand(2, count, 2, 1, 1), 1.5 + 2 * torch.rand(count, 2, 1, 1)
    mask = ((y - centre[0]) ** 2 + (x - centre[1]) ** 2 < radius**2).any(1, keepdim=True).float()
    return mask + 0.6 * torch.randn(count, 1, SIZE, SIZE), mask


def overlap_loss(logits, mask):
    return al.dice_loss(logits.sigmoid(), mask) + al.lovasz_hinge(logits, mask)


def trained(loss):
    torch.manual_seed(SEED)
    layers = [nn.Conv2d(1, 12, 5, padding=2), nn.ReLU(), nn.Conv2d(12, 12, 5, padding=2), nn.ReLU()]
    network = nn.Sequential(*layers, nn.Conv2d(12, 1, 1))
    optimiser = torch.optim.Adam(network.parameters(), lr=3e-3)
    for _ in range(STEPS):
        image, mask = discs(8)
        optimiser.zero_grad()
        loss(network(image), mask).backward()
        optimiser.step()
    return network


def main():
    losses = {"cross entropy": al.binary_cross_entropy_with_logits, "Lovász and Dice": overlap_loss}
    networks = {name: trained(loss) for name, loss in losses.items()}
    torch.manual_seed(SEED + 1)
    image, mask = discs(100)
    pictures = {"image": image, "true mask": mask}
    print(f"{'trained by':<17}{'IoU':>7}{'Dice':>7}{'recall':>8}{'precision':>11}{'accuracy':>10}")
    for name, network in networks.items():
        with torch.no_grad():
            pred = (network(image) > 0).float()
        scores = [m(pred, mask) for m in (al.jaccard_index, al.dice_score, al.recall, al.precision, al.accuracy)]
        print(f"{name:<17}" + "".join(f"{s:>{w}.3f}" for s, w in zip(scores, (7, 7, 8, 11, 10), strict=True)))
        pictures[f"{name}: IoU {scores[0]:.2f}"] = pred
    figure, axes = plt.subplots(2, 4, figsize=(13, 6.8), layout="constrained")
    for column, (title, picture) in zip(axes.T, pictures.items(), strict=True):
        column[0].set_title(title)
        for ax, one in zip(column, picture[::2], strict=False):
            ax.imshow(one[0].numpy(), cmap="gray", interpolation="nearest")
            ax.set_axis_off()
    figure.savefig("lovasz_and_dice.png")
    print("Picture: lovasz_and_dice.png")


if __name__ == "__main__":
    main()
