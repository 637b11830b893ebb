"""
A signed distance field in PyTorch
==================================

A network learns how far each place in space is from a torus, negative inside it, from 500 points of its surface. The
loss is the one of the example in JAX, word for word: zero on the surface, a gradient of length one, no bend along it.
The network begins as a ball. Drawn are two cuts through the field; dashed the truth.
"""

import matplotlib.pyplot as plt
import torch
from torch import nn

import arraylosses as al

STEPS, SEED = 500, 0
torch.set_num_threads(1)  # the quickest for networks as small as this


def true_distance(points):
    """Of a torus of radii 0.6 and 0.25 about the z axis."""
    x, y, z = points.unbind(-1)
    return torch.hypot(torch.hypot(x, y) - 0.6, z) - 0.25


def on_torus(count):
    around, across = 2 * torch.pi * torch.rand(2, count)
    radius = 0.6 + 0.25 * across.cos()
    return torch.stack([radius * around.cos(), radius * around.sin(), 0.25 * across.sin()], -1)


def loss(field, surface, anywhere, steik):
    gradient, product = al.gradient_and_hessian_product(field, anywhere)
    bend = al.directional_divergence_loss_with_product(gradient, product)
    return 10 * al.sdf_surface_loss(field(surface)) + al.eikonal_loss(gradient) + steik * bend


def fitted(surface):
    """One number for each point; at first nearly that of a ball, so that the inside is known."""
    smooth = nn.Softplus(beta=20)
    network = nn.Sequential(nn.Linear(3, 64), smooth, nn.Linear(64, 64), smooth, nn.Linear(64, 1))
    optimiser = torch.optim.Adam(network.parameters(), lr=3e-3)

    def field(points):
        return network(points).squeeze(-1) + (points**2).sum(-1) / 2 - 0.3

    for i in range(STEPS + 1):
        anywhere = 2 * torch.rand(256, 3) - 1
        optimiser.zero_grad()
        value = loss(field, surface, anywhere, steik=0.1 * max(1 - 2 * i / STEPS, 0))
        value.backward()
        optimiser.step()
        if i % 100 == 0:
            with torch.no_grad():
                error = al.mae(field(anywhere), true_distance(anywhere))
            print(f"step {i:>4}: loss {value:.4f}, mean absolute error {error:.4f}")
    return field


def main():
    torch.manual_seed(SEED)
    field = fitted(on_torus(500))
    x = torch.linspace(-1, 1, 101)
    u, v = torch.meshgrid(x, x, indexing="xy")
    cuts = {"through the ring, z = 0": (u, v, 0 * u), "across the ring, y = 0": (u, 0 * u, v)}
    figure, axes = plt.subplots(1, 2, figsize=(8.5, 4.5), layout="constrained")
    for ax, (name, cut) in zip(axes, cuts.items(), strict=True):
        points = torch.stack(cut, -1)
        values, truth = field(points).detach().numpy(), true_distance(points).numpy()
        ax.contour(x.numpy(), x.numpy(), values, x[::2].numpy(), cmap="cividis", linewidths=1)
        ax.contour(x.numpy(), x.numpy(), values, [0], colors="black", linewidths=2)
        ax.contour(x.numpy(), x.numpy(), truth, [0], colors="#d55e00", linestyles="dashed")
        ax.set(title=name, aspect="equal")
    figure.savefig("signed_distance_torch.png")
    print("Picture: signed_distance_torch.png")


if __name__ == "__main__":
    main()
