"""Local clones as answers to `file:` requests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from scrapers.fetch import clone
from scrapers.fetch.door import Fetching
from scrapers.records import Code, Page, Refused, Request


@dataclass(frozen=True, slots=True)
class Clones:
    """Door that answers a `file:` request with the history of that clone, and passes all others to `otherwise`."""

    key: bytes
    otherwise: Fetching | None = None

    def fetch(
        self,
        request: Request,
        *,
        known: Page | None = None,
        pause: float = 1.0,
        token: str | None = None,
        token_host: str | None = None,
    ) -> Page | Refused:
        """Return the page of a clone, or the answer of the other door."""
        if request.url.startswith("file:"):
            folder = Path(url2pathname(urlsplit(request.url).path))
            try:
                return clone.read(folder, self.key, fetched_at=datetime.now(UTC))
            except clone.NotAClone as fault:
                return Refused(Code.CONFIG, request.url, str(fault), request.source)
        if self.otherwise is None:
            return Refused(Code.CONFIG, request.url, "only local clones are read in this run", request.source)
        return self.otherwise.fetch(request, known=known, pause=pause, token=token, token_host=token_host)
