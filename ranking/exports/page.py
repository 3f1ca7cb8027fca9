"""The shortlist as one self-contained HTML page: no script, no remote asset, every text escaped."""

from __future__ import annotations

from functools import cache
from typing import TextIO
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from ranking.exports._rows import row
from ranking.shortlist import Shortlist

SUFFIX = ".html"


def write(shortlist: Shortlist, out: TextIO) -> None:
    """Write the page."""
    rows = [row(match, shortlist) for match in shortlist.matches]
    out.write(_template().render(shortlist=shortlist, people=list(zip(shortlist.matches, rows, strict=True))))


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("ranking.exports"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["weblink"] = weblink
    environment.filters["host"] = lambda url: urlsplit(url).hostname or url
    return environment.get_template("page.html.j2")


def weblink(url: str) -> str:
    """The URL when a reader may follow it, else nothing: only http and https become links."""
    try:
        return url if urlsplit(url).scheme in {"http", "https"} else ""
    except ValueError:
        return ""
