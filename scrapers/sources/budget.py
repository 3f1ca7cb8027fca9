"""Budget of a source in one run, and the requests that are pages of one listing (guardrail G15). Pure."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from scrapers.records import Request


@dataclass(frozen=True, slots=True)
class Budget:
    """The bounds of one source in one run. Reaching one is a notice, never a failure.

    `pages` are asked in a run, `list_pages` of them of one listing; `urls` may wait in the queue; `depth` counts links
    away from a start; after `barren` pages without anything new a listing is at its end; `seconds` bounds the run.
    With `gives_up` a site whose pages drift is left alone until the next run.
    """

    pages: int = 500
    list_pages: int = 50
    urls: int = 5000
    depth: int = 5
    barren: int = 2
    seconds: float = float("inf")
    gives_up: bool = True


STANDARD = Budget()
# An archive is finite and everything in it was chosen: replay reads it whole.
WHOLE_ARCHIVE = Budget(pages=sys.maxsize, list_pages=sys.maxsize, urls=sys.maxsize, barren=sys.maxsize, gives_up=False)


@lru_cache(maxsize=1024)
def listing_of(request: Request) -> str:
    """The listing that a request is a page of: its address without what only says which page.

    A number, a cursor or a session in the query says which page; so does `/page/3` in the path. An identifier (`id=3`,
    `user_id=3`) and any word say what is listed.
    """
    parts = urlsplit(request.url)
    said = [(name, value) for name, value in parse_qsl(parts.query, True) if not _turns(name, value)]
    body = f" {_without_cursors(request.body)}" if request.body else ""
    path = _PAGE_IN_PATH.sub(r"\1", parts.path)
    return f"{request.method} {parts.scheme}://{parts.netloc}{path}?{urlencode(sorted(said))}{body}"


_PAGE_IN_PATH = re.compile(r"(/page[/-])\d+(?=/|$)")
_TURNING = re.compile(r"(?i)(?:page|p|pg|offset|start|skip|cursor|after|before|continue|.*token|s(?:ess(?:ion)?)?_?id)")
_NUMBER_OR_TOKEN = re.compile(r"-?\d+|[0-9a-f]{8,}|(?=[^\d]*\d)[\w+/=-]{24,}", re.ASCII)


def _turns(name: str, value: str) -> bool:
    if _TURNING.fullmatch(name):
        return True
    identifies = name.casefold() in {"id", "ids"} or re.search(r"(?:[_-]id|[a-z]Id)$", name)
    return not identifies and bool(_NUMBER_OR_TOKEN.fullmatch(value))


def _without_cursors(body: str) -> str:
    """A posted query without its cursors; a body that is no JSON stands for itself."""
    try:
        return json.dumps(_uncursored(json.loads(body)), sort_keys=True)
    except (ValueError, RecursionError):
        return body


def _uncursored(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _uncursored(inner) for name, inner in value.items() if not _TURNING.fullmatch(name)}
    return [_uncursored(inner) for inner in value] if isinstance(value, list) else value
