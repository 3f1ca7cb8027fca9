"""The tables of the store. Every row that says something about a person carries where, when and from which bytes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
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
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


metadata = MetaData()


def _provenance() -> list[Column[Any]]:
    """Where a fact stands: without these a row is refused by the database itself (G5)."""
    return [
        Column("source", String(40), nullable=False),
        Column("page_url", Text, nullable=False),
        Column("page_sha256", String(64), nullable=False),
        Column("collected_at", UtcTime, nullable=False),
        Column("first_seen", Date, nullable=False),
    ]


accounts = Table(  # one row for what one page says of one account; merged when read
    "accounts",
    metadata,
    Column("account", String(300), primary_key=True),
    Column("page_key", String(64), primary_key=True),
    Column("site", String(120), nullable=False),
    Column("handle", Text, nullable=False),
    Column("url", Text),
    Column("kind", String(20), nullable=False),
    Column("native_id", String(120)),
    Column("name", Text),
    Column("bio", Text),
    Column("location", Text),
    Column("links", JSON, nullable=False),
    Column("open_to_work", Boolean),
    *_provenance(),
)

evidence = Table(  # one row for what one page says of one act
    "evidence",
    metadata,
    Column("evidence_id", String(24), primary_key=True),
    Column("page_key", String(64), primary_key=True),
    Column("account", String(300), index=True),
    Column("handle", Text),
    Column("kind", String(30), nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("url", Text, nullable=False),
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
    Column("url", Text, primary_key=True),
    Column("site", String(120), nullable=False),
    Column("title", Text, nullable=False),
    Column("start", Date),
    Column("end", Date),
    Column("winners_announced", Boolean, nullable=False),
    Column("themes", JSON, nullable=False),
    *_provenance(),
)

pages = Table(  # the archive: what came back, compressed, with its time, hash and status
    "pages",
    metadata,
    Column("page_key", String(64), primary_key=True),
    Column("source", String(40), nullable=False),
    Column("url", Text, nullable=False),
    Column("final_url", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("headers", JSON, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("fetched_at", UtcTime, nullable=False),
    Column("parser_version", Integer, nullable=False),
)

frontier = Table(  # what a crawl still has to ask; a row is settled in the transaction that keeps its page
    "frontier",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=True),
    Column("crawl", String(80), nullable=False),
    Column("source", String(40), nullable=False),
    Column("request_key", String(64), nullable=False),
    Column("method", String(4), nullable=False),
    Column("url", Text, nullable=False),
    Column("body", Text),
    Column("headers", JSON, nullable=False),
    Column("depth", Integer, nullable=False),
    Column("state", String(12), nullable=False),
    Index("frontier_once", "crawl", "source", "request_key", unique=True),
    Index("frontier_next", "crawl", "source", "state"),
)

judgements = Table(  # append-only: who said that two accounts are, or are not, one person, and on what grounds
    "judgements",
    metadata,
    Column("judgement_id", String(24), primary_key=True),
    Column("left", String(300), nullable=False, index=True),
    Column("right", String(300), nullable=False, index=True),
    Column("verdict", String(12), nullable=False),
    Column("score", Float, nullable=False),
    Column("rule", String(60), nullable=False),
    Column("rule_version", Integer, nullable=False),
    Column("proofs", JSON, nullable=False),
    Column("by", String(12), nullable=False),
    Column("sentence", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("revoked_at", UtcTime),
)

members = Table(  # derived from the judgements, rebuilt by refresh
    "members",
    metadata,
    Column("account", String(300), primary_key=True),
    Column("candidate_id", String(40), nullable=False, index=True),
)

vectors = Table(  # one vector a text and model; nothing in it names a person
    "vectors",
    metadata,
    Column("model_id", String(120), primary_key=True),
    Column("text_sha256", String(64), primary_key=True),
    Column("vector", LargeBinary, nullable=False),
)

suppressions = Table(  # keyed hashes only; the key lies outside of the database
    "suppressions",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("kind", String(12), nullable=False),
    Column("reason", String(40), nullable=False),
    Column("at", UtcTime, nullable=False),
)

exports = Table(  # which file names which candidate, so that erasure reaches files too
    "exports",
    metadata,
    Column("path", Text, primary_key=True),
    Column("candidate_id", String(40), primary_key=True),
    Column("exported_at", UtcTime, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("run_id", String(40), primary_key=True),
    Column("step", String(40), nullable=False),
    Column("source", String(40)),
    Column("outcome", String(20), nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime, nullable=False),
    Column("counts", JSON, nullable=False),
    Column("versions", JSON, nullable=False),
)

dealings = Table(  # what was done with a person: handed over for a role, notified, answered; their own page gone
    "dealings",
    metadata,
    Column("account", String(300), primary_key=True),
    Column("kind", String(12), primary_key=True),
    Column("role", String(80), primary_key=True),
    Column("day", Date, primary_key=True),
)

shortlists = Table(  # past shortlists, so that the next one can say what changed and why
    "shortlists",
    metadata,
    Column("shortlist_id", String(24), primary_key=True),
    Column("role", String(80), nullable=False, index=True),
    Column("role_hash", String(64), nullable=False),
    Column("model_id", String(120), nullable=False),
    Column("weights_hash", String(64), nullable=False),
    Column("as_of", Date, nullable=False),
    Column("considered", Integer, nullable=False),
    Column("spread", JSON, nullable=False),
    Column("at", UtcTime, nullable=False),
)

placings = Table(  # who stood where; of an erased person the place alone remains
    "placings",
    metadata,
    Column("shortlist_id", String(24), primary_key=True),
    Column("rank", Integer, primary_key=True),
    Column("candidate_id", String(40), index=True),
    Column("score", Float, nullable=False),
    Column("terms", JSON, nullable=False),
    Column("evidence", JSON, nullable=False),
)
