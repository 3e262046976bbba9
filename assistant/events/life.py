"""Life events as kept: recognised from what changed, each once, and taken back when its ground is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import delete, insert, or_, select, update

from assistant.events.bringing import bring, stop_bringing
from assistant.store import Transaction
from assistant.store.asking import among
from assistant.store.columns import new_id
from assistant.store.tables import due, fact, life_event
from assistant.twin import FactChange, Span
from rules import Catalogue, LifeEventDefinition, RecognisedLifeEvent, recognise, waits_until
from rules import FactChange as Signal
from rules.life_events import Concerned

WAITS = "life_event"
"""What a row of `due` says when a life event is waited for: a job not followed by another, a birthday."""

INVERSE_OF = {"person.children": "person.parents", "person.parents": "person.children"}
"""A relation, and the one that says the same from the other side."""

SPOUSE = "person.spouse"

NOBODY: Concerned = {}

InboxOf = Callable[[str], str | None]
"""Subject → the event of the inbox that its news came with, if it came with one."""


@dataclass(frozen=True)
class KeptLifeEvents:
    """What keeping led to: the kinds that are new, and the ids of those that turned out not to have happened."""

    new: tuple[str, ...] = ()
    annulled: tuple[str, ...] = ()


async def keep_life_events(
    tx: Transaction,
    catalogue: Catalogue,
    changes: Sequence[FactChange],
    inbox_of: InboxOf,
    on: date,
    now: datetime,
) -> KeptLifeEvents:
    """Recognise what has happened in a life. Repetition and order do not matter."""
    signals = [signal for change in changes for signal in signals_of(change)]
    subjects = {one.subject_id for one in changes}
    # What has happened to a child concerns a mother who is told to be its mother only afterwards.
    relations = _relations(catalogue.life_events.values())
    for change in changes:
        if change.concept in relations:
            subjects |= _named(change.after)
    mistaken = _taken_back(changes, relations)
    subjects |= {whose for _, whose in mistaken}
    return await _keep(tx, catalogue, signals, subjects, inbox_of, on, now, mistaken)


async def look_again(
    tx: Transaction, catalogue: Catalogue, subject_id: str, on: date, now: datetime
) -> KeptLifeEvents:
    """Recognise what a day alone has brought."""
    return await _keep(tx, catalogue, [], {subject_id}, lambda _subject: None, on, now)


async def _keep(
    tx: Transaction,
    catalogue: Catalogue,
    news: Iterable[Signal],
    subjects: Collection[str],
    inbox_of: InboxOf,
    on: date,
    now: datetime,
    mistaken: Concerned = NOBODY,
) -> KeptLifeEvents:
    """`mistaken`: whom what happens to others was thought to concern, and does not."""
    definitions = tuple(catalogue.life_events.values())
    signals = [*news, *await _known(tx, watched(definitions), subjects)]
    concerned = await _concerned(tx, definitions, subjects)
    new: list[str] = []
    annulled: list[str] = []
    found = recognise(definitions, signals, on, concerned, await _standing(tx, subjects))
    holds = {event.key for event in found}
    once = recognise(definitions, signals, on, mistaken) if mistaken else ()
    gone = [replace(event, annulled=True) for event in once if event.key not in holds]
    kept = await _kept(tx, {event.subject for event in (*found, *gone)})
    fresh: list[dict[str, Any]] = []
    for event in (*found, *gone):
        row = kept.get((event.kind, event.subject, event.key))
        if event.annulled:
            if row is not None and row["annulled_at"] is None:
                await _annul(tx, row["id"], now)
                annulled.append(row["id"])
        elif row is None:
            fresh.append(
                {
                    "id": new_id(),
                    "kind": event.kind,
                    "subject_id": event.subject,
                    "occurred_on": event.occurred_on,
                    "key": event.key,
                    "recognised_at": now,
                    "inbox_id": inbox_of(event.subject),
                }
            )
            new.append(event.kind)
        elif row["annulled_at"] is not None:
            event_id = await _stands_again(tx, row, event, now)
            new.append(event.kind)
            await bring(tx, catalogue.life_events[event.kind], event_id, event.subject, on)
        elif row["occurred_on"] != event.occurred_on:
            moved = update(life_event).where(life_event.c.id == row["id"])
            await tx.execute(moved.values(occurred_on=event.occurred_on))
    if fresh:
        await tx.execute(insert(life_event), fresh)
    for one in fresh:
        await bring(tx, catalogue.life_events[one["kind"]], one["id"], one["subject_id"], on)
    waits = await _waits(tx, subjects)
    own: dict[str, list[Signal]] = defaultdict(list)
    for signal in signals:
        own[signal.subject].append(signal)
    for subject_id in sorted(subjects):
        until = waits_until(definitions, own[subject_id], on, concerned)
        if until != waits.get(subject_id):
            await _wait(tx, subject_id, until)
    return KeptLifeEvents(tuple(new), tuple(annulled))


async def _kept(tx: Transaction, subjects: Collection[str]) -> dict[tuple[str, str, str], Mapping[str, Any]]:
    """(kind, subject, key) → the row of each life event of the subjects, taken back or not."""
    if not subjects:
        return {}
    rows = await tx.all(_KEPT, {"subjects": sorted(subjects)})
    return {(row["kind"], row["subject_id"], row["key"]): row for row in rows}


_KEPT = select(
    life_event.c.id,
    life_event.c.kind,
    life_event.c.subject_id,
    life_event.c.key,
    life_event.c.annulled_at,
    life_event.c.occurred_on,
).where(life_event.c.subject_id.in_(among("subjects")))


async def _stands_again(
    tx: Transaction, row: Mapping[str, Any], event: RecognisedLifeEvent, now: datetime
) -> str:
    """What was taken back has happened after all; its id, a new one where it happened on another day.

    What was told of the day that was wrong must not keep silent of the one that is right.
    """
    event_id: str = row["id"] if row["occurred_on"] == event.occurred_on else new_id()
    stands = update(life_event).where(life_event.c.id == row["id"])
    await tx.execute(
        stands.values(id=event_id, occurred_on=event.occurred_on, recognised_at=now, annulled_at=None)
    )
    return event_id


async def _standing(tx: Transaction, subjects: Collection[str]) -> list[RecognisedLifeEvent]:
    """What has been recognised of the subjects and not been taken back."""
    if not subjects:
        return []
    rows = await tx.all(_STANDING, {"subjects": sorted(subjects)})
    return [
        RecognisedLifeEvent(row["kind"], row["subject_id"], row["occurred_on"], row["key"]) for row in rows
    ]


_STANDING = (
    select(life_event.c.kind, life_event.c.subject_id, life_event.c.occurred_on, life_event.c.key)
    .where(life_event.c.subject_id.in_(among("subjects")), life_event.c.annulled_at.is_(None))
    .order_by(life_event.c.recognised_at)
)


def watched(definitions: Iterable[LifeEventDefinition]) -> frozenset[str]:
    """The concepts whose earlier changes matter too: of events that wait, or that something speaks against."""
    waiting = [one for one in definitions if one.not_before is not None or one.unless]
    signals = [signal for one in waiting for signal in (*one.signals, *one.unless)]
    return frozenset(signal.concept for signal in signals if signal.concept)


async def _known(tx: Transaction, concepts: Collection[str], subjects: Collection[str]) -> list[Signal]:
    """What we hold of the subjects now, as the changes it was: each value, and the one before it."""
    if not subjects:
        return []
    found: list[Signal] = []
    rows = await tx.all(_HELD, {"subjects": sorted(subjects), "concepts": sorted(concepts)})
    for (subject_id, concept), spans in groupby(rows, key=lambda row: (row["subject_id"], row["concept"])):
        before = None
        for row in sorted(spans, key=lambda row: row["valid_from"] or date.min):
            value = row["object_id"] if row["object_id"] is not None else row["value"]
            if value != before:
                found.append(
                    Signal(subject_id, concept, before, value, row["valid_from"], row["detail"] or {})
                )
            before = value
    return found


_HELD = (
    select(
        fact.c.subject_id,
        fact.c.concept,
        fact.c.value,
        fact.c.object_id,
        fact.c.valid_from,
        fact.c.detail,
    )
    .where(
        fact.c.subject_id.in_(among("subjects")),
        fact.c.concept.in_(among("concepts")),
        fact.c.superseded_at.is_(None),
    )
    .order_by(fact.c.subject_id, fact.c.concept, fact.c.recorded_at)
)


def _relations(definitions: Iterable[LifeEventDefinition]) -> frozenset[str]:
    return frozenset(signal.of for one in definitions for signal in one.signals if signal.of)


async def _concerned(
    tx: Transaction, definitions: Iterable[LifeEventDefinition], subjects: Collection[str]
) -> dict[tuple[str, str], tuple[str, ...]]:
    """Who has one of the subjects as parent, child or spouse, for what happens to others."""
    relations = _relations(definitions)
    if not relations or not subjects:
        return {}
    about = sorted(subjects)
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in await tx.all(_NAMING, {"subjects": about, "relations": sorted(relations)}):
        found[row["concept"], row["object_id"]].append(row["subject_id"])
    # A newborn child names its parents before they are known to have it.
    named = {INVERSE_OF[relation]: relation for relation in relations if relation in INVERSE_OF}
    for row in await tx.all(_NAMED, {"subjects": about, "relations": sorted(named)}):
        found[named[row["concept"]], row["subject_id"]].append(row["object_id"])
    return {key: tuple(dict.fromkeys(people)) for key, people in found.items()}


_ENDS = select(fact.c.concept, fact.c.object_id, fact.c.subject_id).where(
    fact.c.concept.in_(among("relations")), fact.c.superseded_at.is_(None)
)
_NAMING = (
    _ENDS.where(fact.c.object_id.in_(among("subjects")))
    .where(or_(fact.c.valid_to.is_(None), fact.c.concept == SPOUSE))
    .order_by(fact.c.subject_id)
)
_NAMED = (
    _ENDS.where(fact.c.subject_id.in_(among("subjects")), fact.c.object_id.is_not(None))
    .where(fact.c.valid_to.is_(None))
    .order_by(fact.c.object_id)
)


def _taken_back(changes: Iterable[FactChange], relations: Collection[str]) -> Concerned:
    """Who was said to have somebody as child, parent or ward, and is said so no more: it was a mistake.

    A relation that has ended is still told of, with its days. A spouse is let be: widowed or divorced, one may have
    a document that no longer names whom one was married to.
    """
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    wanted = set(relations) - {SPOUSE}
    for change in changes:
        for other in sorted(_named(change.before) - _named(change.after)):
            if change.concept in wanted:
                found[change.concept, other].append(change.subject_id)
            if (inverse := INVERSE_OF.get(change.concept)) in wanted:
                found[inverse, change.subject_id].append(other)
    return {key: tuple(people) for key, people in found.items()}


def _named(spans: Iterable[Span]) -> set[str]:
    """Those a relation is to, by our ids."""
    return {span.value for span in spans if isinstance(span.value, str)}


async def _waits(tx: Transaction, subjects: Collection[str]) -> dict[str, date]:
    """Until when each of the subjects waits already."""
    if not subjects:
        return {}
    return {row["ref"]: row["due_on"] for row in await tx.all(_WAITS, {"subjects": sorted(subjects)})}


_WAITS = select(due.c.ref, due.c.due_on).where(due.c.what == WAITS, due.c.ref.in_(among("subjects")))


async def _wait(tx: Transaction, subject_id: str, until: date | None) -> None:
    await tx.execute(delete(due).where(due.c.what == WAITS, due.c.ref == subject_id))
    if until is not None:
        await tx.execute(
            insert(due).values(id=new_id(), what=WAITS, ref=subject_id, subject_id=subject_id, due_on=until)
        )


async def _annul(tx: Transaction, event_id: str, at: datetime) -> None:
    await stop_bringing(tx, event_id)
    await tx.execute(update(life_event).where(life_event.c.id == event_id).values(annulled_at=at))


def signals_of(change: FactChange) -> Iterator[Signal]:
    """What a change of spans means, value by value: what is newly stated, and what was never true after all.

    A span that only got its end, or another detail, is neither.
    """
    stated = [span for span in change.after if not any(_same(span, one) for one in change.before)]
    withdrawn = [span for span in change.before if not any(_same(span, one) for one in change.after)]
    for span in stated:
        before = _value_before(span, change.before)
        yield Signal(change.subject_id, change.concept, before, span.value, span.valid_from, span.detail)
    if not change.after:
        for span in withdrawn:
            yield Signal(
                change.subject_id,
                change.concept,
                span.value,
                None,
                span.valid_from,
                span.detail,
                withdrawn=True,
            )


def _same(one: Span, other: Span) -> bool:
    return one.value == other.value and one.valid_from == other.valid_from


def _value_before(span: Span, earlier: Sequence[Span]) -> object:
    """The value that held until the new one began: of the latest earlier span that began no later."""
    began = [one for one in earlier if (one.valid_from or date.min) <= (span.valid_from or date.max)]
    return max(began, key=lambda one: one.valid_from or date.min).value if began else None
