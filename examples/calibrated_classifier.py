"""
A classifier that knows how often it is right
=============================================

Two equal networks learn handwritten digits, of which one in five bears a label drawn by lot, as people err. Trained
by plain cross entropy, a network learns the mistakes by heart and is far too sure of itself. The other has the focal
loss, which stops minding what is right already, and cross entropy of smoothed labels, which asks for no certainty.
Scores are of digits that neither has seen. The expected calibration error (ECE) is the mean distance between how sure
a network was and how often it was right: the distance of its reliability curve from the diagonal.
"""

import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn

import arraylosses as al

STEPS, SEED = 120, 0
torch.set_num_threads(1)  # the quickest for networks as small as these


def noisy_digits():
    """Images and labels to learn from, then those to be judged by."""
    images, labels = load_digits(return_X_y=True)
    by_lot = torch.rand(len(labels)) < 0.2
    labels = torch.where(by_lot, torch.randint(0, 10, labels.shape), torch.as_tensor(labels))
    x, x_test, y, y_test = train_test_split(images / 16, labels.numpy(), train_size=600, random_state=SEED)
    return *(torch.as_tensor(a, dtype=torch.float32) for a in (x, x_test)), torch.as_tensor(y), torch.as_tensor(y_test)


def focal_and_smooth(logits, labels):
    return al.softmax_focal_loss(logits, labels, gamma=2.0) + al.cross_entropy(logits, labels, label_smoothing=0.1)


def trained(loss, images, labels):
    torch.manual_seed(SEED)
    network = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 10))
    optimiser = torch.optim.Adam(network.parameters(), lr=3e-3)
    for _ in range(STEPS):
        optimiser.zero_grad()
        loss(network(images), labels).backward()
        optimiser.step()
    return network


def main():
    torch.manual_seed(SEED)
    x, x_test, y, y_test = noisy_digits()
    figure, ax = plt.subplots(figsize=(6, 5.5), layout="constrained")
    print(f"{'trained by':<22}{'accuracy':>10}{'cross entropy':>15}{'ECE':>8}")
    for name, loss in {"cross entropy": al.cross_entropy, "focal and smoothed": focal_and_smooth}.items():
        logits = trained(loss, x, y)(x_test).detach()
        prob = logits.softmax(-1)
        accuracy = al.accuracy(prob, y_test, class_axis=-1)
        surprise = al.cross_entropy(logits, y_test)
        ece = al.expected_calibration_error(prob, y_test, class_axis=-1, bins=8)
        print(f"{name:<22}{accuracy:>10.3f}{surprise:>15.3f}{ece:>8.3f}")
        al.plot.reliability(prob, y_test, class_axis=-1, bins=8, name=name, ax=ax)
    figure.savefig("calibrated_classifier.png")
    print("Picture: calibrated_classifier.png")


if __name__ == "__main__":
    main()
