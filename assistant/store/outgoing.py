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

from sqlalchemy import ColumnElement, and_, delete, insert, select, update

from assistant.store.columns import new_id
from assistant.store.database import Transaction
from assistant.store.tables import job, outgoing_delivery, outgoing_event, subscription
from assistant.store.turns import in_turn
from assistant.store.work import Work, enqueue

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
    """Have those who subscribe to it told once this transaction is committed; the event's id."""
    subscribers = select(subscription.c.id, subscription.c.types).where(
        subscription.c.municipality == news.municipality
    )
    wanting = [row["id"] for row in await tx.all(subscribers) if news.type in row["types"]]
    return await tell(tx, news, wanting, now)


async def tell(tx: Transaction, news: News, subscription_ids: Sequence[str], now: datetime) -> str:
    """Have just these subscribers told; the event's id."""
    event_id = new_id()
    deliveries = []
    for subscription_id in subscription_ids:
        delivery_id = new_id()
        deliveries.append({"id": delivery_id, "subscription_id": subscription_id, "changed_at": now})
        await _enqueue(tx, delivery_id, subscription_id, news.subject, now)
    values = {
        "id": event_id,
        "municipality": news.municipality,
        "type": news.type,
        "subject": news.subject,
        "data": dict(news.data),
        "at": now,
    }
    waiting: list[_Written] | None = tx.memory.get(tell)
    if waiting is None:
        waiting = tx.memory[tell] = []
        tx.before_commit(partial(_write, tx), after_all=True)
    waiting.append(_Written(values, deliveries))
    return event_id


async def _enqueue(
    tx: Transaction, delivery_id: str, subscription_id: str, subject: str, now: datetime
) -> None:
    """The job of one delivery: those of one subject to one subscriber are done in order."""
    await enqueue(
        tx,
        DELIVER,
        {"delivery_id": delivery_id},
        now=now,
        key=_lane(subscription_id) + subject,
        queue="bulk",
        receipt=f"hook:{delivery_id}",
    )


def _lane(subscription_id: str) -> str:
    return f"hook:{subscription_id}:"


async def enqueue_waiting(tx: Transaction, subscription_id: str, now: datetime) -> int:
    """Give every delivery that waits a job, in the order of their events, in place of those there are; how many."""
    await tx.execute(delete(job).where(_jobs_of(subscription_id)))
    waiting = (
        select(outgoing_delivery.c.id, outgoing_event.c.subject)
        .join(outgoing_event, outgoing_event.c.sequence == outgoing_delivery.c.sequence)
        .where(
            outgoing_delivery.c.subscription_id == subscription_id,
            outgoing_delivery.c.state == "waiting",
        )
        .order_by(outgoing_delivery.c.sequence)
    )
    rows = await tx.all(waiting)
    for row in rows:
        await _enqueue(tx, row["id"], subscription_id, row["subject"], now)
    return len(rows)


async def hurry_deliveries(tx: Transaction, subscription_id: str, now: datetime) -> None:
    """A subscriber who was silent answers again: do not let what waits for it wait any longer."""
    await tx.execute(update(job).where(_jobs_of(subscription_id), job.c.run_at > now).values(run_at=now))
    tx.after_commit(Work.wake_all)


def _jobs_of(subscription_id: str) -> ColumnElement[bool]:
    mine = job.c.key.startswith(_lane(subscription_id), autoescape=True)
    return and_(job.c.task == DELIVER, job.c.state == "todo", mine)


async def _write(tx: Transaction) -> None:
    """Write the rows after all else: whoever holds this turn waits for nobody, so no ring can form.

    Numbers are committed in their order, so that a reader who asks for what came since misses none.
    """
    await in_turn(tx, "outgoing.sequence")
    for written in tx.memory.pop(tell, []):
        added = insert(outgoing_event).values(written.event).returning(outgoing_event.c.sequence)
        sequence = (await tx.execute(added)).scalar_one()
        rows = [
            {**delivery, "sequence": sequence, "state": "waiting", "attempts": 0}
            for delivery in written.deliveries
        ]
        if rows:
            await tx.execute(insert(outgoing_delivery), rows)
