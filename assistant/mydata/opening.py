"""The door to a request at the desk, and what is shown behind it.

As with a case, nobody reads a request without having said why. The reason stands in the person's own usage log, which
is where it is kept, and holds for that request and that member of staff until midnight. Where the municipality sees
flags and not incomes, what the tax administration has said is not shown: such a request is passed on to its owner.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any, Literal, get_args

from sqlalchemy import select

from assistant.casework.access import LONGEST_WORDS, ReasonIncomplete
from assistant.config import OSLO, local_date
from assistant.journal import clean
from assistant.mydata.asking import ARTICLE, DataRequest
from assistant.store import Transaction
from assistant.store.tables import usage
from assistant.twin import Use, log_usage
from assistant.twin.generations import BEFOREHAND, SETTING

Reason = Literal["handle", "question", "other"]
REASONS: tuple[Reason, ...] = get_args(Reason)
TAX = "tax_administration"
NOT_SHOWN = ("held", "should_be", "value")
"""What a request says of the fact it means that tells an income: what is held, and what it should be."""


def is_withheld(asked: DataRequest, settings: Mapping[str, Any]) -> bool:
    """Whether the request is about what the tax administration has said, in a municipality that sees flags alone.

    `settings`: the municipality's. One errand that is handled by flags is enough: the fact is the same.
    """
    sees_flags = BEFOREHAND in (settings.get(SETTING) or {}).values()
    return sees_flags and asked.about.get("source") == TAX


def without_the_fact(asked: DataRequest) -> DataRequest:
    """The request without what tells the fact: neither the value, nor the claimed one, nor what they lead to."""
    about = {name: value for name, value in asked.about.items() if name not in NOT_SHOWN}
    return replace(asked, about=about, effect=())


def _opening(asked: DataRequest) -> str:
    return f"to open data request {asked.number} ("


async def has_said_why(tx: Transaction, asked: DataRequest, staff: str, now: datetime) -> bool:
    """Whether this member of staff has said today why they open the request."""
    today = datetime.combine(local_date(now), time(), OSLO)
    found = await tx.scalar(
        select(usage.c.id)
        .where(
            usage.c.subject_id == asked.person_id,
            usage.c.actor_kind == "staff",
            usage.c.actor == staff,
            usage.c.action == "read",
            usage.c.at >= today,
            usage.c.purpose.startswith(_opening(asked), autoescape=True),
        )
        .limit(1)
    )
    return found is not None


async def say_why(
    tx: Transaction, asked: DataRequest, staff: str, reason: Reason, words: str, now: datetime
) -> None:
    """Note why, in the logs of who asks and whom it is about, and let them in today. Raises `ReasonIncomplete`."""
    said = clean(words.strip())[:LONGEST_WORDS]
    if reason == "other" and not said:
        raise ReasonIncomplete(f"say why request {asked.number} is opened")
    purpose = f"{_opening(asked)}{reason})"
    purpose = f"{purpose}: {said}" if said else purpose
    uses = [
        Use(one, "staff", staff, "read", purpose, ARTICLE[asked.kind], ("data_request",))
        for one in sorted({asked.person_id, asked.subject_id})
    ]
    await log_usage(tx, uses, now)


_OPENED = re.compile(
    r"to open data request (?P<number>\d+) \((?P<reason>[a-z]+)\)(?:: (?P<words>.*))?", re.DOTALL
)


@dataclass(frozen=True)
class RequestOpened:
    """A row of the usage log that says why a request was opened."""

    number: str
    reason: str
    words: str


def request_opened_for(purpose: str) -> RequestOpened | None:
    """What `say_why` wrote in a usage log; None for other purposes.

    >>> request_opened_for("to open data request 202600001 (other): Feil mottaker")
    RequestOpened(number='202600001', reason='other', words='Feil mottaker')
    """
    found = _OPENED.fullmatch(purpose)
    if found is None or found["reason"] not in REASONS:
        return None
    return RequestOpened(found["number"], found["reason"], found["words"] or "")
