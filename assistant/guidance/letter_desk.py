"""Letters that people must see to: which, why, what was done; and the door that asks why one is opened.

The reason stands in the usage log of whose letter it is, where they read it. It holds for that letter and that
member of staff until midnight.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal, get_args

from sqlalchemy import select

from assistant.config import OSLO, local_date
from assistant.guidance import delivery_rows, rows
from assistant.guidance.store import BASIS
from assistant.guidance.tact import ON_PAPER
from assistant.journal import clean
from assistant.store import Transaction
from assistant.store.tables import delivery, guidance, message, usage
from assistant.twin import Use, log_usage

Reason = Literal["send", "question", "other"]
REASONS: tuple[Reason, ...] = get_args(Reason)
LONGEST_WORDS = 500  # characters

PRINTED_WITHIN = timedelta(days=3)
"""So long a letter may lie in the print folder before somebody is told to ask for it."""

Why = Literal["judged", "refused", "failed", "not_printed", "by_hand"]


class LetterReasonMissing(ValueError):
    """'Another reason' needs words that say which."""


class BeingPosted(Exception):
    """A machine is posting the letter at this moment, or has: it is not to be sent by hand too."""


@dataclass(frozen=True)
class WaitingLetter:
    """One that waits for people: no name and nothing of what it says."""

    id: str
    since: date
    why: Why


def why_waiting(by_hand: str | None, outcome: str | None, *, posted: bool) -> Why:
    """Why a letter waits. `by_hand`: the rule of tact; `outcome`: of the last attempt; `posted`: it left us.

    >>> why_waiting("protected_other", None, posted=False), why_waiting("reserved", "refused", posted=False)
    ('judged', 'refused')
    """
    if posted:
        return "not_printed"
    if by_hand not in (None, ON_PAPER):
        return "judged"
    if outcome in ("refused", "failed"):
        return "refused" if outcome == "refused" else "failed"
    return "by_hand"


async def waiting_letters(tx: Transaction, municipality: str, now: datetime) -> Sequence[WaitingLetter]:
    """What people must see to in a municipality, oldest first: unsent letters, and posted ones nobody has printed."""
    lies_there = (delivery.c.outcome == "accepted") & (delivery.c.detail == delivery_rows.PRINT_FOLDER)
    question = (
        select(
            message.c.id,
            message.c.created_at,
            message.c.state,
            message.c.sent_at,
            guidance.c.content,
            delivery.c.outcome,
        )
        .join(guidance, guidance.c.id == message.c.guidance_id)
        .outerjoin(delivery, delivery.c.id == delivery_rows.newest_of(message.c.id))
        .where(message.c.channel == "letter", message.c.state.in_(("manual", "sent")))
        .where((message.c.state == "manual") | (lies_there & (message.c.sent_at < now - PRINTED_WITHIN)))
        .order_by(message.c.created_at, message.c.id)
    )
    return [
        WaitingLetter(
            row["id"],
            local_date(row["created_at"]),
            why_waiting(row["content"].get("by_hand"), row["outcome"], posted=row["state"] == "sent"),
        )
        for row in await tx.all(question)
        if row["content"].get("municipality") == municipality
    ]


async def letter_by_id(tx: Transaction, message_id: str) -> Mapping[str, Any] | None:
    """A letter with what it was written from, whatever has become of it."""
    row = await rows.message_with_guidance(tx, message_id)
    return row if row is not None and row["channel"] == "letter" else None


def _opening(message_id: str) -> str:
    return f"to open letter {message_id[:8]} ("


async def has_said_why(tx: Transaction, letter: Mapping[str, Any], staff: str, now: datetime) -> bool:
    """Whether this member of staff has said today why they open the letter."""
    found = await tx.scalar(
        select(usage.c.id)
        .where(
            usage.c.subject_id == letter["person_id"],
            usage.c.actor_kind == "staff",
            usage.c.actor == staff,
            usage.c.action == "read",
            usage.c.at >= datetime.combine(local_date(now), time(), OSLO),
            usage.c.purpose.startswith(_opening(letter["id"]), autoescape=True),
        )
        .limit(1)
    )
    return found is not None


async def say_why(
    tx: Transaction, letter: Mapping[str, Any], staff: str, reason: Reason, words: str, now: datetime
) -> None:
    """Note why in the log of whose letter it is, and let them in today. Raises LetterReasonMissing.

    In nobody else's: that somebody gets a letter about a child may be what the other parent must not learn.
    """
    said = clean(words.strip())[:LONGEST_WORDS]
    if reason == "other" and not said:
        raise LetterReasonMissing(f"say why letter {letter['id'][:8]} is opened")
    purpose = f"{_opening(letter['id'])}{reason})"
    purpose = f"{purpose}: {said}" if said else purpose
    await log_usage(tx, [Use(letter["person_id"], "staff", staff, "read", purpose, BASIS, ("letter",))], now)


_OPENED = re.compile(
    r"to open letter (?P<number>[0-9a-f]{8}) \((?P<reason>[a-z]+)\)(?:: (?P<words>.*))?", re.DOTALL
)


@dataclass(frozen=True)
class LetterOpened:
    """A row of the usage log that says why a letter was opened."""

    reason: str
    words: str


def letter_opened_for(purpose: str) -> LetterOpened | None:
    """What `say_why` wrote in a usage log; None for other purposes.

    >>> letter_opened_for("to open letter 0b0e8a8a (other): Hun ringte")
    LetterOpened(reason='other', words='Hun ringte')
    """
    found = _OPENED.fullmatch(purpose)
    if found is None or found["reason"] not in REASONS:
        return None
    return LetterOpened(found["reason"], found["words"] or "")


async def sent_by_hand(
    tx: Transaction, letter: Mapping[str, Any], staff: str, how: str, now: datetime
) -> None:
    """Note that somebody has sent the letter, and how. Raises BeingPosted."""
    await _still_with_people(tx, letter["id"], now)
    said = clean(f"{staff}: {how}")[:LONGEST_WORDS]
    await delivery_rows.note_attempt(tx, letter["id"], now, "by_hand", said)
    await rows.set_state(tx, letter["id"], "sent", now)
    await log_usage(tx, [Use(letter["person_id"], "staff", staff, "used", SENDING, BASIS, ("letter",))], now)


SENDING = "to send a letter by hand"


async def try_again(tx: Transaction, letter: Mapping[str, Any], now: datetime) -> None:
    """Have a machine try once more to post it. Raises BeingPosted."""
    await _still_with_people(tx, letter["id"], now)
    await rows.enqueue_posting(tx, letter["id"], letter["person_id"], now)


async def _still_with_people(tx: Transaction, message_id: str, now: datetime) -> None:
    row = await rows.message_with_guidance(tx, message_id, for_update=True)
    if row is None or row["state"] != "manual" or await rows.on_their_way(tx, [message_id], now):
        raise BeingPosted
