"""The clock ends between two transactions and never in one: a connection cut off there may never close."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from sqlalchemy import select

from assistant.config import Config
from assistant.store import Database, Transaction, enqueue
from assistant.store.leading import Pace
from assistant.store.tables import job as job_table
from scheduler import Every, Job, Scheduler

FAST = Pace(beat=0.05, silence=0.5, caution=0.6)


async def test_what_fires_while_the_clock_is_stopped_is_still_enqueued(database: Database) -> None:
    # given a job that is in the middle of its transaction
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(tx: Transaction, now: datetime) -> None:
        await enqueue(tx, "slow", {}, now=now)
        begun.set()
        await go_on.wait()

    jobs = [Job("slow", Every(3600), slowly, "a test")]
    asyncio.get_running_loop().call_later(1.5 if not database.is_sqlite else 0.2, go_on.set)
    async with Scheduler(database, Config(), lambda: datetime.now(UTC), jobs=jobs, pace=FAST):
        await asyncio.wait_for(begun.wait(), 5)

    # when the clock has stopped, then the transaction has committed and nothing goes on behind it
    async with database.read() as tx:
        assert [row["task"] for row in await tx.all(select(job_table.c.task))] == ["slow"]
    assert not [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
