"""The next job is found at once among a million that wait."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.drop_index("ix_job_state_queue_run_at", table_name="job")
    for name, columns, state in (
        ("ix_job_waiting", ["queue", "run_at", "id"], "todo"),
        ("ix_job_doing", ["key", "leased_until"], "doing"),
        ("ix_job_parked", ["id"], "parked"),
    ):
        where = sa.text(f"state = '{state}'")
        op.create_index(name, "job", columns, sqlite_where=where, postgresql_where=where)
