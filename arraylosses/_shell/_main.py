"""The commands, by their names."""

import os
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from importlib import import_module

from . import _compare, _conformance, _info, _list
from ._usage import Usage

COMMANDS = (_compare, _list, _info, _conformance)
PACKAGE = __name__.partition(".")[0]


def parser() -> ArgumentParser:
    """Of the whole command line."""
    made = ArgumentParser(prog=PACKAGE, description="Losses and metrics for every array library.")
    made.add_argument("--version", action="version", version=f"{PACKAGE} {import_module(PACKAGE).__version__}")
    commands = made.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(commands)
    return made


def run(words: Sequence[str] | None = None) -> int:
    """A command line, and its exit code."""
    options = parser().parse_args(words)
    try:
        code: int = options.run(options)
        sys.stdout.flush()
    except (Usage, ImportError) as fault:
        print(f"{PACKAGE} {options.command}: {fault}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # who reads has seen enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code
