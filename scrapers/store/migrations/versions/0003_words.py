"""On PostgreSQL words have no greatest length and sort by code point, as they always did in SQLite."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    found = sa.text(
        "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = "
        "current_schema() AND data_type IN ('character varying', 'text') AND table_name <> 'alembic_version'"
    )
    for table, column, kind in connection.execute(found).all():
        op.execute(f'ALTER TABLE "{table}" ALTER COLUMN "{column}" TYPE {kind} COLLATE "C"')
