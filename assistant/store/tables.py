"""The tables. Every statement in the assistant is written against these names."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from assistant.store.columns import ID, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _table(name: str, *parts: Column[object] | Index | UniqueConstraint) -> Table:
    return Table(name, metadata, *parts)


# ---- the twin -------------------------------------------------------------------------------------

municipality = _table(
    "municipality",
    Column("number", String(4), primary_key=True),  # kommunenummer, SSB's four digits
    Column("name", Text, nullable=False),
    Column("settings", JSON, nullable=False),  # what law leaves to the municipality: zone, rounding …
)

subject = _table(
    "subject",
    Column("id", ID, primary_key=True),
    Column("kind", String(40), nullable=False),  # person, kindergarten_place …
    Column("created_at", UtcDateTime, nullable=False),
)

identity = _table(
    "identity",  # the only place an identity number is kept: encrypted, found by a keyed hash
    Column("subject_id", ID, ForeignKey("subject.id"), primary_key=True),
    Column("scheme", String(40), primary_key=True),  # 'national_id', 'place_number' …
    Column("lookup", LargeBinary(32), nullable=False),
    Column("key_id", String(40), nullable=False),
    Column("ciphertext", LargeBinary, nullable=False),
    UniqueConstraint("scheme", "lookup"),
)

fact = _table(
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

usage = _table(
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
    UniqueConstraint("subject_id", "number"),
)

usage_head = _table(
    "usage_head",  # the newest entry of each person's log; held by whoever adds to it
    Column("subject_id", ID, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)

usage_signature = _table(
    "usage_signature",  # what the log was on a day, signed: an anchor outside the log itself
    Column("subject_id", ID, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("signature", String(128), nullable=False),  # Ed25519, hexadecimal
    Column("key", String(16), nullable=False),  # which key
)

# ---- events and work ------------------------------------------------------------------------------

inbox = _table(
    "inbox",
    Column("id", ID, primary_key=True),
    Column("source", String(200), nullable=False),
    Column("event_id", String(200), nullable=False),
    Column("type", String(200), nullable=False),
    Column("body", LargeBinary, nullable=False),  # the event as it came, encrypted
    Column("key_id", String(40), nullable=False),
    Column("digest", LargeBinary(32), nullable=False),  # keyed hash of the body: same id, other content?
    Column("received_at", UtcDateTime, nullable=False),
    Column("handled_at", UtcDateTime),
    Column("outcome", String(20), nullable=False, server_default="waiting"),  # waiting done ignored parked
    Column("note", Text, nullable=False, server_default=""),
    UniqueConstraint("source", "event_id"),
)

feed_pointer = _table(
    "feed_pointer",
    Column("feed", String(100), primary_key=True),
    Column("position", Integer, nullable=False),  # the next sequence number to ask for
    Column("etag", Text),
    Column("moved_at", UtcDateTime, nullable=False),
)

job = _table(
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
    Index("ix_job_state_queue_run_at", "state", "queue", "run_at"),
    Index("ix_job_key_id", "key", "id"),
)

receipt = _table(
    "receipt",  # a side effect that has happened, so that it does not happen again
    Column("id", String(200), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)

due = _table(
    "due",  # what must be looked at again on a day: a rule's own next date, a deadline, a reminder
    Column("id", ID, primary_key=True),
    Column("what", String(40), nullable=False),  # 'determination', 'case', 'process'
    Column("ref", String(200), nullable=False),
    Column("subject_id", ID, nullable=False),
    Column("due_on", Date, nullable=False, index=True),
    UniqueConstraint("what", "ref"),
)

# ---- life events and determinations ---------------------------------------------------------------

life_event = _table(
    "life_event",
    Column("id", ID, primary_key=True),
    Column("kind", String(60), nullable=False),
    Column("subject_id", ID, nullable=False),
    Column("occurred_on", Date, nullable=False),
    Column("key", String(120), nullable=False, server_default=""),  # what tells two of a kind apart
    Column("recognised_at", UtcDateTime, nullable=False),
    Column("annulled_at", UtcDateTime),
    Column("inbox_id", ID),
    UniqueConstraint("kind", "subject_id", "key"),
)

determination = _table(
    "determination",
    Column("id", ID, primary_key=True),
    Column("rule", String(120), nullable=False),
    Column("rule_version", String(80), nullable=False),
    Column("subject_id", ID, nullable=False),
    Column("on_date", Date, nullable=False),
    Column("answer", String(14), nullable=False),
    Column("record", JSON, nullable=False),  # Determination.as_json(): values, conditions, used, law …
    Column("digest", String(64), nullable=False),  # of answer, values, missing: has anything changed?
    Column("cause", String(200), nullable=False),  # 'inbox:<id>', 'clock:2026-08-01', 'person:<id>' …
    Column("changes_on", Date),
    Column("made_at", UtcDateTime, nullable=False),
    Column("current", Boolean, nullable=False),
    Index(
        "uq_determination_current",
        "rule",
        "subject_id",
        unique=True,
        sqlite_where=text("current"),
        postgresql_where=text("current"),
    ),
    Index("ix_determination_subject_rule", "subject_id", "rule"),
)

rule_version = _table(
    "rule_version",  # a rule as edited here; the catalogue's own file is version 0
    Column("id", ID, primary_key=True),
    Column("rule", String(120), nullable=False),
    Column("number", Integer, nullable=False),
    Column("applies_from", Date, nullable=False),
    Column("text", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("saved_by", Text, nullable=False),
    Column("saved_at", UtcDateTime, nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    UniqueConstraint("rule", "number"),
)

# ---- guidance and messages ------------------------------------------------------------------------

guidance = _table(
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
)

message = _table(
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
    UniqueConstraint("guidance_id", "channel"),
)

delivery = _table(
    "delivery",  # one attempt to hand a message over
    Column("id", ID, primary_key=True),
    Column("message_id", ID, ForeignKey("message.id"), nullable=False, index=True),
    Column("attempt", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("outcome", String(12), nullable=False),  # accepted refused failed
    Column("detail", Text, nullable=False, server_default=""),
)

chat_line = _table(
    "chat_line",  # what was said in the chat, by the person or by the assistant
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("person_id", ID, nullable=False, index=True),
    Column("author", String(12), nullable=False),  # person, assistant
    Column("content", JSON, nullable=False),
    Column("client_id", String(60)),  # the widget's own id of a line: the same line twice is one line
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("person_id", "client_id"),
)

# ---- processes and casework -----------------------------------------------------------------------

process = _table(
    "process",
    Column("id", ID, primary_key=True),
    Column("definition", String(80), nullable=False),
    Column("definition_version", String(80), nullable=False),
    Column("person_id", ID, nullable=False, index=True),
    Column("subject_id", ID, nullable=False),
    Column("municipality", String(4), nullable=False),
    Column("state", JSON, nullable=False),  # answers given, step reached
    Column("status", String(12), nullable=False),  # open submitted withdrawn closed
    Column("case_id", ID),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Index(
        "uq_process_open",
        "definition",
        "person_id",
        "subject_id",
        unique=True,
        sqlite_where=text("status = 'open'"),
        postgresql_where=text("status = 'open'"),
    ),
)

case = _table(
    "case",
    Column("id", ID, primary_key=True),
    Column("number", Integer, nullable=False, unique=True),  # what people say on the telephone
    Column("municipality", String(4), nullable=False),
    Column("kind", String(80), nullable=False),  # the rule it is about
    Column("person_id", ID, nullable=False, index=True),  # who applied
    Column("subject_id", ID, nullable=False),  # whom it is about
    Column("process_id", ID, unique=True),
    Column("status", String(12), nullable=False),  # received manual decided
    Column("content", JSON, nullable=False),  # what was submitted; why a human is needed
    Column("received_at", UtcDateTime, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("assigned_to", Text),
)

decision = _table(
    "decision",  # the administrative decision (vedtak)
    Column("id", ID, primary_key=True),
    Column("case_id", ID, ForeignKey("case.id"), nullable=False, index=True),
    Column("outcome", String(12), nullable=False),  # granted refused
    Column("automatic", Boolean, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", UtcDateTime, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date, nullable=False),  # exclusive
    Column("content", JSON, nullable=False),  # values, reasons, facts, law, appeal
    Column("determination_id", ID),
    Column("letter", Text, nullable=False),  # HTML, in the language of the person
    Column("language", String(2), nullable=False),
)

flag = _table(
    "flag",  # the least a biller needs; a change is a new row that replaces an earlier one
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("id", ID, nullable=False, unique=True),
    Column("municipality", String(4), nullable=False, index=True),
    Column("subject_id", ID, nullable=False),
    Column("place_number", String(60), nullable=False),  # the biller's own name for what it invoices
    Column("fee", String(60), nullable=False),  # 'kindergarten'
    Column("monthly_amount", Text, nullable=False),  # NOK, exact decimal as text
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date, nullable=False),  # exclusive
    Column("decision_id", ID, nullable=False),
    Column("replaces", ID),
    Column("created_at", UtcDateTime, nullable=False),
)

# ---- login ----------------------------------------------------------------------------------------

session = _table(
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
)

login_attempt = _table(
    "login_attempt",
    Column("state", String(64), primary_key=True),
    Column("nonce", String(64), nullable=False),
    Column("verifier", String(128), nullable=False),
    Column("browser", LargeBinary(32), nullable=False),  # hash of a cookie: who began must be who ends
    Column("next", Text, nullable=False),
    Column("kind", String(12), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)
