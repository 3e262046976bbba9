"""Several clocks on one PostgreSQL: one leads, each job is fired once, and another leads when it is gone."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import pytest
from counting import counted
from long_runs import share_of
from sqlalchemy import select, text
from winding import FAST, a_clock

from assistant.store import Database
from assistant.store.leading import LEADER_LOCKS, Pace
from assistant.store.tables import job as job_table

ROOT = Path(__file__).parents[3]
HERE = "here"
on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@asynccontextmanager
async def a_process(url: str, who: str, pace: Pace) -> AsyncIterator[asyncio.subprocess.Process]:
    given = [url, who, *map(str, (pace.beat, pace.silence, pace.caution))]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(Path(__file__).with_name("winding.py")),
        *given,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@dataclass
class Watched:
    """What was fired so far, by whom."""

    database: Database

    async def fired(self) -> list[dict[str, str]]:
        async with self.database.read() as tx:
            return [row["args"] for row in await tx.all(select(job_table.c.args).order_by(job_table.c.id))]

    async def until(self, goes_on: Callable[[list[dict[str, str]]], bool], seconds: float) -> float:
        """Wait for the first firings after now of which that holds; seconds it took."""
        began, before = monotonic(), len(await self.fired())
        while not goes_on((await self.fired())[before:]):
            assert monotonic() - began < seconds, f"not within {seconds} s"
            await asyncio.sleep(0.05)
        return monotonic() - began

    async def end_session_of_the_leader(self) -> None:
        async with self.database.begin() as tx:
            ended = await tx.all(
                text(
                    "select pg_terminate_backend(pid) as done from pg_locks"
                    f" where locktype = 'advisory' and classid = {LEADER_LOCKS} and granted"
                    " and database = (select oid from pg_database where datname = current_database())"
                )
            )
        assert [row["done"] for row in ended] == [True]


def by(who: str) -> Callable[[list[dict[str, str]]], bool]:
    return lambda fired: any(args["who"] == who for args in fired)


async def fight(database: Database, url: str, pace: Pace, rounds: int) -> None:
    """Given a leader that is paused, one whose session is ended, and one that is killed, each in turn."""
    watched, patience = Watched(database), 4 * pace.caution + 10
    took: dict[str, list[float]] = {"paused": [], "session ended": [], "killed": []}
    async with AsyncExitStack() as stack:
        for n in range(rounds):
            name = f"process-{n}"
            process = await stack.enter_async_context(a_process(url, name, pace))
            here = a_clock(database, HERE, pace)
            if n == 0:
                await watched.until(by(name), patience)
            async with here:
                if n:  # the one before was killed: either of the two leads now
                    await watched.until(bool, patience)
                    if here.leader.leads:
                        await watched.end_session_of_the_leader()
                        await watched.until(by(name), 3 * patience)
                # when it is paused, then the other leads; woken, it has lost and fires nothing a second time
                process.send_signal(signal.SIGSTOP)
                took["paused"].append(await watched.until(by(HERE), patience))
                process.send_signal(signal.SIGCONT)
                await watched.until(lambda fired: len(fired) >= 3, patience)
                # when its session is ended it steps down, and somebody leads
                await watched.end_session_of_the_leader()
                took["session ended"].append(await watched.until(bool, patience))
            # when it is killed, the next leads
            async with a_clock(database, HERE, pace):
                await watched.until(bool, patience)
                process.kill()
                await process.wait()
                took["killed"].append(await watched.until(by(HERE), patience))
    fired = await watched.fired()
    times = Counter((args["job"], args["for"]) for args in fired)
    leaders = Counter(args["who"] for args in fired)
    longest = {what: f"{max(seconds):.1f} s" for what, seconds in took.items()}
    counted(
        f"{rounds} rounds: {len(fired)} firings, {len(times)} fire times, by {dict(leaders)}; gaps {longest}"
    )
    assert [key for key, count in times.items() if count > 1] == []
    assert times["daily", "the day"] == 1


@on_postgresql
async def test_of_two_clocks_each_job_is_fired_once_whoever_is_paused_cut_off_or_killed(
    database: Database, database_url: str
) -> None:
    await fight(database, database_url, FAST, rounds=1)


@pytest.mark.long
@pytest.mark.timeout(600)
@on_postgresql
async def test_it_is_so_at_the_pace_of_real_clocks_again_and_again(
    database: Database, database_url: str
) -> None:
    await fight(database, database_url, Pace(), rounds=share_of(5))


@on_postgresql
async def test_a_leader_whose_last_answer_is_too_old_fires_nothing(database: Database) -> None:
    here = a_clock(database, HERE, FAST)
    async with here:
        await Watched(database).until(by(HERE), 10)
        assert here.leader.leads
        here.leader._sure_until = monotonic()
        assert not await here.fire(here.jobs[0])
