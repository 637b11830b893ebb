"""How right: the largest error of values and gradients, in units in the last place, against 60 digits.

``python -m tests.accuracy [--only GLOB] [--write]`` measures every kernel in float32 and float64 on every array library
that is installed, and the peers on the same inputs.
"""
