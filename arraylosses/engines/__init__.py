"""Metrics over many devices, processes and machines, by the engines that are there already.

The library never communicates by itself: it hands out states, which any engine may carry, and `merge`, which makes one
of two. `arraylosses.engines.torch`, ``.jax`` and ``.dask`` are adapters of a few lines, each imported when it is asked
for; with anything else that reduces, ``functools.reduce(s.merge, states)`` is all there is to it.
"""
