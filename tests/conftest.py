"""Profiles of hypothesis: a quick one for every run, a long one by ``--hypothesis-profile=long``."""

import os
import tempfile
from importlib.util import find_spec

# XLA compiles each small kernel that a law needs: without optimisation, and once for all processes, that takes a
# quarter of the time. Set XLA_FLAGS, to nothing even, to have the kernels that users have.
JAX_SETTINGS = {
    "XLA_FLAGS": (
        "--xla_backend_optimization_level=0 --xla_cpu_use_fusion_emitters=false"
        " --xla_cpu_parallel_codegen_split_count=1"
    ),
    "JAX_COMPILATION_CACHE_DIR": os.path.join(tempfile.gettempdir(), "arraylosses-jax"),
    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
    "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "0",
}
if "XLA_FLAGS" not in os.environ:
    os.environ.update(JAX_SETTINGS)

if find_spec("hypothesis"):  # the tests of the run-time dependencies alone go without it
    from hypothesis import HealthCheck, settings

    for name, examples in (("quick", 3), ("long", 50)):
        settings.register_profile(
            name,
            max_examples=examples,
            deadline=None,
            derandomize=name == "quick",
            database=None,
            # arrays of a few thousand numbers are what the image metrics take, not a fault of a strategy
            suppress_health_check=[HealthCheck.data_too_large, HealthCheck.too_slow, HealthCheck.large_base_example],
        )
    settings.load_profile("quick")
