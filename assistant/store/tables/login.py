"""Who is logged in."""

from __future__ import annotations

from sqlalchemy import JSON, Column, LargeBinary, String, Text

from assistant.store.columns import ID, UtcDateTime
from assistant.store.tables.base import table

session = table(
    "session",
    Column("token", LargeBinary(32), primary_key=True),  # SHA-256 of the random cookie value
    Column("kind", String(12), nullable=False),  # resident, staff
    Column("person_id", ID),
    Column("staff", Text),
    Column("municipality", String(4)),
    Column("roles", JSON, nullable=False),
    Column("acr", String(40), nullable=False),
    Column("provider_sid", Text, index=True),
    Column("csrf", String(64), nullable=False),
    Column("language", String(2), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("authenticated_at", UtcDateTime),  # when the person last proved who they are; null: not told
    Column("acting_for", ID),  # whose pages the resident sees now; null: their own
)

login_attempt = table(
    "login_attempt",
    Column("state", String(64), primary_key=True),
    Column("nonce", String(64), nullable=False),
    Column("verifier", String(128), nullable=False),
    Column("browser", LargeBinary(32), nullable=False),  # hash of a cookie: who began must be who ends
    Column("next", Text, nullable=False),
    Column("kind", String(12), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)
