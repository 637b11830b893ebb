"""
The learnable Chamfer distance and its networks
===============================================

A cloud of points is moved onto a sphere with a spike, under the plain Chamfer distance and under the learnable one,
whose weights come from two small networks. These learn in turn to find what is still wrong, and the loss dwells on it.
After T. Huang et al. (2023), Learnable Chamfer distance for point cloud reconstruction, arXiv:2312.16582.
"""

import torch
from torch import nn

import arraylosses as al

POINTS, STEPS, SEED = 128, 300, 0
torch.set_num_threads(1)  # the quickest for networks as small as these


def shared(before, hidden, after):
    """Two layers that see each point by itself."""
    return nn.Sequential(nn.Linear(before, hidden), nn.LeakyReLU(), nn.Linear(hidden, after))


class Attention(nn.Module):
    """Weights of the points of a cloud (batch, n), from where they lie, their own cloud, and both clouds together."""

    def __init__(self):
        super().__init__()
        self.both, self.own, self.score = shared(3, 64, 128), shared(3, 64, 64), shared(3 + 64 + 2 * 128, 64, 1)

    def forward(self, cloud, other):
        context = [self.own(cloud).amax(-2), self.both(cloud).amax(-2), self.both(other).amax(-2)]
        context = torch.cat(context, -1).unsqueeze(-2).expand(*cloud.shape[:-1], -1)
        return al.lcd_attention_weights(self.score(torch.cat([cloud, context], -1)).squeeze(-1))


def step(optimiser, loss):
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()


def moved(cloud, distance, networks=None):
    """The cloud after gradient descent, in which the networks learn to make it hard."""
    cloud = cloud.clone().requires_grad_()
    optimiser = torch.optim.Adam([cloud], lr=0.02)
    adversary = networks and torch.optim.Adam(networks.parameters(), lr=1e-3)
    for _ in range(STEPS):
        if adversary:
            step(adversary, al.lcd_adversarial_loss(distance(cloud.detach())))
        step(optimiser, distance(cloud))
    return cloud.detach()


def main():
    torch.manual_seed(SEED)
    target = nn.functional.normalize(torch.randn(1, POINTS, 3), dim=-1)
    target[0, -16:] = torch.linspace(1.1, 2, 16)[:, None] * torch.tensor([0, 0, 1])  # a spike that few points stand for
    start = 0.5 * torch.randn(1, POINTS, 3)
    there, back = networks = nn.ModuleList([Attention(), Attention()])

    def plain(cloud):
        return al.chamfer_distance(cloud, target, squared=False) / 2

    def learnable(cloud):
        return al.learnable_chamfer_distance(cloud, target, there(cloud, target), back(target, cloud))

    clouds = [start, moved(start, plain), moved(start, learnable, networks)]
    print(f"{'moved by':<18}{'Chamfer':>10}{'Hausdorff':>11}{'EMD':>8}")
    for name, cloud in zip(("nothing", "Chamfer", "learnable Chamfer"), clouds, strict=True):
        hausdorff, transport = al.hausdorff_distance(cloud, target), al.earth_movers_distance(cloud, target)
        print(f"{name:<18}{plain(cloud):>10.4f}{hausdorff:>11.4f}{transport:>8.4f}")


if __name__ == "__main__":
    main()
