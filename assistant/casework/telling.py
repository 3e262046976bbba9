"""How casework has people told: the face of guidance that it needs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Protocol

from assistant.casework.case_rows import Case
from assistant.casework.errands import errand_of
from assistant.store import Transaction


class Telling(Protocol):
    """How a person is told: guidance, planned once for the same cause. Gives its id if it is new.

    None: it was told before, or they cannot be told.
    """

    async def tell(
        self,
        tx: Transaction,
        person_id: str,
        subject_id: str,
        rule: str,
        kind: str,
        cause: str,
        content: Mapping[str, Any],
        now: datetime,
    ) -> str | None: ...


async def tell_needs_worker(
    tx: Transaction, telling: Telling, handed_over: Case, cause: str, due_on: date, now: datetime
) -> None:
    """Tell who applied that a human has their case, and when they are to have an answer (§ 11a).

    `cause`: what of the case it is; it is told once for each.
    """
    await telling.tell(
        tx,
        handed_over.person_id,
        handed_over.subject_id,
        errand_of(handed_over.kind).decides[0],
        "needs_worker",
        f"case:{handed_over.id}:{cause}",
        {"case_id": handed_over.id, "case_number": handed_over.number, "due_on": due_on},
        now,
    )
