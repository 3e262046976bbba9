"""What the clock has fired, so that no other clock fires it again."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "fired",
        sa.Column("job", sa.String(60), nullable=False),
        sa.Column("fire_time", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("job", "fire_time", name=op.f("pk_fired")),
    )
