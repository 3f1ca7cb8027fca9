"""Bulk files, such as an hour of all public events: downloaded to disk, then reduced line by line to a page.

Like a local clone, such a file becomes a page with only the data asked for; data of other people is not kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Protocol
from urllib.parse import urlsplit

from scrapers.fetch.door import Fetching
from scrapers.parse.lines import Damaged, lines_of
from scrapers.records import Code, Page, Refused, Request
from scrapers.sources import Bulk, Source


class DownloadingWeb(Fetching, Protocol):
    """Protocol for a door that also downloads into a file."""

    def download(
        self, request: Request, into: IO[bytes], *, known: Page | None = None, pause: float = 1.0
    ) -> Page | Refused: ...


@dataclass(frozen=True, slots=True)
class BulkFiles:
    """Door that answers requests to the bulk hosts of a source with the reduced file, and passes others to the web.

    Files are kept in `folder` while they are read, without a name, so that a killed run leaves nothing behind.
    """

    web: DownloadingWeb
    folder: Path
    sources: Mapping[str, Source]

    def fetch(
        self,
        request: Request,
        *,
        known: Page | None = None,
        pause: float = 1.0,
        token: str | None = None,
        token_host: str | None = None,
    ) -> Page | Refused:
        """Return the page that a bulk file reduces to, or the answer of the web."""
        source = self.sources.get(request.source)
        if source is None or source.bulk is None or urlsplit(request.url).hostname not in source.bulk.hosts:
            return self.web.fetch(request, known=known, pause=pause, token=token, token_host=token_host)
        try:
            with TemporaryFile(dir=self.folder) as file:
                page = self.web.download(request, file, known=known, pause=pause)
                return page if isinstance(page, Refused) or page.unchanged else _reduced(source.bulk, page, file)
        except Damaged as damage:
            return Refused(damage.code, request.url, damage.detail, request.source)
        except OSError as fault:
            detail = f"{self.folder}: {fault.strerror or fault}; a bulk file needs room there while it is read"
            return Refused(Code.STORAGE, request.url, detail, request.source)


def _reduced(bulk: Bulk, page: Page, file: IO[bytes]) -> Page:
    """Return the page with the reduced file as its body; its validators stay, so that it is downloaded only once."""
    body = bulk.reduce(page.url, lines_of(file))
    return replace(page, body=body, headers={**page.headers, "content-type": "application/json; charset=utf-8"})
