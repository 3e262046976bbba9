"""Chain the usage log: number and hash each entry, keep each log's newest, and room for daily signatures."""

import json
from datetime import UTC, datetime
from hashlib import sha256
from itertools import groupby

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

AT_ONCE = 1000


def upgrade() -> None:
    op.create_table(
        "usage_head",
        sa.Column("subject_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("subject_id", name=op.f("pk_usage_head")),
    )
    op.create_table(
        "usage_signature",
        sa.Column("subject_id", sa.String(length=36), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.Column("key", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("subject_id", "day", name=op.f("pk_usage_signature")),
    )
    with op.batch_alter_table("usage") as usage:
        usage.add_column(sa.Column("number", sa.Integer(), nullable=True))
        usage.add_column(sa.Column("hash", sa.String(length=64), nullable=True))
    _chain(op.get_bind())
    with op.batch_alter_table("usage") as usage:
        usage.alter_column("number", existing_type=sa.Integer(), nullable=False)
        usage.alter_column("hash", existing_type=sa.String(length=64), nullable=False)
        usage.create_unique_constraint(op.f("uq_usage_subject_id_number"), ["subject_id", "number"])


def _chain(connection: sa.Connection) -> None:
    """Number and hash what was logged before, in the order it was: from now on it cannot change unseen."""
    rows = connection.execute(
        sa.text(
            "select id, subject_id, at, actor_kind, actor, action, purpose, basis, concepts "
            "from usage order by subject_id, id"
        )
    ).mappings()
    changed: list[dict[str, object]] = []
    heads: list[dict[str, object]] = []
    for subject, entries in groupby(rows, key=lambda row: row["subject_id"]):
        before, number = "0" * 64, 0
        for number, row in enumerate(entries, start=1):
            before = _link(before, subject, number, row)
            changed.append({"id": row["id"], "number": number, "hash": before})
        heads.append({"subject_id": subject, "number": number, "hash": before})
    for first in range(0, len(changed), AT_ONCE):
        connection.execute(
            sa.text("update usage set number = :number, hash = :hash where id = :id"),
            changed[first : first + AT_ONCE],
        )
    if heads:
        connection.execute(
            sa.text("insert into usage_head (subject_id, number, hash) values (:subject_id, :number, :hash)"),
            heads,
        )


def _link(before: str, subject: str, number: int, row: sa.RowMapping) -> str:
    at = row["at"]
    moment = at if isinstance(at, datetime) else datetime.fromisoformat(str(at))
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    concepts = row["concepts"]
    entry = {
        "subject": subject,
        "number": number,
        "at": moment.astimezone(UTC).isoformat(timespec="microseconds"),
        **{name: row[name] for name in ("actor_kind", "actor", "action", "purpose", "basis")},
        "concepts": json.loads(concepts) if isinstance(concepts, str) else concepts,
    }
    text = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(before.encode() + text.encode()).hexdigest()
