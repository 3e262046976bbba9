"""What the flow is made of, as the tables have it: one municipality's errands and cases that are not over."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import and_, exists, func, or_, select

from assistant.casework.announcing import CASE_OPENED, CASE_WAITS, whom_it_waits_for
from assistant.casework.case_rows import OPEN
from assistant.hooks.flow import (
    Appealed,
    Begun,
    Heard,
    Opened,
    Standing,
    standing_of_case,
    standing_of_errand,
)
from assistant.store import Transaction
from assistant.store.tables import appeal, case, decision, outgoing_event, process, reconsideration

UNSETTLED = ("received", "forwarded")  # appeals
UNHEARD = ("found", "noticed", "answered")  # reconsiderations


async def standings(tx: Transaction, municipality: str, today: date) -> list[Standing]:
    """Where each errand and case of the municipality is."""
    begun = await tx.all(
        select(process.c.id, process.c.definition.label("kind"), process.c.changed_at)
        .where(process.c.municipality == municipality, process.c.status == "open")
        .order_by(process.c.changed_at)
    )
    found = [standing_of_errand(Begun(**row)) for row in begun]
    for opened in await _cases(tx, municipality, today):
        standing = standing_of_case(opened, today)
        if standing is not None:
            found.append(standing)
    return found


async def _cases(tx: Transaction, municipality: str, today: date) -> list[Opened]:
    mine = case.c.municipality == municipality
    appealed = exists().where(appeal.c.case_id == case.c.id, appeal.c.status.in_(UNSETTLED))
    heard = exists().where(reconsideration.c.case_id == case.c.id, reconsideration.c.state.in_(UNHEARD))
    holds = exists().where(
        decision.c.case_id == case.c.id, decision.c.outcome == "granted", decision.c.valid_to > today
    )
    wanted = and_(mine, or_(case.c.status.in_(OPEN), appealed, heard, holds))
    rows = await tx.all(select(case).where(wanted).order_by(case.c.number))
    ids = select(case.c.id).where(wanted).scalar_subquery()
    grants = await _newest_grants(tx, ids)
    appeals = {
        row["case_id"]: Appealed(row["status"], row["received_at"], row["due_on"], row["forwarded_at"])
        for row in await tx.all(
            select(appeal)
            .where(appeal.c.case_id.in_(ids), appeal.c.status.in_(UNSETTLED))
            .order_by(appeal.c.received_at.desc())
        )
    }
    hearings = {
        row["case_id"]: Heard(
            row["state"], row["found_at"], row["noticed_at"], row["answer_by"], row["answered_at"]
        )
        for row in await tx.all(
            select(reconsideration)
            .where(reconsideration.c.case_id.in_(ids), reconsideration.c.state.in_(UNHEARD))
            .order_by(reconsideration.c.found_at.desc())
        )
    }
    since = {
        row["subject"]: row["at"]
        for row in await tx.all(
            select(outgoing_event.c.subject, func.max(outgoing_event.c.at).label("at"))
            .where(outgoing_event.c.subject.in_(ids), outgoing_event.c.type.in_((CASE_OPENED, CASE_WAITS)))
            .group_by(outgoing_event.c.subject)
        )
    }
    return [_opened(row, grants, appeals, hearings, since) for row in rows]


async def _newest_grants(tx: Transaction, ids: Any) -> dict[str, dict[str, Any]]:
    """The newest decision of each case, where it grants."""
    rows = await tx.all(
        select(decision.c.case_id, decision.c.outcome, decision.c.valid_to, decision.c.decided_at)
        .where(decision.c.case_id.in_(ids))
        .order_by(decision.c.decided_at)
    )
    newest = {row["case_id"]: row for row in rows}
    return {case_id: row for case_id, row in newest.items() if row["outcome"] == "granted"}


def _opened(
    row: dict[str, Any],
    grants: dict[str, dict[str, Any]],
    appeals: dict[str, Appealed],
    hearings: dict[str, Heard],
    since: dict[str, Any],
) -> Opened:
    case_id = row["id"]
    waits = [reason["waits"] for reason in row["content"].get("reasons", [])]
    is_new = row["status"] == "received"  # the registers are being asked, if it is for them
    grant = grants.get(case_id, {})
    return Opened(
        id=case_id,
        number=row["number"],
        kind=row["kind"],
        status=row["status"],
        received_at=row["received_at"],
        due_on=row["due_on"],
        waits_for=whom_it_waits_for(row["generation"], waits or [is_new]),
        waiting_since=since.get(case_id),
        holds_until=grant.get("valid_to"),
        decided_at=grant.get("decided_at"),
        heard=hearings.get(case_id),
        appealed=appeals.get(case_id),
    )
