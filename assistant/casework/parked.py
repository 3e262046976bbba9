"""Jobs that have given up: shown to staff with their reason, and set going again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from assistant.store import Transaction, Work
from assistant.store.tables import job


@dataclass(frozen=True)
class ParkedJob:
    """A job that failed as often as it may. `error` is what its last attempt said."""

    id: int
    task: str
    attempts: int
    error: str
    run_at: datetime


async def parked_jobs(tx: Transaction) -> Sequence[ParkedJob]:
    """All parked jobs, the oldest first."""
    rows = await tx.all(
        select(job.c.id, job.c.task, job.c.attempts, job.c.error, job.c.run_at)
        .where(job.c.state == "parked")
        .order_by(job.c.id)
    )
    return [ParkedJob(**row) for row in rows]


async def try_again(tx: Transaction, job_id: int, now: datetime) -> bool:
    """Have a parked job run once more from the first attempt; False if it is not parked (any more)."""
    done = await tx.execute(
        update(job)
        .where(job.c.id == job_id, job.c.state == "parked")
        .values(state="todo", attempts=0, run_at=now, leased_until=None)
    )
    tx.after_commit(Work.wake_all)
    return done.rowcount == 1
