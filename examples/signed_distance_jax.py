"""
A signed distance field in JAX
==============================

A network of sines learns how far each place of the plane is from a shape, negative inside it, from 60 points of the
outline and nothing else. ``sdf_surface_loss`` holds the field at zero on the points, and ``eikonal_loss`` the length of
its gradient at one. That leaves room for waves between the points. The term of StEik forbids the field to bend along
its gradient: it takes the waves out while the shape is found, and then fades.
"""

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
import optax

import arraylosses as al

STEPS, SEED = 600, 0
LAYERS = [(2, 64, 0.5), (64, 64, 0.01), (64, 64, 0.01), (64, 1, 0.01)]  # how many in, out, and how large, as in SIREN


def true_distance(points):
    """A star of five rays: of its ten edges, the one to which a tenth of the turn belongs."""
    angle = jnp.abs((jnp.atan2(points[..., 0], points[..., 1]) + jnp.pi / 5) % (jnp.pi / 2.5) - jnp.pi / 5)
    point = jnp.linalg.norm(points, axis=-1)[..., None] * jnp.stack([jnp.sin(angle), jnp.cos(angle)], -1)
    tip, dent = jnp.array([0, 0.85]), 0.45 * jnp.array([jnp.sin(jnp.pi / 5), jnp.cos(jnp.pi / 5)])
    along = jnp.clip((point - tip) @ (dent - tip) / ((dent - tip) @ (dent - tip)), 0, 1)
    away = point - tip - along[..., None] * (dent - tip)
    return jnp.linalg.norm(away, axis=-1) * jnp.sign(away @ jnp.array([1.0, 0.6]))


def field(layers, points):
    """One number for each point; a disc at first, so that the inside is known."""
    x = points
    for layer in layers[:-1]:
        x = jnp.sin(30 * (x @ layer[:-1] + layer[-1]))
    return (x @ layers[-1][:-1] + layers[-1][-1])[..., 0] + (points**2).sum(-1) - 0.4


def loss(layers, outline, anywhere, steik):
    gradient, product = al.gradient_and_hessian_product(lambda x: field(layers, x), anywhere)
    bend = al.directional_divergence_loss_with_product(gradient, product)
    return 10 * al.sdf_surface_loss(field(layers, outline)) + al.eikonal_loss(gradient) + steik * bend


@jax.jit
def fitted(outline, steik):
    """The layers after training; StEik's share falls to nothing in the first half."""
    adam = optax.adam(optax.cosine_decay_schedule(1e-3, STEPS))
    keys = jax.random.split(jax.random.key(SEED), len(LAYERS))
    layers = [jax.random.uniform(k, (n + 1, m), minval=-b, maxval=b) for k, (n, m, b) in zip(keys, LAYERS, strict=True)]

    def step(carry, i):
        layers, state = carry
        anywhere = jax.random.uniform(jax.random.key(i), (256, 2), minval=-1, maxval=1)
        slopes = jax.grad(loss)(layers, outline, anywhere, steik * jnp.maximum(1 - 2 * i / STEPS, 0))
        changes, state = adam.update(slopes, state)
        return (optax.apply_updates(layers, changes), state), None

    return jax.lax.scan(step, (layers, adam.init(layers)), jnp.arange(STEPS))[0][0]


def main():
    start = jax.random.uniform(jax.random.key(SEED), (1000, 2), minval=-1, maxval=1)
    outline = start - true_distance(start)[:, None] * jax.vmap(jax.grad(true_distance))(start)
    outline = outline[al.radius_downsample(outline, radius=0.07) > 0]
    print(outline.shape)
    x = jnp.linspace(-1, 1, 101)
    grid = jnp.stack(jnp.meshgrid(x, x), -1)
    figure, axes = plt.subplots(1, 3, figsize=(12, 4), layout="constrained")
    for ax, name, steik in zip(axes, ("truth", "without StEik", "with StEik"), (None, 0.0, 0.1), strict=True):
        values = true_distance(grid) if steik is None else field(fitted(outline, steik), grid)
        title = f"{name}: mean absolute error {al.mae(values, true_distance(grid)):.4f}"
        print(title)
        ax.contour(x, x, values, np.linspace(-1, 1, 41), cmap="cividis")
        ax.contour(x, x, values, [0], colors="black", linewidths=2)
        ax.scatter(*outline.T, s=9, color="#d55e00", zorder=3)
        ax.set(title=title, aspect="equal", xticks=(), yticks=())
    figure.savefig("signed_distance_jax.png")
    print("Picture: signed_distance_jax.png")


if __name__ == "__main__":
    main()
