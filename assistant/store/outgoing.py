"""The outbox: what subscribers are to be told, written in the transaction that makes it true.

An event is a row of `outgoing_event`, and a row of `outgoing_delivery` with a job for each subscriber that wants its
type. All of it commits with what it tells of, or not at all. Nothing here speaks to anybody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import insert, select

from assistant.store.columns import new_id
from assistant.store.database import Transaction
from assistant.store.tables import outgoing_delivery, outgoing_event, subscription
from assistant.store.turns import in_turn
from assistant.store.work import enqueue

DELIVER = "deliver_outgoing"
"""The task that hands an event to a subscriber. Its args: `{"delivery_id"}`."""


@dataclass(frozen=True)
class News:
    """Something that has happened here, as others are told of it.

    `subject` is our own id of what it is about; those who subscribe get the news of one subject in order. `data`
    holds no more than its receivers need: never a fact, a name or an identity number.
    """

    municipality: str
    type: str
    subject: str
    data: Mapping[str, Any]


@dataclass(frozen=True)
class _Written:
    event: Mapping[str, Any]
    deliveries: Sequence[Mapping[str, Any]]


async def tell_subscribers(tx: Transaction, news: News, now: datetime) -> str:
    """Have subscribers told once this transaction is committed; the event's id."""
    event_id = new_id()
    subscribers = select(subscription.c.id, subscription.c.types).where(
        subscription.c.municipality == news.municipality
    )
    deliveries = []
    for row in await tx.all(subscribers):
        if news.type in row["types"]:
            delivery_id = new_id()
            deliveries.append({"id": delivery_id, "subscription_id": row["id"], "changed_at": now})
            await enqueue_delivery(tx, delivery_id, row["id"], news.subject, now)
    values = {
        "id": event_id,
        "municipality": news.municipality,
        "type": news.type,
        "subject": news.subject,
        "data": dict(news.data),
        "at": now,
    }
    waiting: list[_Written] | None = tx.memory.get(tell_subscribers)
    if waiting is None:
        waiting = tx.memory[tell_subscribers] = []
        tx.before_commit(partial(_write, tx), after_all=True)
    waiting.append(_Written(values, deliveries))
    return event_id


async def enqueue_delivery(
    tx: Transaction, delivery_id: str, subscription_id: str, subject: str, now: datetime
) -> None:
    """The job of one delivery: those of one subject to one subscriber are done in order."""
    await enqueue(
        tx,
        DELIVER,
        {"delivery_id": delivery_id},
        now=now,
        key=f"hook:{subscription_id}:{subject}",
        queue="bulk",
        receipt=f"hook:{delivery_id}",
    )


async def _write(tx: Transaction) -> None:
    """Write the rows after all else: whoever holds this turn waits for nobody, so no ring can form.

    Numbers are committed in their order, so that a reader who asks for what came since misses none.
    """
    await in_turn(tx, "outgoing.sequence")
    for written in tx.memory.pop(tell_subscribers, []):
        added = insert(outgoing_event).values(written.event).returning(outgoing_event.c.sequence)
        sequence = (await tx.execute(added)).scalar_one()
        rows = [
            {**delivery, "sequence": sequence, "state": "waiting", "attempts": 0}
            for delivery in written.deliveries
        ]
        if rows:
            await tx.execute(insert(outgoing_delivery), rows)
