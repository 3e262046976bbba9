"""What happens is counted by day, and the questions of those who run the installation are answered at once."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "tally",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("within", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "what", "name", "within", name=op.f("pk_tally")),
    )
    op.create_table(
        "backup_made",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backup_made")),
    )
    for name, columns, state in (
        ("ix_message_waiting", ["channel", "send_at"], "waiting"),
        ("ix_message_sent", ["sent_at"], "sent"),
        ("ix_message_failed", ["id"], "failed"),
    ):
        where = sa.text(f"state = '{state}'")
        op.create_index(name, "message", columns, sqlite_where=where, postgresql_where=where)
    op.create_index(op.f("ix_inbox_received_at"), "inbox", ["received_at"])
    op.create_index(op.f("ix_determination_made_at"), "determination", ["made_at"])
