"""When the notice of a decision came forward to the person: what a time limit to appeal is counted from."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from assistant.casework.case_rows import Decision
from assistant.config import local_date
from assistant.store import Transaction
from assistant.store.tables import case, guidance, message

DECISION_KINDS = ("decision_made", "decision_reversed", "flag_renewed", "flag_set")
"""The kinds of guidance that tell a person of a decision, each with the cause `decision:<id>`."""


def cause_of(decision_id: str) -> str:
    """What a message that tells of a decision is caused by."""
    return f"decision:{decision_id}"


async def came_forward(tx: Transaction, made: Decision) -> date | None:
    """The day a notice of the decision was sent to its party; None where none has been, and no time limit runs.

    Email and SMS are notices; the message on the person's own page is the decision made available. Where a person
    is only told there, it counts from then (eForvaltningsforskriften § 11). Others who are told do not count.
    """
    party = select(case.c.person_id).where(case.c.id == made.case_id).scalar_subquery()
    sent = await tx.all(
        select(message.c.channel, message.c.sent_at)
        .join(guidance, guidance.c.id == message.c.guidance_id)
        .where(
            guidance.c.cause == cause_of(made.id),
            guidance.c.kind.in_(DECISION_KINDS),
            guidance.c.person_id == party,
            message.c.sent_at.is_not(None),
            message.c.channel
            != "letter",  # the post takes days: when a letter came forward nobody has told us
        )
    )
    moments = [row["sent_at"] for row in sent if row["channel"] != "chat"] or [row["sent_at"] for row in sent]
    return local_date(min(moments)) if moments else None
