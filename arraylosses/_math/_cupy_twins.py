"""Native forms for CuPy arrays."""

from . import _numpy_twins, spectrum, sums

absolute = _numpy_twins.absolute
total = sums.added
half_spectrum = spectrum.by_fft
