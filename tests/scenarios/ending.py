"""How a story ended: everything the database holds in a form that two runs can be compared by, and what was sent."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from demo_under_test import DemoProcess, Mail, Records, Sms
from sqlalchemy import Table

from assistant.store import tables
from assistant.store.columns import to_json

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d[^\s\"<]*")
_PLACE = re.compile(r"\[\d+\]")  # where in a list
_DIGEST = re.compile(r"\b[0-9a-f]{40,64}\b")

# What is compared of each table. A name with '?' is compared by whether it is there: ids and times differ.
COMPARED: Mapping[Table, Sequence[str]] = {
    tables.fact: (
        *("subject_id", "concept", "scope", "value", "object_id", "valid_from", "valid_to"),
        *("source", "basis", "detail", "superseded_at?"),
    ),
    tables.life_event: ("kind", "subject_id", "occurred_on", "key", "annulled_at?"),
    tables.determination: ("rule", "rule_version", "subject_id", "on_date", "answer", "record", "changes_on"),
    tables.guidance: ("person_id", "subject_id", "kind", "rule", "content", "expires_on", "withdrawn_at?"),
    tables.message: ("person_id", "channel", "language", "title", "body", "why", "state", "read_at?"),
    tables.process: ("definition", "person_id", "subject_id", "municipality", "state", "status"),
    tables.case: ("number", "kind", "person_id", "subject_id", "status", "content", "due_on"),
    tables.decision: (
        *("outcome", "automatic", "decided_by", "valid_from", "valid_to", "content", "letter", "language"),
    ),
    tables.flag: (
        *("municipality", "subject_id", "place_number", "fee", "monthly_amount", "valid_from", "valid_to"),
        "replaces?",
    ),
    tables.due: ("what", "subject_id", "due_on"),
    tables.chat_line: ("person_id", "author", "content"),
    tables.inbox: ("source", "type", "outcome", "note"),
    tables.feed_pointer: ("feed", "position"),
}

Ending = Mapping[str, Counter[str]]


def ending_of(records: Records) -> Ending:
    """Every row of every compared table as one line, with people and places by name."""
    names = _names(records)
    return {
        table.name: Counter(_lines(records, table, columns, names)) for table, columns in COMPARED.items()
    }


def _names(records: Records) -> dict[str, str]:
    named = ("person.name", "kindergarten_place.place_number")
    rows = records.rows(tables.fact, tables.fact.c.concept.in_(named), tables.fact.c.superseded_at.is_(None))
    return {row["subject_id"]: f"[{row['value']}]" for row in rows}


def _lines(records: Records, table: Table, columns: Sequence[str], names: Mapping[str, str]) -> Iterable[str]:
    where = [table.c.current] if table is tables.determination else []
    for row in records.rows(table, *where):
        told = {
            name: row[name.removesuffix("?")] is not None if name.endswith("?") else row[name]
            for name in columns
        }
        yield to_json(_plain(told, names))


def _plain(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        plain = {key: _plain(inner, names) for key, inner in sorted(value.items())}
        if isinstance(facts := plain.get("facts"), list):
            plain["facts"] = sorted(
                facts, key=to_json
            )  # two adults have no order; their ids, which differ, give one
        return plain
    if isinstance(value, list | tuple):
        return [_plain(inner, names) for inner in value]
    if isinstance(value, datetime):
        return "<moment>"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        text = _ID.sub(lambda found: names.get(found.group(), "<id>"), value)
        return _PLACE.sub("[]", _DIGEST.sub("<digest>", _MOMENT.sub("<moment>", text)))
    return value


def differences(expected: Ending, found: Ending) -> list[str]:
    """What one ending has and the other has not; nothing where the stories ended the same."""
    told: list[str] = []
    for table, lines in expected.items():
        for sign, more in (("lacks", lines - found[table]), ("has too much", found[table] - lines)):
            told += [f"{table} {sign} ({count}): {line[:6000]}" for line, count in more.items()]
    return told


@dataclass(frozen=True)
class Sent:
    """What left the house: messages, and how often each channel was handed something in all."""

    emails: int
    emails_handed_over: int
    texts: int
    texts_handed_over: int


def faults_in_what_was_sent(
    messages: Sequence[Mapping[str, Any]], mails: Sequence[Mail], texts: Sequence[Sms]
) -> list[str]:
    """Messages that never arrived, or arrived as more than one; repeats under one Message-ID are one."""
    faults = []
    wanted = {
        channel: {row["id"] for row in messages if row["channel"] == channel and row["state"] == "sent"}
        for channel in ("email", "sms")
    }
    arrived = {
        "email": Counter(mail.message for mail in mails),
        "sms": Counter(text.key for text in texts),
    }
    for channel, ids in wanted.items():
        faults += [f"{channel} {id} is lost" for id in ids - arrived[channel].keys()]
        faults += [f"{channel} {id} is nobody's message" for id in arrived[channel].keys() - ids]
        faults += [f"{channel} {id} lies {n} times" for id, n in arrived[channel].items() if n > 1]
    return faults + [
        f"message {row['id']} is {row['state']}" for row in messages if row["state"] == "waiting"
    ]


def what_was_sent(demo: DemoProcess) -> Sent:
    """Counts; raises AssertionError where a message is lost or doubled."""
    messages, mails, texts = demo.records.rows(tables.message), demo.mails(), demo.texts()
    faults = faults_in_what_was_sent(messages, mails, texts)
    assert not faults, faults
    return Sent(len(mails), sum(mail.times for mail in mails), len(texts), sum(text.times for text in texts))
