"""What people are told."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text

from assistant.store.columns import ID, UtcDateTime
from assistant.store.tables.base import table

guidance = table(
    "guidance",  # what to tell whom, once
    Column("id", ID, primary_key=True),
    Column("person_id", ID, nullable=False, index=True),
    Column("subject_id", ID, nullable=False),  # whom it is about
    Column("kind", String(60), nullable=False),  # 'right_found', 'facts_missing', 'decision_made' …
    Column("rule", String(120), nullable=False),
    Column("cause", String(200), nullable=False),
    Column("content", JSON, nullable=False),  # the plain values the templates are filled from
    Column("determination_id", ID),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_on", Date),
    Column("withdrawn_at", UtcDateTime),
    UniqueConstraint("person_id", "subject_id", "rule", "kind", "cause"),
    Index("ix_guidance_subject", "subject_id"),
)

message = table(
    "message",  # guidance written for one channel in one language
    Column("id", ID, primary_key=True),
    Column("guidance_id", ID, ForeignKey("guidance.id"), nullable=False),
    Column("person_id", ID, nullable=False, index=True),
    Column("channel", String(20), nullable=False),
    Column("language", String(2), nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("why", JSON, nullable=False),  # event → facts → rule → law, in words
    Column("created_at", UtcDateTime, nullable=False),
    Column("send_at", UtcDateTime, nullable=False),
    Column("state", String(12), nullable=False),  # waiting sent failed withdrawn
    Column("sent_at", UtcDateTime),
    Column("read_at", UtcDateTime),
    Column(
        "notice", Integer, nullable=False, server_default="1"
    ),  # the first, or the second after a week unread
    Column("paper", String(5)),  # 'asked' by SMS whether they want it on paper, and 'yes' or 'no' if answered
    UniqueConstraint("guidance_id", "channel"),
)
# Each holds only what its question is about: what waits, what has failed, and what was sent in a day.
for _name, _columns, _state in (
    ("ix_message_waiting", (message.c.channel, message.c.send_at), "waiting"),
    ("ix_message_sent", (message.c.sent_at,), "sent"),
    ("ix_message_failed", (message.c.id,), "failed"),
):
    _where = text(f"state = '{_state}'")
    Index(_name, *_columns, sqlite_where=_where, postgresql_where=_where)

template_version = table(
    "template_version",  # what a message says, as edited here; the file that comes with Varde is version 0
    Column("id", ID, primary_key=True),
    Column("name", String(120), nullable=False),  # right_found.chat.nb.j2
    Column("number", Integer, nullable=False),
    Column("applies_from", Date, nullable=False),
    Column("text", Text, nullable=False),
    Column("saved_by", Text, nullable=False),
    Column("saved_at", UtcDateTime, nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    UniqueConstraint("name", "number"),
)

delivery = table(
    "delivery",  # one attempt to hand a message over
    Column("id", ID, primary_key=True),
    Column("message_id", ID, ForeignKey("message.id"), nullable=False, index=True),
    Column("attempt", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("outcome", String(12), nullable=False),  # accepted refused failed
    Column("detail", Text, nullable=False, server_default=""),
    Column("sent_as", String(60), index=True),  # the id it was handed over under: receipts name it
    Column("receipt", String(10)),  # what became of it: delivered failed expired
    Column("receipt_at", UtcDateTime),
    Column("segments", Integer),  # as the receipt counts them
    Column("price", String(20)),  # exact, in `currency`
    Column("currency", String(3)),
)

chat_line = table(
    "chat_line",  # what was said in the chat, by the person or by the assistant
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("person_id", ID, nullable=False, index=True),
    Column("author", String(12), nullable=False),  # person, assistant
    Column("content", JSON, nullable=False),
    Column("client_id", String(60)),  # the widget's own id of a line: the same line twice is one line
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("person_id", "client_id"),
)
