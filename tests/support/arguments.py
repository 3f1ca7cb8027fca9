"""The command line of benchmarks and helper processes: words in order, and `--help`."""

from __future__ import annotations

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Callable
from typing import Any


def arguments(description: str | None, *names: str, kind: Callable[[str], Any] = str) -> list[Any]:
    """What was given, in order; a name with `?` at its end may be left out, one with `*` takes all that follow."""
    parser = ArgumentParser(description=description, formatter_class=RawDescriptionHelpFormatter)
    for name in names:
        nargs = name[-1] if name[-1] in "?*" else None
        parser.add_argument(name.rstrip("?*"), type=kind, nargs=nargs)
    given: list[Any] = []
    for value in vars(parser.parse_args()).values():
        given += value if isinstance(value, list) else [] if value is None else [value]
    return given
