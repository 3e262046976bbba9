"""Work that must not be lost: in the caller's transaction, once per receipt, in order per key, parked at last."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from assistant.store import Database, Postpone, Work, enqueue
from assistant.store.tables import job
from assistant.store.work import LEASE, LOST, RETRIES

START = datetime(2026, 3, 2, 8, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def put(database: Database, clock: Clock, *numbers: int, **options: Any) -> None:
    async with database.begin() as tx:
        for number in numbers:
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


async def jobs(database: Database) -> list[dict[str, Any]]:
    async with database.read() as tx:
        return await tx.all(select(job).order_by(job.c.id))


async def test_a_transaction_that_fails_leaves_no_work(database: Database, clock: Clock) -> None:
    async def fails() -> None:
        async with database.begin() as tx:
            await enqueue(tx, "note", {"n": 1}, now=clock())
            raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        await fails()
    assert await jobs(database) == []


async def test_the_same_receipt_is_enqueued_once(database: Database, clock: Clock) -> None:
    await put(database, clock, 1, receipt="daily:2026-03-02")
    await put(database, clock, 1, receipt="daily:2026-03-02")
    work, seen = noting(database, clock)
    await work.run_until_idle()
    assert seen == [1]


async def test_what_comes_while_the_same_is_being_done_is_done_after_it(
    database: Database, clock: Clock
) -> None:
    """The job at hand may have read what it goes by before the news came."""
    seen: list[int] = []

    async def note(args: Mapping[str, Any]) -> None:
        seen.append(args["n"])
        if args["n"] == 1:
            await put(database, clock, 2, receipt="contacts:new")
            await put(database, clock, 3, receipt="contacts:new")

    await put(database, clock, 1, receipt="contacts:new")
    await Work(database, {"note": note}, clock).run_until_idle()
    assert seen == [1, 2]


async def test_work_that_waits_is_not_begun_before_the_news_it_is_asked_for_again_is_committed(
    database: Database, clock: Clock
) -> None:
    """Begun in between it would not see the news, and be gone when they are there."""
    await put(database, clock, 1, receipt="contacts:new")
    work, seen = noting(database, clock)
    async with database.begin() as tx:
        await enqueue(tx, "note", {"n": 1}, now=clock(), receipt="contacts:new")
        await tx.at_last()
        beginning = asyncio.create_task(work.run_one())
        await asyncio.sleep(0.2)
        assert seen == []
    await beginning
    await work.run_until_idle()
    assert seen == [1]


async def test_a_parked_job_does_not_keep_its_like_from_being_tried(database: Database, clock: Clock) -> None:
    """A feed that was unreadable for a minute is read again by the next poll."""
    await put(database, clock, 1, key="feed:x", receipt="poll:x")
    work, seen = noting(database, clock, {1: ValueError("unreadable")})
    for _ in range(len(RETRIES) + 1):
        await work.run_until_idle()
        clock.now += timedelta(seconds=max(RETRIES))
    assert [row["state"] for row in await jobs(database)] == ["parked"]
    await put(database, clock, 2, key="feed:x", receipt="poll:x")
    await work.run_until_idle()
    assert seen == [2]


async def test_jobs_of_the_same_receipt_do_not_pile_up_while_one_is_put_off(
    database: Database, clock: Clock
) -> None:
    work, seen = noting(database, clock, {1: Postpone("busy", timedelta(seconds=10))})
    for _ in range(5):
        await put(database, clock, 1, receipt="contacts:new")
        await work.run_one()
    assert len(await jobs(database)) == 1
    assert seen == []


async def test_nothing_is_done_beside_what_was_enqueued_before_it_and_committed_after_it(
    database: Database, clock: Clock
) -> None:
    begun, running = asyncio.Event(), 0

    async def note(args: Mapping[str, Any]) -> None:
        nonlocal running
        running += 1
        assert running == 1, "two jobs of one person at the same time"
        begun.set()
        await asyncio.sleep(0.3)
        running -= 1

    work = Work(database, {"note": note}, clock)
    async with database.begin() as tx:
        await enqueue(tx, "note", {"n": 1}, now=clock(), key="anna")
        other = asyncio.create_task(put(database, clock, 2, key="anna"))
        await asyncio.sleep(0.2)
        doing = asyncio.create_task(work.run_one())
        if not database.is_sqlite:
            await begun.wait()
    await asyncio.gather(other, doing, work.run_one())
    await work.run_until_idle()
    assert await jobs(database) == [], "none has failed"


async def test_jobs_of_a_person_are_numbered_as_they_are_committed(database: Database, clock: Clock) -> None:
    work, seen = noting(database, clock)
    async with database.begin() as tx:
        await enqueue(tx, "note", {"n": 1}, now=clock(), key="anna")
        await tx.at_last()  # it has its number
        other = asyncio.create_task(put(database, clock, 2, key="anna"))
        await asyncio.sleep(0.2)
        doing = asyncio.create_task(work.run_one())
        await asyncio.sleep(0.2)
        assert seen == []
    await asyncio.gather(other, doing)
    await work.run_until_idle()
    assert seen == [1, 2]


async def test_a_parked_job_that_is_tried_again_waits_for_the_one_at_hand(
    database: Database, clock: Clock
) -> None:
    await put(database, clock, 1, 2, key="anna")
    async with database.begin() as tx:
        await tx.execute(update(job).where(job.c.id == 2).values(state="doing", leased_until=clock() + LEASE))
    work, seen = noting(database, clock)
    assert not await work.run_one()
    clock.now += LEASE + timedelta(seconds=1)
    await work.run_until_idle()
    assert seen == [1, 2]


async def test_transactions_that_bring_work_for_the_same_people_do_not_lock_each_other_out(
    database: Database, clock: Clock
) -> None:
    people = [f"person {n}" for n in range(20)]

    async def bring(order: list[str]) -> None:
        async with database.begin() as tx:
            for person in order:
                await enqueue(tx, "note", {"n": 1}, now=clock(), key=person, receipt=f"look:{person}")
                await asyncio.sleep(0)

    for _ in range(5):
        await asyncio.gather(bring(people), bring(people[::-1]))
    assert len(await jobs(database)) == len(people)


async def test_jobs_of_one_person_run_in_order_also_with_many_hands(database: Database, clock: Clock) -> None:
    await put(database, clock, *range(12), key="anna")
    running = 0
    seen: list[int] = []

    async def note(args: Mapping[str, Any]) -> None:
        nonlocal running
        running += 1
        assert running == 1, "two jobs of one person at the same time"
        await asyncio.sleep(0.001)
        seen.append(args["n"])
        running -= 1

    async with Work(database, {"note": note}, clock, idle_seconds=0.01):
        for _ in range(500):
            if len(seen) == 12:
                break
            await asyncio.sleep(0.02)
    assert seen == list(range(12))


async def test_a_failing_job_is_tried_again_then_parked_and_mutes_nobody(
    database: Database, clock: Clock
) -> None:
    await put(database, clock, 1, 2, key="anna")
    work, seen = noting(database, clock, {1: ValueError("broken")})
    for _ in RETRIES:
        await work.run_until_idle()
        assert seen == [], "the second job waits for the first"
        clock.now += timedelta(seconds=max(RETRIES))
    await work.run_until_idle()
    assert seen == [2]
    (parked,) = await jobs(database)
    assert parked["state"] == "parked"
    assert parked["error"] == "ValueError: broken"
    assert parked["attempts"] == len(RETRIES)


async def test_being_asked_to_wait_is_not_counted_as_a_failure(database: Database, clock: Clock) -> None:
    await put(database, clock, 1)
    failing: dict[int, Exception] = {1: Postpone("busy", timedelta(seconds=30))}
    work, seen = noting(database, clock, failing)
    for _ in range(20):
        await work.run_until_idle()
        clock.now += timedelta(seconds=31)
    failing.clear()
    await work.run_until_idle()
    assert seen == [1]


async def test_the_job_of_a_process_that_died_is_done_when_its_lease_has_run_out(
    database: Database, clock: Clock
) -> None:
    await put(database, clock, 1)
    async with database.begin() as tx:
        await tx.execute(update(job).values(state="doing", leased_until=clock() + LEASE))
    work, seen = noting(database, clock)
    assert await work.run_until_idle() == 0
    clock.now += LEASE + timedelta(seconds=1)
    await work.run_until_idle()
    assert seen == [1]


async def test_a_job_that_takes_longer_than_its_lease_is_not_begun_again(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.store.work.running.RENEWED_EVERY", 0.01)
    await put(database, clock, 1)
    begun: list[int] = []
    renewed = asyncio.Event()

    async def slow(args: Mapping[str, Any]) -> None:
        begun.append(args["n"])
        clock.now += LEASE - timedelta(seconds=1)
        while (await jobs(database))[0]["leased_until"] < clock.now + LEASE:  # noqa: ASYNC110  # in the database
            await asyncio.sleep(0.01)
        clock.now += timedelta(seconds=2)  # past the first lease
        renewed.set()
        await asyncio.sleep(0.05)

    one, other = (Work(database, {"note": slow}, clock) for _ in range(2))
    running = asyncio.create_task(one.run_one())
    await renewed.wait()
    assert await other.run_one() is False
    await running
    assert begun == [1]
    assert await jobs(database) == []


async def test_at_the_start_of_the_only_process_nothing_waits_for_a_lease(
    database: Database, clock: Clock
) -> None:
    await put(database, clock, 1)
    async with database.begin() as tx:
        await tx.execute(update(job).values(state="doing", leased_until=clock() + LEASE))
    work, seen = noting(database, clock)
    await work.reclaim()
    await work.run_until_idle()
    assert seen == [1]


@pytest.mark.parametrize("only_process", [True, False])
async def test_a_job_that_kills_its_process_each_time_is_parked_and_mutes_nobody(
    database: Database, clock: Clock, only_process: bool
) -> None:
    await put(database, clock, 1, 2, key="anna")

    async def dies(args: Mapping[str, Any]) -> None:
        if args["n"] == 1:
            raise asyncio.CancelledError  # nothing is written down of how it went
        seen.append(args["n"])

    seen: list[int] = []
    work = Work(database, {"note": dies}, clock)
    for _ in range(len(RETRIES) + 1):
        with pytest.raises(asyncio.CancelledError):
            await work.run_one()
        if only_process:
            await work.reclaim()
        else:
            clock.now += LEASE + timedelta(seconds=1)
    await work.run_until_idle()
    assert seen == [2]
    (parked,) = await jobs(database)
    assert parked["state"] == "parked"
    assert parked["error"] == LOST
    assert parked["attempts"] == len(RETRIES)


async def test_urgent_work_goes_first_and_later_work_waits(database: Database, clock: Clock) -> None:
    await put(database, clock, 1, queue="bulk")
    await put(database, clock, 2, queue="events")
    await put(database, clock, 3, queue="chat")
    await put(database, clock, 4, queue="chat", run_at=clock() + timedelta(hours=1))
    work, seen = noting(database, clock)
    await work.run_until_idle()
    assert seen == [3, 2, 1]
    clock.now += timedelta(hours=1)
    await work.run_until_idle()
    assert seen == [3, 2, 1, 4]


async def test_updates_are_not_lost_when_many_write(database: Database, clock: Clock) -> None:
    """With the drivers' own begin most of these would be lost silently, or fail at once."""
    await put(database, clock, 0)

    async def add() -> None:
        for _ in range(10):
            async with database.begin() as tx:
                question = select(job.c.attempts)
                if not database.is_sqlite:
                    question = question.with_for_update()
                now = await tx.scalar(question)
                await tx.execute(update(job).values(attempts=now + 1))

    await asyncio.gather(*(add() for _ in range(8)))
    assert (await jobs(database))[0]["attempts"] == 80


@pytest.mark.parametrize("moments", range(5))
async def test_it_stops_also_at_the_moment_somebody_wakes_it(
    database: Database, clock: Clock, moments: int
) -> None:
    async with asyncio.timeout(10):
        work, _ = noting(database, clock)
        async with work:
            await asyncio.sleep(0.3)  # until all are idle
            Work.wake_all()
            for _ in range(moments):
                await asyncio.sleep(0)


async def test_the_job_at_hand_is_done_before_it_stops(database: Database, clock: Clock) -> None:
    begun, done = asyncio.Event(), []

    async def slow(args: Mapping[str, Any]) -> None:
        async with database.begin() as tx:
            begun.set()
            await asyncio.sleep(0.3)
            await tx.execute(update(job).values(error="seen"))
        done.append(args["n"])

    await put(database, clock, 1, 2)
    async with Work(database, {"note": slow}, clock, concurrency=1):
        await begun.wait()

    assert done == [1]
    assert [row["state"] for row in await jobs(database)] == ["todo"]


async def test_a_job_that_waits_for_another_is_cut_off_when_it_stops(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.store.work.running.STOP_SECONDS", 0.1)
    begun = asyncio.Event()

    async def waits(args: Mapping[str, Any]) -> None:
        begun.set()
        await asyncio.sleep(60)

    await put(database, clock, 1)
    async with asyncio.timeout(10):
        async with Work(database, {"note": waits}, clock):
            await begun.wait()

    assert [row["state"] for row in await jobs(database)] == ["doing"]  # until its lease runs out
