"""People say how they want to be told, by theme."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "told_how",
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("theme", sa.String(length=60), nullable=False),
        sa.Column("pace", sa.String(length=12), nullable=False),
        sa.Column("via", sa.String(length=12), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "theme", name=op.f("pk_told_how")),
    )
