"""What others are told when something happens here: subscribers, events, and what became of each delivery."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Index, Integer, LargeBinary, String, Text

from assistant.store.columns import ID, UtcDateTime
from assistant.store.tables.base import table

subscription = table(
    "subscription",  # who is told, of what, and where
    Column("id", ID, primary_key=True),
    Column("municipality", String(4), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("types", JSON, nullable=False),  # event types
    Column("secrets", LargeBinary, nullable=False),  # one or two, sealed
    Column("key_id", String(40), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("failing_since", UtcDateTime),
)

outgoing_event = table(
    "outgoing_event",  # a CloudEvent as it is told; only added to
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("id", ID, nullable=False, unique=True),
    Column("municipality", String(4), nullable=False, index=True),
    Column("type", String(120), nullable=False),
    Column("subject", String(120), nullable=False),  # our id of what it is about
    Column("data", JSON, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_outgoing_event_subject", "subject", "type"),
)

outgoing_delivery = table(
    "outgoing_delivery",  # an event to a subscriber: tried, taken or given up
    Column("id", ID, primary_key=True),
    Column("subscription_id", ID, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("state", String(12), nullable=False),  # waiting taken failed
    Column("attempts", Integer, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    Index("uq_outgoing_delivery", "subscription_id", "sequence", unique=True),
)
