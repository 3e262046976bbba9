"""Every kind of row held about a person, by table: what an export holds, and what it leaves out and why.

A test walks the schema: each table with a column that names a person is here, once. What a row tells of other people
is not in it: their ids, their facts, what was said to them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Select, Table, or_, select

from assistant.guidance.reading import IS_READABLE
from assistant.store import tables as t

PERSON_COLUMNS: Final = frozenset(
    {"person_id", "subject_id", "object_id", "from_id", "to_id", "ended_by", "acting_for"}
)
"""Columns that hold the id of a person (or of a thing that belongs to one)."""

Row = Mapping[str, Any]
Shape = Callable[[Row, str, Collection[str]], Row]


@dataclass(frozen=True)
class Kind:
    """One kind of row. `rows(person)` asks for a person's; `shape` takes out what is not theirs to have.

    `covers`: the tables it answers for. `headings`: the columns in words are the texts `mydata.col_<column>`.
    """

    name: str
    covers: tuple[Table, ...]
    rows: Callable[[str], Select[Any]]
    shape: Shape


def _as_it_is(row: Row, person_id: str, mine: Collection[str]) -> Row:
    return row


def _of(name: str, table: Table, column: str, columns: str, shape: Shape = _as_it_is) -> Kind:
    chosen = [table.c[one] for one in columns.split()]
    return Kind(
        name,
        (table,),
        lambda person_id: _ordered(select(*chosen).where(table.c[column] == person_id), table),
        shape,
    )


def _ordered(question: Select[Any], table: Table) -> Select[Any]:
    return question.order_by(*table.primary_key.columns)


def _joined(
    name: str, table: Table, on: ColumnElement[bool], through: Table, columns: str, shape: Shape
) -> Kind:
    chosen = [table.c[one] for one in columns.split()]
    return Kind(
        name,
        (table,),
        lambda person_id: _ordered(
            select(*chosen).join(through, on).where(through.c.person_id == person_id), table
        ),
        shape,
    )


def _in_cases(name: str, table: Table, columns: str, shape: Shape = _as_it_is) -> Kind:
    return _joined(name, table, t.case.c.id == table.c.case_id, t.case, columns, shape)


def _those(kind: Kind, told: ColumnElement[bool]) -> Kind:
    """The kind without the rows that the person has not been told of yet; WITHHELD says so of it."""
    return replace(kind, rows=lambda person_id: kind.rows(person_id).where(told))


def _determination(row: Row, person_id: str, mine: Collection[str]) -> Row:
    """What a rule said; of the facts it used, the person's and their children's own."""
    record = row["record"]
    return {
        **{name: value for name, value in row.items() if name != "record"},
        "values": record["values"],
        "missing": record["missing"],
        "conditions": record["conditions"],
        "law": record["law"],
        "facts": [
            {name: one.get(name) for name in ("concept", "value", "source", "basis", "recorded_at")}
            for one in record.get("facts", ())
            if one.get("subject") in mine
        ],
    }


def _fact(row: Row, person_id: str, mine: Collection[str]) -> Row:
    """A fact; the other end of a relation is told in words on the page, its id is nobody else's business."""
    return {
        **{name: value for name, value in row.items() if name != "object_id"},
        "names_another": row["object_id"] is not None,
    }


def _case(row: Row, person_id: str, mine: Collection[str]) -> Row:
    """A case of the person's; of one that somebody else has about them, that it is there and how it stands."""
    applied = row["person_id"] == person_id
    return {
        **{name: value for name, value in row.items() if name not in ("person_id", "content")},
        "applied": applied,
        "content": _without_ids(row["content"]) if applied else None,
    }


def _process(row: Row, person_id: str, mine: Collection[str]) -> Row:
    begun = row["person_id"] == person_id
    return {
        **{name: value for name, value in row.items() if name not in ("person_id", "state")},
        "begun_by_you": begun,
        "answers": row["state"].get("answers", {}) if begun else None,
    }


def _request(row: Row, person_id: str, mine: Collection[str]) -> Row:
    asked = row["person_id"] == person_id
    hidden = {"person_id", "subject_id"} | (
        set() if asked else {"about", "reason", "effect", "answer", "receipt"}
    )
    return {**{name: value for name, value in row.items() if name not in hidden}, "asked_by_you": asked}


def _mandate(row: Row, person_id: str, mine: Collection[str]) -> Row:
    given = row["from_id"] == person_id
    hidden = {"from_id", "to_id"} | (set() if given else {"evidence"})
    return {**{name: value for name, value in row.items() if name not in hidden}, "given_by_you": given}


def _without_ids(content: Row) -> Row:
    return {name: value for name, value in content.items() if not name.endswith("_id")}


def _either(table: Table, *names: str) -> Callable[[str], ColumnElement[bool]]:
    columns: list[Column[Any]] = [table.c[name] for name in names]
    return lambda person_id: or_(*[column == person_id for column in columns])


def _both(name: str, table: Table, ends: tuple[str, ...], columns: str, shape: Shape) -> Kind:
    chosen = [table.c[one] for one in columns.split()]
    where = _either(table, *ends)
    return Kind(
        name, (table,), lambda person_id: _ordered(select(*chosen).where(where(person_id)), table), shape
    )


KINDS: Final[tuple[Kind, ...]] = (
    _of(
        "facts",
        t.fact,
        "subject_id",
        "concept scope value object_id valid_from valid_to recorded_at superseded_at source basis detail",
        _fact,
    ),
    _of(
        "determinations",
        t.determination,
        "subject_id",
        "rule rule_version on_date answer record changes_on made_at current",
        _determination,
    ),
    _of("life_events", t.life_event, "subject_id", "kind occurred_on recognised_at annulled_at"),
    _those(
        _of("guidance", t.guidance, "person_id", "kind rule content created_at expires_on withdrawn_at"),
        t.guidance.c.id.in_(select(t.message.c.guidance_id).where(IS_READABLE)),
    ),
    _those(
        _of(
            "messages",
            t.message,
            "person_id",
            "channel language title body why created_at send_at state sent_at read_at paper",
        ),
        IS_READABLE,
    ),
    _those(
        _joined(
            "deliveries",
            t.delivery,
            t.message.c.id == t.delivery.c.message_id,
            t.message,
            "attempt at outcome detail receipt receipt_at segments price currency",
            _as_it_is,
        ),
        IS_READABLE,
    ),
    _of("browsers_notified", t.push_browser, "person_id", "created_at"),
    _of("numbers_texted", t.text_number, "person_id", "known_at"),
    _those(
        _joined(
            "emails",
            t.emailed,
            t.message.c.id == t.emailed.c.message_id,
            t.message,
            "at returned status returned_at",
            _as_it_is,
        ),
        IS_READABLE,
    ),
    _of("chat", t.chat_line, "person_id", "author content at"),
    _both(
        "applications",
        t.process,
        ("person_id", "subject_id"),
        "definition person_id municipality state status opened_at changed_at",
        _process,
    ),
    _both(
        "cases",
        t.case,
        ("person_id", "subject_id"),
        "number kind municipality person_id status content received_at due_on generation",
        _case,
    ),
    _in_cases(
        "decisions",
        t.decision,
        "outcome automatic decided_by decided_at valid_from valid_to letter language",
    ),
    _those(
        _in_cases(
            "reversals",
            t.reconsideration,
            "cause proposal favour state found_at noticed_at answer_by answered_at answer settled_at reason",
        ),
        or_(t.reconsideration.c.noticed_at.is_not(None), t.reconsideration.c.state == "reversed"),
    ),
    _of(
        "appeals",
        t.appeal,
        "person_id",
        "text wants_delay received_at deadline body status due_on assessed_at assessment forwarded_at settled_at",
    ),
    _in_cases("openings_of_cases", t.case_access, "staff reason income at until"),
    _of(
        "flags",
        t.flag,
        "subject_id",
        "municipality place_number fee monthly_amount valid_from valid_to created_at",
    ),
    _both(
        "documents",
        t.document,
        ("person_id",),
        "topic media_type size municipality sent_at",
        _as_it_is,
    ),
    _both(
        "requests",
        t.data_request,
        ("person_id", "subject_id"),
        "number kind person_id subject_id municipality about reason effect status received_at due_on handled_at "
        "answer receipt",
        _request,
    ),
    _of("restrictions", t.restriction, "subject_id", "concept since until"),
    _of("erasures", t.erasure, "subject_id", "what basis at"),
    _of("wishes", t.wish, "person_id", "theme choice set_at"),
    _of("how_to_be_told", t.told_how, "person_id", "theme pace via language set_at"),
    _both(
        "mandates",
        t.mandate,
        ("from_id", "to_id"),
        "from_id to_id themes may valid_from valid_to text language signed_at evidence accepted_at ended_at",
        _mandate,
    ),
    _of("logins", t.session, "person_id", "created_at seen_at ended_at acr language"),
    _of("identifiers", t.identity, "subject_id", "scheme"),
    _of("known_since", t.subject, "id", "kind created_at"),
    _of("days_to_look_again", t.due, "subject_id", "what due_on"),
)

IN_THE_LOG: Final = (t.usage, t.usage_head, t.usage_signature)
"""The usage log is exported in a form of its own, that can be checked without us."""

_NOT_SENT = (
    "what has not been sent to you: it waits for a day, is for a person in the municipality to tell, or was taken "
    "back before it was sent"
)

WITHHELD: Final[Mapping[str, str]] = {
    "guidance": _NOT_SENT,
    "messages": _NOT_SENT,
    "deliveries": f"attempts to send {_NOT_SENT}",
    "emails": f"attempts to send {_NOT_SENT}",
    "reversals": "a proposal you have not been notified of: nobody has looked at it yet, or it came to nothing",
}
"""Kinds of which an export holds only what the person has been told, and what is not in it. An export names all of
them, also where nothing is kept back: that something is would tell of it. The texts
`mydata.withheld_<kind>` say it in words."""

LEFT_OUT: Final[Mapping[str, str]] = {}
"""Tables with a person's column that no export holds, each with the reason why."""

OF_NOBODY: Final[Mapping[str, str]] = {
    "control": "says of a decision, by its id, whether it was picked for control; the decision is exported",
    "proposed_ruling": "a draft of a decision that nobody has approved; what is decided is exported",
    "closed_address": "an address that takes no notice now, by its keyed hash; the request about it is exported",
    "suppressed_address": "an address that mail does not reach, by its keyed hash; the return itself is exported",
    "inbox": "events as registers sent them, sealed; what they said is exported as facts",
    "job": "work that waits, by id alone; gone when it is done",
    "text_reply": "one word that came from a number, by the number's keyed hash; what it led to is exported",
    "text_hour": "how many text messages went in an hour, to nobody in particular",
    "held_message": "says of a message, by its id, that it waits for sending to be let go; the message is exported",
    "login_attempt": "a login that is under way, before anybody is known",
    "outgoing_event": "says that a case or a flag has changed, by its id; these are exported",
    "outgoing_delivery": "that such an event was handed over",
}
"""Tables that concern people by ids of something else, with what tells the same in the export."""
