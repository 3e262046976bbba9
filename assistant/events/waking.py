"""Whose day has come: to be judged again, to hear what a life event brings, or of a deadline that nears."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select

from assistant.config import local_date
from assistant.determinations import DETERMINATION
from assistant.events.bringing import BROUGHT
from assistant.events.life import WAITS
from assistant.store import Transaction, enqueue
from assistant.store.tables import due

AT_ONCE = 1000
"""How many are enqueued in one transaction: others who bring work wait for it."""

WAKE_MORE = "wake_more"
"""The task that goes on with those after `args["after"]`."""


async def wake_determinations(
    tx: Transaction, now: datetime, today: date | None = None, *, after: str = ""
) -> None:
    """Enqueue the subjects whose day has come: to be judged again, or told. No sweep is needed.

    Of more than a thousand the others are left to a job of the task 'wake_more', and so on to the last.
    """
    today = today or local_date(now)
    question = (
        select(due.c.subject_id)
        .where(due.c.what.in_((DETERMINATION, WAITS, BROUGHT)), due.c.due_on <= today)
        .where(due.c.subject_id > after)
        .distinct()
        .order_by(due.c.subject_id)
        .limit(AT_ONCE)
    )
    woken = await tx.all(question)
    for row in woken:
        subject_id = row["subject_id"]
        await enqueue(
            tx,
            "wake_determinations",
            {"subject_id": subject_id, "on": today.isoformat()},
            now=now,
            key=subject_id,
            queue="bulk",
            receipt=f"wake:{subject_id}:{today}",
        )
    if len(woken) == AT_ONCE:
        last = woken[-1]["subject_id"]
        await enqueue(
            tx,
            WAKE_MORE,
            {"on": today.isoformat(), "after": last},
            now=now,
            queue="bulk",
            receipt=f"{WAKE_MORE}:{today}:{last}",
        )
