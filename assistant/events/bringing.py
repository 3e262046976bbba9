"""When what a life event brings is to be told: the morning after it, and again while it is fresh and facts change."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, exists, insert, or_, select

from assistant.determinations import DeterminationChange
from assistant.guidance import LifeEventRow
from assistant.guidance.content import item_of, plain
from assistant.guidance.mattering import LIFE_EVENT
from assistant.store import Transaction
from assistant.store.asking import among
from assistant.store.columns import new_id, to_json
from assistant.store.tables import due, fact, guidance, life_event
from rules import Catalogue, LifeEventDefinition

BROUGHT = "brought"
"""What a row of `due` says when what a life event brings is to be told."""

CALM = timedelta(days=1)
"""How long after a life event is recognised people hear what it brings.

By then the registers have been asked about everybody it concerns, and what was stated by mistake, or was followed by
a death the same night, has been taken back.
"""

FRESH = timedelta(days=14)
"""How long after it is recognised a life event is told of anew when facts change around it.

Registers tell in their own order: who has parental responsibility may be known days after the child, and that the
child is resident too.
"""


async def bring(
    tx: Transaction, definition: LifeEventDefinition, event_id: str, subject_id: str, on: date
) -> None:
    """Note that what the event brings is to be told, when it has been calm for a while."""
    if definition.brings:
        await stop_bringing(tx, event_id)
        await tx.execute(
            insert(due).values(
                id=new_id(), what=BROUGHT, ref=event_id, subject_id=subject_id, due_on=on + CALM
            )
        )


async def stop_bringing(tx: Transaction, event_id: str) -> None:
    await tx.execute(delete(due).where(due.c.what == BROUGHT, due.c.ref == event_id))


async def bring_again(
    tx: Transaction, catalogue: Catalogue, touched: Collection[str], on: date, now: datetime
) -> None:
    """Facts about these subjects have changed: what was *no*, or had nobody to hear it, may now be to tell.

    Of fresh life events of theirs, and of those related to them.
    """
    if not touched:
        return
    whose = set(touched)
    for row in await tx.all(_RELATED, {"touched": sorted(touched)}):
        whose |= {row["subject_id"], row["object_id"]}
    for row in await tx.all(_FRESH, {"whose": sorted(whose), "since": now - FRESH}):
        if row["kind"] in catalogue.life_events:
            await bring(tx, catalogue.life_events[row["kind"]], row["id"], row["subject_id"], on)


_RELATED = select(fact.c.subject_id, fact.c.object_id).where(
    or_(fact.c.subject_id.in_(among("touched")), fact.c.object_id.in_(among("touched"))),
    fact.c.object_id.is_not(None),
    fact.c.superseded_at.is_(None),
)
_FRESH = select(life_event.c.id, life_event.c.kind, life_event.c.subject_id).where(
    life_event.c.subject_id.in_(among("whose")),
    life_event.c.annulled_at.is_(None),
    life_event.c.recognised_at > bindparam("since"),
    ~exists().where(due.c.what == BROUGHT, due.c.ref == life_event.c.id),
)


async def brought(tx: Transaction, subject_id: str, on: date) -> tuple[LifeEventRow, ...]:
    """The life events of a subject whose day to be told of has come, the latest first."""
    question = (
        select(life_event.c.id, life_event.c.kind, life_event.c.occurred_on)
        .join(due, due.c.ref == life_event.c.id)
        .where(
            due.c.what == BROUGHT,
            due.c.subject_id == subject_id,
            due.c.due_on <= on,
            life_event.c.annulled_at.is_(None),
        )
        .order_by(life_event.c.occurred_on.desc(), life_event.c.kind)
    )
    rows = await tx.all(question)
    for row in rows:
        await stop_bringing(tx, row["id"])
    return tuple(LifeEventRow(row["id"], row["kind"], subject_id, row["occurred_on"]) for row in rows)


async def not_told_otherwise(
    tx: Transaction, catalogue: Catalogue, events: Iterable[LifeEventRow], said: Iterable[DeterminationChange]
) -> tuple[DeterminationChange, ...]:
    """What was said, but for what these same events have been told to bring in other words.

    Whoever has heard the same hears it once anyway; what *may* be somebody's and turns out to be is no news.
    """
    ids = {event.id for event in events}
    subjects = {event.subject_id for event in events}
    question = select(guidance.c.subject_id, guidance.c.content).where(
        guidance.c.subject_id.in_(subjects),
        guidance.c.kind == LIFE_EVENT,
        guidance.c.withdrawn_at.is_(None),
    )
    told: dict[tuple[str, str], set[str]] = {}
    for row in await tx.all(question):
        if ids.intersection(row["content"].get("life_events", ())):
            for item in row["content"].get("items", ()):
                told.setdefault((row["subject_id"], item["rule"]), set()).add(_words(item))
    return tuple(
        one
        for one in said
        if (one.subject_id, one.rule) not in told
        or told[one.subject_id, one.rule] == {_words(plain(item_of(catalogue.rules[one.rule], one.after)))}
    )


def _words(item: Mapping[str, Any]) -> str:
    """What a person reads as news in an item: they have heard it where all of it is the same."""
    return to_json([item[name] for name in ("answer", "deadline", "values")])
