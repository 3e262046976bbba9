"""Receipts: what an SMS gateway says became of a text, kept with the attempt it is about.

They come late, twice, in the wrong order and about what we do not know: a receipt says nothing new after
'delivered', and only 'delivered' says anything new after 'failed' or 'expired'.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import or_, select, update

from assistant.store import Transaction, enqueue
from assistant.store.tables import delivery
from channels.sms_incoming import Receipt

HEED_RECEIPT = "heed_receipt"
"""The task that follows from a receipt. Its args: `{"delivery_id"}`."""

NOT_ARRIVED = ("failed", "expired")

Kept = Literal["kept", "known", "unknown"]


async def keep_receipt(tx: Transaction, receipt: Receipt, now: datetime) -> Kept:
    """Keep a receipt with the last attempt of what it is about, and have it heeded where it says something new."""
    last = (
        select(delivery.c.id, delivery.c.message_id)
        .where(delivery.c.sent_as == receipt.sent_as)
        .order_by(delivery.c.attempt.desc())
        .limit(1)
    )
    about = await tx.first(last)
    if about is None:
        return "unknown"
    overtaken = NOT_ARRIVED if receipt.status == "delivered" else ()
    news = or_(delivery.c.receipt.is_(None), delivery.c.receipt.in_(overtaken))
    said: dict[str, Any] = {"receipt": receipt.status, "receipt_at": now}
    if receipt.segments is not None:
        said["segments"] = receipt.segments
    if receipt.price is not None:
        said |= {"price": f"{receipt.price:f}", "currency": receipt.currency}
    kept = await tx.execute(update(delivery).where(delivery.c.id == about["id"], news).values(said))
    if kept.rowcount == 0:
        return "known"
    await enqueue(
        tx,
        HEED_RECEIPT,
        {"delivery_id": about["id"]},
        now=now,
        key=f"receipt:{about['message_id']}",  # of its own: what waits to be sent again must not hold it up
        queue="bulk",
    )
    return "kept"


async def receipt_of(tx: Transaction, delivery_id: str) -> Mapping[str, Any] | None:
    """The message an attempt is of, the id it went under, and its receipt."""
    question = select(delivery.c.message_id, delivery.c.sent_as, delivery.c.receipt)
    return await tx.first(question.where(delivery.c.id == delivery_id))
