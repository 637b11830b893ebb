"""What the caller has asked for that cannot be done: told before anything is computed, with exit code 2."""


class Usage(Exception):
    """One sentence."""
