"""The clock: what runs when. A job only enqueues what is due, under a receipt: two clocks do no harm."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from assistant.config import OSLO, Clock, Config, local_date
from assistant.events import wake_determinations
from assistant.guidance.telling_again import wake_second_notices
from assistant.store import Database, Transaction, enqueue

log = structlog.get_logger()

ONE_DAY = 86_400  # seconds: a daily job that was missed is run when the process is back the same day


@dataclass(frozen=True)
class Job:
    """One line of the timetable: what, when, and why it is there."""

    name: str
    trigger: BaseTrigger
    run: Callable[[Transaction, datetime], Awaitable[None]]
    why: str
    grace_seconds: int = ONE_DAY


def timetable(config: Config) -> tuple[Job, ...]:
    """All that happens by itself. Daily jobs are at 04:xx: 02:30 comes twice on a night in October."""
    feeds = IntervalTrigger(seconds=config.poll_seconds, timezone=OSLO)
    polled = (
        ("population_register", "births, moves, deaths"),
        ("tax_administration", "new tax assessments"),
        ("kindergarten_system", "places and their changes"),
    )
    return (
        *(
            Job(f"poll_{feed}", feeds, _poll(feed), why, 60)
            for feed, why in polled
            if getattr(config, feed).base_url  # one that is not connected has nothing to tell
        ),
        Job(
            "wake_determinations",
            CronTrigger(hour=4, minute=5, timezone=OSLO),
            wake_determinations,
            "what comes of the day alone: a birthday, a new rate, two weeks without a new job, a deadline that nears",
        ),
        Job(
            "refresh_contacts",
            CronTrigger(hour=4, minute=20, timezone=OSLO),
            _once_a_day("refresh_contacts"),
            "addresses, reservations and languages as the contact register has them",
        ),
        Job(
            "second_notices",
            CronTrigger(hour=4, minute=40, timezone=OSLO),
            wake_second_notices,
            "what law wants opened and was not within a week is told of once more (eForvaltningsforskriften § 8)",
        ),
        Job(
            "sign_usage",
            CronTrigger(hour=4, minute=50, timezone=OSLO),
            _once_a_day("sign_usage"),
            "the usage logs that have grown are signed, so that what was logged cannot change unseen",
        ),
        Job(
            "renew_decisions",
            CronTrigger(hour=4, minute=35, timezone=OSLO),
            _once_a_day("renew_decisions"),
            "new decisions for the coming kindergarten year, where one application covers the whole stay",
        ),
    )


def _poll(feed: str) -> Callable[[Transaction, datetime], Awaitable[None]]:
    async def run(tx: Transaction, now: datetime) -> None:
        await enqueue(tx, "poll_feed", {"feed": feed}, now=now, key=f"feed:{feed}", receipt=f"poll:{feed}")

    return run


def _once_a_day(task: str) -> Callable[[Transaction, datetime], Awaitable[None]]:
    async def run(tx: Transaction, now: datetime) -> None:
        await enqueue(tx, task, {}, now=now, queue="bulk", receipt=f"{task}:{local_date(now)}")

    return run


class Scheduler:
    """Runs the timetable in this process: `async with Scheduler(database, config, clock):`."""

    def __init__(self, database: Database, config: Config, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self.jobs = timetable(config)
        self._scheduler: Any = AsyncIOScheduler(timezone=OSLO)
        self._firing: set[asyncio.Task[Any]] = set()

    async def __aenter__(self) -> Scheduler:
        self._scheduler.add_listener(_failed, EVENT_JOB_ERROR)
        for job in self.jobs:
            self._scheduler.add_job(
                self.fire,
                job.trigger,
                args=[job],
                id=job.name,
                coalesce=True,
                max_instances=1,
                misfire_grace_time=job.grace_seconds,
            )
        self._scheduler.start()
        async with self.database.begin() as tx:  # what fell due while no process ran
            for job in self.jobs:
                await job.run(tx, self.clock())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop. What is being enqueued is enqueued: a connection cut off in the middle may never close."""
        self._scheduler.pause()
        while self._firing:
            await asyncio.wait(self._firing)
        self._scheduler.shutdown(wait=False)

    async def fire(self, job: Job) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._firing.add(task)
        task.add_done_callback(self._firing.discard)
        async with self.database.begin() as tx:
            await job.run(tx, self.clock())


def _failed(event: JobExecutionEvent) -> None:
    log.error("clock.job_failed", job=event.job_id, error=type(event.exception).__name__)
