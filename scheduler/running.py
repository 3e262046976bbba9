"""Winds the clock in the process that leads: what is due is fired once, and what was missed is made up for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import delete, select, text

from assistant.config import OSLO, Clock, Config
from assistant.store import Database, Transaction
from assistant.store.database import insert_once
from assistant.store.leading import Leader, Pace
from assistant.store.tables import fired
from scheduler.fire_times import EPOCH, Daily, When, has_jumped, latest, missed, name_of
from scheduler.timetable import Job, timetable

log = structlog.get_logger()

ONE_DAY = 86_400  # seconds: a daily job that was missed is run when the process is back the same day
LOOK_SECONDS = 30.0  # between looks at what was missed, and whether the clock was set
KEPT = timedelta(days=40)


class Scheduler:
    """The timetable, wound in this process while it leads: `async with Scheduler(database, config, clock):`.

    `jobs` and `pace` are for tests.
    """

    def __init__(
        self,
        database: Database,
        config: Config,
        clock: Clock,
        *,
        jobs: Sequence[Job] | None = None,
        pace: Pace | None = None,
    ) -> None:
        self.database = database
        self.clock = clock
        self.jobs = tuple(timetable(config) if jobs is None else jobs)
        self.leader = Leader(database, "clock", pace)
        self._firing: set[asyncio.Task[None]] = set()
        self._leading: asyncio.Task[None] | None = None
        self._wound = asyncio.Event()

    async def __aenter__(self) -> Scheduler:
        self._leading = asyncio.create_task(self.leader.lead(self._winding), name="clock")
        if self.database.is_sqlite:  # the only process: what was missed is enqueued before it does anything
            await self._wound.wait()
            await self._until_fired()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop. What is being enqueued is enqueued: a connection cut off in the middle may never close."""
        assert self._leading is not None
        self._leading.cancel()
        with suppress(asyncio.CancelledError):
            await self._leading

    @asynccontextmanager
    async def _winding(self) -> AsyncIterator[None]:
        """The clock goes until the block ends."""
        scheduler: Any = AsyncIOScheduler(timezone=OSLO)
        for job in self.jobs:
            scheduler.add_job(
                self._fire,
                _trigger(job.when),
                args=[job],
                id=job.name,
                coalesce=True,
                max_instances=1,
                misfire_grace_time=ONE_DAY if isinstance(job.when, Daily) else None,
            )
        scheduler.start()
        looking = asyncio.create_task(self._look(scheduler), name="clock-looks")
        try:
            yield
        finally:
            looking.cancel()
            with suppress(asyncio.CancelledError):
                await looking
            scheduler.pause()
            await self._until_fired()
            scheduler.shutdown(wait=False)

    async def _until_fired(self) -> None:
        while self._firing:
            await asyncio.wait(self._firing)

    async def _look(self, scheduler: Any) -> None:
        """Fire what was missed: by nobody leading, by a database that was away, by a clock that was set."""
        while True:
            began, at = monotonic(), self.clock()
            try:
                await self._make_up()
            except Exception:
                log.exception("clock.look_failed")  # the database is away: look again in a while
            self._wound.set()
            await asyncio.sleep(LOOK_SECONDS)
            if has_jumped(self.clock() - at, timedelta(seconds=monotonic() - began)):
                log.warning("clock.was_set")
                for job in self.jobs:  # they wait for moments of the clock as it was
                    scheduler.reschedule_job(job.name, trigger=_trigger(job.when))

    async def _make_up(self) -> None:
        async with self.database.read() as tx:
            rows = await tx.all(select(fired.c.job, fired.c.fire_time))
        known = {(row["job"], row["fire_time"]) for row in rows}
        due = missed({job.name: job.when for job in self.jobs}, known, self.clock())
        for job in self.jobs:
            if job.name in due:
                self._goes_on(asyncio.create_task(self._fire(job), name=f"clock-{job.name}"))

    def _goes_on(self, task: asyncio.Task[None]) -> None:
        """To its end, also when the clock is stopped."""
        self._firing.add(task)
        task.add_done_callback(self._firing.discard)

    async def _fire(self, job: Job) -> None:
        if (task := asyncio.current_task()) is not None:
            self._goes_on(task)
        try:
            await self.fire(job)
        except Exception as error:
            # It is missed now, and made up for at the next look.
            log.error("clock.job_failed", job=job.name, error=type(error).__name__)

    async def fire(self, job: Job) -> bool:
        """Run the job for the last fire time that has come, unless that was done; whether it was run.

        One that was paused and wakes thinking it leads comes to the same fire time as the one that leads now.
        """
        if not self.leader.leads:
            return False
        now = self.clock()
        async with self.database.begin() as tx:
            if not await _claim(tx, job, now):
                return False
            await job.run(tx, now)
        return True


async def _claim(tx: Transaction, job: Job, now: datetime) -> bool:
    """Keep that the job is fired for its last fire time; False where somebody has done so."""
    if tx.connection.dialect.name == "postgresql":
        # Paused right here, we must not hold up the one who leads after us.
        await tx.execute(text("set local idle_in_transaction_session_timeout = '10s'"))
    moment = latest(job.when, now)
    values = {"job": job.name, "fire_time": name_of(job.when, moment), "at": now}
    if not await insert_once(tx, fired, values, ["job", "fire_time"]):
        return False
    if isinstance(job.when, Daily):
        old = fired.c.fire_time < name_of(job.when, moment - KEPT)
    else:  # of an interval the last is enough: a clock that is set back goes on from there
        old = fired.c.fire_time != values["fire_time"]
    await tx.execute(delete(fired).where(fired.c.job == job.name, old))
    return True


def _trigger(when: When) -> BaseTrigger:
    if isinstance(when, Daily):
        return CronTrigger(hour=when.hour, minute=when.minute, timezone=OSLO)
    return IntervalTrigger(seconds=when.seconds, start_date=EPOCH, timezone=OSLO)
