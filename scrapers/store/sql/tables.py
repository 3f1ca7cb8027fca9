"""The tables of the store. Every row that says something about a person carries where, when and from which bytes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    false,
)


class UtcTime(TypeDecorator[datetime]):
    """An aware time, kept as UTC in every database; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value}: a time without a zone is refused")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# What a page says has no greatest length, and sorts by code point in every database.
Words = String().with_variant(String(collation="C"), "postgresql")
Prose = Text().with_variant(Text(collation="C"), "postgresql")

metadata = MetaData()
# On a column whose first value stays when a row is written again.
STAYS: dict[str, bool] = {"stays": True}


def _provenance() -> list[Column[Any]]:
    """Return the columns of a fact's origin: without these a row is refused by the database itself (G5)."""
    return [
        Column("source", Words, nullable=False),
        Column("page_url", Prose, nullable=False),
        Column("page_sha256", Words, nullable=False),
        Column("collected_at", UtcTime, nullable=False),
        Column("first_seen", Date, nullable=False, info=STAYS),
    ]


accounts = Table(  # one row for what one page says of one account; merged when read
    "accounts",
    metadata,
    Column("account", Words, primary_key=True),
    Column("page_key", Words, primary_key=True),
    Column("site", Words, nullable=False),
    Column("handle", Prose, nullable=False),
    Column("url", Prose),
    Column("kind", Words, nullable=False),
    Column("native_id", Words),
    Column("name", Prose),
    Column("bio", Prose),
    Column("location", Prose),
    Column("links", JSON, nullable=False),
    Column("open_to_work", Boolean),
    *_provenance(),
)

evidence = Table(  # one row for what one page says of one act
    "evidence",
    metadata,
    Column("evidence_id", Words, primary_key=True),
    Column("page_key", Words, primary_key=True),
    Column("account", Words, index=True),
    Column("handle", Prose),
    Column("kind", Words, nullable=False),
    Column("title", Prose, nullable=False),
    Column("text", Prose, nullable=False),
    Column("url", Prose, nullable=False),
    Column("date", Date),
    Column("tags", JSON, nullable=False),
    Column("links", JSON, nullable=False),
    Column("awards", JSON, nullable=False),
    Column("team", JSON, nullable=False),
    Column("details", JSON, nullable=False),
    *_provenance(),
)

events = Table(
    "events",
    metadata,
    Column("url", Prose, primary_key=True),
    Column("site", Words, nullable=False),
    Column("title", Prose, nullable=False),
    Column("start", Date),
    Column("end", Date),
    Column("winners_announced", Boolean, nullable=False),
    Column("themes", JSON, nullable=False),
    *_provenance(),
)

pages = Table(  # the archive: what came back, compressed, with its time, hash and status
    "pages",
    metadata,
    Column("page_key", Words, primary_key=True),
    Column("source", Words, nullable=False),
    Column("url", Prose, nullable=False),
    Column("final_url", Prose, nullable=False),
    Column("status", Integer, nullable=False),
    Column("headers", JSON, nullable=False),
    Column("sha256", Words, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("fetched_at", UtcTime, nullable=False),
    Column("parser_version", Integer, nullable=False),
    Column("reading", Words),  # which reading the outline is of
    Column("outline", LargeBinary),  # what the page said then, compressed (scrapers.reading.parse_cache)
)

frontier = Table(  # what a crawl still has to ask; a row is settled in the transaction that keeps its page
    "frontier",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=True),
    Column("crawl", Words, nullable=False),
    Column("source", Words, nullable=False),
    Column("request_key", Words, nullable=False),
    Column("method", Words, nullable=False),
    Column("url", Prose, nullable=False),
    Column("body", Prose),
    Column("headers", JSON, nullable=False),
    Column("depth", Integer, nullable=False),
    Column("state", Words, nullable=False),
    Index("frontier_once", "crawl", "source", "request_key", unique=True),
    Index("frontier_next", "crawl", "source", "state"),
)

origins = Table(  # whose turn it is to ask a site; keyed by hash, times in seconds since 1970 by the database's clock
    "origins",
    metadata,
    Column("origin", Words, primary_key=True),
    Column("holder", Words, nullable=False),
    Column("expires", Float, nullable=False),
    Column("ended", Float, nullable=False),
    Column("quiet_until", Float, nullable=False),
)

judgements = Table(  # append-only: who said that two accounts are, or are not, one person, and on what grounds
    "judgements",
    metadata,
    Column("judgement_id", Words, primary_key=True),
    Column("left", Words, nullable=False, index=True),
    Column("right", Words, nullable=False, index=True),
    Column("verdict", Words, nullable=False),
    Column("score", Float, nullable=False),
    Column("rule", Words, nullable=False),
    Column("rule_version", Integer, nullable=False),
    Column("proofs", JSON, nullable=False),
    Column("by", Words, nullable=False),
    Column("sentence", Prose, nullable=False),
    Column("at", UtcTime, nullable=False, info=STAYS),
    Column("revoked_at", UtcTime),
)

members = Table(  # derived from the judgements, rebuilt by refresh
    "members",
    metadata,
    Column("account", Words, primary_key=True),
    Column("candidate_id", Words, nullable=False, index=True),
)

compared = Table(  # the last time that all accounts were compared with each other, and what each was then
    "compared",
    metadata,
    Column("account", Words, primary_key=True),
    Column("digest", Words, nullable=False),
    Column("at", UtcTime, nullable=False),
)

proposals = Table(  # what that comparison proposed, before any guard; the next refresh need not compare these again
    "proposals",
    metadata,
    Column("left", Words, primary_key=True),
    Column("right", Words, primary_key=True, index=True),
    Column("rule", Words, primary_key=True),
    Column("score", Float, nullable=False),
    Column("detail", Prose, nullable=False),
    Column("join", Boolean, nullable=False),
)

vectors = Table(  # one vector a text and model; nothing in it names a person
    "vectors",
    metadata,
    Column("model_id", Words, primary_key=True),
    Column("text_sha256", Words, primary_key=True),
    Column("vector", LargeBinary, nullable=False),
)

suppressions = Table(  # keyed hashes only; the key lies outside of the database
    "suppressions",
    metadata,
    Column("hash", Words, primary_key=True),
    Column("kind", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("at", UtcTime, nullable=False, info=STAYS),
)

exports = Table(  # which file names which candidate, so that erasure reaches files too, and which home wrote it
    "exports",
    metadata,
    Column("home", Words, primary_key=True),
    Column("path", Prose, primary_key=True),
    Column("candidate_id", Words, primary_key=True),
    Column("exported_at", UtcTime, nullable=False),
    Column("sha256", Words),
    Column("due", Boolean, nullable=False, server_default=false()),  # to be struck from the file
)

marks = Table(  # what is known of the store as a whole: its key's fingerprint, the day of the first sweep that deleted
    "marks",
    metadata,
    Column("name", Words, primary_key=True),
    Column("value", Words, nullable=False),
)

former = Table(  # candidate ids that accounts had before a join, a split or a new key: exported files still name them
    "former",
    metadata,
    Column("account", Words, primary_key=True),
    Column("candidate_id", Words, primary_key=True),
)

runs = Table(  # one row for a step of work as it went: how long it took, what it read and gave; nothing of a person
    "runs",
    metadata,
    Column("run_id", Words, primary_key=True),
    Column("step", Words, nullable=False),
    Column("source", Words),
    Column("outcome", Words, nullable=False),
    Column("started_at", UtcTime, nullable=False, index=True),
    Column("ended_at", UtcTime, nullable=False),
    Column("counts", JSON, nullable=False),
    Column("versions", JSON, nullable=False),
    Column("requests", Integer, nullable=False, server_default="0"),
    Column("bytes", BigInteger, nullable=False, server_default="0"),
    Column("cpu_seconds", Float, nullable=False, server_default="0"),
)

dealings = Table(  # what was done with a person: handed over for a role, notified, answered; their own page gone
    "dealings",
    metadata,
    Column("account", Words, primary_key=True),
    Column("kind", Words, primary_key=True),
    Column("role", Words, primary_key=True),
    Column("day", Date, primary_key=True),
)

shortlists = Table(  # past shortlists, so that the next one can say what changed and why
    "shortlists",
    metadata,
    Column("shortlist_id", Words, primary_key=True),
    Column("role", Words, nullable=False, index=True),
    Column("role_hash", Words, nullable=False),
    Column("model_id", Words, nullable=False),
    Column("weights_hash", Words, nullable=False),
    Column("as_of", Date, nullable=False),
    Column("considered", Integer, nullable=False),
    Column("spread", JSON, nullable=False),
    Column("at", UtcTime, nullable=False),
)

placings = Table(  # who stood where; of an erased person the place alone remains
    "placings",
    metadata,
    Column("shortlist_id", Words, primary_key=True),
    Column("rank", Integer, primary_key=True),
    Column("candidate_id", Words, index=True),
    Column("score", Float, nullable=False),
    Column("terms", JSON, nullable=False),
    Column("evidence", JSON, nullable=False),
)

watched = Table(  # whom somebody follows: their own pages are asked for first
    "watched",
    metadata,
    Column("account", Words, primary_key=True),
    Column("since", Date, nullable=False),
)
