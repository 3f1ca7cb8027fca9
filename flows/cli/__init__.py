"""The `headwater` command. It never imports Prefect; heavy libraries load inside the command that needs them."""

from __future__ import annotations

import sys

import typer

from flows.cli.app import app
from scrapers.faults import Fault, StorageFault, full_disk_named


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
