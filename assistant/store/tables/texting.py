"""SMS: whose numbers we have sent to, what came back from them, and how many have gone in an hour."""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, String

from assistant.store.columns import ID, UtcDateTime
from assistant.store.tables.base import table

text_number = table(
    "text_number",  # a number somebody was sent to at, by its keyed hash
    Column("lookup", LargeBinary(32), primary_key=True),
    Column("person_id", ID, primary_key=True, index=True),
    Column("known_at", UtcDateTime, nullable=False),
)

text_reply = table(
    "text_reply",  # a text from a number, as far as we understood it
    Column("id", String(200), primary_key=True),  # the gateway's
    Column("lookup", LargeBinary(32), nullable=False, index=True),
    Column("word", String(10), nullable=False),  # yes no stop start help other
    Column("received_at", UtcDateTime, nullable=False, index=True),
    Column("answer", String(20)),  # which of our answers; '' for none; empty while it is not dealt with
    Column("answered_at", UtcDateTime),
)

text_hour = table(
    "text_hour",  # how many texts have gone in an hour, so that nobody has to count them
    Column("sender", String(11), primary_key=True),
    Column("hour", UtcDateTime, primary_key=True),
    Column("sent", Integer, nullable=False),
)
