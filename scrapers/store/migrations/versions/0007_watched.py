"""Whom somebody follows, account by account."""

import sqlalchemy as sa
from alembic import op

from scrapers.store.sql.tables import Words

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "watched",
        sa.Column("account", Words, primary_key=True),
        sa.Column("since", sa.Date(), nullable=False),
    )
