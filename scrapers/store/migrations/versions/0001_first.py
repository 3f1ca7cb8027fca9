"""The first schema: archive, frontier, accounts, evidence, judgements, vectors, suppressions, exports, runs."""

import sqlalchemy as sa
from alembic import op

from scrapers.store.sql.tables import UtcTime

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("account", sa.String(length=300), nullable=False),
        sa.Column("page_key", sa.String(length=64), nullable=False),
        sa.Column("site", sa.String(length=120), nullable=False),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("native_id", sa.String(length=120), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("bio", sa.Text(), nullable=True),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("links", sa.JSON(), nullable=False),
        sa.Column("open_to_work", sa.Boolean(), nullable=True),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("page_url", sa.Text(), nullable=False),
        sa.Column("page_sha256", sa.String(length=64), nullable=False),
        sa.Column("collected_at", UtcTime(), nullable=False),
        sa.Column("first_seen", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("account", "page_key"),
    )
    op.create_table(
        "events",
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("site", sa.String(length=120), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("start", sa.Date(), nullable=True),
        sa.Column("end", sa.Date(), nullable=True),
        sa.Column("winners_announced", sa.Boolean(), nullable=False),
        sa.Column("themes", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("page_url", sa.Text(), nullable=False),
        sa.Column("page_sha256", sa.String(length=64), nullable=False),
        sa.Column("collected_at", UtcTime(), nullable=False),
        sa.Column("first_seen", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("url"),
    )
    op.create_table(
        "evidence",
        sa.Column("evidence_id", sa.String(length=24), nullable=False),
        sa.Column("page_key", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=300), nullable=True),
        sa.Column("handle", sa.Text(), nullable=True),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("date", sa.Date(), nullable=True),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("links", sa.JSON(), nullable=False),
        sa.Column("awards", sa.JSON(), nullable=False),
        sa.Column("team", sa.JSON(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("page_url", sa.Text(), nullable=False),
        sa.Column("page_sha256", sa.String(length=64), nullable=False),
        sa.Column("collected_at", UtcTime(), nullable=False),
        sa.Column("first_seen", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("evidence_id", "page_key"),
    )
    op.create_index(op.f("ix_evidence_account"), "evidence", ["account"], unique=False)
    op.create_table(
        "exports",
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("candidate_id", sa.String(length=40), nullable=False),
        sa.Column("exported_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("path", "candidate_id"),
    )
    op.create_table(
        "frontier",
        sa.Column("position", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("crawl", sa.String(length=80), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("request_key", sa.String(length=64), nullable=False),
        sa.Column("method", sa.String(length=4), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("position"),
    )
    op.create_index("frontier_next", "frontier", ["crawl", "source", "state"], unique=False)
    op.create_index("frontier_once", "frontier", ["crawl", "source", "request_key"], unique=True)
    op.create_table(
        "judgements",
        sa.Column("judgement_id", sa.String(length=24), nullable=False),
        sa.Column("left", sa.String(length=300), nullable=False),
        sa.Column("right", sa.String(length=300), nullable=False),
        sa.Column("verdict", sa.String(length=12), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("rule", sa.String(length=60), nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("proofs", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(length=12), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("revoked_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("judgement_id"),
    )
    op.create_index(op.f("ix_judgements_left"), "judgements", ["left"], unique=False)
    op.create_index(op.f("ix_judgements_right"), "judgements", ["right"], unique=False)
    op.create_table(
        "members",
        sa.Column("account", sa.String(length=300), nullable=False),
        sa.Column("candidate_id", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("account"),
    )
    op.create_index(op.f("ix_members_candidate_id"), "members", ["candidate_id"], unique=False)
    op.create_table(
        "pages",
        sa.Column("page_key", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("final_url", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("fetched_at", UtcTime(), nullable=False),
        sa.Column("parser_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("page_key"),
    )
    op.create_table(
        "runs",
        sa.Column("run_id", sa.String(length=40), nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("started_at", UtcTime(), nullable=False),
        sa.Column("ended_at", UtcTime(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("versions", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("run_id"),
    )
    op.create_table(
        "suppressions",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("hash"),
    )
    op.create_table(
        "vectors",
        sa.Column("model_id", sa.String(length=120), nullable=False),
        sa.Column("text_sha256", sa.String(length=64), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("model_id", "text_sha256"),
    )
