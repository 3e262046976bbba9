"""How the work stands, for those who look after it: what waits, since when, and what has given up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update

from assistant.store.database import Transaction
from assistant.store.tables import job
from assistant.store.work.enqueuing import QUEUES
from assistant.store.work.fetching import PARKED, TODO
from assistant.store.work.waking import wake_all


@dataclass(frozen=True)
class ParkedJob:
    """A job that failed as often as it may. `error` is what its last attempt said."""

    id: int
    task: str
    queue: str
    attempts: int
    error: str
    run_at: datetime


async def outstanding(tx: Transaction, now: datetime) -> int:
    """How many jobs are due or being done; parked ones are not counted."""
    due = select(func.count()).where(job.c.state != "parked", job.c.run_at <= now)
    return int(await tx.scalar(due) or 0)


async def waiting(tx: Transaction, now: datetime) -> Mapping[str, int]:
    """Queue → how many of its jobs are due and not begun; 0 where none is."""
    due = select(job.c.queue, func.count().label("jobs")).where(job.c.state == TODO, job.c.run_at <= now)
    found = {row["queue"]: row["jobs"] for row in await tx.all(due.group_by(job.c.queue))}
    return {queue: found.get(queue, 0) for queue in QUEUES}


async def oldest(tx: Transaction, now: datetime) -> Mapping[str, datetime]:
    """Queue → when the first of its jobs that are due and not begun was due; queues where none waits are absent."""
    found = {}
    for queue in QUEUES:
        due = select(job.c.run_at).where(job.c.state == TODO, job.c.queue == queue, job.c.run_at <= now)
        at = await tx.scalar(due.order_by(job.c.run_at).limit(1))
        if at is not None:
            found[queue] = at
    return found


async def parked(tx: Transaction) -> Sequence[ParkedJob]:
    """All parked jobs, the oldest first."""
    columns = (job.c.id, job.c.task, job.c.queue, job.c.attempts, job.c.error, job.c.run_at)
    rows = await tx.all(select(*columns).where(job.c.state == PARKED).order_by(job.c.id))
    return [ParkedJob(**row) for row in rows]


async def try_again(tx: Transaction, job_id: int, now: datetime) -> bool:
    """Have a parked job run once more from the first attempt; False if it is not parked (any more)."""
    done = await tx.execute(
        update(job)
        .where(job.c.id == job_id, job.c.state == "parked")
        .values(state="todo", attempts=0, run_at=now, leased_until=None)
    )
    tx.after_commit(wake_all)
    return done.rowcount == 1
