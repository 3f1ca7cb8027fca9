"""What was done with people, and past shortlists: for notices, cool-down, retention and `headwater changes`."""

import sqlalchemy as sa
from alembic import op

from scrapers.store.sql.tables import UtcTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "dealings",
        sa.Column("account", sa.String(length=300), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("role", sa.String(length=80), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("account", "kind", "role", "day"),
    )
    op.create_table(
        "shortlists",
        sa.Column("shortlist_id", sa.String(length=24), nullable=False),
        sa.Column("role", sa.String(length=80), nullable=False),
        sa.Column("role_hash", sa.String(length=64), nullable=False),
        sa.Column("model_id", sa.String(length=120), nullable=False),
        sa.Column("weights_hash", sa.String(length=64), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("considered", sa.Integer(), nullable=False),
        sa.Column("spread", sa.JSON(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("shortlist_id"),
    )
    op.create_index(op.f("ix_shortlists_role"), "shortlists", ["role"], unique=False)
    op.create_table(
        "placings",
        sa.Column("shortlist_id", sa.String(length=24), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("candidate_id", sa.String(length=40), nullable=True),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("shortlist_id", "rank"),
    )
    op.create_index(op.f("ix_placings_candidate_id"), "placings", ["candidate_id"], unique=False)
