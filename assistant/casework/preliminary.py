"""The preliminary answer: why a decision does not come in time, and when it can be expected.

Forvaltningsloven § 11a: in a case of individual decision it is due where an answer cannot be given within a month.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import update

from assistant.casework.case_rows import OPEN, Case
from assistant.casework.errands import errand_of
from assistant.casework.ruling import AlreadyDecided, CaseworkError
from assistant.casework.telling import Telling
from assistant.config import local_date
from assistant.store import Transaction
from assistant.store.tables import case

KEY = "preliminary"
LATEST = timedelta(days=366)


class AnswerIncomplete(CaseworkError):
    """A preliminary answer lacks something: `field` of the form (reason, expected_on) and `fault` say what."""

    def __init__(self, field: str, fault: str) -> None:
        super().__init__(f"the preliminary answer's {field} is {fault.replace('_', ' ')}")
        self.field = field
        self.fault = fault


def checked(reason: str, expected_on: date | None, today: date) -> date:
    """The day an answer can be expected. Raises `AnswerIncomplete`."""
    if not reason.strip():
        raise AnswerIncomplete("because", "missing")
    if expected_on is None:
        raise AnswerIncomplete("expected_on", "missing")
    if not today < expected_on <= today + LATEST:
        raise AnswerIncomplete("expected_on", "not_ahead")
    return expected_on


async def send(
    tx: Transaction,
    telling: Telling,
    opened: Case,
    *,
    reason: str,
    expected_on: date | None,
    by: str,
    now: datetime,
) -> None:
    """Tell the person why it takes longer and until when; the case is then due that day.

    Raises `AlreadyDecided`, and `AnswerIncomplete`.
    """
    due_on = checked(reason, expected_on, local_date(now))
    sent = [*opened.content.get(KEY, ())]
    entry = {"at": now.isoformat(), "by": by, "because": reason.strip(), "expected_on": due_on.isoformat()}
    content = {**opened.content, KEY: [*sent, entry]}
    done = await tx.execute(
        update(case)
        .where(case.c.id == opened.id, case.c.status.in_(OPEN))
        .values(content=content, due_on=due_on)
    )
    if done.rowcount != 1:
        raise AlreadyDecided(f"case {opened.number} is decided already")
    await telling.tell(
        tx,
        opened.person_id,
        opened.subject_id,
        errand_of(opened.kind).decides[0],
        "preliminary_answer",
        f"case:{opened.id}:preliminary:{len(sent) + 1}",
        {"case_id": opened.id, "case_number": opened.number, "due_on": due_on, "note": reason.strip()},
        now,
    )
