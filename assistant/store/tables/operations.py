"""What those who run the installation have settled: what is stopped, and what waits because of it."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, String, Text, text

from assistant.store.columns import ID, UtcDateTime
from assistant.store.tables.base import table

stop_switch = table(
    "stop_switch",  # sending that was stopped; it stays here when it has been started again
    Column("id", ID, primary_key=True),
    Column("key", String(80), nullable=False),  # all, restored, channel:sms, theme:kindergarten
    Column("reason", Text, nullable=False),
    Column("stopped_by", Text, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("started_by", Text),
    Column("going_since", UtcDateTime),  # what waited is let go in order from here on …
    Column("ended_at", UtcDateTime),  # … and nothing waits any more
    Index(
        "uq_stop_switch_key_live",
        "key",
        unique=True,
        sqlite_where=text("ended_at is null"),
        postgresql_where=text("ended_at is null"),
    ),
)

held_message = table(
    "held_message",  # a message that waits for a switch
    Column("message_id", ID, ForeignKey("message.id", ondelete="CASCADE"), primary_key=True),
    Column("key", String(80), nullable=False, index=True),
    Column("since", UtcDateTime, nullable=False),
    Column("released", Boolean, nullable=False, server_default=text("false")),
)
