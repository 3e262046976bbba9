"""A worker that was paused at a job wakes when another has taken it over: it takes nothing from who did."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from assistant.store import Database, Postpone, Work, enqueue
from assistant.store.tables import job
from assistant.store.work import LEASE


@pytest.mark.parametrize("ends", ["postponed", "failed", "done"])
async def test_what_was_enqueued_meanwhile_is_left_alone(database: Database, ends: str) -> None:
    now = datetime(2026, 3, 2, 8, tzinfo=UTC)
    later = now + timedelta(hours=12)

    async def put_off(_args: Mapping[str, Any]) -> None:
        """It is night: the message waits for the morning, under the same receipt."""
        async with database.begin() as tx:
            await enqueue(tx, "deliver", {"n": 1}, now=now, run_at=later, receipt="deliver:1")

    other = Work(database, {"deliver": put_off}, lambda: now + LEASE + timedelta(seconds=1))

    async def paused(_args: Mapping[str, Any]) -> None:
        """While it sleeps, its lease runs out and another does the job."""
        assert await other.run_one()
        if ends == "postponed":
            raise Postpone("the gateway is busy")
        if ends == "failed":
            raise RuntimeError("no")

    async with database.begin() as tx:
        await enqueue(tx, "deliver", {"n": 1}, now=now, receipt="deliver:1")
    assert await Work(database, {"deliver": paused}, lambda: now).run_one()

    async with database.read() as tx:
        waiting = await tx.all(select(job.c.state, job.c.run_at, job.c.attempts))
    assert waiting == [{"state": "todo", "run_at": later, "attempts": 0}]
