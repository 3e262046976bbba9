"""Guidance and messages as kept: written once, withdrawn when overtaken, counted when delivered."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import and_, or_, select, update

from assistant.config import OSLO
from assistant.guidance.mattering import LIFE_EVENT
from assistant.guidance.writing import Written
from assistant.store import Postpone, Transaction, enqueue
from assistant.store.tables import delivery, determination, guidance, life_event, message

REACHED = ("sent", "manual")
"""States of a message that somebody has, or that a human brings them."""

NOTICES = ("email", "sms", "push")
"""The channels that only say that something is waiting."""

IN_FLIGHT = timedelta(seconds=40)
"""Longer than any channel takes for one attempt: what began so recently may be on its way."""


class StillSending(Postpone):
    """A message that this would take back is being handed over: wait till it is clear whether it went."""

    def __init__(self) -> None:
        super().__init__("a message that this overtakes is being sent", timedelta(seconds=1))


def words_of(written: Written) -> dict[str, Any]:
    """What is written, as a message's columns have it."""
    return {
        "language": written.language,
        "title": written.title,
        "body": written.body,
        "why": dict(written.why),
    }


async def waiting_channels(tx: Transaction, guidance_id: str) -> dict[str, str]:
    """Channel → message, of what has not been sent of a guidance."""
    question = select(message.c.channel, message.c.id).where(
        message.c.guidance_id == guidance_id, message.c.state == "waiting"
    )
    return {row["channel"]: row["id"] for row in await tx.all(question)}


async def rewrite(tx: Transaction, message_id: str, written: Written) -> None:
    await tx.execute(update(message).where(message.c.id == message_id).values(**words_of(written)))


async def enqueue_delivery(
    tx: Transaction, message_id: str, channel: str, person_id: str, send_at: datetime, now: datetime
) -> None:
    """What waits for a day has a key of its own: it must not hold up what comes meanwhile."""
    await enqueue(
        tx,
        "deliver",
        {"message_id": message_id, "channel": channel},
        now=now,
        key=f"{channel}:{person_id}" if send_at <= now else f"later:{message_id}",
        queue="chat" if channel == "chat" else "bulk",
        run_at=send_at,
        receipt=f"deliver:{message_id}:{send_at.isoformat()}",
    )


async def enqueue_posting(tx: Transaction, message_id: str, person_id: str, now: datetime) -> None:
    """Have a letter posted where a machine may; until it is, it stands in people's list."""
    await enqueue(
        tx, "post_letter", {"message_id": message_id}, now=now, key=f"letter:{person_id}", queue="bulk"
    )


async def enqueue_act(
    tx: Transaction, guidance_id: str, person_id: str, now: datetime, not_before: date | None = None
) -> None:
    """Have the assistant walk the errand a right leads to, as the person wishes."""
    run_at = now if not_before is None else max(now, morning_of(not_before))
    await enqueue(
        tx,
        "act_on_wish",
        {"guidance_id": guidance_id},
        now=now,
        key=person_id if run_at <= now else f"later:{guidance_id}",
        run_at=run_at,
        receipt=f"act:{guidance_id}:{now.isoformat()}",
    )


async def channels_tried(tx: Transaction, guidance_id: str) -> frozenset[str]:
    """The channels a guidance has been written for and was not taken back from."""
    question = select(message.c.channel).where(
        message.c.guidance_id == guidance_id, message.c.state != "withdrawn"
    )
    return frozenset(row["channel"] for row in await tx.all(question))


async def guidance_by_id(tx: Transaction, guidance_id: str) -> Mapping[str, Any] | None:
    return await tx.first(select(guidance).where(guidance.c.id == guidance_id))


async def has_messages(tx: Transaction, guidance_id: str) -> bool:
    """Whether the guidance has been written to its person, whatever became of it."""
    return await tx.first(select(message.c.id).where(message.c.guidance_id == guidance_id)) is not None


async def send_later(tx: Transaction, row: Mapping[str, Any], at: datetime, now: datetime) -> None:
    """Let a message wait for a moment: something has happened since it was planned, or it is night."""
    send_at = max(now, at)
    await tx.execute(update(message).where(message.c.id == row["id"]).values(send_at=send_at))
    await enqueue_delivery(tx, row["id"], row["channel"], row["person_id"], send_at, now)


def morning_of(day: date) -> datetime:
    """Eight in the morning in Norway."""
    return datetime.combine(day, time(8), OSLO)


async def waiting_because(tx: Transaction, life_event_id: str) -> list[Mapping[str, Any]]:
    """Messages not yet sent of what a life event brought, locked as `waiting_messages` are."""
    subject_of = select(life_event.c.subject_id).where(life_event.c.id == life_event_id).scalar_subquery()
    question = (
        select(message.c.id, message.c.guidance_id, guidance.c.content)
        .join(guidance, guidance.c.id == message.c.guidance_id)
        .where(
            message.c.state == "waiting",
            guidance.c.withdrawn_at.is_(None),
            guidance.c.kind == LIFE_EVENT,
            guidance.c.subject_id == subject_of,
        )
        .order_by(message.c.id)
        .with_for_update(of=message)
    )
    return [row for row in await tx.all(question) if life_event_id in row["content"].get("life_events", ())]


async def records_of(tx: Transaction, determination_ids: Collection[str]) -> dict[str, Mapping[str, Any]]:
    """The determinations as kept, with the source of each fact."""
    question = select(determination.c.id, determination.c.record).where(
        determination.c.id.in_(determination_ids)
    )
    return {row["id"]: row["record"] for row in await tx.all(question)}


async def waiting_messages(
    tx: Transaction,
    *,
    about: Collection[str] | None = None,
    person_id: str | None = None,
) -> list[Mapping[str, Any]]:
    """Messages not yet sent, with their guidance's rule list, about subjects or to a person.

    Until this transaction ends nobody begins to send one of them: whether it is `on_their_way` stays true.
    """
    question = (
        select(
            message.c.id,
            message.c.guidance_id,
            message.c.channel,
            message.c.person_id,
            guidance.c.subject_id,
            guidance.c.kind,
            guidance.c.rule,
            guidance.c.cause,
            guidance.c.content,
        )
        .join(guidance, guidance.c.id == message.c.guidance_id)
        .where(message.c.state == "waiting", guidance.c.withdrawn_at.is_(None))
    )
    if about is not None:
        question = question.where(guidance.c.subject_id.in_(about))
    if person_id is not None:
        question = question.where(message.c.person_id == person_id)
    # In one order, so that two who take back what waits do not wait for each other.
    locked = question.order_by(message.c.id).with_for_update(of=message)
    return list(await tx.all(locked))


async def with_live_messages(tx: Transaction, people: Collection[str], since: datetime) -> set[str]:
    """Those among the people to whom, or about whom, a message is waiting or lies unread since then."""
    if not people:
        return set()
    question = (
        select(message.c.person_id, guidance.c.subject_id)
        .join(guidance, guidance.c.id == message.c.guidance_id)
        .where(
            or_(message.c.person_id.in_(people), guidance.c.subject_id.in_(people)),
            or_(
                message.c.state == "waiting", and_(message.c.read_at.is_(None), message.c.created_at >= since)
            ),
            guidance.c.withdrawn_at.is_(None),
        )
    )
    return {one for row in await tx.all(question) for one in (row["person_id"], row["subject_id"])}


async def on_their_way(tx: Transaction, message_ids: Sequence[str], now: datetime) -> bool:
    """Whether one of these messages is being handed over at this moment."""
    if not message_ids:
        return False
    begun = await tx.first(
        select(delivery.c.id).where(
            delivery.c.message_id.in_(message_ids),
            delivery.c.outcome == "begun",
            delivery.c.at > now - IN_FLIGHT,
        )
    )
    return begun is not None


async def take_back(
    tx: Transaction, waiting: Sequence[Mapping[str, Any]], now: datetime, wait: bool = True
) -> int:
    """Withdraw messages that have not been sent; how many. One on its way is left to go, unless we `wait`.

    Raises StillSending where one is on its way and `wait` is set.
    """
    if await on_their_way(tx, [row["id"] for row in waiting], now):
        if wait:
            raise StillSending
        waiting = [row for row in waiting if not await on_their_way(tx, [row["id"]], now)]
    await withdraw_messages(tx, waiting, now)
    return len(waiting)


async def withdraw_messages(tx: Transaction, rows: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Take back waiting messages, and the guidance none of whose messages has reached anybody."""
    for row in rows:
        await tx.execute(
            update(message)
            .where(message.c.id == row["id"], message.c.state.in_(("waiting", "manual")))
            .values(state="withdrawn")
        )
    for guidance_id in {row["guidance_id"] for row in rows}:
        if not await has_reached(tx, guidance_id):
            await tx.execute(
                update(guidance)
                .where(guidance.c.id == guidance_id, guidance.c.withdrawn_at.is_(None))
                .values(withdrawn_at=now)
            )


async def has_reached(tx: Transaction, guidance_id: str) -> bool:
    """Whether some message of a guidance has reached its person, or is on a human's desk."""
    question = select(message.c.id).where(message.c.guidance_id == guidance_id, message.c.state.in_(REACHED))
    return await tx.first(question) is not None


async def message_with_guidance(
    tx: Transaction, message_id: str, *, for_update: bool = False
) -> Mapping[str, Any] | None:
    """A message and what it was written from."""
    question = (
        select(
            message,
            guidance.c.subject_id,
            guidance.c.rule,
            guidance.c.kind,
            guidance.c.content,
            guidance.c.withdrawn_at,
        )
        .join(guidance, guidance.c.id == message.c.guidance_id)
        .where(message.c.id == message_id)
    )
    if for_update and tx.connection.dialect.name != "sqlite":
        question = question.with_for_update()
    return await tx.first(question)


async def unread_without_notice(tx: Transaction, person_id: str, since: datetime) -> Mapping[str, Any] | None:
    """The newest guidance the person has in the chat, has not read, and has had no notice of."""
    others = message.alias("others")
    question = (
        select(
            message.c.guidance_id,
            guidance.c.subject_id,
            guidance.c.kind,
            guidance.c.rule,
            guidance.c.content,
        )
        .join(guidance, guidance.c.id == message.c.guidance_id)
        .where(
            message.c.person_id == person_id,
            message.c.channel == "chat",
            message.c.read_at.is_(None),
            message.c.created_at >= since,
            guidance.c.withdrawn_at.is_(None),
            ~select(others.c.id)
            .where(
                and_(
                    others.c.person_id == person_id,
                    others.c.channel.in_(NOTICES),
                    others.c.created_at >= since,
                )
            )
            .exists(),
        )
        .order_by(message.c.created_at.desc())
        .limit(1)
    )
    return await tx.first(question)


async def set_content(tx: Transaction, guidance_id: str, content: Mapping[str, Any]) -> None:
    await tx.execute(update(guidance).where(guidance.c.id == guidance_id).values(content=dict(content)))


async def lead_with(tx: Transaction, guidance_id: str, rule: str) -> None:
    """Let another of its rules stand first in a guidance, where no other guidance stands there already."""
    other = guidance.alias("other")
    same = (other.c[name] == guidance.c[name] for name in ("person_id", "subject_id", "kind", "cause"))
    taken = select(other.c.id).where(*same, other.c.rule == rule).exists()
    await tx.execute(update(guidance).where(guidance.c.id == guidance_id, ~taken).values(rule=rule))


async def set_state(tx: Transaction, message_id: str, state: str, sent_at: datetime | None = None) -> None:
    await tx.execute(update(message).where(message.c.id == message_id).values(state=state, sent_at=sent_at))
