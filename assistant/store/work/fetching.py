"""Which job is next, and whose worker has died: the questions that are asked of a million waiting jobs.

Each walks an index from its first entry and stops at the first that will do: `ix_job_waiting` has those that
wait in the order in which they are due, `ix_job_key_id` those before one in its line, `ix_job_doing` the few
that are being done.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

import structlog
from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
    union_all,
    update,
)

from assistant.store.database import Transaction
from assistant.store.tables import job

log = structlog.get_logger()

RETRIES = (1, 2, 4, 8, 15, 30)  # seconds; after the last the job is parked
LOST = "its process died at it, or was paused longer than its lease"
TODO: ColumnElement[str] = literal_column("'todo'")
DOING: ColumnElement[str] = literal_column("'doing'")
PARKED: ColumnElement[str] = literal_column("'parked'")
"""Said in the statement itself: an index of part of a table is not used for a value that is bound."""


def next_of(queue: str) -> Select[Any]:
    """The first job of this queue that is due and free: nobody works at one with its key, and none is before.

    One with a lower number is begun after a higher one where it was parked and is to be tried again.
    """
    return (
        select(job.c.id).where(job.c.queue == queue, *_may_begin()).order_by(job.c.run_at, job.c.id).limit(1)
    )


def _may_begin() -> tuple[ColumnElement[bool], ...]:
    before, at_hand = job.alias("before"), job.alias("at_hand")
    is_before = exists().where(before.c.key == job.c.key, before.c.id < job.c.id, before.c.state != PARKED)
    is_at_hand = exists().where(at_hand.c.key == job.c.key, at_hand.c.state == DOING)
    return (
        job.c.state == TODO,
        job.c.run_at <= bindparam("now", type_=job.c.run_at.type),
        or_(job.c.key == "", and_(~is_before, ~is_at_hand)),
    )


_JOB = (job.c.id, job.c.task, job.c.queue, job.c.key, job.c.args, job.c.attempts, job.c.receipt)


@cache
def _next_question(queues: tuple[str, ...], locks: bool) -> Select[Any]:
    """One question, not one a queue: `coalesce` looks no further than the first queue that has one."""
    looks = [next_of(queue) for queue in queues]
    if locks:
        looks = [look.with_for_update(skip_locked=True) for look in looks]
    first = func.coalesce(*[look.scalar_subquery() for look in looks], -1)
    return select(*_JOB).where(job.c.id == first).with_for_update()


async def next_job(tx: Transaction, queues: tuple[str, ...], now: datetime) -> dict[str, Any] | None:
    """The most urgent job that may be begun, locked; queues are looked through in the order given."""
    locks = tx.connection.dialect.name == "postgresql"
    return await tx.first(_next_question(queues, locks), {"now": now})


LOOKED_THROUGH = 200  # jobs of a queue, for those that may be done together with the first


@cache
def _like_question() -> Select[Any]:
    """Among the next of the queue alone: a queue of a million others is not gone through for a few alike."""
    first = select(job.c.task, job.c.queue).where(job.c.id == bindparam("first")).subquery("first_one")
    ahead = job.alias("ahead")
    following = (
        select(ahead.c.id)
        .where(
            ahead.c.state == TODO,
            ahead.c.queue == select(first.c.queue).scalar_subquery(),
            ahead.c.run_at <= bindparam("now", type_=job.c.run_at.type),
        )
        .order_by(ahead.c.run_at, ahead.c.id)
        .limit(LOOKED_THROUGH)
    )
    return (
        select(*_JOB)
        .where(
            job.c.id.in_(following),
            job.c.task == select(first.c.task).scalar_subquery(),
            job.c.attempts == 0,
            *_may_begin(),
        )
        .order_by(job.c.run_at, job.c.id)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True)
    )


async def others_like(tx: Transaction, job_id: int, most: int, now: datetime) -> list[dict[str, Any]]:
    """Jobs of the same task and queue that may be begun too, each with a key of its own, locked; none that failed."""
    return await tx.all(_like_question(), {"first": job_id, "most": most, "now": now})


@cache
def _anything_question(queues: tuple[str, ...]) -> CompoundSelect[Any]:
    now = bindparam("now", type_=job.c.run_at.type)
    lost = select(job.c.id).where(job.c.state == DOING, job.c.leased_until < now).limit(1)
    looks = [select(next_of(queue).subquery().c.id) for queue in queues]
    return union_all(select(lost.subquery().c.id), *looks).limit(1)


async def anything_to_begin(tx: Transaction, queues: tuple[str, ...], now: datetime) -> bool:
    """Whether there is a job to begin or one to take over: a look that takes no lock."""
    return await tx.first(_anything_question(queues), {"now": now}) is not None


async def count_lost(tx: Transaction, now: datetime | None = None) -> None:
    """Let go of leases that ran out before now, or all: each counts as an attempt, after the last it is parked.

    Else a job that kills its process would be begun for ever, and kill those beside it each time.
    """
    lost = select(job.c.id).where(job.c.state == DOING).with_for_update(skip_locked=True)
    if now is not None:
        lost = lost.where(job.c.leased_until < now)
    last = job.c.attempts >= len(RETRIES)
    values = {
        "state": case((last, "parked"), else_="todo"),
        "attempts": case((last, job.c.attempts), else_=job.c.attempts + 1),
        "leased_until": None,
        "error": LOST,
    }
    counted = update(job).where(job.c.id.in_(lost)).values(values)
    for row in await tx.all(counted.returning(job.c.id, job.c.task, job.c.state)):
        if row["state"] == "parked":
            log.error("work.parked", task=row["task"], job=row["id"])
