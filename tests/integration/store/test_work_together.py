"""Several jobs of one task done at once: each has its own outcome, and none suffers for another."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from assistant.store import Database, Postpone, Together, Transaction, Work, enqueue
from assistant.store.tables import job
from assistant.store.work import LEASE, running, shutting
from assistant.store.work.fetching import LOOKED_THROUGH

START = datetime(2026, 3, 2, 8, tzinfo=UTC)


class Hands:
    """What was done at once, and what fails: a number alone, or everything it is done with."""

    def __init__(self, database: Database, most: int = 10) -> None:
        self.database = database
        self.now = START
        self.seen: list[list[int]] = []
        self.alone: dict[int, Exception] = {}
        self.poison: set[int] = set()
        self.twice = asyncio.Event()
        self.work = Work(database, {"note": Together(self.note, most)}, lambda: self.now)

    async def note(self, many: Sequence[Mapping[str, Any]]) -> Sequence[Exception | None]:
        numbers = [args["n"] for args in many]
        if self.poison.intersection(numbers):
            raise ValueError("a poisoned one is among them")
        self.seen.append(numbers)
        if len(self.seen) == 2:
            self.twice.set()
        return [self.alone.get(number) for number in numbers]

    async def put(self, *numbers: int, **options: Any) -> None:
        async with self.database.begin() as tx:
            for number in numbers:
                await enqueue(tx, "note", {"n": number}, now=self.now, **options)

    async def jobs(self) -> list[tuple[int, str, int]]:
        async with self.database.read() as tx:
            rows = await tx.all(select(job).order_by(job.c.id))
        return [(row["args"]["n"], row["state"], row["attempts"]) for row in rows]


@pytest.fixture
def hands(database: Database) -> Hands:
    return Hands(database)


async def test_what_waits_is_done_at_once_and_no_more_than_may_be(database: Database) -> None:
    hands = Hands(database, most=3)
    await hands.put(1, 2, 3, 4)
    assert await hands.work.run_until_idle() == 2
    assert hands.seen == [[1, 2, 3], [4]]
    assert await hands.jobs() == []


async def test_one_of_each_key_goes_the_first(hands: Hands) -> None:
    await hands.put(1, 2, key="kari")
    await hands.put(3, key="omar")
    await hands.work.run_until_idle()
    assert hands.seen == [[1, 3], [2]]


async def test_another_queue_and_what_is_not_due_are_left(hands: Hands) -> None:
    await hands.put(1)
    await hands.put(2, queue="bulk")
    await hands.put(3, run_at=START + timedelta(minutes=1))
    await hands.work.run_one()
    assert hands.seen == [[1]]


async def test_each_has_its_own_outcome(hands: Hands) -> None:
    hands.alone = {2: Postpone("the register is silent"), 3: ValueError("unreadable")}
    await hands.put(1, 2, 3)
    await hands.work.run_until_idle()
    assert hands.seen == [[1, 2, 3]]
    assert await hands.jobs() == [(2, "todo", 0), (3, "todo", 1)]


async def test_where_they_fail_together_each_is_done_alone(hands: Hands) -> None:
    hands.poison = {2}
    await hands.put(1, 2, 3)
    await hands.work.run_until_idle()
    assert hands.seen == [[1], [3]]
    assert await hands.jobs() == [(2, "todo", 1)]


async def test_one_that_has_failed_takes_nobody_with_it(hands: Hands) -> None:
    """It may be what its process died of."""
    await hands.put(1, 2, 3)
    async with hands.database.begin() as tx:
        await tx.execute(update(job).where(job.c.id < 3).values(attempts=1))
    await hands.work.run_until_idle()
    assert hands.seen == [[1], [2], [3]]


async def test_two_workers_have_none_in_common(database: Database) -> None:
    one, other = Hands(database, most=4), Hands(database, most=4)
    await one.put(*range(8))
    await asyncio.gather(one.work.run_until_idle(), other.work.run_until_idle())
    done = [number for numbers in (*one.seen, *other.seen) for number in numbers]
    assert sorted(done) == list(range(8))


async def test_what_a_process_died_at_counts_an_attempt_each(hands: Hands) -> None:
    await hands.put(1, 2)
    assert len(await hands.work._claim(("events",))) == 2
    hands.now += LEASE + timedelta(seconds=1)
    await hands.work.run_until_idle()
    assert hands.seen == [[1], [2]]


async def test_what_is_done_is_taken_out_before_the_process_stops(hands: Hands) -> None:
    await hands.put(1, 2, key="kari")
    async with asyncio.timeout(20), hands.work:
        await hands.twice.wait()
    assert await hands.jobs() == []


async def test_what_comes_while_some_are_done_together_is_done_together_next(
    hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other hands go on with what is in other queues."""
    monkeypatch.setattr(shutting, "SHUT_SECONDS", 20)
    begun, may_end, asked = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slowly(many: Sequence[Mapping[str, Any]]) -> Sequence[Exception | None]:
        begun.set()
        await may_end.wait()
        return await hands.note(many)

    async def answer(_args: Mapping[str, Any]) -> None:
        asked.set()

    work = Work(
        hands.database,
        {"note": Together(slowly, 10), "answer": answer},
        lambda: START,
        concurrency=4,
        idle_seconds=0.05,
    )
    await hands.put(1)
    async with asyncio.timeout(20), work:
        await begun.wait()
        for number in (2, 3, 4):
            await asyncio.sleep(0.2)  # every hand has looked
            await hands.put(number)
        async with hands.database.begin() as tx:
            await enqueue(tx, "answer", {}, now=START, queue="chat")
        await asked.wait()
        may_end.set()
        await hands.twice.wait()
    assert hands.seen == [[1], [2, 3, 4]]


async def test_what_waits_for_somebody_else_holds_up_its_queue_for_a_moment_only(hands: Hands) -> None:
    begun, answers, settled = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def ask(many: Sequence[Mapping[str, Any]]) -> Sequence[Exception | None]:
        begun.set()
        await answers.wait()
        return await hands.note(many)

    async def decide(_args: Mapping[str, Any]) -> None:
        settled.set()

    work = Work(hands.database, {"note": Together(ask, 10), "decide": decide}, lambda: START)
    await hands.put(1)
    async with asyncio.timeout(20), work:
        await begun.wait()
        async with hands.database.begin() as tx:
            await enqueue(tx, "decide", {}, now=START)
        await settled.wait()
        answers.set()
    assert hands.seen == [[1]]


async def test_there_is_work_for_several_hands_where_one_takes_all_it_can(database: Database) -> None:
    hands = Hands(database, most=2)
    several = asyncio.Barrier(2)

    async def ask(many: Sequence[Mapping[str, Any]]) -> Sequence[Exception | None]:
        await several.wait()
        return await hands.note(many)

    await hands.put(1, 2, 3, 4)
    work = Work(database, {"note": Together(ask, 2)}, lambda: START)
    async with asyncio.timeout(20), work:
        await hands.twice.wait()
    assert sorted(hands.seen) == [[1, 2], [3, 4]]


async def test_a_hand_that_is_done_together_lets_the_others_at_its_queue(hands: Hands) -> None:
    """One that takes long in that queue holds up nobody."""
    together, long = asyncio.Event(), asyncio.Event()

    async def alone(_args: Mapping[str, Any]) -> None:
        await together.wait()
        long.set()

    async def note(many: Sequence[Mapping[str, Any]]) -> Sequence[Exception | None]:
        if any(args["n"] == 3 for args in many):
            together.set()
        return await hands.note(many)

    work = Work(hands.database, {"note": Together(note, 10), "alone": alone}, lambda: START)
    await hands.put(1)
    async with hands.database.begin() as tx:
        await enqueue(tx, "alone", {}, now=START)
    await hands.put(*[2] * 30, 3)
    async with asyncio.timeout(20), work:
        await long.wait()


async def test_alike_far_down_the_queue_are_left(hands: Hands) -> None:
    """A queue of a million others is not gone through for a few alike."""
    await hands.put(1)
    async with hands.database.begin() as tx:
        for number in range(LOOKED_THROUGH):
            await enqueue(tx, "other", {"n": number}, now=START)
    await hands.put(2)
    await hands.work.run_one()
    assert hands.seen == [[1]]


async def test_an_ending_that_cannot_be_written_leaves_the_others_done(
    hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    hands.alone = {1: ValueError("unreadable")}
    await hands.put(1, 2, 3)

    async def away(*_: Any, **__: Any) -> None:
        raise TimeoutError("the database is away for a moment")

    with monkeypatch.context() as patch:
        patch.setattr(Work, "_again", away)
        await hands.work.run_one()
    assert await hands.jobs() == [(1, "doing", 0)]
    hands.now += LEASE + timedelta(seconds=1)
    await hands.work.run_until_idle()
    assert hands.seen == [[1, 2, 3], [1]]


async def test_stopped_in_the_middle_those_that_are_done_stay_done(
    hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The third hangs, and is cut off; the rest goes to whoever is at work then, with no attempt counted."""
    monkeypatch.setattr(running, "STOP_SECONDS", 0.1)
    hanging = asyncio.Event()
    note = hands.note

    async def hangs(many: Sequence[Mapping[str, Any]]) -> Sequence[Exception | None]:
        if len(many) > 1:
            raise ValueError("not together")
        if any(args["n"] == 3 for args in many):
            hanging.set()
            await asyncio.Event().wait()
        return await note(many)

    handlers = {"note": Together(hangs, 10)}
    work = Work(hands.database, handlers, lambda: hands.now, concurrency=1, queues=("events",))
    await hands.put(1, 2, 3, 4)
    async with asyncio.timeout(20), work:
        await hanging.wait()
    assert hands.seen == [[1], [2]]
    assert await hands.jobs() == [(3, "doing", 0), (4, "doing", 0)]


async def test_told_to_stop_it_begins_no_other_of_those_it_took(hands: Hands) -> None:
    note = hands.note

    async def stopped(many: Sequence[Mapping[str, Any]]) -> Sequence[Exception | None]:
        if len(many) > 1:
            raise ValueError("not together")
        work._stopping = True
        return await note(many)

    work = Work(hands.database, {"note": Together(stopped, 10)}, lambda: hands.now)
    await hands.put(1, 2, 3)
    await work.run_one()
    assert hands.seen == [[1]]
    assert await hands.jobs() == [(2, "todo", 0), (3, "todo", 0)]


async def test_what_a_hand_has_ended_it_does_not_end_again(
    hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite the number of a job that is gone is given to another, which may be at hand by then."""
    ended: list[list[int]] = []
    end = Work._end

    async def noting(self: Work, tx: Transaction, done: Sequence[Any]) -> None:
        ended.append([one.args["n"] for one in done])
        await end(self, tx, done)

    tried = asyncio.Event()
    work_at = Work._work_at

    async def fails(self: Work, claimed: Sequence[Any]) -> Sequence[Any]:
        if claimed[0].args["n"] == 2:
            tried.set()
            raise TimeoutError("the database is away for a moment")
        return await work_at(self, claimed)

    monkeypatch.setattr(Work, "_end", noting)
    monkeypatch.setattr(Work, "_work_at", fails)
    await hands.put(1, 2, key="kari")
    work = Work(hands.database, hands.work.handlers, lambda: hands.now, concurrency=1, queues=("events",))
    async with asyncio.timeout(20), work:
        await tried.wait()
    assert ended == [[1]]
