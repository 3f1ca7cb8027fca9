"""Result of one source in one run: counts, failures, notices."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from scrapers.collect.hints import REMEDY
from scrapers.fetch.responses import without_secrets
from scrapers.records import Code, Refused
from scrapers.text import squeeze

# Refusals in normal operation, which are no failure of the source.
HARMLESS = frozenset({Code.GONE, Code.EMPTY, Code.NOINDEX, Code.NOT_ARCHIVED, Code.SUPPRESSED, Code.LIMIT})

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class SourceResult:
    """Result of one source in one run: the funnel from pages to kept evidence, refusals, notices.

    `notices` are worth knowing but no failures; both are records with code, source, URL and what was expected.
    `deferred` requests stay open; `drifted` are URLs of pages refused as a whole. Of the `waiting` requests at most
    `most` are sent in a run. A `stopped` source is not read again in this run. `bytes` are those of new pages;
    `cpu_seconds` those of the thread that read it.
    """

    source: str
    resumed: int = 0
    asked: int = 0
    waiting: int = 0
    most: int = 0
    fetched: int = 0
    unchanged: int = 0
    parsed: int = 0
    accounts: int = 0
    evidence: int = 0
    credited: int = 0
    events: int = 0
    held_back: int = 0
    left_out: int = 0
    deferred: int = 0
    rejected: int = 0
    stopped: bool = False
    bytes: int = 0
    cpu_seconds: float = 0.0
    began: datetime | None = None
    ended: datetime | None = None
    refused: Counter[Code] = field(default_factory=Counter)
    failures: list[Refused] = field(default_factory=list)
    notices: list[Refused] = field(default_factory=list)
    drifted: list[str] = field(default_factory=list)

    @property
    def outcome(self) -> str:
        """Either "whole", "degraded" (with failures) or "failed" (with failures, and no page parsed)."""
        if not self.failures:
            return "whole"
        return "degraded" if self.parsed else "failed"

    @property
    def rows(self) -> int:
        """Number of accounts, pieces of evidence and events."""
        return self.accounts + self.evidence + self.events

    def note(self, refusal: Refused) -> None:
        """Count a refusal; keep it as a failure unless it is harmless, and a reached limit as a notice."""
        self.refused[refusal.code] += 1
        if refusal.code not in HARMLESS:
            self.failures.append(self._record(refusal, "failure"))
        elif refusal.code is Code.LIMIT:
            self.tell(refusal)

    def tell(self, notice: Refused) -> None:
        """Keep a notice: worth knowing, but no failure."""
        self.notices.append(self._record(notice, "notice"))

    def forgive_deferrals(self) -> None:
        """Clear the RATE_DEFERRED failures before the retry round."""
        self.failures = [failure for failure in self.failures if failure.code is not Code.RATE_DEFERRED]
        self.refused.pop(Code.RATE_DEFERRED, None)
        self.deferred = 0

    def _record(self, refusal: Refused, kind: str) -> Refused:
        record = Refused(
            refusal.code, without_secrets(refusal.url), squeeze(refusal.detail), refusal.source or self.source
        )
        values = (kind, record.source, record.url, record.code.value, record.detail, REMEDY[record.code])
        _log.info("%s: source=%s url=%s code=%s detail=%r action=%r", *values)
        return record
