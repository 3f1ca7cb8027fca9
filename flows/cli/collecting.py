"""Commands that read public places: collect, parse."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import typer

from flows.cli import app


@app.command()
def parse(
    source: str = typer.Argument(help="Which source reads the page, such as devpost or github."),
    file: Path = typer.Argument(help="A saved page, or a recording of exchanges.", exists=True, dir_okay=False),
    url: str = typer.Option(help="Where the page was saved from; it decides which kind of page it is."),
) -> None:
    """Print what one saved page shows, as JSON lines."""
    from scrapers.reading import read_page
    from scrapers.records import to_json
    from scrapers.replay import pages_of_file
    from scrapers.sources import source_named

    reader = source_named(source)
    for page in pages_of_file(source, file, url, datetime.now(UTC)):
        for record in read_page(reader, page):
            typer.echo(json.dumps(to_json(record), ensure_ascii=False))
