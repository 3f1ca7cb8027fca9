"""What the last comparison of all accounts found, so that a refresh compares only what changed since."""

import sqlalchemy as sa
from alembic import op

from scrapers.store.sql.tables import Prose, UtcTime, Words

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "compared",
        sa.Column("account", Words, nullable=False),
        sa.Column("digest", Words, nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("account"),
    )
    op.create_table(
        "proposals",
        sa.Column("left", Words, nullable=False),
        sa.Column("right", Words, nullable=False),
        sa.Column("rule", Words, nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("detail", Prose, nullable=False),
        sa.Column("join", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("left", "right", "rule"),
    )
    op.create_index(op.f("ix_proposals_right"), "proposals", ["right"], unique=False)
