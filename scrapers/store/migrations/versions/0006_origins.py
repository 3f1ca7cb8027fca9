"""Origins leased to one worker at a time, and until when each wants to be left alone."""

import sqlalchemy as sa
from alembic import op

from scrapers.store.sql.tables import Words

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "origins",
        sa.Column("origin", Words, primary_key=True),
        sa.Column("holder", Words, nullable=False),
        sa.Column("expires", sa.Float(), nullable=False),
        sa.Column("ended", sa.Float(), nullable=False),
        sa.Column("quiet_until", sa.Float(), nullable=False),
    )
