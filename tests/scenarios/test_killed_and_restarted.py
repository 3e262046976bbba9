"""`kill -9` at any moment: the story ends as if nothing had happened, and every message has arrived once."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from counting import counted
from demo_under_test import DemoProcess
from ending import Ending, Sent, differences, ending_of, faults_in_what_was_sent, what_was_sent
from killing import POINTS, TOWN, KillsAtPoints, KillsAtRandom, live_through, live_through_killed
from long_runs import WHOLE, share_of

from assistant.store.tables import job, message

SEED = 20261102
LONG_SEEDS = range(1, 1 + share_of(12))


@dataclass(frozen=True)
class Undisturbed:
    """How the story ends when nobody is killed, and where its data lies."""

    ending: Ending
    sent: Sent
    folder: Path


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    folder = tmp_path_factory.mktemp("undisturbed")

    async def run() -> Undisturbed:
        async with DemoProcess(folder, TOWN) as demo:
            await live_through(demo)
            return Undisturbed(ending_of(demo.records), what_was_sent(demo), folder)

    return asyncio.run(run())


def report(what: str, killer: KillsAtPoints | KillsAtRandom, sent: Sent, seconds: float) -> None:
    for killed in killer.killed:
        print(f"  {killed}")
    counted(
        f"{what}: {len(killer.killed)} kills, {killer.demo.starts} starts, {seconds:.0f} s; "
        f"{sent.emails} emails, handed over {sent.emails_handed_over} times; "
        f"{sent.texts} texts, handed over {sent.texts_handed_over} times"
    )


async def survives(killer: KillsAtPoints | KillsAtRandom, undisturbed: Undisturbed, what: str) -> None:
    demo, began = killer.demo, time.monotonic()
    async with demo:
        await live_through_killed(demo, killer)
        found = ending_of(demo.records)
        told = differences(undisturbed.ending, found)
        assert not told, "\n".join(told)
        sent = what_was_sent(demo)
        assert (sent.emails, sent.texts) == (undisturbed.sent.emails, undisturbed.sent.texts)
        assert demo.records.count(job, job.c.state == "parked") == 0
    report(what, killer, sent, time.monotonic() - began)


async def test_the_story_has_something_to_lose(undisturbed: Undisturbed) -> None:
    counts = {table: lines.total() for table, lines in undisturbed.ending.items()}
    counted(f"undisturbed: {counts}, {undisturbed.sent}")
    assert undisturbed.sent == Sent(emails=3, emails_handed_over=3, texts=1, texts_handed_over=1)
    for table in ("fact", "determination", "guidance", "message", "process", "case", "decision", "flag"):
        assert counts[table], table


@pytest.mark.timeout(400)
async def test_killed_at_half_the_points_of_the_story_it_ends_the_same(
    tmp_path: Path, undisturbed: Undisturbed
) -> None:
    killer = KillsAtPoints(DemoProcess(tmp_path, TOWN), points=POINTS[1::2])
    await survives(killer, undisturbed, "at every other point")


@pytest.mark.long
@pytest.mark.timeout(1200)
async def test_killed_at_every_point_of_the_story_it_ends_the_same(
    tmp_path: Path, undisturbed: Undisturbed
) -> None:
    killer = KillsAtPoints(DemoProcess(tmp_path, TOWN), points=POINTS if WHOLE else POINTS[::5])
    await survives(killer, undisturbed, "at every point")


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("seed", LONG_SEEDS)
async def test_killed_many_times_at_random_moments_it_ends_the_same(
    tmp_path: Path, undisturbed: Undisturbed, seed: int
) -> None:
    killer = KillsAtRandom(DemoProcess(tmp_path, TOWN), seed=seed, times=15 if WHOLE else 5)
    await survives(killer, undisturbed, f"at random (seed {seed})")


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_on_postgresql_too_it_ends_the_same(
    tmp_path: Path, undisturbed: Undisturbed, database_url: str
) -> None:
    killer = KillsAtRandom(DemoProcess(tmp_path, TOWN, database_url), seed=SEED, times=3)
    await survives(killer, undisturbed, f"on PostgreSQL (seed {SEED})")


# ---- the checks themselves can fail -----------------------------------------------------------------


def changed(undisturbed: Undisturbed, tmp_path: Path, *statements: str) -> list[str]:
    """What is found different after somebody has changed the database of the undisturbed run."""
    folder = tmp_path / "copy"
    shutil.copytree(undisturbed.folder, folder)
    with sqlite3.connect(folder / "data" / "varde.sqlite3") as database:
        for statement in statements:
            assert database.execute(statement).rowcount == 1, statement
    database.close()
    demo = DemoProcess(folder)
    try:
        return differences(undisturbed.ending, ending_of(demo.records))
    finally:
        demo.records.close()


@pytest.mark.parametrize(
    "statement",
    [
        "delete from flag",
        "delete from fact where id = (select min(id) from fact where superseded_at is null)",
        "update decision set outcome = 'refused'",
        "delete from guidance where id = (select min(id) from guidance)",
        "update fact set superseded_at = recorded_at"
        " where id = (select min(id) from fact where superseded_at is null)",
        "insert into life_event select 'x', kind, subject_id, occurred_on, 'again', recognised_at, annulled_at,"
        " inbox_id from life_event limit 1",
        "insert into chat_line (person_id, author, content, client_id, at)"
        " select person_id, author, content, 'again', at from chat_line limit 1",
    ],
)
def test_a_loss_or_a_double_in_the_database_is_seen(
    undisturbed: Undisturbed, tmp_path: Path, statement: str
) -> None:
    assert changed(undisturbed, tmp_path, statement)


def test_nothing_is_seen_where_nothing_was_changed(undisturbed: Undisturbed, tmp_path: Path) -> None:
    assert changed(undisturbed, tmp_path) == []


def test_a_lost_and_a_doubled_email_and_text_are_seen(undisturbed: Undisturbed) -> None:
    demo = DemoProcess(undisturbed.folder)
    messages, mails, texts = demo.records.rows(message), demo.mails(), demo.texts()
    demo.records.close()

    assert faults_in_what_was_sent(messages, mails, texts) == []
    assert "is lost" in faults_in_what_was_sent(messages, mails[1:], texts)[0]
    assert "lies 2 times" in faults_in_what_was_sent(messages, [*mails, mails[0]], texts)[0]
    assert "is lost" in faults_in_what_was_sent(messages, mails, [])[0]
    others = [row for row in messages if row["channel"] != "sms"]
    assert "nobody's message" in faults_in_what_was_sent(others, mails, texts)[0]
