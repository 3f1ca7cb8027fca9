"""The nouns of identity: what is compared, what was judged, and on what proof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Verdict = Literal["same", "different", "unsure"]
Judge = Literal["rule", "model", "human", "person"]
LOCK = "lock"  # the rule of what a human's lock says
NUMBERS = "account numbers"  # the field of a proof that a human joined two numbers of one site knowingly


@dataclass(frozen=True, slots=True)
class Proof:
    """One thing that a judgement rests on: what each side says, and where and when that was read."""

    field: str
    left: str
    right: str
    url: str = ""
    fetched_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """One entry of the append-only log: whether two records are one person, why, and according to whom.

    `left` sorts before `right`; a human's entry about one record alone (left equals right, verdict "same") locks the
    cluster that holds it, and the lock's entries about two keep them together. `score` is in 0..1. An entry is never
    changed but for `revoked_at`.
    """

    left: str
    right: str
    verdict: Verdict
    score: float
    rule: str
    rule_version: int
    evidence: tuple[Proof, ...]
    by: Judge
    at: datetime
    revoked_at: datetime | None
    sentence: str

    @property
    def pair(self) -> tuple[str, str]:
        return self.left, self.right

    @property
    def by_people(self) -> bool:
        """True where a human, or the person concerned, has spoken: no rule and no model overrules that."""
        return self.by in ("human", "person")


@dataclass(frozen=True, slots=True)
class IdentityRecord:
    """An account as the matcher sees it: typed, normalised, addresses and their parts only as keyed hashes.

    `ids` are stable numbers ("github#1234"), `links` account keys and sites ("github:ada", "web:example.com").
    `keys` are hashes of the forms of the record's own name and handle, so that the local part of an address can be
    compared with the name or handle of another record without either being known. All hashes share one key.
    """

    record_id: str
    source: str
    site: str = ""
    handle: str = ""
    name: str = ""
    ids: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    years: tuple[int, int] | None = None
    commits: int = 0
    tags: tuple[str, ...] = ()
    bio: str = ""
    email_hash: str = ""
    email_domain_class: str = ""
    email_domain_hash: str = ""
    email_local_hash: str = ""
    email_local_class: str = ""
    keys: Mapping[str, str] = field(default_factory=dict, hash=False)
    link_host_hashes: tuple[str, ...] = ()
    kind: Literal["person", "organization", "bot"] = "person"
    url: str = ""
    collected_at: datetime | None = None

    @property
    def account(self) -> str:
        """The account in the words of a link ("github:ada"), or an empty string where the record is no account."""
        return f"{self.site}:{self.handle.casefold()}" if self.site and self.handle else ""

    @property
    def label(self) -> str:
        """How a sentence names the record: by account where it is a readable one, else by kind of source."""
        return self.account if self.account and self.site != "git" else f"the {self.source} record"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A pair of records (by id, the smaller first) that is held for one person (`join`) or wants to be looked at."""

    left: str
    right: str
    rule: str
    score: float
    detail: str = ""
    join: bool = True


@dataclass(frozen=True, slots=True)
class Past:
    """What comparing everybody with everybody gave at that time, so that no two who are unchanged need it again.

    `digests` tell, by record id, what the record and the others of its sure person said; `proposals` are what was
    made of pairs, before any guard.
    """

    digests: Mapping[str, str]
    proposals: tuple[Proposal, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a run found: new judgements, whom each record belongs to, and pairs worth a human's minute.

    `past` is the last time that everybody was compared: this run, or the one that it was given.
    """

    judgements: tuple[Judgement, ...]
    clusters: Mapping[str, str]
    suggestions: tuple[Judgement, ...]
    past: Past
