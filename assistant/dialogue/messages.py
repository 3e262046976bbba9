"""Guidance in the chat: the messages of this channel as lines, each once, until read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update

from assistant.config import local_date
from assistant.dialogue.lines import ChatLine, add_line
from assistant.dialogue.parts import Button, GuidanceShown, say
from assistant.dialogue.wording import sentence
from assistant.processes.wording import day
from assistant.store import Transaction
from assistant.store.tables import chat_line, guidance, message

CHANNEL = "chat"
SENT = "sent"
INVITES = frozenset({"right_found", "right_possible", "right_changed", "facts_missing", "prepared_for_you"})
"""Kinds of guidance that an application can follow from."""

_LINE = "message:"

_QUESTION = select(
    message.c.id,
    message.c.title,
    message.c.body,
    message.c.why,
    message.c.sent_at,
    message.c.read_at,
    message.c.language,
    guidance.c.kind,
    guidance.c.rule,
    guidance.c.subject_id,
    guidance.c.content,
    guidance.c.determination_id,
    guidance.c.expires_on,
).join(guidance, guidance.c.id == message.c.guidance_id)


async def messages_of(
    tx: Transaction, person_id: str, on: date, limit: int = 50
) -> Sequence[Mapping[str, Any]]:
    """The person's chat messages that are sent and still stand, newest first."""
    return await tx.all(
        _QUESTION.where(
            message.c.person_id == person_id,
            message.c.channel == CHANNEL,
            message.c.state == SENT,
            guidance.c.withdrawn_at.is_(None),
            (guidance.c.expires_on.is_(None)) | (guidance.c.expires_on >= on),
        )
        .order_by(message.c.sent_at.desc())
        .limit(limit)
    )


async def message_to(tx: Transaction, person_id: str, message_id: str) -> Mapping[str, Any] | None:
    """One message to that person; None for another's, or one that is not there."""
    return await tx.first(
        _QUESTION.where(
            message.c.id == message_id, message.c.person_id == person_id, message.c.channel == CHANNEL
        )
    )


async def owner_of(tx: Transaction, message_id: str) -> str | None:
    """Whose message it is, so that somebody else's attempt to read it can be noted."""
    owner: str | None = await tx.scalar(select(message.c.person_id).where(message.c.id == message_id))
    return owner


async def theme_row(tx: Transaction, message_id: str) -> Mapping[str, Any] | None:
    """Of which rule, and about whom, a message is, whoever it is to."""
    question = (
        select(guidance.c.rule, guidance.c.subject_id)
        .join(message, guidance.c.id == message.c.guidance_id)
        .where(message.c.id == message_id)
    )
    return await tx.first(question)


async def messages_without_line(tx: Transaction, person_id: str, on: date) -> Sequence[Mapping[str, Any]]:
    """The messages that the chat has not shown yet, the oldest first."""
    shown = select(chat_line.c.client_id).where(
        chat_line.c.person_id == person_id, chat_line.c.client_id.like(f"{_LINE}%")
    )
    known = {row["client_id"] for row in await tx.all(shown)}
    rows = await messages_of(tx, person_id, on)
    return [row for row in reversed(rows) if f"{_LINE}{row['id']}" not in known]


async def bring_messages(tx: Transaction, person_id: str, language: str, now: datetime) -> list[ChatLine]:
    """Make chat lines of messages that have none yet; the new lines."""
    new: list[ChatLine] = []
    for row in await messages_without_line(tx, person_id, local_date(now)):
        content = say(guidance_part(row, language)).as_json()
        line, is_new = await add_line(tx, person_id, "assistant", content, f"{_LINE}{row['id']}", now)
        if is_new:
            new.append(line)
    return new


def guidance_part(row: Mapping[str, Any], language: str) -> GuidanceShown:
    """A message with what can be done about it."""
    content = row["content"]
    buttons = []
    if row["kind"] in INVITES and content.get("process"):
        values = {"child": row["subject_id"], "process": str(content["process"])}
        buttons.append(Button(sentence("button_apply", language), "apply", values, primary=True))
    if decision_id := content.get("decision_id"):
        href = f"/me/decisions/{decision_id}"
        buttons.append(Button(sentence("button_decision", language), href=href, primary=True))
    if reconsideration_id := content.get("reconsideration_id"):
        href = f"/me/reconsiderations/{reconsideration_id}"
        buttons.append(Button(sentence("button_reconsideration", language), href=href, primary=True))
    if row["kind"] == "sent_for_you" and (errand_id := content.get("errand_id")):
        href = f"/me/control/sent/{errand_id}"
        buttons.append(Button(sentence("button_sent", language), href=href, primary=True))
    buttons.append(Button(sentence("button_why", language), "why", {"message": row["id"]}))
    buttons.append(Button(sentence("button_not_this", language), href=f"/me/guidance/{row['id']}/not-this"))
    sent = row["sent_at"]
    return GuidanceShown(
        message_id=row["id"],
        title=row["title"],
        text=row["body"],
        sent="" if sent is None else day(local_date(sent), language),
        buttons=tuple(buttons),
    )


async def unread_messages(tx: Transaction, person_id: str, on: date) -> list[str]:
    """The ids of the messages the person has not seen."""
    return [row["id"] for row in await messages_of(tx, person_id, on) if row["read_at"] is None]


async def mark_read(tx: Transaction, person_id: str, message_id: str, now: datetime) -> bool:
    """Note that the person has seen a message; False if there is no such message to them."""
    mine = (message.c.id == message_id) & (message.c.person_id == person_id)
    if await tx.scalar(select(message.c.id).where(mine)) is None:
        return False
    await tx.execute(update(message).where(mine, message.c.read_at.is_(None)).values(read_at=now))
    return True
