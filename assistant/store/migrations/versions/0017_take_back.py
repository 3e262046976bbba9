"""A stop switch that is turned back says whether what waited is taken back, which is then done some at a time."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.add_column("stop_switch", sa.Column("take_back_but", sa.JSON(), nullable=True))
