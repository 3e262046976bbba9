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


async def wake_determinations(tx: Transaction, now: datetime, today: date | None = None) -> None:
    """Enqueue the subjects whose day has come: to be judged again, or told. No sweep is needed."""
    today = today or local_date(now)
    question = (
        select(due.c.subject_id)
        .where(due.c.what.in_((DETERMINATION, WAITS, BROUGHT)), due.c.due_on <= today)
        .distinct()
        .order_by(due.c.subject_id)
    )
    for row in await tx.all(question):
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
