"""Work that must not be lost: enqueued in the caller's transaction, run at least once, in order per key.

Handlers are idempotent: a process that is paused and wakes after its lease ran out does its job a second
time. A job that keeps failing is parked with its reason, so that it does not hold up those behind it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zlib import crc32

import structlog
from sqlalchemy import Select, and_, bindparam, case, delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from assistant.journal import clean
from assistant.store.database import Database, Transaction
from assistant.store.tables import job

log = structlog.get_logger()

QUEUES = ("chat", "events", "bulk")  # the first is served first
LEASE = timedelta(seconds=60)
RENEWED_EVERY = 15.0
RETRIES = (1, 2, 4, 8, 15, 30)  # seconds; after the last the job is parked
LOST = "its process died at it, or was paused longer than its lease"
QUEUE_LOCKS = 1  # the class of our advisory locks; those of `in_turn` have none
LANES = 64  # few enough that work for a whole town takes no more locks than PostgreSQL has
LONG_WAIT = timedelta(minutes=1)
STOP_SECONDS = 5.0  # how long the jobs at hand may take when the process is told to stop


class Postpone(Exception):
    """The other side asks us to wait (429, 503) or is silent: try again later, not counted as an attempt."""

    def __init__(self, reason: str, after: timedelta = LONG_WAIT) -> None:
        super().__init__(reason)
        self.after = after


Handler = Callable[[Mapping[str, Any]], Awaitable[None]]


async def enqueue(
    tx: Transaction,
    task: str,
    args: Mapping[str, Any],
    *,
    now: datetime,
    key: str = "",
    queue: str = "events",
    run_at: datetime | None = None,
    receipt: str | None = None,
) -> None:
    """Add a job to the caller's transaction; it is written right before the commit.

    `key`: jobs with the same key run one at a time, in the order they were enqueued (use the person's id).
    `receipt`: while a job with the same receipt is waiting, this one is not added a second time.
    `args` must not hold identity numbers, names or addresses: they are seen by those who operate the queue.
    """
    values = {
        "task": task,
        "queue": queue,
        "key": key,
        "args": dict(args),
        "run_at": run_at or now,
        "receipt": receipt,
        "state": "todo",
    }
    if not tx.jobs:
        tx.before_commit(partial(_write, tx))
    tx.jobs.append(values)
    tx.after_commit(Work.wake_all)


async def _write(tx: Transaction) -> None:
    """Write what was enqueued, in line with other transactions that bring work for the same key or receipt."""
    new, tx.jobs = tx.jobs, []
    await _in_line(tx, [name for values in new for name in (values["key"], values["receipt"])])
    dialect_insert = sqlite_insert if tx.connection.dialect.name == "sqlite" else postgresql_insert
    for values in new:
        once = dialect_insert(job).values(values)
        if values["receipt"] is not None:
            # The waiting one is written, not just seen: on PostgreSQL nobody can then begin it, and read
            # what it goes by, before our own news is committed. When it is due stands: it may be put off.
            once = once.on_conflict_do_update(
                index_elements=["receipt"], set_={"receipt": once.excluded.receipt}
            )
        await tx.execute(once)


async def _in_line(tx: Transaction, names: Iterable[str | None]) -> None:
    """Wait for those who write jobs of these keys and receipts: ids are then committed in their order.

    PostgreSQL gives an id when the row is written, so a later one could else be seen, and begun, first. The
    lanes are taken in one order and after all else, so that no two transactions wait for each other.
    """
    if tx.connection.dialect.name == "postgresql":
        for lane in sorted({crc32(name.encode()) % LANES for name in names if name}):
            await tx.execute(select(func.pg_advisory_xact_lock(QUEUE_LOCKS, lane)))


async def outstanding(tx: Transaction, now: datetime) -> int:
    """How many jobs are due or being done; parked ones are not counted."""
    due = select(func.count()).where(job.c.state != "parked", job.c.run_at <= now)
    return int(await tx.scalar(due) or 0)


@dataclass(frozen=True)
class _Claimed:
    id: int
    task: str
    key: str
    args: Mapping[str, Any]
    attempts: int
    receipt: str | None


def _next_job() -> Select[Any]:
    """The most urgent job that is due and free: nobody works at it or at one with its key, and none is before.

    One with a lower number is begun after a higher one where it was parked and is to be tried again.
    """
    now = bindparam("now", type_=job.c.run_at.type)
    earlier = job.alias("earlier")
    free = or_(job.c.state == "todo", and_(job.c.state == "doing", job.c.leased_until < now))
    being_done = and_(earlier.c.id != job.c.id, earlier.c.state == "doing", earlier.c.leased_until >= now)
    before = and_(earlier.c.id < job.c.id, earlier.c.state != "parked")
    first_of_its_key = or_(
        job.c.key == "", ~exists().where(earlier.c.key == job.c.key, or_(before, being_done))
    )
    return (
        select(job.c.id, job.c.task, job.c.key, job.c.args, job.c.attempts, job.c.receipt)
        .where(
            free, job.c.run_at <= now, job.c.queue.in_(bindparam("queues", expanding=True)), first_of_its_key
        )
        .order_by(case({queue: urgency for urgency, queue in enumerate(QUEUES)}, value=job.c.queue), job.c.id)
        .limit(1)
    )


NEXT_JOB = _next_job()
NEXT_JOB_NOT_LOCKED = NEXT_JOB.with_for_update(skip_locked=True)


async def _count_lost(tx: Transaction, now: datetime | None = None) -> None:
    """Let go of leases that ran out before now, or all: each counts as an attempt, after the last it is parked.

    Else a job that kills its process would be begun for ever, and kill those beside it each time.
    """
    lost = select(job.c.id).where(job.c.state == "doing").with_for_update(skip_locked=True)
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


class Work:
    """Runs jobs here: `async with Work(database, handlers, clock):` or `await run_until_idle()`."""

    _running: set[Work] = set()  # noqa: RUF012  (a registry of live runners, to wake them after a commit)

    def __init__(
        self,
        database: Database,
        handlers: Mapping[str, Handler],
        clock: Callable[[], datetime],
        *,
        concurrency: int = 4,
        idle_seconds: float = 1.0,
        queues: tuple[str, ...] = QUEUES,
    ) -> None:
        self.database = database
        self.handlers = handlers
        self.clock = clock
        self.concurrency = concurrency
        self.idle_seconds = idle_seconds
        self.queues = queues
        self._woken = asyncio.Event()
        self._stopping = False
        self._tasks: list[asyncio.Task[None]] = []

    @classmethod
    def wake_all(cls) -> None:
        for runner in cls._running:
            runner._woken.set()

    async def __aenter__(self) -> Work:
        self._running.add(self)
        self._stopping = False
        self._tasks = [asyncio.create_task(self._loop(), name=f"work-{n}") for n in range(self.concurrency)]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop after the jobs at hand. Only one that waits for somebody else for long is cut off.

        Cut off in a transaction, a connection may keep its lock on SQLite until the others give up.
        """
        self._running.discard(self)
        self._stopping = True
        self._woken.set()
        _done, late = await asyncio.wait(self._tasks, timeout=STOP_SECONDS)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late)

    async def _loop(self) -> None:
        while not self._stopping:
            self._woken.clear()
            try:
                worked = await self.run_one()
            except Exception:
                log.exception("work.loop_failed")  # the database is away: wait, do not die
                worked = False
            if not worked:
                # Not wait_for: up to Python 3.11 it drops a cancellation that comes as somebody wakes us.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self.idle_seconds):
                        await self._woken.wait()

    async def run_until_idle(self, limit: int = 100_000) -> int:
        """Run what is due now and what follows from it; how many jobs were run."""
        for count in range(limit):
            if not await self.run_one():
                return count
        raise RuntimeError(f"still not idle after {limit} jobs")

    async def run_one(self) -> bool:
        claimed = await self._claim()
        if claimed is None:
            return False
        try:
            async with self._leased(claimed):
                await self.handlers[claimed.task](claimed.args)
        except Postpone as wait:
            await self._again(claimed, str(wait), self.clock() + wait.after, counted=False)
        except Exception as error:
            reason = clean(f"{type(error).__name__}: {error}")  # operators read it
            log.warning("work.failed", task=claimed.task, job=claimed.id, exc_info=True)
            if claimed.attempts >= len(RETRIES):
                await self._park(claimed, reason)
            else:
                pause = timedelta(seconds=RETRIES[claimed.attempts])
                await self._again(claimed, reason, self.clock() + pause, counted=True)
        else:
            async with self.database.begin() as tx:
                await tx.execute(delete(job).where(job.c.id == claimed.id))
            if claimed.key:
                self.wake_all()
        return True

    @contextlib.asynccontextmanager
    async def _leased(self, claimed: _Claimed) -> AsyncIterator[None]:
        """Renew the lease for as long as the job takes; a process that dies or is paused renews no more."""

        done = asyncio.Event()

        async def renew() -> None:
            while not done.is_set():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(RENEWED_EVERY):
                        await done.wait()
                if not done.is_set():
                    await self._renew(claimed)

        renewing = asyncio.create_task(renew(), name=f"lease-{claimed.id}")
        try:
            yield
        finally:
            done.set()  # not cancelled: it may be in a transaction
            await renewing

    async def _renew(self, claimed: _Claimed) -> None:
        ours = (job.c.id == claimed.id) & (job.c.state == "doing")
        try:
            async with self.database.begin() as tx:
                await tx.execute(update(job).where(ours).values(leased_until=self.clock() + LEASE))
        except Exception:
            log.exception("work.lease_not_renewed", task=claimed.task, job=claimed.id)

    async def _claim(self) -> _Claimed | None:
        now = self.clock()
        asked = {"now": now, "queues": self.queues}
        async with self.database.read() as tx:
            if await tx.first(NEXT_JOB, asked) is None:
                return None  # the common case costs no write lock
        async with self.database.begin() as tx:
            await _count_lost(tx, now)
            row = await tx.first(NEXT_JOB if self.database.is_sqlite else NEXT_JOB_NOT_LOCKED, asked)
            if row is None:
                return None
            # It lets go of its receipt: what is enqueued from here on may be news to it.
            taken = {"state": "doing", "leased_until": now + LEASE, "receipt": None}
            await tx.execute(update(job).where(job.c.id == row["id"]).values(taken))
            return _Claimed(**row)

    async def _again(self, claimed: _Claimed, reason: str, at: datetime, *, counted: bool) -> None:
        attempts = claimed.attempts + 1 if counted else claimed.attempts
        waiting = {
            "state": "todo",
            "leased_until": None,
            "run_at": at,
            "attempts": attempts,
            "error": reason[:2000],
            "receipt": claimed.receipt,
        }
        async with self.database.begin() as tx:
            if claimed.receipt is not None:
                await _in_line(tx, [claimed.receipt])
                # The same that came meanwhile is done with this one.
                newer = (job.c.receipt == claimed.receipt) & (job.c.state == "todo")
                await tx.execute(delete(job).where(newer))
            await tx.execute(update(job).where(job.c.id == claimed.id).values(waiting))

    async def _park(self, claimed: _Claimed, reason: str) -> None:
        async with self.database.begin() as tx:
            await tx.execute(
                update(job)
                .where(job.c.id == claimed.id)
                .values(state="parked", leased_until=None, error=reason[:2000])
            )
        log.error("work.parked", task=claimed.task, job=claimed.id)

    async def reclaim(self) -> None:
        """At the start of the only process (SQLite): what was being done when it died is to be done."""
        async with self.database.begin() as tx:
            await _count_lost(tx)
