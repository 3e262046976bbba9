"""Running jobs: begun when they are due, leased while they are done, tried again, parked at last."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import structlog
from sqlalchemy import delete, select, update

from assistant.journal import clean
from assistant.store.database import Database, Transaction
from assistant.store.news import WORK, Listening
from assistant.store.tables import job
from assistant.store.work.claimed import BEHIND, TAKEN, Claimed, still_ours
from assistant.store.work.enqueuing import QUEUES, in_line
from assistant.store.work.fetching import RETRIES, anything_to_begin, count_lost, next_job, others_like
from assistant.store.work.shutting import Shut
from assistant.store.work.waking import no_longer_woken, wake, wake_all, woken_from_now_on

log = structlog.get_logger()

LEASE = timedelta(seconds=60)
RENEWED_EVERY = 15.0
RESCUE_EVERY = timedelta(seconds=5)
LONG_WAIT = timedelta(minutes=1)
STOP_SECONDS = 5.0  # how long the jobs at hand may take when the process is told to stop


class Postpone(Exception):
    """The other side asks us to wait (429, 503) or is silent: try again later, not counted as an attempt.

    `noting`: what the job is to find among its args then, beside those it has.
    """

    def __init__(
        self, reason: str, after: timedelta = LONG_WAIT, noting: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(reason)
        self.after = after
        self.noting = noting or {}


Handler = Callable[[Mapping[str, Any]], Awaitable[None]]


@dataclass(frozen=True)
class Together:
    """A handler that does several jobs of its task at once: it writes in few transactions what each would in its own.

    While it is quickly at it no other hand of this process takes from their queue (`shutting`): what comes meanwhile
    is done together next, where each hand with a few would take as long for its few as one for all.

    `handle` gives for each of the jobs None, or why it is not done. Where it raises, each is done alone: one that
    cannot be done costs the others time, not their place. What was kept by then is found done, as after a lease that
    ran out. `most`: jobs at once.
    """

    handle: Callable[[Sequence[Mapping[str, Any]]], Awaitable[Sequence[Exception | None]]]
    most: int

    async def __call__(self, args: Mapping[str, Any]) -> None:
        (fault,) = await self.handle([args])
        if fault is not None:
            raise fault


STOPPED = Postpone("its process was stopped before it came to it", timedelta())
ENDED = Exception("ended already")
"""Among what became of jobs that were claimed together: how it ended is written, there is nothing left to write."""


def slots(concurrency: int, queues: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """What each of so many hands may take up: one is kept free for the most urgent, one has no time for the last.

    Else a night's bulk would have all hands busy at the moment somebody asks something in the chat.

    >>> slots(4, ("chat", "events", "bulk"))[:3]
    (('chat',), ('chat', 'events'), ('chat', 'events', 'bulk'))
    """
    kept = [queues[:1], queues[:-1]][: max(0, min(concurrency, len(queues)) - 1)]
    return (*kept, *[queues] * (concurrency - len(kept)))


class Work:
    """Runs jobs here: `async with Work(database, handlers, clock):` or `await run_until_idle()`."""

    def __init__(
        self,
        database: Database,
        handlers: Mapping[str, Handler],
        clock: Callable[[], datetime],
        *,
        concurrency: int = 5,
        idle_seconds: float = 1.0,
        queues: tuple[str, ...] = QUEUES,
    ) -> None:
        self.database = database
        self.handlers = handlers
        self.clock = clock
        self.concurrency = concurrency
        self.idle_seconds = idle_seconds
        self.queues = queues
        self._hands: list[asyncio.Event] = []
        self._shut = Shut()
        self._claiming = asyncio.Lock()  # so that of two hands the second knows what the first has shut
        self._stopping = False
        self._listening = Listening(database, {WORK: wake}, wake_all)
        self._looked_for_lost = datetime.min.replace(tzinfo=UTC)
        self._tasks: list[asyncio.Task[None]] = []

    wake_all = staticmethod(wake_all)

    async def __aenter__(self) -> Work:
        self._stopping = False
        await self._listening.__aenter__()
        self._hands, self._tasks = [], []
        for number, queues in enumerate(slots(self.concurrency, self.queues)):
            hand = asyncio.Event()
            woken_from_now_on(hand, queues)
            self._hands.append(hand)
            self._tasks.append(asyncio.create_task(self._loop(queues, hand), name=f"work-{number}"))
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop after the jobs at hand. Only one that waits for somebody else for long is cut off.

        Cut off in a transaction, a connection may keep its lock on SQLite until the others give up.
        """
        self._stopping = True
        for hand in self._hands:
            no_longer_woken(hand)
            hand.set()
        _done, late = await asyncio.wait(self._tasks, timeout=STOP_SECONDS)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late)
        for hand in self._hands:
            self._shut.let_go(hand)
        await self._listening.__aexit__()

    async def _loop(self, queues: tuple[str, ...], hand: asyncio.Event) -> None:
        done: Sequence[Claimed] = ()
        while not self._stopping:
            hand.clear()
            claimed: Sequence[Claimed] = ()
            try:
                async with self._claiming:
                    claimed = await self._claim(queues, done, hand)
                    done = ()  # ended, with that claim: their numbers may be others' by now
                    self._keep_or_let_go(hand, claimed)
                done = await self._work_at(claimed) if claimed else ()
            except Exception:
                log.exception("work.loop_failed")  # the database is away: wait, do not die
            if not claimed:
                # Not wait_for: up to Python 3.11 it drops a cancellation that comes as somebody wakes us.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self.idle_seconds):
                        await hand.wait()
        try:
            await self._ended(done)
        except Exception:
            log.exception(
                "work.not_ended", jobs=len(done)
            )  # they are done again when their lease has run out

    async def run_until_idle(self, limit: int = 100_000) -> int:
        """Run what is due now and what follows from it; how many times a hand was put to it."""
        done: Sequence[Claimed] = ()
        for count in range(limit):
            claimed = await self._claim(self.queues, done)
            if not claimed:
                return count
            done = await self._work_at(claimed)
        raise RuntimeError(f"still not idle after {limit} jobs")

    async def run_one(self, queues: tuple[str, ...] | None = None) -> bool:
        """Do the next job, and with it those that its handler does together with it; whether there was one."""
        claimed = await self._claim(queues or self.queues)
        if claimed:
            await self._ended(await self._work_at(claimed))
        return bool(claimed)

    async def _work_at(self, claimed: Sequence[Claimed]) -> Sequence[Claimed]:
        """Do these jobs; those that are done. They are still ours, until what comes next is claimed (`_claim`)."""
        async with self._leased(claimed):
            faults = await self._do(claimed)
        done = []
        for one, fault in zip(claimed, faults, strict=True):
            if fault is None:
                done.append(one)
            elif fault is not ENDED:
                await self._surely(self._not_done(one, fault))
        return done

    async def _do(self, claimed: Sequence[Claimed]) -> Sequence[Exception | None]:
        """For each job None, or why it is not done, or that it is ended already."""
        if len(claimed) == 1:
            return [await self._do_alone(claimed[0])]
        handler = self.handlers[claimed[0].task]
        assert isinstance(handler, Together)
        try:
            return await handler.handle([one.args for one in claimed])
        except Exception:
            log.info("work.each_alone", task=claimed[0].task, jobs=len(claimed), exc_info=True)
        for one in claimed:
            fault = STOPPED if self._stopping else await self._do_alone(one)
            # Each as it is done: to be stopped in the middle costs those that are done nothing.
            await self._surely(self._ended([one]) if fault is None else self._not_done(one, fault))
        return [ENDED] * len(claimed)

    async def _do_alone(self, claimed: Claimed) -> Exception | None:
        try:
            await self.handlers[claimed.task](claimed.args)
        except Exception as fault:
            return fault
        return None

    async def _surely(self, ending: Awaitable[None]) -> None:
        """Write how a job ended; where that fails it is done again when its lease has run out, and no other is."""
        try:
            await ending
        except Exception:
            log.exception("work.not_ended", jobs=1)

    async def _not_done(self, claimed: Claimed, fault: Exception) -> None:
        if isinstance(fault, Postpone):
            waiting = replace(claimed, args={**claimed.args, **fault.noting})
            await self._again(waiting, str(fault), self.clock() + fault.after, counted=False)
            return
        reason = clean(f"{type(fault).__name__}: {fault}")  # operators read it
        log.warning("work.failed", task=claimed.task, job=claimed.id, exc_info=fault)
        if claimed.attempts >= len(RETRIES):
            await self._park(claimed, reason)
        else:
            pause = timedelta(seconds=RETRIES[claimed.attempts])
            await self._again(claimed, reason, self.clock() + pause, counted=True)

    @contextlib.asynccontextmanager
    async def _leased(self, claimed: Sequence[Claimed]) -> AsyncIterator[None]:
        """Renew the lease for as long as the jobs take; a process that dies or is paused renews no more."""

        done = asyncio.Event()

        async def renew() -> None:
            while not done.is_set():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(RENEWED_EVERY):
                        await done.wait()
                if not done.is_set():
                    await self._renew(claimed)

        renewing = asyncio.create_task(renew(), name=f"lease-{claimed[0].id}")
        try:
            yield
        finally:
            done.set()  # not cancelled: it may be in a transaction
            await renewing

    async def _renew(self, claimed: Sequence[Claimed]) -> None:
        try:
            async with self.database.begin() as tx:
                leased = {"leased_until": self.clock() + LEASE}
                await tx.execute(update(job).where(still_ours(*claimed)).values(leased))
        except Exception:
            log.exception("work.lease_not_renewed", task=claimed[0].task, job=claimed[0].id)

    async def _claim(
        self, queues: tuple[str, ...], done: Sequence[Claimed] = (), hand: asyncio.Event | None = None
    ) -> Sequence[Claimed]:
        """The next job, and those that are done together with it; in the transaction that ends those `done`."""
        now, queues = self.clock(), self._shut.open_to(queues, hand)
        if not done and not queues:
            return ()
        if self.database.is_sqlite and not done:
            async with self.database.read() as tx:
                if not await anything_to_begin(tx, queues, now):
                    return ()  # the common case costs no turn among those who write
        async with self.database.begin() as tx:
            if done:
                await self._end(tx, done)
            if abs(now - self._looked_for_lost) >= RESCUE_EVERY:
                await count_lost(tx, now)
                self._looked_for_lost = now
            return await self._next(tx, queues, now)

    def _keep_or_let_go(self, hand: asyncio.Event, claimed: Sequence[Claimed]) -> None:
        """Keep the queue of what a hand does together, where it has taken all there was, from the others.

        Each of those would else begin with the few that come next. Where there is more than one can take, or one has
        to wait for somebody else, there is work for several.
        """
        together = self._together(claimed[0]) if claimed else None
        kept = claimed[0].queue if together is not None and len(claimed) < together.most else None
        self._shut.let_go(hand, but=kept)
        if kept is not None:
            self._shut.shut(kept, hand)

    def _together(self, first: Claimed) -> Together | None:
        """What does a job together with others; None for one that has failed: its process may have died of it."""
        handler = self.handlers.get(first.task)
        return handler if isinstance(handler, Together) and not first.attempts else None

    async def _next(self, tx: Transaction, queues: tuple[str, ...], now: datetime) -> Sequence[Claimed]:
        row = await next_job(tx, queues, now) if queues else None
        if row is None:
            return ()
        first = Claimed(**row)
        await self._take(tx, [first], now)
        together = self._together(first)
        if together is None:
            return (first,)
        others = [Claimed(**row) for row in await others_like(tx, first.id, together.most - 1, now)]
        if others:
            await self._take(tx, others, now)
        return (first, *others)

    async def _take(self, tx: Transaction, claimed: Sequence[Claimed], now: datetime) -> None:
        # It lets go of its receipt: what is enqueued from here on may be news to it.
        taken = {"state": "doing", "leased_until": now + LEASE, "receipt": None}
        await tx.execute(TAKEN, {"ids": [one.id for one in claimed], **taken})

    async def _ended(self, done: Sequence[Claimed]) -> None:
        if done:
            async with self.database.begin() as tx:
                await self._end(tx, done)

    async def _end(self, tx: Transaction, done: Sequence[Claimed]) -> None:
        """Take jobs out that are done, and wake whoever may do what waited behind them."""
        await tx.execute(delete(job).where(still_ours(*done)))
        keys = {one.key for one in done if one.key}
        if keys:
            for row in await tx.all(BEHIND, {"keys": sorted(keys)}):
                tx.after_commit(partial(wake, row["queue"]))

    async def _again(self, claimed: Claimed, reason: str, at: datetime, *, counted: bool) -> None:
        attempts = claimed.attempts + 1 if counted else claimed.attempts
        waiting = {
            "state": "todo",
            "leased_until": None,
            "run_at": at,
            "args": dict(claimed.args),
            "attempts": attempts,
            "error": reason[:2000],
            "receipt": claimed.receipt,
        }
        async with self.database.begin() as tx:
            if claimed.receipt is not None:
                await in_line(tx, [claimed.receipt])
            ours = select(job.c.id).where(still_ours(claimed)).with_for_update()
            if await tx.first(ours) is None:
                return  # somebody else has done it, or is at it: what came meanwhile is theirs
            if claimed.receipt is not None:
                # The same that came meanwhile is done with this one.
                newer = (job.c.receipt == claimed.receipt) & (job.c.state == "todo")
                await tx.execute(delete(job).where(newer))
            await tx.execute(update(job).where(job.c.id == claimed.id).values(waiting))

    async def _park(self, claimed: Claimed, reason: str) -> None:
        async with self.database.begin() as tx:
            await tx.execute(
                update(job)
                .where(still_ours(claimed))
                .values(state="parked", leased_until=None, error=reason[:2000])
            )
        log.error("work.parked", task=claimed.task, job=claimed.id)

    async def reclaim(self) -> None:
        """At the start of the only process (SQLite): what was being done when it died is to be done."""
        async with self.database.begin() as tx:
            await count_lost(tx)
