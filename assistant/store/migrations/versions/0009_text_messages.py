"""SMS: receipts with the delivery, the numbers sent to, what came back from them, and how many went in an hour."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    with op.batch_alter_table("message") as message:
        message.add_column(sa.Column("paper", sa.String(5)))
    with op.batch_alter_table("delivery") as delivery:
        delivery.add_column(sa.Column("sent_as", sa.String(60)))
        delivery.add_column(sa.Column("receipt", sa.String(10)))
        delivery.add_column(sa.Column("receipt_at", sa.DateTime(timezone=True)))
        delivery.add_column(sa.Column("segments", sa.Integer()))
        delivery.add_column(sa.Column("price", sa.String(20)))
        delivery.add_column(sa.Column("currency", sa.String(3)))
        delivery.create_index("ix_delivery_sent_as", ["sent_as"])
    op.create_table(
        "text_number",
        sa.Column("lookup", sa.LargeBinary(32), nullable=False),
        sa.Column("person_id", sa.String(36), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("lookup", "person_id", name="pk_text_number"),
    )
    op.create_index("ix_text_number_person_id", "text_number", ["person_id"])
    op.create_table(
        "text_reply",
        sa.Column("id", sa.String(200), nullable=False),
        sa.Column("lookup", sa.LargeBinary(32), nullable=False),
        sa.Column("word", sa.String(10), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(20)),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_text_reply"),
    )
    op.create_index("ix_text_reply_lookup", "text_reply", ["lookup"])
    op.create_index("ix_text_reply_received_at", "text_reply", ["received_at"])
    op.create_table(
        "text_hour",
        sa.Column("sender", sa.String(11), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("sender", "hour", name="pk_text_hour"),
    )
