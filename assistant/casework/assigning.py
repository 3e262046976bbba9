"""Who has a case on their desk: taken, handed over, put back. Two who take it at once: one gets it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update

from assistant.casework.case_rows import OPEN
from assistant.store import Transaction
from assistant.store.tables import case, session

LATELY = timedelta(days=30)
"""Who has logged in within so long is a colleague one can hand a case to."""


async def assign(tx: Transaction, case_id: str, to: str | None, *, was: str | None) -> bool:
    """Give an open case to somebody, or to nobody. False where it is no longer with `was`, or decided."""
    done = await tx.execute(
        update(case)
        .where(
            case.c.id == case_id,
            case.c.status.in_(OPEN),
            case.c.assigned_to.is_(None) if was is None else case.c.assigned_to == was,
        )
        .values(assigned_to=to)
    )
    return done.rowcount == 1


async def colleagues(tx: Transaction, municipality: str, role: str, now: datetime) -> Sequence[str]:
    """The municipality's staff with that role who have been here lately, by name."""
    rows = await tx.all(
        select(session.c.staff, session.c.roles).where(
            session.c.kind == "staff",
            session.c.municipality == municipality,
            session.c.created_at > now - LATELY,
        )
    )
    return sorted({row["staff"] for row in rows if row["staff"] and role in row["roles"]})
