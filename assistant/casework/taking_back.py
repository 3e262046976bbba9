"""An application taken back by who sent it, or by the one in whose name it was sent on a standing wish.

Before a decision the case is closed. After one, what was decided stands until a case worker has ended it: the case is
opened again with the reason, for a machine takes nothing from anybody (forvaltningsloven § 35 first paragraph a).
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import delete, update

from assistant.casework import case_rows
from assistant.casework.automation import reason_named
from assistant.casework.period import answer_due
from assistant.casework.telling import Telling, tell_needs_worker
from assistant.config import local_date
from assistant.store import Transaction
from assistant.store.tables import case, due, process

WITHDRAWN = "withdrawn"


async def take_back(
    tx: Transaction, telling: Telling, process_id: str, now: datetime
) -> Literal["withdrawn", "handed_over", "nothing"]:
    """Take back what was sent in an errand; who may is settled before. Twice is once."""
    case_id = await case_rows.case_of_process(tx, process_id)
    opened = None if case_id is None else await case_rows.case_by_id(tx, case_id)
    if opened is None or opened.status == WITHDRAWN or opened.content.get("taken_back"):
        return "nothing"
    content = {**opened.content, "taken_back": now.isoformat()}
    still_open = case.c.status.in_(case_rows.OPEN)
    has_decision = bool(await case_rows.decisions_in(tx, opened.id))
    if opened.is_open and not has_decision:
        closed = await tx.execute(
            update(case).where(case.c.id == opened.id, still_open).values(status=WITHDRAWN, content=content)
        )
        if closed.rowcount == 1:
            await tx.execute(delete(due).where(due.c.what == "case", due.c.ref == opened.id))
            await tx.execute(update(process).where(process.c.id == process_id).values(status="withdrawn"))
            return "withdrawn"
    due_on = answer_due(local_date(now))
    content["reasons"] = [reason_named("taken_back").as_json()]
    await case_rows.reopen(tx, opened, content, due_on=due_on)
    await case_rows.hand_to_people(tx, opened, content)
    await tell_needs_worker(tx, telling, opened, "taken_back", due_on, now)
    return "handed_over"
