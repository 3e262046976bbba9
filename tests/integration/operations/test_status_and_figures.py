"""The status, the figures and the health of a real database: what is counted, and what holds with it away."""

from __future__ import annotations

import asyncio
import contextlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.registry import Collector
from sqlalchemy import insert, select

from assistant.cli import main
from assistant.config import Config
from assistant.operations.figures import figures
from assistant.operations.status import status_of
from assistant.operations.tally import LATER, Tallying, count_day, tallied
from assistant.store import Database, Transaction
from assistant.store.columns import new_id
from assistant.store.leading import Leader, Pace
from assistant.store.tables import delivery, feed_pointer, fired, guidance, inbox, job, message

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


async def keep(
    tx: Transaction,
    channel: str,
    state: str,
    took: timedelta | None = None,
    *,
    planned: timedelta = timedelta(0),
    by_event: bool = True,
) -> None:
    """A message; `took` after its event was received, or waiting since then."""
    event, told, written = new_id(), new_id(), new_id()
    begun = NOW - (took or timedelta(0))
    if by_event:
        of_event = {"id": event, "source": "s", "event_id": event, "type": "t", "body": b"", "key_id": ""}
        await tx.execute(insert(inbox).values(**of_event, digest=b"", received_at=begun, outcome="done"))
    of_it = {"person_id": new_id(), "subject_id": new_id(), "kind": "decision_made", "rule": "a.b"}
    await tx.execute(
        insert(guidance).values(
            id=told, **of_it, cause=f"inbox:{event}", content={}, created_at=begun + planned
        )
    )
    words = {"language": "nb", "title": "", "body": "", "why": []}
    await tx.execute(
        insert(message).values(
            id=written,
            guidance_id=told,
            person_id=of_it["person_id"],
            channel=channel,
            **words,
            created_at=begun,
            send_at=begun,
            state=state,
            sent_at=NOW if state == "sent" else None,
        )
    )
    if state == "failed":
        tried = {"attempt": 1, "at": NOW, "outcome": "refused", "detail": ""}
        await tx.execute(insert(delivery).values(id=new_id(), message_id=written, **tried))


async def busy_day(database: Database) -> None:
    async with database.begin() as tx:
        await keep(tx, "sms", "sent", timedelta(seconds=4))
        await keep(tx, "sms", "sent", timedelta(seconds=4))
        await keep(tx, "sms", "sent", timedelta(days=9))
        await keep(tx, "email", "sent", timedelta(minutes=3), planned=timedelta(minutes=2), by_event=False)
        await keep(tx, "email", "failed")
        await keep(tx, "email", "waiting", timedelta(minutes=7))
        of_job = {"task": "deliver", "key": "", "args": {}, "queue": "bulk"}
        for state, ago in (("parked", 60), ("todo", 90), ("todo", 30)):
            await tx.execute(
                insert(job).values(**of_job, run_at=NOW - timedelta(seconds=ago), state=state, error="E")
            )


async def test_a_day_is_counted_once_however_often(database: Database) -> None:
    await busy_day(database)
    for _ in range(2):
        await Tallying(database, lambda: NOW).count({})
    async with database.begin() as tx:
        await count_day(tx, NOW.date() - timedelta(days=1))
    async with database.read() as tx:
        lines = {(one.what, one.name, one.within): one.count for one in await tallied(tx)}
        today = await tallied(tx, NOW.date())
    assert lines == {
        ("event", "done", 0): 4,
        ("sent", "sms", 5): 2,
        ("sent", "sms", LATER): 1,
        ("sent", "email", 60): 1,  # no event: from when it was planned
        ("failed", "email", 0): 1,
    }
    assert {(one.what, one.name, one.within): one.count for one in today} == lines


async def test_the_figures_name_nobody_and_add_up(database: Database) -> None:
    await busy_day(database)
    await Tallying(database, lambda: NOW).count({})
    async with database.read() as tx:
        read = await figures(tx, NOW)
        ids = [row["person_id"] for row in await tx.all(select(message.c.person_id))]

    class Read(Collector):
        def collect(self):
            return read

    registry = CollectorRegistry()
    registry.register(Read())
    said = generate_latest(registry).decode()
    for line in (
        'varde_work_waiting{queue="bulk"} 2.0',
        'varde_work_oldest_seconds{queue="bulk"} 90.0',
        'varde_work_oldest_seconds{queue="chat"} 0.0',
        "varde_work_parked 1.0",
        "varde_stopped 0.0",
        "varde_backup_age_seconds -1.0",
        'varde_messages_waiting{channel="email"} 1.0',
        'varde_messages_oldest_seconds{channel="email"} 420.0',
        'varde_messages_total{channel="sms",outcome="sent"} 3.0',
        'varde_messages_total{channel="email",outcome="failed"} 1.0',
        'varde_events_total{outcome="done"} 4.0',
        'varde_event_to_message_seconds_bucket{channel="sms",le="1.0"} 0.0',
        'varde_event_to_message_seconds_bucket{channel="sms",le="5.0"} 2.0',
        'varde_event_to_message_seconds_bucket{channel="sms",le="+Inf"} 3.0',
    ):
        assert line in said.splitlines(), line
    assert not any(one in said for one in ids)


async def test_status_reads_it_all(database: Database) -> None:
    await busy_day(database)
    async with database.begin() as tx:
        await tx.execute(insert(fired).values(job="poll_tax_administration", fire_time="x", at=NOW))
        await tx.execute(insert(feed_pointer).values(feed="tax_administration", position=7, moved_at=NOW))
    config = Config.model_validate({"tax_administration": {"base_url": "https://tax.example"}})
    async with database.read() as tx:
        status = await status_of(tx, config, "0001", NOW)
    assert [(one.queue, one.waiting, one.oldest_seconds) for one in status.queues] == [
        ("chat", 0, None),
        ("events", 0, None),
        ("bulk", 2, 90),
    ]
    assert status.parked == {"deliver": 1}
    assert [(one.channel, one.waiting, one.oldest_seconds, one.failed) for one in status.channels] == [
        ("email", 1, 420, 1)
    ]
    assert [(one.feed, one.asked_at, one.moved_at) for one in status.feeds] == [
        ("tax_administration", NOW, NOW)
    ]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_who_leads_is_told(database: Database) -> None:
    async def told() -> str:
        async with database.read() as tx:
            return (await status_of(tx, Config(), "", NOW)).leader

    assert await told() == ""
    leading = asyncio.create_task(
        Leader(database, "clock", Pace(0.05, 0.5, 0.6)).lead(contextlib.nullcontext)  # type: ignore[arg-type]
    )
    try:
        async with asyncio.timeout(5):
            while not (leader := await told()):  # noqa: ASYNC110  (the database tells)
                await asyncio.sleep(0.05)
        assert "process" in leader
    finally:
        leading.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await leading


def test_the_command_exits_1_where_a_human_is_needed(
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("VARDE_DATABASE_URL", database_url)
    monkeypatch.setenv("VARDE_DATA_DIR", str(tmp_path))
    assert main(["status"]) == 1
    assert "! the last backup was made never: run `varde backup FILE`" in capsys.readouterr().out
    monkeypatch.setenv("VARDE_BACKUP_WITHIN_HOURS", "0")

    async def fire() -> None:
        database = Database(database_url)
        async with database.begin() as tx:
            await tx.execute(insert(fired).values(job="tally", fire_time="x", at=datetime.now(UTC)))
        await database.close()

    asyncio.run(fire())
    assert main(["status", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["needs"] == []
