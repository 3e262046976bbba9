"""One notice of several messages, by the day or the week, for those who want it so. The chat has each as before."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from assistant.config import NoticeSettings
from assistant.guidance import notice_rows, rows
from assistant.guidance.being_told import ToldHow, gathered_at, is_urgent, wanted
from assistant.guidance.people import Person
from assistant.guidance.store import Guidance
from assistant.guidance.themes import theme_of
from assistant.guidance.wish_rows import told_how_for, told_how_of
from assistant.store import Transaction
from assistant.store.tables import guidance, message
from assistant.store.turns import in_turn

PERIOD = {"daily": timedelta(days=1), "weekly": timedelta(days=7)}


async def in_their_turn(tx: Transaction, message_id: str, channel: str | None) -> None:
    """Notices to one person are begun one after the other: two at once would each be the one that gathers.

    `channel`: the message's, where the job says it.
    """
    if channel is not None and channel not in rows.NOTICES:
        return
    row = await tx.first(select(message.c.person_id, message.c.channel).where(message.c.id == message_id))
    if row is not None and row["channel"] in rows.NOTICES:
        await in_turn(tx, f"notice:{row['person_id']}")


async def held_until(tx: Transaction, row: Mapping[str, Any], notices: NoticeSettings) -> datetime | None:
    """When the person wants to be told of it; None: as soon as may be."""
    return _held(row, await told_how_for(tx, row["person_id"], theme_of(row["rule"])), notices)


def _held(row: Mapping[str, Any], want: ToldHow, notices: NoticeSettings) -> datetime | None:
    if want.pace == "at_once" or is_urgent(row["kind"], row["content"]):
        return None
    return gathered_at(row["created_at"], want.pace, notices)


async def gathered(
    tx: Transaction,
    of: Guidance,
    row: Mapping[str, Any],
    person: Person,
    now: datetime,
    notices: NoticeSettings,
) -> Mapping[str, Any]:
    """The notice that goes now, saying how many messages wait.

    It counts what is unread since the last notice, or within the period. The others it speaks for are let be until
    it has gone: each then finds in its own turn that it has been spoken for (`was_spoken_for`).
    """
    kept = await told_how_of(tx, person.id)
    want = wanted(kept, theme_of(row["rule"]))
    if _held(row, want, notices) is None:
        return row
    last = await notice_rows.notified(tx, person.id, now - PERIOD[want.pace])
    since = min(row["created_at"], max(last, default=now - PERIOD[want.pace]))
    count = await _unread_since(tx, person.id, since)
    if count < 2:
        return row
    sender = await of.sender(tx, row["content"].get("municipality", ""))
    written = await of.write(
        tx, row["kind"], row["channel"], person, row["content"], sender, now, count=count
    )
    await rows.rewrite(tx, row["id"], written)
    return {**row, "title": written.title, "body": written.body, "language": written.language}


async def was_spoken_for(
    tx: Transaction, row: Mapping[str, Any], held: datetime, sent: Collection[datetime]
) -> bool:
    """Whether a notice that has gone said that this message waits too: one after both its time and its chat.

    `held`: when it was to be told of; `sent`: when notices went to the person.
    """
    chat = select(message.c.sent_at).where(
        message.c.guidance_id == row["guidance_id"], message.c.channel == "chat", message.c.state == "sent"
    )
    in_chat = await tx.scalar(chat)
    return in_chat is not None and any(at >= max(held, in_chat) for at in sent)


async def another_is_going(tx: Transaction, row: Mapping[str, Any], now: datetime) -> bool:
    """Whether another notice to the person is being handed over at this moment, and may speak for this one."""
    others = select(message.c.id).where(
        message.c.person_id == row["person_id"],
        message.c.channel.in_(rows.NOTICES),
        message.c.state == "waiting",
        message.c.id != row["id"],
    )
    return await rows.on_their_way(tx, [one["id"] for one in await tx.all(others)], now)


async def _unread_since(tx: Transaction, person_id: str, since: datetime) -> int:
    """How many messages the person has been sent since then, and has not read."""
    question = (
        select(func.count())
        .select_from(message.join(guidance, guidance.c.id == message.c.guidance_id))
        .where(
            message.c.person_id == person_id,
            message.c.channel == "chat",
            message.c.state == "sent",
            message.c.read_at.is_(None),
            message.c.created_at >= since,
            guidance.c.withdrawn_at.is_(None),
        )
    )
    return int(await tx.scalar(question))
