"""What comes back of email, and the addresses that no more is sent to."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "emailed",
        sa.Column("sent_as", sa.String(60), nullable=False),
        sa.Column("message_id", sa.String(36), nullable=False),
        sa.Column("address", sa.LargeBinary(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("returned", sa.String(12)),
        sa.Column("status", sa.String(12)),
        sa.Column("returned_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("sent_as", name=op.f("pk_emailed")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_emailed_message_id")),
    )
    op.create_index(op.f("ix_emailed_message_id"), "emailed", ["message_id"])
    op.create_table(
        "suppressed_address",
        sa.Column("address", sa.LargeBinary(32), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_suppressed_address")),
    )
