"""What people ask of those who hold data about them, what they wish, and who may act for whom."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Date, Index, Integer, LargeBinary, String, Text, UniqueConstraint

from assistant.store.columns import ID, UtcDateTime
from assistant.store.tables.base import table

data_request = table(
    "data_request",  # a person's request about data on them or theirs (GDPR chapter III), until it is answered
    Column("id", ID, primary_key=True),
    Column("number", Integer, nullable=False, unique=True),  # what people say on the telephone
    Column("kind", String(20), nullable=False),  # wrong, question, objection, restriction, erasure
    Column("person_id", ID, nullable=False, index=True),  # who asks
    Column("subject_id", ID, nullable=False, index=True),  # whom it is about
    Column("municipality", String(4), nullable=False),
    Column("about", JSON, nullable=False),  # the fact, the entry of the log, the decision … that is meant
    Column("reason", Text, nullable=False),
    Column("effect", JSON, nullable=False),  # what it would change, as shown before it was sent
    Column("language", String(2), nullable=False),
    Column("status", String(12), nullable=False),  # received passed_on granted refused withdrawn
    Column("received_at", UtcDateTime, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("assigned_to", Text),
    Column("handled_by", Text),
    Column("handled_at", UtcDateTime),
    Column("answer", Text, nullable=False, server_default=""),
    Column("receipt", JSON),  # what was done, of an erasure: what went, what stayed, and by which law
    Index("ix_data_request_municipality_status", "municipality", "status"),
)

restriction = table(
    "restriction",  # facts that may be kept but not used while a request about them is handled (GDPR art. 18)
    Column("id", ID, primary_key=True),
    Column("subject_id", ID, nullable=False, index=True),
    Column("concept", String(120), nullable=False),
    Column("request_id", ID, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("until", UtcDateTime),  # null: until it is lifted
    UniqueConstraint("request_id", "concept"),
)

erasure = table(
    "erasure",  # what has been erased, so that a backup that is put back is erased again
    Column("id", ID, primary_key=True),
    Column("subject_id", ID, nullable=False, index=True),
    Column("what", JSON, nullable=False),  # tables and counts, never contents
    Column("basis", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

wish = table(
    "wish",  # how much a person wants done for them, by theme
    Column("person_id", ID, primary_key=True),
    Column("theme", String(60), primary_key=True),
    Column("choice", String(12), nullable=False),  # do ask tell leave
    Column("set_at", UtcDateTime, nullable=False),
)

closed_address = table(
    "closed_address",  # an email address or a mobile no notice goes to while a request about it is open
    Column("lookup", LargeBinary, primary_key=True),  # keyed hash
    Column("request_id", ID, primary_key=True),
    Column("since", UtcDateTime, nullable=False),
)

told_how = table(
    "told_how",  # how a person wants to be told, by theme
    Column("person_id", ID, primary_key=True),
    Column("theme", String(60), primary_key=True),
    Column("pace", String(12), nullable=False),  # at_once daily weekly
    Column("via", String(12), nullable=False),  # '' email sms page
    Column("language", String(2), nullable=False),  # '': as the register has it
    Column("set_at", UtcDateTime, nullable=False),
)

mandate = table(
    "mandate",  # somebody lets somebody else act for them, until a day
    Column("id", ID, primary_key=True),
    Column("from_id", ID, nullable=False, index=True),
    Column("to_id", ID, nullable=False, index=True),
    Column("themes", JSON, nullable=False),  # of the catalogue
    Column("may", String(12), nullable=False),  # see, act
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date, nullable=False),  # exclusive
    Column("text", Text, nullable=False),  # what was signed, word for word
    Column("language", String(2), nullable=False),
    Column("signed_at", UtcDateTime, nullable=False),
    Column("evidence", JSON, nullable=False),  # how the signer was logged in
    Column("seal", String(128), nullable=False),  # Ed25519 over all of the above, hexadecimal
    Column("key", String(16), nullable=False),
    Column("accepted_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("ended_by", ID),
)
