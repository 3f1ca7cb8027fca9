"""Entry points `python -m flows.X`: arguments, `--help`, faults in one line, exit codes as those of `headwater`."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from flows.work.guard import Stopped
from scrapers.faults import Fault, NothingDelivered
from scrapers.settings.home import find_home
from scrapers.sources.watched import known_operator

DEGRADED = 3  # something is missing, the rest was delivered


def arguments(module: str, description: str | None, home: bool = True) -> ArgumentParser:
    """The parser of `python -m <module>`; with `home` it takes `--home`."""
    parser = ArgumentParser(
        prog=f"python -m {module}",
        description=description,
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    if home:
        told = "where state lives (default: HEADWATER_HOME, else the project's)"
        parser.add_argument("--home", type=Path, metavar="DIR", help=told)
    return parser


@contextmanager
def plainly() -> Iterator[None]:
    """A fault ends the command with one clear message and its exit code, as it ends `headwater`; an error with 1."""
    try:
        yield
    except (Fault, Stopped) as error:
        print(f"headwater: {error}", file=sys.stderr)  # noqa: T201 - the command's own output
        sys.exit(error.exit_code if isinstance(error, Fault) else 1)


def run(flow: Any, parser: ArgumentParser, check: Callable[..., object] = lambda home: None) -> NoReturn:  # noqa: ARG005
    """Run the flow here and now with the parameters that the arguments name, and exit by the state it ends in.

    What `check` and the configuration refuse is said before Prefect starts a server for the run.
    """
    given = {name: value or None for name, value in vars(parser.parse_args()).items()}
    home = find_home(given.pop("home"))
    os.environ["HEADWATER_HOME"] = str(home.folder)
    with plainly():
        known_operator(home)
        check(home, **given)
        state = flow(**given, return_state=True)
        if not state.is_completed():
            error = state.result(raise_on_failure=False)
            raise error if isinstance(error, Fault | Stopped) else NothingDelivered(state.message)
    sys.exit(DEGRADED if state.name == "Degraded" else 0)
