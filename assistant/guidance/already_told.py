"""What has been told, and to whom: so that nobody is told twice, nor knocked for more often than needed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from assistant.config import local_date
from assistant.guidance.mattering import DEADLINE_NEAR, LIFE_EVENT, ToldBefore
from assistant.guidance.planning import FROM_DETERMINATIONS, KNOWN, STANDS, Told
from assistant.guidance.rows import NOTICES
from assistant.store import Transaction
from assistant.store.tables import guidance, life_event, message

INBOX = "inbox"
"""What a cause begins with that is an event."""


async def life_events_of(tx: Transaction, cause: str, about: Collection[str]) -> tuple[str, ...]:
    """The kinds of life events behind a cause: one told of, or recognised from the event ('inbox:<id>').

    Of those it is about alone: what has happened to others because of the same event is not told with it.
    """
    source, _, of_it = cause.partition(":")
    if source == LIFE_EVENT:
        told = select(life_event.c.kind).where(life_event.c.id == of_it.partition(":")[0])
        return tuple(row["kind"] for row in await tx.all(told))
    if source != INBOX:
        return ()
    await ask_life_events(tx, [cause])
    recognised: list[tuple[str, str]] = tx.memory[life_events_of][of_it]
    return tuple(dict.fromkeys(kind for kind, subject_id in recognised if subject_id in about))


async def ask_life_events(tx: Transaction, causes: Iterable[str]) -> None:
    """Ask at once what was recognised from each event, for when it is told: nothing more is, in this transaction."""
    remembered: dict[str, list[tuple[str, str]]] = tx.memory.setdefault(life_events_of, {})
    asked = {of_it for source, _, of_it in (cause.partition(":") for cause in causes) if source == INBOX}
    asked -= remembered.keys()
    if not asked:
        return
    remembered |= {inbox_id: [] for inbox_id in asked}
    question = (
        select(life_event.c.inbox_id, life_event.c.kind, life_event.c.subject_id)
        .where(life_event.c.inbox_id.in_(asked), life_event.c.annulled_at.is_(None))
        .order_by(life_event.c.recognised_at)
    )
    for row in await tx.all(question):
        remembered[row["inbox_id"]].append((row["kind"], row["subject_id"]))


async def told_about(tx: Transaction, subjects: Iterable[str]) -> dict[tuple[str, str, str], Told]:
    """(person, subject, rule) → what was last told of it and stands."""
    question = (
        select(guidance.c.person_id, guidance.c.subject_id, guidance.c.kind, guidance.c.content)
        .where(
            guidance.c.subject_id.in_(list(subjects)),
            guidance.c.kind.in_(FROM_DETERMINATIONS | KNOWN),
            guidance.c.withdrawn_at.is_(None),
        )
        .order_by(guidance.c.created_at)
    )
    told: dict[tuple[str, str, str], Told] = {}
    for row in await tx.all(question):
        for rule in row["content"]["rules"]:
            told[row["person_id"], row["subject_id"], rule] = Told(
                row["kind"],
                row["content"].get("values_of", {}).get(rule, {}),
                tuple(entry["path"] for entry in row["content"].get("asked", ())),
                date.fromisoformat(begins) if (begins := row["content"].get("begins")) else None,
            )
    return told


async def standing(tx: Transaction, person_id: str) -> Sequence[Mapping[str, Any]]:
    """The rights the person has been told of last and counts on: guidance rows, a subject and rule each once."""
    question = (
        select(guidance)
        .where(
            guidance.c.person_id == person_id,
            guidance.c.kind.in_(FROM_DETERMINATIONS),
            guidance.c.withdrawn_at.is_(None),
        )
        .order_by(guidance.c.created_at)
    )
    newest = {(row["subject_id"], row["rule"]): row for row in await tx.all(question)}
    return [row for row in newest.values() if row["kind"] in STANDS]


async def told_items(
    tx: Transaction, subjects: Iterable[str]
) -> dict[tuple[str, str, str], list[ToldBefore]]:
    """(person, subject, rule) → what was told of it for life events and deadlines, and stands."""
    question = (
        select(
            guidance.c.person_id,
            guidance.c.subject_id,
            guidance.c.kind,
            guidance.c.cause,
            guidance.c.content,
            guidance.c.created_at,
        )
        .where(
            guidance.c.subject_id.in_(list(subjects)),
            guidance.c.kind.in_((LIFE_EVENT, DEADLINE_NEAR)),
            guidance.c.withdrawn_at.is_(None),
        )
        .order_by(guidance.c.created_at)
    )
    told: dict[tuple[str, str, str], list[ToldBefore]] = {}
    for row in await tx.all(question):
        for item in row["content"].get("items", ()):
            deadline = date.fromisoformat(item["deadline"]) if item.get("deadline") else None
            at = local_date(row["created_at"])
            entry = ToldBefore(row["kind"], item["answer"], deadline, at, item["values"], row["cause"])
            told.setdefault((row["person_id"], row["subject_id"], item["rule"]), []).append(entry)
    return told


async def knocked_lately(tx: Transaction, person_id: str, since: datetime) -> bool:
    """Whether a notice has gone to the person since then, or is about to."""
    notice = select(message.c.id).where(
        message.c.person_id == person_id,
        message.c.channel.in_(NOTICES),
        message.c.state.in_(("waiting", "sent")),
        message.c.created_at > since,
    )
    return await tx.first(notice.limit(1)) is not None


async def by_hand(tx: Transaction, municipality: str) -> Sequence[Mapping[str, Any]]:
    """Letters a human must write, in a municipality, oldest first; content says why."""
    question = (
        select(message, guidance.c.subject_id, guidance.c.kind, guidance.c.rule, guidance.c.content)
        .join(guidance, guidance.c.id == message.c.guidance_id)
        .where(message.c.channel == "letter", message.c.state == "manual")
        .order_by(message.c.created_at)
    )
    rows = [row for row in await tx.all(question) if row["content"].get("municipality") == municipality]
    read = await read_among(tx, {row["guidance_id"] for row in rows})
    return [row for row in rows if row["guidance_id"] not in read]


async def read_among(tx: Transaction, guidance_ids: Collection[str]) -> frozenset[str]:
    """Those of the guidance that their persons have opened themselves: nobody need bring it to them."""
    opened = select(message.c.guidance_id).where(
        message.c.guidance_id.in_(guidance_ids), message.c.read_at.is_not(None)
    )
    return frozenset(row["guidance_id"] for row in await tx.all(opened)) if guidance_ids else frozenset()
