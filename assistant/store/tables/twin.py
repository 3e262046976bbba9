"""What is known, of whom, and who has used it."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)

from assistant.store.columns import ID, UtcDateTime
from assistant.store.tables.base import table

municipality = table(
    "municipality",
    Column("number", String(4), primary_key=True),  # kommunenummer, SSB's four digits
    Column("name", Text, nullable=False),
    Column("settings", JSON, nullable=False),  # what law leaves to the municipality: zone, rounding …
)

subject = table(
    "subject",
    Column("id", ID, primary_key=True),
    Column("kind", String(40), nullable=False),  # person, kindergarten_place …
    Column("created_at", UtcDateTime, nullable=False),
)

identity = table(
    "identity",  # the only place an identity number is kept: encrypted, found by a keyed hash
    Column("subject_id", ID, ForeignKey("subject.id"), primary_key=True),
    Column("scheme", String(40), primary_key=True),  # 'national_id', 'place_number' …
    Column("lookup", LargeBinary(32), nullable=False),
    Column("key_id", String(40), nullable=False),
    Column("ciphertext", LargeBinary, nullable=False),
    UniqueConstraint("scheme", "lookup"),
    Index("ix_identity_lookup", "lookup"),  # whatever it is the number of
)

fact = table(
    "fact",  # append-only: what a source says, for which time, and when we learnt or unlearnt it
    Column("id", ID, primary_key=True),
    Column("subject_id", ID, ForeignKey("subject.id"), nullable=False),
    Column("concept", String(120), nullable=False),  # 'person.birth_date'
    Column("scope", String(60), nullable=False, server_default=""),  # an income year, a place …
    Column("value", JSON, nullable=False),
    Column("object_id", ID, ForeignKey("subject.id")),  # the other end, when the value is a subject
    Column("valid_from", Date),  # null: since always
    Column("valid_to", Date),  # exclusive; null: until told otherwise
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("superseded_at", UtcDateTime),  # null: still what the source says
    Column("source", String(60), nullable=False),  # register id, or 'person'
    Column("basis", Text, nullable=False),  # act and section
    Column("detail", JSON, nullable=False),  # what else the source said of it: stage, period …
    Column("inbox_id", ID),
    Index("ix_fact_subject_concept", "subject_id", "concept"),
    Index("ix_fact_object_concept", "object_id", "concept"),
)

usage = table(
    "usage",  # append-only: who used what about whom, for what, on what basis
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("subject_id", ID, nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("actor_kind", String(20), nullable=False),  # 'rule', 'person', 'staff', 'service'
    Column("actor", Text, nullable=False),  # rule id, subject id, staff name, service name
    Column("action", String(40), nullable=False),  # 'read', 'used', 'disclosed', 'denied'
    Column("purpose", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("concepts", JSON, nullable=False),  # list of concept ids
    Column("number", Integer, nullable=False),  # from 1, within the person's log
    Column("hash", String(64), nullable=False),  # of the entry and the one before it
    Column("shown_from", UtcDateTime),  # where law delays that the person sees it; null: at once
    Column("withheld", Text, nullable=False, server_default=""),  # the law that hides it; empty: none does
    UniqueConstraint("subject_id", "number"),
)

usage_head = table(
    "usage_head",  # the newest entry of each person's log; held by whoever adds to it
    Column("subject_id", ID, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)

usage_signature = table(
    "usage_signature",  # what the log was on a day, signed: an anchor outside the log itself
    Column("subject_id", ID, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("signature", String(128), nullable=False),  # Ed25519, hexadecimal
    Column("key", String(16), nullable=False),  # which key
)
