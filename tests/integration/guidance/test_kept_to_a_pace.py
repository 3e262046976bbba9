"""What a gateway cannot take yet waits in the table of jobs, and holds up nobody who goes another way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from assistant.guidance.pacing import Pace, Paced
from assistant.store import Database, Postpone, Work, enqueue
from assistant.store.tables import job

START = datetime(2026, 3, 2, 8, tzinfo=UTC)


async def test_emails_over_the_pace_wait_while_texts_go_and_each_goes_once(database: Database) -> None:
    now = START
    went: list[tuple[datetime, str, int]] = []
    busy = {7}

    async def deliver(args: Mapping[str, Any]) -> None:
        if args["n"] in busy:
            busy.discard(args["n"])
            raise Postpone("451", timedelta(seconds=2))
        went.append((now, args["channel"], args["n"]))

    paced = Paced(deliver, database, {"email": Pace("email", 5)}, lambda: now)
    work = Work(database, {"deliver": paced}, lambda: now)
    async with database.begin() as tx:
        for n in range(20):
            await enqueue(tx, "deliver", {"n": n, "channel": "email"}, now=now, key=f"e{n}", queue="bulk")
        await enqueue(tx, "deliver", {"n": 100, "channel": "sms"}, now=now, key="s", queue="bulk")
    await work.run_until_idle()
    assert [(channel, n) for _, channel, n in went] == [("email", 0), ("sms", 100)]
    for _ in range(40):
        now += timedelta(seconds=0.2)
        await work.run_until_idle()
    emails = [(at, n) for at, channel, n in went if channel == "email"]
    assert sorted(n for _, n in emails) == list(range(20))
    assert max(Counter(at.replace(microsecond=0) for at, _ in emails).values()) <= 5
    assert emails[-1][0] - START <= timedelta(seconds=7)
    async with database.read() as tx:
        assert await tx.all(job.select()) == []
