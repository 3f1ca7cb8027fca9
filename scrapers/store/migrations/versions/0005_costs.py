"""What each step of work cost: requests, bytes and seconds of computing; for `headwater runs`."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("runs", sa.Column("requests", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("runs", sa.Column("bytes", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("runs", sa.Column("cpu_seconds", sa.Float(), nullable=False, server_default="0"))
    op.create_index("ix_runs_started_at", "runs", ["started_at"])
