"""What options may be."""

from argparse import ArgumentTypeError


def positive(text: str) -> float:
    """A positive number."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise ArgumentTypeError(f"must be a positive number; got {text!r}.")
    return value


def count(text: str) -> int:
    """A positive whole number."""
    if not text.isdecimal() or int(text) == 0:
        raise ArgumentTypeError(f"must be a positive whole number; got {text!r}.")
    return int(text)
