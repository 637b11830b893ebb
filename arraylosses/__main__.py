"""The command line: ``arraylosses``, or ``python -m arraylosses``."""

import sys

from ._shell import run


def main() -> int:
    """The words of this process."""
    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
