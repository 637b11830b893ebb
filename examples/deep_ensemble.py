"""
A deep ensemble, and whether its uncertainty can be trusted
===========================================================

Networks that predict a mean and a log variance learn a noisy curve by the Gaussian negative log-likelihood (NLL). One
network knows how noisy the data are. Five, which began differently, disagree where there were no data, between the
dashed lines, and the moments of the five together tell that too.

Two numbers judge an uncertainty: the area under the sparsification error (AUSE), 0 if the samples said to be worst are
worst, and the area under the coverage error (AUCE), 0 if of all intervals of 90 % nine in ten hold their target.
"""

import matplotlib.pyplot as plt
import torch
from torch import nn

import arraylosses as al

MEMBERS, STEPS, GAP = 5, 800, (0.0, 2.5)
torch.set_num_threads(1)  # the quickest for networks as small as these


def measured(count):
    """Places, and values there: a wave under noise."""
    x = 8 * torch.rand(count, 1) - 4
    return x, torch.sin(1.5 * x) + 0.1 * torch.randn(count, 1)


def member(x, y, seed):
    torch.manual_seed(seed)
    network = nn.Sequential(nn.Linear(1, 50), nn.ReLU(), nn.Linear(50, 50), nn.ReLU(), nn.Linear(50, 2))
    for parameter in network[0].parameters():
        nn.init.uniform_(parameter, -3, 3)  # steep at first: where there are no data, each goes its own way
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-2)
    for _ in range(STEPS):
        mean, log_variance = network(x).split(1, dim=-1)
        optimiser.zero_grad()
        al.gaussian_nll_with_log_variance(mean, log_variance, y).backward()
        optimiser.step()
    return network


@torch.no_grad()
def moments(networks, x):
    """Mean and variance of the networks together."""
    mean, log_variance = torch.stack([network(x) for network in networks]).unbind(-1)
    return al.ensemble_moments(mean, log_variance.exp(), member_axis=0)


def main():
    torch.manual_seed(0)
    x, y = measured(300)
    seen = ((x < GAP[0]) | (x > GAP[1])).squeeze(-1)
    networks = [member(x[seen], y[seen], seed) for seed in range(MEMBERS)]
    x_test, y_test = measured(2000)
    line, target = torch.linspace(-4, 4, 201).unsqueeze(-1), y_test.squeeze(-1)
    figure, axes = plt.subplots(1, 4, figsize=(20, 4.8), layout="constrained")
    print(f"{'':<18}{'NLL':>8}{'RMSE':>8}{'AUSE':>8}{'AUCE':>8}")
    for ax, name, chosen in zip(axes, ("one network", "five networks"), (networks[:1], networks), strict=False):
        found, band = moments(chosen, x_test), moments(chosen, line)
        std = found.variance.sqrt()
        error = al.absolute_error(found.mean, target, reduction="none")
        nll, rmse = al.gaussian_nll(found.mean, found.variance, target), al.rmse(found.mean, target)
        print(f"{name:<18}{nll:>8.3f}{rmse:>8.3f}{al.ause(error, std):>8.3f}{al.auce(found.mean, std, target):>8.3f}")
        low, high = al.prediction_interval(band.mean, band.variance.sqrt(), level=0.9)
        ax.fill_between(line.squeeze(-1), low, high, color="#0072b2", alpha=0.25, label="90 % interval")
        ax.plot(line, band.mean, color="#0072b2", label="mean")
        ax.plot(x[seen], y[seen], ".", color="black", markersize=3, label="seen in training")
        ax.vlines(GAP, -2.5, 2.5, linestyle="--", color="grey")
        ax.set(title=name, ylim=(-2.5, 2.5))
        al.plot.sparsification(error, std, name=name, ax=axes[2])
        al.plot.coverage(found.mean, std, target, name=name, ax=axes[3])
    axes[0].legend()
    figure.savefig("deep_ensemble.png")
    print("Picture: deep_ensemble.png")


if __name__ == "__main__":
    main()
