"""
A signed distance field in JAX
==============================

A network of sines learns how far each place of the plane is from a star, negative inside, from points of its outline.
``sdf_surface_loss`` makes the field zero there, ``eikonal_loss`` the length of its gradient one. That leaves room for
waves. StEik's term, against bends along the gradient, irons them out while the shape is found, and then fades.
"""

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import optax

import arraylosses as al

STEPS, SEED, LAYERS = 600, 1, [(2, 64, 0.5), (64, 64, 0.01), (64, 64, 0.01), (64, 1, 0.01)]  # in, out, largest weight


@jax.jit
def true_distance(points):
    """Of a star with five rays, folded into the tenth of it that has one edge."""
    z = points[..., 1] + 1j * points[..., 0]
    tip, edge = 0.85, 0.45 * jnp.exp(0.2j * jnp.pi) - 0.85
    angle = jnp.abs((jnp.angle(z) + jnp.pi / 5) % (jnp.pi / 2.5) - jnp.pi / 5)
    along = (jnp.abs(z) * jnp.exp(1j * angle) - tip) / edge
    return -jnp.sign(along.imag) * jnp.abs(along - jnp.clip(along.real, 0, 1)) * jnp.abs(edge)


def field(layers, points):
    """One number for each point; at first nearly that of a disc, so that the inside is known."""
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
    layers = [b * jax.random.uniform(jax.random.key(i), (n + 1, m), minval=-1) for i, (n, m, b) in enumerate(LAYERS)]

    def step(carry, i):
        layers, state = carry
        anywhere = jax.random.uniform(jax.random.key(i), (256, 2), minval=-1, maxval=1)
        slopes = jax.grad(loss)(layers, outline, anywhere, steik * jnp.maximum(1 - 2 * i / STEPS, 0))
        changes, state = adam.update(slopes, state)
        return (optax.apply_updates(layers, changes), state), None

    return jax.lax.scan(step, (layers, adam.init(layers)), jnp.arange(STEPS))[0][0]


def main():
    points = jax.random.uniform(jax.random.key(SEED), (1000, 2), minval=-1, maxval=1)
    points -= true_distance(points)[:, None] * jax.vmap(jax.grad(true_distance))(points)  # down to the outline
    outline = points[al.radius_downsample(points, radius=0.07) > 0]
    x = jnp.linspace(-1, 1, 101)
    grid = jnp.stack(jnp.meshgrid(x, x), -1)
    figure, axes = plt.subplots(1, 3, figsize=(12, 4.3), layout="constrained")
    for ax, name, steik in zip(axes, ("truth", "without StEik", "with StEik"), (None, 0.0, 0.1), strict=True):
        values = true_distance(grid) if steik is None else field(fitted(outline, steik), grid)
        print(f"{name:<15} mean absolute error {al.mae(values, true_distance(grid)):.4f}")
        ax.contour(x, x, values, jnp.linspace(-1, 1, 41), cmap="cividis", linewidths=1)
        ax.contour(x, x, values, [0], colors="black", linewidths=2)
        ax.scatter(*outline.T, s=12, color="#d55e00", zorder=3)
        ax.set(title=name, aspect="equal", xticks=(), yticks=())
    figure.savefig("signed_distance_jax.png")
    print("Picture: signed_distance_jax.png")


if __name__ == "__main__":
    main()
