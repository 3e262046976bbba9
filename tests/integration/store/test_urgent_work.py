"""However much waits, who asks is answered next; and those who look after it see what waits and what gave up."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from counting import counted
from long_runs import share_of
from sqlalchemy import bindparam, func, insert, select, text
from sqlalchemy.engine.default import DefaultDialect

from assistant.store import Database, Transaction, Work, enqueue
from assistant.store.tables import job
from assistant.store.work import QUEUES, RETRIES, oldest, parked, try_again
from assistant.store.work.fetching import next_of
from assistant.store.work.running import slots

START = datetime(2026, 3, 2, 8, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def put(database: Database, clock: Clock, number: int, **options: Any) -> None:
    async with database.begin() as tx:
        await enqueue(tx, "note", {"n": number}, now=clock(), **options)


def noting(
    database: Database, clock: Clock, failing: Mapping[int, Exception] | None = None
) -> tuple[Work, list[int]]:
    seen: list[int] = []

    async def note(args: Mapping[str, Any]) -> None:
        if failing and args["n"] in failing:
            raise failing[args["n"]]
        seen.append(args["n"])

    return Work(database, {"note": note}, clock), seen


async def test_no_night_has_so_much_work_that_somebody_who_asks_must_wait(
    database: Database, clock: Clock
) -> None:
    """All hands but the last of them may be at it: one is kept for the chat, one for what has happened."""
    held, answered = asyncio.Event(), asyncio.Event()
    begun: list[str] = []

    async def note(args: Mapping[str, Any]) -> None:
        begun.append(args["n"])
        if args["n"] == "question":
            answered.set()
        else:
            await held.wait()

    async with database.begin() as tx:
        for queue in ("bulk", "events"):
            for _ in range(20):
                await enqueue(tx, "note", {"n": queue}, now=clock(), queue=queue)
    async with asyncio.timeout(20), Work(database, {"note": note}, clock, concurrency=4, idle_seconds=0.05):
        while len(begun) < 3:  # noqa: ASYNC110  # in other tasks
            await asyncio.sleep(0.01)
        async with database.begin() as tx:
            await enqueue(tx, "note", {"n": "question"}, now=clock(), queue="chat")
        await answered.wait()
        held.set()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_what_another_process_brings_is_begun_at_once(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody wakes the hands here as another process would not; they look for themselves once a minute."""
    monkeypatch.setattr("assistant.store.work.enqueuing.wake", lambda queue: None)
    done = asyncio.Event()

    async def note(args: Mapping[str, Any]) -> None:
        done.set()

    async with asyncio.timeout(20), Work(database, {"note": note}, clock, idle_seconds=60):
        await asyncio.sleep(0.5)  # until all are idle
        await put(database, clock, 1, queue="events")
        await done.wait()


@pytest.mark.parametrize(
    ("concurrency", "expected"),
    [
        (1, [QUEUES]),
        (2, [QUEUES[:1], QUEUES]),
        (3, [QUEUES[:1], QUEUES[:2], QUEUES]),
        (5, [QUEUES[:1], QUEUES[:2], QUEUES, QUEUES, QUEUES]),
    ],
)
def test_each_queue_has_a_hand_at_any_concurrency(concurrency: int, expected: list[tuple[str, ...]]) -> None:
    assert list(slots(concurrency, QUEUES)) == expected


async def test_a_queue_that_nobody_serves_is_refused(database: Database, clock: Clock) -> None:
    with pytest.raises(ValueError, match="there is no queue 'bluk'"):
        await put(database, clock, 1, queue="bluk")


async def test_those_who_look_after_it_see_what_waits_and_what_gave_up_and_try_it_again(
    database: Database, clock: Clock
) -> None:
    await put(database, clock, 1, queue="bulk")
    await put(database, clock, 2, queue="chat", run_at=clock() + timedelta(hours=1))
    async with database.read() as tx:
        assert await oldest(tx, clock()) == {"bulk": START}
    work, seen = noting(database, clock, {1: ValueError("broken")})
    for _ in range(len(RETRIES) + 1):
        await work.run_until_idle()
        clock.now += timedelta(seconds=max(RETRIES))
    async with database.begin() as tx:
        assert await oldest(tx, clock()) == {}
        (given_up,) = await parked(tx)
        assert (given_up.task, given_up.queue, given_up.error) == ("note", "bulk", "ValueError: broken")
        assert await try_again(tx, given_up.id, clock())
        assert not await try_again(tx, given_up.id, clock())
    work, seen = noting(database, clock)
    await work.run_until_idle()
    assert seen == [1]


async def fill(database: Database, count: int, *, queue: str, run_at: datetime) -> None:
    """So many jobs of as many people, in one statement."""
    row = {"task": "note", "queue": queue, "args": {"n": 0}, "run_at": run_at, "state": "todo"}
    async with database.begin() as tx:
        await tx.execute(insert(job), row | {"key": "person 0"})
        numbers = text(
            f"with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < {count - 1})"
            " insert into job (task, queue, key, args, run_at, state)"
            " select task, queue, 'person ' || n, args, run_at, state from job, numbers where queue = :queue"
        )
        await tx.execute(numbers, {"queue": queue})


async def test_a_hundred_thousand_waiting_jobs_do_not_delay_an_urgent_one(
    database: Database, clock: Clock
) -> None:
    """The next is found by an index, whose first entry it is, and not by looking through them all."""
    await fill(database, 50_000, queue="bulk", run_at=clock())
    await fill(
        database, 50_000, queue="events", run_at=clock() + timedelta(hours=9)
    )  # at eight in the morning
    await put(database, clock, 1, key="anna", queue="chat")
    work, seen = noting(database, clock)
    began = time.perf_counter()
    assert await work.run_one()
    chat = time.perf_counter() - began
    assert seen == [1]
    began = time.perf_counter()
    for _ in range(20):
        assert await work.run_one()
    each = (time.perf_counter() - began) / 20
    assert seen == [1] + [0] * 20
    async with database.read() as tx:
        left = await tx.scalar(select(func.count()).select_from(job))
        plan = await how_it_is_found(tx, clock())
    assert left == 100_000 - 20
    assert "ix_job_waiting" in plan
    assert "sort" not in plan.lower().replace("temp b-tree", "sort")
    counted(f"{left} waiting: chat answered in {1000 * chat:.1f} ms, then {1000 * each:.1f} ms a job")


async def how_it_is_found(tx: Transaction, now: datetime) -> str:
    """The database's own plan, with its values bound as they are when it is asked."""
    asked = next_of("bulk").compile(dialect=DefaultDialect(paramstyle="named"))
    explain = "explain query plan" if tx.connection.dialect.name == "sqlite" else "explain"
    values = {name: value for name, value in asked.params.items() if name != "now"}
    bound = text(f"{explain} {asked}").bindparams(bindparam("now", now, job.c.run_at.type), **values)
    return "\n".join(str(tuple(row)) for row in await tx.execute(bound))


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_two_hundred_thousand_due_messages_do_not_delay_an_answer(
    database: Database, clock: Clock
) -> None:
    """All hands are at it, and every now and then somebody asks something in the chat."""
    count = share_of(200_000)
    await fill(database, count, queue="bulk", run_at=clock())
    answered = asyncio.Event()

    async def note(args: Mapping[str, Any]) -> None:
        if args["n"] == 1:
            answered.set()

    waits, began = [], time.perf_counter()
    async with asyncio.timeout(300), Work(database, {"note": note}, clock):
        for number in range(20):
            await asyncio.sleep(0.3)
            answered.clear()
            asked = time.perf_counter()
            await put(database, clock, 1, key=f"person {number}", queue="chat")
            await answered.wait()
            waits.append(1000 * (time.perf_counter() - asked))
    seconds = time.perf_counter() - began
    async with database.read() as tx:
        left = await tx.scalar(select(func.count()).select_from(job))
    counted(
        f"{count} due, {(count - left) / seconds:.0f} jobs/s, chat answered in"
        f" {statistics.median(waits):.0f} ms, the longest {max(waits):.0f} ms"
    )
    assert max(waits) < 5_000
