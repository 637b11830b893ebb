"""How fast: every row a ratio against the fastest peer, on the same arrays in the same run.

``python -m tests.bench [--only GLOB] [--json FILE] [--quick]``. It never fails on slowness, only on values that
disagree.
"""
