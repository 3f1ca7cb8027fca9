"""What each archived page said, so that unchanged bytes are not read again."""

import sqlalchemy as sa
from alembic import op

from scrapers.store.sql.tables import Words

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("pages", sa.Column("reading", Words))
    op.add_column("pages", sa.Column("outline", sa.LargeBinary()))
