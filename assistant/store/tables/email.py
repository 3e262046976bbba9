"""What is known of email addresses without knowing them: which message went to which, and which are of no use."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, LargeBinary, String

from assistant.store.columns import ID, UtcDateTime
from assistant.store.tables.base import table

emailed = table(
    "emailed",  # an email that was handed over, so that what comes back is known
    Column("sent_as", String(60), primary_key=True),  # the id its mark was made of
    Column("message_id", ID, ForeignKey("message.id"), nullable=False, index=True),
    Column("address", LargeBinary(32), nullable=False),  # keyed hash
    Column("at", UtcDateTime, nullable=False),
    Column("returned", String(12)),  # gone undelivered delayed complaint
    Column("status", String(12)),  # RFC 3463, or the kind of complaint
    Column("returned_at", UtcDateTime),
)

suppressed_address = table(
    "suppressed_address",  # no email is sent there: there is no such mailbox
    Column("address", LargeBinary(32), primary_key=True),  # keyed hash
    Column("status", String(12), nullable=False),
    Column("since", UtcDateTime, nullable=False),
)
