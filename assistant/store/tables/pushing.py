"""Web push: the browsers in which people have asked to be told that a message is there."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, String

from assistant.store.columns import ID, UtcDateTime
from assistant.store.tables.base import table

push_browser = table(
    "push_browser",  # a browser a person has switched notices on in
    Column("id", ID, primary_key=True),
    Column("person_id", ID, nullable=False, index=True),
    Column("lookup", LargeBinary(32), nullable=False, unique=True),  # its address, by keyed hash
    Column("sealed", LargeBinary, nullable=False),  # its address and keys
    Column("key_id", String(40), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)
