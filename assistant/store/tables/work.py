"""What has happened, and what is to be done about it."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Date, Index, Integer, LargeBinary, String, Text, UniqueConstraint, text

from assistant.store.columns import ID, UtcDateTime
from assistant.store.tables.base import table

inbox = table(
    "inbox",
    Column("id", ID, primary_key=True),
    Column("source", String(200), nullable=False),
    Column("event_id", String(200), nullable=False),
    Column("type", String(200), nullable=False),
    Column("body", LargeBinary, nullable=False),  # the event as it came, encrypted
    Column("key_id", String(40), nullable=False),
    Column("digest", LargeBinary(32), nullable=False),  # keyed hash of the body: same id, other content?
    Column("received_at", UtcDateTime, nullable=False, index=True),
    Column("handled_at", UtcDateTime),
    Column("outcome", String(20), nullable=False, server_default="waiting"),  # waiting done ignored parked
    Column("note", Text, nullable=False, server_default=""),
    UniqueConstraint("source", "event_id"),
)

feed_pointer = table(
    "feed_pointer",
    Column("feed", String(100), primary_key=True),
    Column("position", Integer, nullable=False),  # the next sequence number to ask for
    Column("etag", Text),
    Column("moved_at", UtcDateTime, nullable=False),
)

job = table(
    "job",
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("task", String(60), nullable=False),
    Column("queue", String(20), nullable=False),  # chat, events, bulk
    Column("key", String(80), nullable=False, server_default=""),  # one at a time, in order, per key
    Column("receipt", String(200), unique=True),  # of those that wait, one has it
    Column("args", JSON, nullable=False),
    Column("run_at", UtcDateTime, nullable=False),
    Column("state", String(12), nullable=False, server_default="todo"),  # todo doing parked
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("leased_until", UtcDateTime),
    Column("error", Text, nullable=False, server_default=""),
    Index("ix_job_key_id", "key", "id"),
)
# Each holds only what its question is about, so that a million waiting jobs do not slow it (store/work/fetching.py).
for _name, _columns, _state in (
    ("ix_job_waiting", (job.c.queue, job.c.run_at, job.c.id), "todo"),
    ("ix_job_doing", (job.c.key, job.c.leased_until), "doing"),
    ("ix_job_parked", (job.c.id,), "parked"),
):
    _where = text(f"state = '{_state}'")
    Index(_name, *_columns, sqlite_where=_where, postgresql_where=_where)

receipt = table(
    "receipt",  # a side effect that has happened, so that it does not happen again
    Column("id", String(200), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)

fired = table(
    "fired",  # what the clock has fired, so that no other clock fires it again
    Column("job", String(60), primary_key=True),
    Column("fire_time", String(40), primary_key=True),  # a daily job's local date; else the moment in UTC
    Column("at", UtcDateTime, nullable=False),
)

pace = table(
    "pace",  # of a gateway that takes only so many messages a second
    Column("gateway", String(60), primary_key=True),
    Column("free_at", UtcDateTime, nullable=False),  # the next moment that no message has been given
    Column("second", UtcDateTime, nullable=False),
    Column("sent", Integer, nullable=False),  # in that second
)

due = table(
    "due",  # what must be looked at again on a day: a rule's own next date, a deadline, a reminder
    Column("id", ID, primary_key=True),
    Column("what", String(40), nullable=False),  # 'determination', 'case', 'process'
    Column("ref", String(200), nullable=False),
    Column("subject_id", ID, nullable=False),
    Column("due_on", Date, nullable=False, index=True),
    UniqueConstraint("what", "ref"),
    Index("ix_due_subject_what", "subject_id", "what"),
)
