"""SMS as kept: the numbers we have sent to, by keyed hash, what came back, and how many have gone in an hour."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update

from assistant.store import IdentityKeys, Transaction, enqueue
from assistant.store.database import insert_into, insert_once
from assistant.store.tables import guidance, message, text_hour, text_number, text_reply
from channels.sms import norwegian_mobile
from channels.sms_incoming import Reply

DAY = timedelta(days=1)
KEPT_REPLIES = timedelta(days=30)
"""So long a reply is remembered, to know it again and to answer nobody too often."""

HEED_REPLY = "heed_reply"
"""The task that follows from a reply. Its args: `{"reply_id"}`."""

HOUR = timedelta(hours=1)
KEPT_FREE = 10
"""One text in so many is kept for what law wants to reach people."""

AFTER_THE_URGENT = timedelta(minutes=5)
"""What law does not ask for waits so long into the next hour, so that the rest goes first."""


def lookup_of(keys: IdentityKeys, number: str) -> bytes | None:
    """The keyed hash by which a number is known here; None for what is no Norwegian mobile."""
    e164 = norwegian_mobile(number)
    return None if e164 is None else keys.digest("mobile", e164)


def name_of(keys: IdentityKeys, reply_id: str) -> str:
    """The name under which our answer to a reply goes: always the same, and nothing of the gateway's in it."""
    return keys.digest("reply", reply_id).hex()[:32]


async def remember_number(tx: Transaction, lookup: bytes, person_id: str, now: datetime) -> None:
    """Note that the person is sent to at a number, so that an answer from it finds them."""
    of_it = {"lookup": lookup, "person_id": person_id, "known_at": now}
    await insert_once(tx, text_number, of_it, ("lookup", "person_id"))


async def sent_to_at(tx: Transaction, lookup: bytes) -> list[str]:
    """Those who have been sent to at a number, now or earlier."""
    question = select(text_number.c.person_id).where(text_number.c.lookup == lookup)
    return [row["person_id"] for row in await tx.all(question.order_by(text_number.c.person_id))]


async def keep_reply(tx: Transaction, keys: IdentityKeys, reply: Reply, now: datetime) -> bool:
    """Keep what came from a number, and have it heeded; False where the gateway has brought it before.

    The number is kept as its keyed hash and the text as the word it was understood as: no more is needed.
    """
    lookup = lookup_of(keys, reply.sender) or keys.digest("sender", reply.sender)
    values = {"id": reply.id, "lookup": lookup, "word": reply.word, "received_at": now}
    if not await insert_once(tx, text_reply, values, ("id",)):
        return False
    await tx.execute(delete(text_reply).where(text_reply.c.received_at < now - KEPT_REPLIES))
    # One after the other for a number: STOPP and then START is not START and then STOPP.
    key = f"reply:{lookup.hex()[:32]}"
    await enqueue(tx, HEED_REPLY, {"reply_id": reply.id}, now=now, key=key, queue="chat")
    return True


async def reply_by_id(tx: Transaction, reply_id: str) -> Mapping[str, Any] | None:
    return await tx.first(select(text_reply).where(text_reply.c.id == reply_id))


async def set_reply(tx: Transaction, reply_id: str, **values: Any) -> None:
    await tx.execute(update(text_reply).where(text_reply.c.id == reply_id).values(**values))


async def answered_lately(tx: Transaction, lookup: bytes, now: datetime) -> tuple[int, int]:
    """How many answers have gone to a number in a day: of all, and to what was not understood."""
    lately = (
        text_reply.c.lookup == lookup,
        text_reply.c.received_at > now - DAY,
        text_reply.c.answered_at.is_not(None),
    )
    counted = select(text_reply.c.word, func.count().label("n")).where(*lately).group_by(text_reply.c.word)
    found = {row["word"]: int(row["n"]) for row in await tx.all(counted)}
    return sum(found.values()), found.get("other", 0)


async def open_questions(tx: Transaction, people: Collection[str]) -> Sequence[Mapping[str, Any]]:
    """The texts that asked these people whether they want something on paper, and that wait for an answer.

    A question is closed by an answer, by the person opening what it is about, and by its being taken back.
    """
    of_same = message.alias("of_same")
    opened = (
        select(of_same.c.id)
        .where(of_same.c.guidance_id == message.c.guidance_id, of_same.c.read_at.is_not(None))
        .exists()
    )
    asked = (
        select(message.c.id, message.c.person_id)
        .join(guidance, guidance.c.id == message.c.guidance_id)
        .where(
            message.c.person_id.in_(people),
            message.c.paper == "asked",
            message.c.state == "sent",
            guidance.c.withdrawn_at.is_(None),
            ~opened,
        )
    )
    return await tx.all(asked.order_by(message.c.id))


async def set_paper(tx: Transaction, message_id: str, answer: str) -> None:
    await tx.execute(update(message).where(message.c.id == message_id).values(paper=answer))


async def place_at(
    tx: Transaction, sender: str, now: datetime, most: int, *, urgent: bool
) -> datetime | None:
    """Take a place among the `most` texts of this hour: None where there was one, else when to ask again.

    A tenth of the places is for what is `urgent`. `most` of 0 is no limit.
    """
    if not most:
        return None
    hour = now.replace(minute=0, second=0, microsecond=0)
    room = most if urgent else most - most // KEPT_FREE
    taken = await tx.scalar(
        insert_into(tx, text_hour)
        .values(sender=sender, hour=hour, sent=1)
        .on_conflict_do_update(
            index_elements=["sender", "hour"],
            set_={"sent": text_hour.c.sent + 1},
            where=text_hour.c.sent < room,
        )
        .returning(text_hour.c.sent)
    )
    if taken == 1:
        await tx.execute(delete(text_hour).where(text_hour.c.hour < hour))
    if taken is not None:
        return None
    return hour + HOUR + (timedelta() if urgent else AFTER_THE_URGENT)
