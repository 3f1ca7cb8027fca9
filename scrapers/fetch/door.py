"""The protocol of everything that answers requests: web client, archive, local clone."""

from __future__ import annotations

from typing import Protocol

from scrapers.records import Page, Refused, Request


class Fetching(Protocol):
    """Protocol for anything that can answer a Request: the live web client, an archive, a clone."""

    def fetch(
        self,
        request: Request,
        *,
        known: Page | None = None,
        pause: float = 1.0,
        token: str | None = None,
        token_host: str | None = None,
    ) -> Page | Refused: ...
