"""What the rules say, and have said."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Date, Index, Integer, String, Text, UniqueConstraint, text

from assistant.store.columns import ID, UtcDateTime
from assistant.store.tables.base import table

life_event = table(
    "life_event",
    Column("id", ID, primary_key=True),
    Column("kind", String(60), nullable=False),
    Column("subject_id", ID, nullable=False),
    Column("occurred_on", Date, nullable=False),
    Column("key", String(120), nullable=False, server_default=""),  # what tells two of a kind apart
    Column("recognised_at", UtcDateTime, nullable=False),
    Column("annulled_at", UtcDateTime),
    Column("inbox_id", ID),
    UniqueConstraint("kind", "subject_id", "key"),
    Index("ix_life_event_subject", "subject_id"),
)

determination = table(
    "determination",
    Column("id", ID, primary_key=True),
    Column("rule", String(120), nullable=False),
    Column("rule_version", String(80), nullable=False),
    Column("subject_id", ID, nullable=False),
    Column("on_date", Date, nullable=False),
    Column("answer", String(14), nullable=False),
    Column("record", JSON, nullable=False),  # Determination.as_json(): values, conditions, used, law …
    Column("digest", String(64), nullable=False),  # of answer, values, missing: has anything changed?
    Column("cause", String(200), nullable=False),  # 'inbox:<id>', 'clock:2026-08-01', 'person:<id>' …
    Column("changes_on", Date),
    Column("made_at", UtcDateTime, nullable=False, index=True),
    Column("current", Boolean, nullable=False),
    Index(
        "uq_determination_current",
        "rule",
        "subject_id",
        unique=True,
        sqlite_where=text("current"),
        postgresql_where=text("current"),
    ),
    Index("ix_determination_subject_rule", "subject_id", "rule"),
)

rule_version = table(
    "rule_version",  # a rule as edited here; the catalogue's own file is version 0
    Column("id", ID, primary_key=True),
    Column("rule", String(120), nullable=False),
    Column("number", Integer, nullable=False),
    Column("applies_from", Date, nullable=False),
    Column("text", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("saved_by", Text, nullable=False),
    Column("saved_at", UtcDateTime, nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    UniqueConstraint("rule", "number"),
)
