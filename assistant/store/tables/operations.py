"""What those who run the installation have settled, and what they count by."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, Date, ForeignKey, Index, Integer, String, Text, text

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
    Column(
        "take_back_but", JSON
    ),  # … or taken back, but for these kinds of messages; null: nothing is taken back
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

tally = table(
    "tally",  # what happened in a day, counted: no person in it
    Column("day", Date, primary_key=True),  # the local date
    Column("what", String(20), primary_key=True),  # event determination sent failed
    Column("name", String(60), primary_key=True),  # the outcome, the answer, or the channel
    Column(
        "within", Integer, primary_key=True
    ),  # of what is sent: seconds from the event, rounded up to a step
    Column("count", Integer, nullable=False),
)

backup_made = table(
    "backup_made",  # that a backup was written and checked, not where it lies
    Column("id", ID, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("milliseconds", Integer, nullable=False),
)
