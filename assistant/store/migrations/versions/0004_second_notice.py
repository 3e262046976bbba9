"""A message says whether it is the first notice of something or the second."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    with op.batch_alter_table("message") as message:
        message.add_column(sa.Column("notice", sa.Integer(), server_default="1", nullable=False))
