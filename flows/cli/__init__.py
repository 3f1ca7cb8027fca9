"""The `headwater` command. It never imports Prefect; heavy libraries load inside the command that needs them."""

from __future__ import annotations

import sys

import typer

from scrapers import __version__
from scrapers.faults import Fault, StorageFault, full_disk_named

app = typer.Typer(
    name="headwater",
    help="Find people by what they made: public evidence in, an explained shortlist out.",
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def main() -> None:
    """Run the command; a fault, or a path that cannot be used, ends it with one clear message and its exit code."""
    from flows.cli import (  # noqa: F401  (they add their commands to the app)
        changes,
        collecting,
        draft,
        feedback,
        judging,
        people,
        ranks,
        rights,
        runs,
        team,
        watching,
    )

    try:
        with full_disk_named("headwater"):
            app()
    except Fault as fault:
        typer.echo(f"headwater: {fault}", err=True)
        sys.exit(fault.exit_code)
    except OSError as error:
        if error.filename is None:
            raise
        typer.echo(f"headwater: {error.filename}: {error.strerror}; give another path, or the right to it", err=True)
        sys.exit(StorageFault.exit_code)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"headwater {__version__}")
        raise typer.Exit


@app.callback()
def headwater(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Show the version."),
) -> None:
    """Find people by what they made: public evidence in, an explained shortlist out."""
