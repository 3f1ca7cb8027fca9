"""The typer application that every command adds itself to: name, help, version."""

from __future__ import annotations

import typer

from scrapers import __version__

app = typer.Typer(
    name="headwater",
    help="Find people by what they made: public evidence in, an explained shortlist out.",
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"headwater {__version__}")
        raise typer.Exit


@app.callback()
def headwater(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Show the version."),
) -> None:
    """Find people by what they made: public evidence in, an explained shortlist out."""
