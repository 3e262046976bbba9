"""Attempts to hand a message over, as kept: what it was sent as, when, and how it went."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, insert, select, update

from assistant.store import Transaction
from assistant.store.columns import new_id
from assistant.store.tables import delivery, message

PRINT_FOLDER = "print_folder"
"""What an attempt to post a letter says that lies where a print house picks it up."""


async def begin_delivery(
    tx: Transaction, message_id: str, now: datetime, sent_as: str | None = None
) -> tuple[str, int]:
    """Note that an attempt begins, under the id the other side knows the message by: its id and number, from 1."""
    return await note_attempt(tx, message_id, now, "begun", sent_as=sent_as)


async def note_attempt(
    tx: Transaction,
    message_id: str,
    now: datetime,
    outcome: str,
    detail: str = "",
    sent_as: str | None = None,
) -> tuple[str, int]:
    """Keep an attempt as it went; its id and number, from 1."""
    earlier = await tx.all(select(delivery.c.id).where(delivery.c.message_id == message_id))
    delivery_id, attempt = new_id(), len(earlier) + 1
    await tx.execute(
        insert(delivery).values(
            id=delivery_id,
            message_id=message_id,
            attempt=attempt,
            at=now,
            outcome=outcome,
            detail=detail,
            sent_as=sent_as,
        )
    )
    return delivery_id, attempt


def newest_of(message_id: Any) -> ScalarSelect[str]:
    """The id of the last attempt to hand a message over, as part of a question."""
    one = delivery.alias()  # by a name of its own, inside a question of the same table
    mine = select(one.c.id).where(one.c.message_id == message_id)
    return mine.order_by(one.c.attempt.desc()).limit(1).scalar_subquery()


async def was_tried_as(tx: Transaction, sent_as: str) -> bool:
    """Whether a message has been handed over, or nearly, under this id before."""
    return await tx.first(select(delivery.c.id).where(delivery.c.sent_as == sent_as).limit(1)) is not None


async def end_delivery(tx: Transaction, message_id: str, delivery_id: str, outcome: str, detail: str) -> None:
    """Say how the attempt went; earlier ones that never ended (their process died) are closed with it."""
    await tx.execute(
        update(delivery).where(delivery.c.id == delivery_id).values(outcome=outcome, detail=detail[:500])
    )
    await tx.execute(
        update(delivery)
        .where(delivery.c.message_id == message_id, delivery.c.outcome == "begun")
        .values(outcome="failed", detail="broken off")
    )


async def first_attempt(tx: Transaction, message_id: str) -> datetime:
    """When the message was first tried, since it was last written."""
    at: datetime = await tx.scalar(
        select(delivery.c.at)
        .join(message, message.c.id == delivery.c.message_id)
        .where(message.c.id == message_id, delivery.c.at >= message.c.created_at)
        .order_by(delivery.c.at)
        .limit(1)
    )
    return at
