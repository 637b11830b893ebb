"""The learnable Chamfer distance: two small networks say which points a reconstruction should mind.

    python examples/learnable_chamfer.py

Moves a cloud of points onto a target by gradient descent, once under the plain Chamfer distance and once under the
learnable one, whose weights come from networks that are trained, in turn, to find what is still wrong. Needs PyTorch.
The networks follow T. Huang et al. (2023), Learnable Chamfer distance for point cloud reconstruction, arXiv:2312.16582.
"""

from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor, nn

import arraylosses as al

POINTS, STEPS, SEED = 128, 100, 0


def shared(*widths: int) -> nn.Sequential:
    """Layers that see each point by itself."""
    layers: list[nn.Module] = []
    for before, after in pairwise(widths):
        layers += [nn.Linear(before, after), nn.LeakyReLU()]
    return nn.Sequential(*layers[:-1])


class Attention(nn.Module):
    """A score for each point, from where it lies, its own cloud, and both clouds together."""

    def __init__(self) -> None:
        super().__init__()
        self.both = shared(3, 64, 128)
        self.own = shared(3, 64, 64)
        self.score = shared(3 + 64 + 2 * 128, 64, 16, 1)

    def forward(self, cloud: Tensor, other: Tensor) -> Tensor:
        """Weights of the points of ``cloud`` (batch, n), which sum to one."""
        pair = torch.cat([self.both(c).amax(-2) for c in (cloud, other)], -1)
        context = torch.cat([self.own(cloud).amax(-2), pair], -1)
        context = context.unsqueeze(-2).expand(*cloud.shape[:-1], -1)
        return al.lcd_attention_weights(self.score(torch.cat([cloud, context], -1)).squeeze(-1))


def target_cloud() -> Tensor:
    """A torus, with a thin spike that few points stand for."""
    around, across = 2 * torch.pi * torch.rand(2, POINTS)
    ring = 1 + 0.3 * torch.cos(across)
    torus = torch.stack([ring * torch.cos(around), ring * torch.sin(around), 0.3 * torch.sin(across)], -1)
    spike = torch.linspace(0.3, 1.5, 16).unsqueeze(-1) * torch.tensor([0.0, 0.0, 1.0]) + torch.tensor([1.0, 0.0, 0.0])
    return torch.cat([torus[:-16], spike]).unsqueeze(0)


def moved(cloud: Tensor, loss: Callable[[Tensor], Tensor]) -> Tensor:
    """The cloud after gradient descent."""
    cloud = cloud.clone().requires_grad_()
    optimiser = torch.optim.Adam([cloud], lr=0.02)
    for _ in range(STEPS):
        optimiser.zero_grad()
        loss(cloud).backward()
        optimiser.step()
    return cloud.detach()


def learnable_loss(target: Tensor) -> Callable[[Tensor], Tensor]:
    """A loss whose weighting networks take a step of their own at each call."""
    there, back = Attention(), Attention()
    optimiser = torch.optim.Adam([*there.parameters(), *back.parameters()], lr=1e-3)

    def distance(cloud: Tensor) -> Tensor:
        return al.learnable_chamfer_distance(cloud, target, there(cloud, target), back(target, cloud))

    def loss(cloud: Tensor) -> Tensor:
        optimiser.zero_grad()
        al.lcd_adversarial_loss(distance(cloud.detach())).backward()
        optimiser.step()
        return distance(cloud)

    return loss


def main() -> None:
    torch.manual_seed(SEED)
    target = target_cloud()
    start = 0.1 * torch.randn(1, POINTS, 3)
    losses: dict[str, Callable[[Tensor], Tensor]] = {
        "Chamfer": lambda cloud: al.chamfer_distance(cloud, target, squared=False) / 2,
        "learnable Chamfer": learnable_loss(target),
    }
    print(f"{'moved by':<18}{'Chamfer':>10}{'Hausdorff':>11}{'EMD':>8}")
    for name, cloud in [("nothing", start), *((name, moved(start, loss)) for name, loss in losses.items())]:
        chamfer = al.chamfer_distance(cloud, target, squared=False) / 2
        hausdorff, transport = al.hausdorff_distance(cloud, target), al.earth_movers_distance(cloud, target)
        print(f"{name:<18}{float(chamfer):>10.4f}{float(hausdorff):>11.4f}{float(transport):>8.4f}")


if __name__ == "__main__":
    main()
