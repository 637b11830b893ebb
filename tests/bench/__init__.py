"""How fast: every row a ratio against the fastest peer, on the same arrays in the same run.

``python -m tests.bench [--only GLOB] [--json FILE [--update]] [--quick] [--device cuda]``, then
``python -m tests.bench.page`` for docs/performance.md. It never fails on slowness, only on values that disagree.
"""
