"""Whose store this is: the key's fingerprint, and which home wrote which file."""

import sqlalchemy as sa
from alembic import op

from scrapers.store.sql.tables import Prose, UtcTime, Words

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "marks",
        sa.Column("name", Words, primary_key=True),
        sa.Column("value", Words, nullable=False),
    )
    op.create_table(
        "former",
        sa.Column("account", Words, primary_key=True),
        sa.Column("candidate_id", Words, primary_key=True),
    )
    old = sa.table("exports", sa.column("path"), sa.column("candidate_id"), sa.column("exported_at", UtcTime))
    rows = [dict(row._mapping) for row in op.get_bind().execute(sa.select(old))]
    op.drop_table("exports")
    new = op.create_table(
        "exports",
        sa.Column("home", Words, primary_key=True),
        sa.Column("path", Prose, primary_key=True),
        sa.Column("candidate_id", Words, primary_key=True),
        sa.Column("exported_at", UtcTime, nullable=False),
        sa.Column("sha256", Words),
        sa.Column("due", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.bulk_insert(new, [row | {"home": "", "sha256": None} for row in rows])
