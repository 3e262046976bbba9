"""What happened in a day, counted: events, determinations, messages sent and how soon, messages that failed.

A day is counted anew until it is well over, from what is kept anyhow, so a figure is never lost or counted twice,
and pages and probes read a small table.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import Select, delete, func, insert, select

from assistant.config import OSLO, Clock, local_date
from assistant.store import Database, Transaction, enqueue
from assistant.store.tables import delivery, determination, guidance, inbox, message, tally
from assistant.store.work import Handler

TALLY: Final = "tally"
STEPS: Final = (1, 5, 15, 60, 300, 900, 3600, 14_400, 43_200, 86_400, 259_200, 604_800)
"""Seconds: how soon a message went is counted up to one of these."""
LATER: Final = 2**31 - 1
"""The step of what took longer than the last."""

SECOND = 2
"""The `notice` of a message that is told of once more: it counts from when it was due."""


def step(took: timedelta) -> int:
    """
    >>> step(timedelta(seconds=0.3)), step(timedelta(seconds=61)), step(timedelta(days=30)) == LATER
    (1, 300, True)
    """
    seconds = max(0.0, took.total_seconds())
    at = bisect_left(STEPS, seconds)
    return STEPS[at] if at < len(STEPS) else LATER


async def count_day(tx: Transaction, day: date) -> None:
    """Count one local date anew."""
    begins, ends = _moments(day)
    counted: Counter[tuple[str, str, int]] = Counter()
    for what, column, at in (
        ("event", inbox.c.outcome, inbox.c.received_at),
        ("determination", determination.c.answer, determination.c.made_at),
    ):
        question = select(column.label("name"), func.count().label("count")).where(at >= begins, at < ends)
        for row in await tx.all(question.group_by(column)):
            counted[what, row["name"], 0] = row["count"]
    for row in await tx.all(_sent(begins, ends)):
        begun = row["created_at"] if row["notice"] == SECOND else row["received_at"] or row["planned_at"]
        counted["sent", row["channel"], step(row["sent_at"] - begun)] += 1
    for row in await tx.all(_failed(begins, ends)):
        counted["failed", row["channel"], 0] = row["count"]
    await tx.execute(delete(tally).where(tally.c.day == day))
    for (what, name, within), count in counted.items():
        of_it = {"day": day, "what": what, "name": name, "within": within, "count": count}
        await tx.execute(insert(tally).values(of_it))


def _moments(day: date) -> tuple[datetime, datetime]:
    begins, ends = (datetime.combine(one, time(), OSLO) for one in (day, day + timedelta(days=1)))
    return begins.astimezone(UTC), ends.astimezone(UTC)


def _sent(begins: datetime, ends: datetime) -> Select[Any]:
    """Messages sent, with when the event behind them came (if one did) and when they were planned."""
    return (
        select(
            message.c.channel,
            message.c.notice,
            message.c.sent_at,
            message.c.created_at,
            guidance.c.created_at.label("planned_at"),
            inbox.c.received_at,
        )
        .join(guidance, guidance.c.id == message.c.guidance_id)
        .outerjoin(inbox, guidance.c.cause == "inbox:" + inbox.c.id)
        .where(message.c.state == "sent", message.c.sent_at >= begins, message.c.sent_at < ends)
    )


def _failed(begins: datetime, ends: datetime) -> Select[Any]:
    """Messages that could not be handed over, by the day of their last attempt."""
    last = (
        select(message.c.channel, func.max(delivery.c.at).label("at"))
        .join(delivery, delivery.c.message_id == message.c.id)
        .where(message.c.state == "failed")
        .group_by(message.c.id, message.c.channel)
        .subquery()
    )
    return (
        select(last.c.channel, func.count().label("count"))
        .where(last.c.at >= begins, last.c.at < ends)
        .group_by(last.c.channel)
    )


@dataclass(frozen=True)
class Tallied:
    """A line of the table without its day. `within`: seconds, for what is sent."""

    what: str
    name: str
    within: int
    count: int


async def tallied(tx: Transaction, since: date | None = None) -> Sequence[Tallied]:
    """All that was counted, since a local date or ever, summed over the days."""
    columns = (tally.c.what, tally.c.name, tally.c.within)
    question = select(*columns, func.sum(tally.c.count).label("count")).group_by(*columns).order_by(*columns)
    if since is not None:
        question = question.where(tally.c.day >= since)
    return [Tallied(**{**row, "count": int(row["count"])}) for row in await tx.all(question)]


async def enqueue_tally(tx: Transaction, now: datetime) -> None:
    await enqueue(tx, TALLY, {}, now=now, queue="bulk", receipt=TALLY)


@dataclass(frozen=True)
class Tallying:
    """The task that counts today, and yesterday for as long as something may still be added to it."""

    database: Database
    clock: Clock

    def handlers(self) -> Mapping[str, Handler]:
        return {TALLY: self.count}

    async def count(self, _args: Mapping[str, Any]) -> None:
        now = self.clock()
        for day in sorted({local_date(now), local_date(now - timedelta(hours=6))}):
            async with self.database.begin() as tx:
                await count_day(tx, day)
