"""Errands, cases, decisions, and what becomes of them."""

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
    String,
    Text,
    UniqueConstraint,
    text,
)

from assistant.store.columns import ID, UtcDateTime
from assistant.store.tables.base import table

process = table(
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

case = table(
    "case",
    Column("id", ID, primary_key=True),
    Column("number", Integer, nullable=False, unique=True),  # what people say on the telephone
    Column("municipality", String(4), nullable=False),
    Column("kind", String(80), nullable=False),  # the rule it is about
    Column("person_id", ID, nullable=False, index=True),  # who applied
    Column("subject_id", ID, nullable=False, index=True),  # whom it is about
    Column("process_id", ID, unique=True),
    Column("status", String(12), nullable=False),  # received manual decided withdrawn
    Column("content", JSON, nullable=False),  # what was submitted; why a human is needed
    Column("received_at", UtcDateTime, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("assigned_to", Text),
    Column("generation", String(12), nullable=False, server_default="fetched"),  # documented fetched flagged
)

decision = table(
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
    Column("replaces", ID),  # the decision it reverses (forvaltningsloven § 35)
    Index(
        "uq_decision_replaces",  # nothing is replaced twice
        "replaces",
        unique=True,
        sqlite_where=text("replaces IS NOT NULL"),
        postgresql_where=text("replaces IS NOT NULL"),
    ),
)

flag = table(
    "flag",  # the least a biller needs; a change is a new row that replaces an earlier one
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("id", ID, nullable=False, unique=True),
    Column("municipality", String(4), nullable=False, index=True),
    Column("subject_id", ID, nullable=False, index=True),
    Column("place_number", String(60), nullable=False),  # the biller's own name for what it invoices
    Column("fee", String(60), nullable=False),  # 'kindergarten'
    Column("monthly_amount", Text, nullable=False),  # NOK, exact decimal as text
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date, nullable=False),  # exclusive
    Column("decision_id", ID, nullable=False),
    Column("replaces", ID, index=True),
    Column("created_at", UtcDateTime, nullable=False),
)

document = table(
    "document",  # a file somebody sent: encrypted, read only by those who handle what it was sent with
    Column("id", ID, primary_key=True),
    Column("person_id", ID, nullable=False, index=True),  # who sent it
    Column("subject_id", ID, nullable=False),  # whom it is about
    Column("municipality", String(4), nullable=False),
    Column("process_id", ID, index=True),  # sent in an errand …
    Column("case_id", ID, index=True),  # … that became a case
    Column("request_id", ID, index=True),  # or with a request about data
    Column("topic", String(60), nullable=False),  # what it documents: 'income', 'household' …
    Column("media_type", String(60), nullable=False),  # by its content, not by what the sender calls it
    Column("size", Integer, nullable=False),  # bytes
    Column("name", LargeBinary, nullable=False),  # sealed: people name files after themselves
    Column("content", LargeBinary, nullable=False),  # sealed
    Column("key_id", String(40), nullable=False),
    Column("sent_at", UtcDateTime, nullable=False),
)

case_access = table(
    "case_access",  # why a member of staff opened a case: asked before it is shown
    Column("id", ID, primary_key=True),
    Column("case_id", ID, ForeignKey("case.id"), nullable=False, index=True),
    Column("staff", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("income", Boolean, nullable=False),  # asked to see what only the tax administration should know
    Column("at", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, nullable=False),
)

proposed_ruling = table(
    "proposed_ruling",  # a decision one has drafted and another must approve (four eyes)
    Column("id", ID, primary_key=True),
    Column("case_id", ID, ForeignKey("case.id"), nullable=False, index=True),
    Column("ruling", JSON, nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("proposed_at", UtcDateTime, nullable=False),
    Column("state", String(12), nullable=False),  # waiting approved returned
    Column("answered_by", Text),
    Column("answered_at", UtcDateTime),
    Column("note", Text, nullable=False, server_default=""),
)

reconsideration = table(
    "reconsideration",  # a decision rests on what is now known to be otherwise: proposed, heard, settled
    Column("id", ID, primary_key=True),
    Column("case_id", ID, ForeignKey("case.id"), nullable=False, index=True),
    Column("decision_id", ID, ForeignKey("decision.id"), nullable=False, index=True),
    Column("digest", String(64), nullable=False),  # of what changed: the same change is found once
    Column("cause", String(200), nullable=False),
    Column("changed", JSON, nullable=False),  # the facts: as they were, as they are
    Column("proposal", JSON, nullable=False),  # outcome, fee, days; before and after
    Column("favour", String(12), nullable=False),  # for, against: the person
    Column("state", String(12), nullable=False),  # found noticed answered reversed dropped
    Column("found_at", UtcDateTime, nullable=False),
    Column("noticed_at", UtcDateTime),  # advance notice (forvaltningsloven § 16)
    Column("answer_by", Date),
    Column("answered_at", UtcDateTime),
    Column("answer", Text, nullable=False, server_default=""),
    Column("settled_by", Text),
    Column("settled_at", UtcDateTime),
    Column("reason", Text, nullable=False, server_default=""),
    Column("new_decision_id", ID),
    UniqueConstraint("decision_id", "digest"),
)

appeal = table(
    "appeal",  # an appeal against a decision (forvaltningsloven chapter VI)
    Column("id", ID, primary_key=True),
    Column("case_id", ID, ForeignKey("case.id"), nullable=False, index=True),
    Column("decision_id", ID, ForeignKey("decision.id"), nullable=False, index=True),
    Column("person_id", ID, nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("wants_delay", Boolean, nullable=False),  # utsatt iverksetting, § 42
    Column("received_at", UtcDateTime, nullable=False),
    Column("deadline", Date, nullable=False),  # § 29
    Column("body", String(60), nullable=False),  # who decides it, as the rule says
    Column("status", String(12), nullable=False),  # received reversed forwarded dismissed upheld quashed
    Column("due_on", Date, nullable=False),
    Column("assessed_by", Text),
    Column("assessed_at", UtcDateTime),
    Column("assessment", Text, nullable=False, server_default=""),  # § 33
    Column("forwarded_at", UtcDateTime),
    Column("settled_at", UtcDateTime),
    Column("new_decision_id", ID),
)

control = table(
    "control",  # an automatic decision picked by chance for a human to look at
    Column("decision_id", ID, primary_key=True),
    Column("municipality", String(4), nullable=False, index=True),
    Column("picked_at", UtcDateTime, nullable=False),
    Column("state", String(12), nullable=False),  # waiting right wrong
    Column("checked_by", Text),
    Column("checked_at", UtcDateTime),
    Column("finding", Text, nullable=False, server_default=""),
)
