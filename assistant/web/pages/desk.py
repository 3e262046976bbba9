"""The desk: what waits for an answer, by deadline, and who has it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from aiohttp import web

from assistant.casework import appeals, assigning, case_rows, four_eyes, preliminary, wording
from assistant.casework.appeals import Appeal
from assistant.casework.case_rows import Case
from assistant.casework.errands import errand_of
from assistant.casework.time_limits import working_day_until, working_days_left
from assistant.config import local_date
from assistant.store import Transaction
from assistant.web.faults import Conflict
from assistant.web.forms import read_form
from assistant.web.pages.desk_access import case_in_queue
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import redirect, render, text
from assistant.web.routing import ID, STAFF, Route
from assistant.web.visitor import Visitor, visitor_of

SOON = 5
"""Working days left, the last one counted, when a case is marked as urgent."""

SHOWN = ("all", "mine", "free", "overdue")
KINDS = ("all", "case", "proposal", "appeal")

Urgency = Literal["overdue", "soon", "later"]


def routes(parts: Parts) -> list[Route]:
    worker = STAFF("case_worker")
    return [
        Route("GET", "/desk", queue, worker),
        Route("POST", f"/desk/cases/{{case_id:{ID}}}/assign", assign, worker),
    ]


@dataclass(frozen=True)
class QueueLine:
    """Something that waits: no name and no fact, only what is needed to choose the next one."""

    id: str  # of the case
    href: str
    kind: Literal["case", "proposal", "appeal"]
    number: int
    errand: str
    status: str
    received_on: date
    due_on: date
    act_by: date  # the last working day until then
    urgency: Urgency
    reasons: tuple[str, ...]
    assigned_to: str = ""
    promised: bool = False  # a preliminary answer has been sent


def urgency(due_on: date, today: date) -> Urgency:
    """How near the deadline is, in working days. The day itself is not over it."""
    if due_on < today:
        return "overdue"
    return "soon" if working_days_left(today, due_on) <= SOON else "later"


def line_of(opened: Case, language: str, today: date, proposed: bool = False) -> QueueLine:
    return QueueLine(
        id=opened.id,
        href=f"/desk/cases/{opened.id}",
        kind="proposal" if proposed else "case",
        number=opened.number,
        errand=wording.begun_high(wording.of(errand_of(opened.kind).title, language)),
        status=opened.status,
        received_on=local_date(opened.received_at),
        due_on=opened.due_on,
        act_by=working_day_until(opened.due_on),
        urgency=urgency(opened.due_on, today),
        reasons=tuple(wording.of(reason["text"], language) for reason in opened.content["reasons"]),
        assigned_to=opened.assigned_to or "",
        promised=bool(opened.content.get(preliminary.KEY)),
    )


def appeal_line(one: Appeal, about: Case, language: str, today: date) -> QueueLine:
    return QueueLine(
        id=about.id,
        href=f"/desk/appeals/{one.id}",
        kind="appeal",
        number=about.number,
        errand=wording.begun_high(wording.of(errand_of(about.kind).title, language)),
        status=one.status,
        received_on=local_date(one.received_at),
        due_on=one.due_on,
        act_by=working_day_until(one.due_on),
        urgency=urgency(one.due_on, today) if one.status == "received" else "later",
        reasons=(),
        assigned_to=about.assigned_to or "",
    )


def chosen(lines: Sequence[QueueLine], show: str, kind: str, me: str) -> list[QueueLine]:
    """The lines a filter lets through, the nearest deadline first."""
    shown: dict[str, Callable[[QueueLine], bool]] = {
        "mine": lambda line: line.assigned_to == me,
        "free": lambda line: not line.assigned_to,
        "overdue": lambda line: line.urgency == "overdue",
    }
    let = shown.get(show)
    kept = [line for line in lines if (let is None or let(line)) and kind in ("all", line.kind)]
    return sorted(kept, key=lambda line: (line.due_on, line.number))


async def _waiting(tx: Transaction, visitor: Visitor, today: date) -> list[QueueLine]:
    proposed = await four_eyes.waiting_cases(tx, visitor.municipality)
    cases = await case_rows.open_cases(tx, visitor.municipality)
    lines = [line_of(opened, visitor.language, today, opened.id in proposed) for opened in cases]
    for one, about in await appeals.open_appeals(tx, visitor.municipality):
        lines.append(appeal_line(one, about, visitor.language, today))
    return lines


async def queue(request: web.Request) -> web.StreamResponse:
    parts, visitor = request.app[PARTS], visitor_of(request)
    today = local_date(parts.clock())
    show, kind = request.query.get("show", "all"), request.query.get("kind", "all")
    show, kind = show if show in SHOWN else "all", kind if kind in KINDS else "all"
    async with parts.database.read() as tx:
        waiting = await _waiting(tx, visitor, today)
        decided = await case_rows.decided_cases(tx, visitor.municipality)
    page = {
        "lines": chosen(waiting, show, kind, visitor.staff or ""),
        "total": len(waiting),
        "show": show,
        "kind": kind,
        "filters": [(name, len(chosen(waiting, name, kind, visitor.staff or ""))) for name in SHOWN],
        "kinds": [(name, len(chosen(waiting, show, name, visitor.staff or ""))) for name in KINDS],
        "decided": [line_of(closed, visitor.language, today) for closed in decided],
        "today": today,
        "me": visitor.staff or "",
    }
    return render(request, "desk/queue.html", page)


async def assign(request: web.Request) -> web.StreamResponse:
    """Take a case, hand it to a colleague, or put it back: from the one who has it now, so that none is lost."""
    parts, visitor = request.app[PARTS], visitor_of(request)
    form = await read_form(request)
    case_id, me = request.match_info["case_id"], visitor.staff or ""
    action = form.required("action", one_of=("take", "put_back", "hand_over"))
    async with parts.database.begin() as tx:
        await case_in_queue(request, tx, case_id)
        to: str | None = me if action == "take" else None
        if action == "hand_over":
            there = await assigning.colleagues(tx, visitor.municipality, "case_worker", parts.wall_clock())
            to = form.required("to", one_of=there)
        if not await assigning.assign(tx, case_id, to, was=form.text("was") or None):
            raise Conflict(text(request, "handling.moved_on"))
    return redirect(f"/desk/cases/{case_id}" if action == "take" else "/desk")
