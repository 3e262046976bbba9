"""Notices as kept: when they went, whether what they are about has been opened, and when to tell once more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert, select, update

from assistant.guidance.ladder import SECOND
from assistant.guidance.rows import NOTICES, enqueue_delivery
from assistant.store import Transaction, enqueue
from assistant.store.columns import new_id
from assistant.store.tables import due, message

TELL_AGAIN = "tell_again"
"""What a row of `due`, and the task that follows from it, is called. Its args: `{"message_id"}`."""


LOOK_FURTHER = "look_for_second_notices"
"""The task that goes on with those after `args["after"]`, whose week was over `args["on"]`."""

AT_ONCE = 1000


async def notified(tx: Transaction, person_id: str, since: datetime) -> list[datetime]:
    """When notices went to the person by email and SMS since then."""
    question = select(message.c.sent_at).where(
        message.c.person_id == person_id,
        message.c.channel.in_(NOTICES),
        message.c.state == "sent",
        message.c.sent_at > since,
    )
    return [row["sent_at"] for row in await tx.all(question)]


async def is_read(tx: Transaction, guidance_id: str) -> bool:
    """Whether the person has opened what a guidance says, in the chat or on a page."""
    opened = select(message.c.id).where(message.c.guidance_id == guidance_id, message.c.read_at.is_not(None))
    return await tx.first(opened) is not None


async def look_again_on(tx: Transaction, message_id: str, person_id: str, day: date) -> None:
    """Have somebody look on a day whether what a notice is about has been opened."""
    of_it = {"id": new_id(), "what": TELL_AGAIN, "ref": message_id, "subject_id": person_id, "due_on": day}
    await looked(tx, message_id)
    await tx.execute(insert(due).values(of_it))


async def looked(tx: Transaction, message_id: str) -> None:
    await tx.execute(delete(due).where(due.c.what == TELL_AGAIN, due.c.ref == message_id))


async def enqueue_looks(tx: Transaction, now: datetime, today: date, after: str = "") -> None:
    """A job for each notice whose week is over: two who enqueue them enqueue each once.

    Of more than a thousand the others are left to a job of their own, and so on to the last: others who bring work
    wait for one such transaction.
    """
    over = (
        select(due.c.ref)
        .where(due.c.what == TELL_AGAIN, due.c.due_on <= today, due.c.ref > after)
        .order_by(due.c.ref)
        .limit(AT_ONCE)
    )
    found = await tx.all(over)
    for row in found:
        await enqueue(
            tx,
            TELL_AGAIN,
            {"message_id": row["ref"]},
            now=now,
            key=f"again:{row['ref']}",  # of its own: nothing else about the person waits behind it
            queue="bulk",
            receipt=f"{TELL_AGAIN}:{row['ref']}",
        )
    if len(found) == AT_ONCE:
        rest = {"on": today.isoformat(), "after": found[-1]["ref"]}
        await enqueue(
            tx, LOOK_FURTHER, rest, now=now, queue="bulk", receipt=f"{LOOK_FURTHER}:{rest['after']}"
        )


async def send_again(tx: Transaction, row: Mapping[str, Any], now: datetime) -> None:
    """Let a notice that was sent go once more, as the second."""
    again = {"state": "waiting", "notice": SECOND, "send_at": now, "created_at": now}
    await tx.execute(update(message).where(message.c.id == row["id"]).values(again))
    await enqueue_delivery(tx, row["id"], row["channel"], row["person_id"], now, now)


async def count_as_second(tx: Transaction, message_id: str) -> None:
    await tx.execute(update(message).where(message.c.id == message_id).values(notice=SECOND))
