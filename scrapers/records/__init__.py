"""The nouns that every part shares: requests, pages, accounts, evidence.

All are frozen. Times are timezone-aware UTC, dates are plain calendar days, text is Unicode NFC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any, Literal

Day = date  # in a class with a field of that name the type needs another


class EvidenceKind(StrEnum):
    """Kind of a public act. A new kind is a change of vocabulary, not of code."""

    HACKATHON_WIN = "hackathon_win"
    HACKATHON_PROJECT = "hackathon_project"
    CONTRIBUTION = "contribution"
    REPOSITORY = "repository"
    POST = "post"
    TALK = "talk"
    AVAILABILITY = "availability"
    MODEL = "model"
    PAPER = "paper"


class Code(StrEnum):
    """Reason why something was not kept. Closed: every failure anywhere carries one of these."""

    BLOCKED = "blocked"
    GONE = "gone"
    EMPTY = "empty"
    NOT_A_PAGE = "not_a_page"
    NOT_ARCHIVED = "not_archived"
    NOINDEX = "noindex"
    SSRF_REFUSED = "ssrf_refused"
    ROBOTS_DENIED = "robots_denied"
    ROBOTS_UNREACHABLE = "robots_unreachable"
    TOO_LARGE = "too_large"
    BAD_ENCODING = "bad_encoding"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    REDIRECTS = "redirects"
    HTTP_STATUS = "http_status"
    RATE_DEFERRED = "rate_deferred"
    TRUNCATED = "truncated"
    SCHEMA_DRIFT = "schema_drift"
    SUSPICIOUS_YIELD = "suspicious_yield"
    LIMIT = "limit"
    TERMS_MISSING = "terms_missing"
    SUPPRESSED = "suppressed"
    INTEGRITY = "integrity"
    LOCKED = "locked"
    STORAGE = "storage"
    CONFIG = "config"


@dataclass(frozen=True, slots=True)
class Request:
    """A page to read: by which source, from where. `headers` are the source's own, never secrets."""

    source: str
    url: str
    method: Literal["GET", "POST"] = "GET"
    body: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def key(self) -> str:
        """Identity of the answer: method, URL and, for a POST, the hash of its body."""
        suffix = f" {sha256(self.body.encode()).hexdigest()}" if self.body is not None else ""
        return f"{self.method} {self.url}{suffix}"


@dataclass(frozen=True, slots=True)
class Page:
    """A complete response: the decoded body (content coding removed) and how it was obtained.

    `url` is what was asked, `final_url` where redirects ended. Header names are lower case.
    """

    source: str
    url: str
    body: bytes
    fetched_at: datetime
    status: int = 200
    final_url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, hash=False)
    unchanged: bool = False
    request_key: str = ""

    @property
    def sha256(self) -> str:
        return sha256(self.body).hexdigest()


@dataclass(frozen=True, slots=True)
class AccountKey:
    """Identity of an account: a site and the handle as that site writes it."""

    site: str
    handle: str

    @classmethod
    def parse(cls, text: str) -> AccountKey:
        """Return the key that `str` spelled: "github:ada"."""
        site, _, handle = text.partition(":")
        return cls(site, handle)

    @property
    def bare(self) -> Account:
        """The account of this key, about which nothing else is known."""
        return Account(self.site, self.handle)

    def __str__(self) -> str:
        return f"{self.site}:{self.handle.casefold()}"


@dataclass(frozen=True, slots=True)
class Account:
    """An account as its site shows it. Links are what the person declares, stored and never fetched blindly."""

    site: str
    handle: str
    url: str | None = None
    kind: Literal["person", "organization", "bot"] = "person"
    id: str | None = None
    name: str | None = None
    bio: str | None = None
    location: str | None = None
    links: tuple[str, ...] = ()
    open_to_work: bool | None = None

    @property
    def key(self) -> AccountKey:
        return AccountKey(self.site, self.handle)


@dataclass(frozen=True, slots=True)
class Award:
    event: str
    event_url: str | None
    prize: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """A public act by one account. `account` is None where the page does not name the doer."""

    kind: EvidenceKind
    account: AccountKey | None
    title: str
    text: str
    url: str
    date: Day | None = None
    tags: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    awards: tuple[Award, ...] = ()
    team: tuple[AccountKey, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def id(self) -> str:
        """Opaque and stable: the same act by the same account has the same id on every run."""
        return sha256(f"{self.account or ''}\n{self.kind}\n{self.url}".encode()).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class Event:
    """A gathering where people show what they made: its name, dates and themes."""

    site: str
    title: str
    url: str
    start: date | None = None
    end: date | None = None
    winners_announced: bool = False
    themes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """Something that was asked for and not obtained, and why. Never silently "empty"."""

    code: Code
    url: str
    detail: str
    source: str = ""


Record = Account | Evidence | Event | Request | Refused


@dataclass(frozen=True, slots=True)
class Candidate:
    """Accounts judged to be one person, with their evidence. The id is opaque, never a name."""

    id: str
    accounts: tuple[Account, ...]
    evidence: tuple[Evidence, ...]
    first_seen: date | None = None
    joined: tuple[str, ...] = ()  # why the accounts are one person, a sentence each, the weakest reason first

    @property
    def name(self) -> str:
        """The person's self-chosen name, else the handle."""
        named = [account.name for account in self.accounts if account.name]
        return named[0] if named else self.accounts[0].handle if self.accounts else self.id


_TYPES: dict[type, str] = {
    Account: "account",
    Evidence: "evidence",
    Event: "event",
    Request: "request",
    Refused: "refused",
}


def to_json(record: Record) -> dict[str, Any]:
    """The agreed JSON object of a record, with its `type` first. Dates are ISO strings."""
    fields = {name: _plain(value) for name, value in asdict(record).items()}
    if isinstance(record, Request):
        fields = {name: value for name, value in fields.items() if value and not (name == "method" and value == "GET")}
    return {"type": _TYPES[type(record)]} | fields


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return value
