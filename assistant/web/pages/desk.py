"""The desk: the cases that wait, by deadline; why; what is known; and the decision with its reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from aiohttp import web

from assistant.casework import (
    AlreadyDecided,
    NoSuchCase,
    Ruling,
    RulingIncomplete,
    case_rows,
    drafting,
    wording,
)
from assistant.casework.case_rows import Case
from assistant.casework.considering import Considered
from assistant.casework.errands import errand_of
from assistant.casework.parked import parked_jobs, try_again
from assistant.casework.period import first_whole_month, on_edge
from assistant.config import local_date
from assistant.store import Transaction
from assistant.twin import UNKNOWN, Use, log_usage
from assistant.web.faults import Conflict, Denied, NotHere
from assistant.web.forms import Form, read_form
from assistant.web.pages import desk_documents
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import markup, redirect, render, text
from assistant.web.routing import ID, STAFF, Route
from assistant.web.visitor import Visitor, visitor_of

SOON = timedelta(days=7)
"""How long before its deadline a case is marked."""


def routes(parts: Parts) -> list[Route]:
    worker = STAFF("case_worker")
    return [
        Route("GET", "/desk", queue, worker),
        Route("GET", f"/desk/cases/{{case_id:{ID}}}", show_case, worker),
        Route("POST", f"/desk/cases/{{case_id:{ID}}}/decision", decide, worker),
        Route("GET", f"/desk/decisions/{{decision_id:{ID}}}", show_letter, worker),
        Route("GET", "/desk/work", work, worker | STAFF("operator")),
        Route("POST", "/desk/work/{job_id:[0-9]{1,15}}/again", again, worker | STAFF("operator")),
    ]


@dataclass(frozen=True)
class QueueLine:
    """A case in the queue: no name and no fact, only what is needed to choose the next one."""

    id: str
    number: int
    errand: str
    status: str
    received_on: date
    due_on: date
    urgency: Literal["overdue", "soon", "later"]
    reasons: tuple[str, ...]


def urgency(due_on: date, today: date) -> Literal["overdue", "soon", "later"]:
    """How near the deadline is. The day itself is not over it."""
    if due_on < today:
        return "overdue"
    return "soon" if due_on <= today + SOON else "later"


def _line(opened: Case, language: str, today: date) -> QueueLine:
    return QueueLine(
        id=opened.id,
        number=opened.number,
        errand=wording.begun_high(wording.of(errand_of(opened.kind).title, language)),
        status=opened.status,
        received_on=local_date(opened.received_at),
        due_on=opened.due_on,
        urgency=urgency(opened.due_on, today),
        reasons=tuple(wording.of(reason["text"], language) for reason in opened.content["reasons"]),
    )


async def queue(request: web.Request) -> web.StreamResponse:
    parts, visitor = request.app[PARTS], visitor_of(request)
    today = local_date(parts.clock())
    async with parts.database.read() as tx:
        waiting = await case_rows.open_cases(tx, visitor.municipality)
        decided = await case_rows.decided_cases(tx, visitor.municipality)
    lines = [_line(opened, visitor.language, today) for opened in waiting]
    done = [_line(closed, visitor.language, today) for closed in decided]
    return render(request, "desk/queue.html", {"lines": lines, "decided": done, "today": today})


async def _case(parts: Parts, tx: Transaction, visitor: Visitor, case_id: str) -> Case:
    opened = await case_rows.case_by_id(tx, case_id)
    if opened is None:
        raise NotHere("case")
    if opened.municipality != visitor.municipality:
        raise Denied(opened.subject_id, purpose="to handle a case of another municipality")
    return opened


async def _log_reading(parts: Parts, tx: Transaction, visitor: Visitor, opened: Case) -> None:
    basis = errand_of(opened.kind).automation
    uses = [
        Use(
            subject_id=subject,
            actor_kind="staff",
            actor=visitor.staff or "",
            action="read",
            purpose=f"to handle case {opened.number}",
            basis=f"{basis.act} {basis.section}",
            concepts=("case",),
        )
        for subject in sorted({opened.person_id, opened.subject_id})
    ]
    await log_usage(tx, uses, parts.clock())


async def _name(parts: Parts, tx: Transaction, person: str, on: date) -> str:
    name = await parts.casework.assessor.twin.value(tx, person, "person.name", on)
    return "" if name is UNKNOWN or name is None else str(name)


async def show_case(request: web.Request) -> web.StreamResponse:
    return await _case_page(request, Form(()), {}, status=200)


async def _case_page(
    request: web.Request, form: Form, errors: Mapping[str, str], *, status: int
) -> web.StreamResponse:
    parts, visitor = request.app[PARTS], visitor_of(request)
    now = parts.clock()
    today = local_date(now)
    async with parts.database.begin() as tx:
        opened = await _case(parts, tx, visitor, request.match_info["case_id"])
        await _log_reading(parts, tx, visitor, opened)
        decisions = await case_rows.decisions_in(tx, opened.id)
        considered = await parts.casework.consider(tx, opened, now) if opened.is_open else None
        page = {
            "case": opened,
            "line": _line(opened, visitor.language, today),
            "child": await _name(parts, tx, opened.subject_id, today),
            "applicant": await _name(parts, tx, opened.person_id, today),
            "decisions": decisions,
            "letter": markup(decisions[0].letter) if decisions else "",
            "considered": considered,
            "errors": {name: errors.get(name, "") for name in FIELDS},
            "fault": next(iter(errors.values()), ""),
            "filled": {name: form.text(name, limit=10_000) for name in FIELDS},
        }
        page |= await desk_documents.listed(parts, tx, opened, visitor.language)
        if considered is not None:
            page |= await _knowledge(parts, tx, considered, visitor.language)
    return render(request, "desk/case.html", page, status=status)


FIELDS = ("outcome", "reason", "household_income", "monthly_fee", "valid_from")


async def _knowledge(parts: Parts, tx: Transaction, considered: Considered, language: str) -> dict[str, Any]:
    """What the page shows beside the form: rules with ✓ ✗ ?, facts with sources, the reckoning."""
    assessment = considered.assessment
    catalogue = assessment.catalogue
    subjects = {str(fact.get("subject") or "") for record in assessment.records for fact in record["facts"]}
    names = {subject: await _name(parts, tx, subject, assessment.on) for subject in sorted(subjects - {""})}
    facts, _ = drafting.stated_facts(
        catalogue, assessment.records, drafting.Readers(frozenset(subjects), names)
    )
    missing = {path for determination in assessment.determinations for path in determination.missing}
    return {
        "rules": drafting.applied_rules(catalogue, considered.errand, assessment.determinations),
        "facts": facts,
        "steps": drafting.steps(catalogue, considered.errand, assessment.determinations),
        "missing": [catalogue.model.concept_at(path).title for path in sorted(missing)],
        "first_days": _first_days(considered),
        "first_day_choices": [
            (first.isoformat(), wording.day(first, language)) for first in _first_days(considered)
        ],
        "words": {
            "of": lambda texts: wording.of(texts, language),
            "law": lambda reference: wording.law(reference, language),
            "value": lambda stated, unit: wording.value(stated, unit, language),
            "name_of": lambda key: wording.name_of(key, language) if key else text_unknown(language),
        },
        "last_day": considered.period.valid_to - timedelta(days=1),
    }


def text_unknown(language: str) -> str:
    return wording.letter_text("unknown_source", language)


def _first_days(considered: Considered) -> tuple[date, ...]:
    """The first days a case worker may choose between; none where law or the municipality has settled it."""
    if considered.edge is not None or not on_edge(considered.applied_on):
        return ()
    both = (
        first_whole_month(considered.applied_on, "same_month"),
        first_whole_month(considered.applied_on, "next_month"),
    )
    return tuple(sorted({max(day, considered.period.valid_from) for day in both}))


class _NotANumber(Exception):
    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def kroner_typed(form: Form, field: str) -> Decimal | None:
    """An amount as people type it: '450 000', '1636,50', '1 636 kr'. None: nothing typed."""
    typed = form.text(field, limit=40).lower().replace("kr", "")
    typed = "".join(typed.split()).replace(",", ".")
    if not typed:
        return None
    try:
        amount = Decimal(typed)
    except InvalidOperation:
        raise _NotANumber(field) from None
    if not amount.is_finite() or abs(amount) >= Decimal(10) ** 12:
        raise _NotANumber(field)
    return amount


def _ruling(form: Form, visitor: Visitor) -> Ruling:
    outcome = form.required("outcome", one_of=("granted", "refused"))
    chosen = form.text("valid_from")
    try:
        valid_from = date.fromisoformat(chosen) if chosen else None
    except ValueError:
        raise RulingIncomplete("valid_from", "not_offered") from None
    return Ruling(
        outcome="granted" if outcome == "granted" else "refused",
        reason=form.text("reason", limit=10_000),
        by=visitor.staff or "",
        household_income=kroner_typed(form, "household_income"),
        monthly_fee=kroner_typed(form, "monthly_fee"),
        valid_from=valid_from,
    )


async def decide(request: web.Request) -> web.StreamResponse:
    """Make the decision; what the form lacks is said beside its field, and nothing typed is lost."""
    parts, visitor = request.app[PARTS], visitor_of(request)
    case_id = request.match_info["case_id"]
    form = await read_form(request)
    if not form.text("outcome"):
        return await _refused(request, form, "outcome", "missing")
    try:
        ruling = _ruling(form, visitor)
        async with parts.database.begin() as tx:
            opened = await _case(parts, tx, visitor, case_id)
            if ruling.valid_from is not None:
                allowed = _first_days(await parts.casework.consider(tx, opened, parts.clock()))
                if ruling.valid_from not in allowed:
                    raise RulingIncomplete("valid_from", "not_offered")
            await parts.casework.decide(tx, case_id, ruling, parts.clock())
    except _NotANumber as fault:
        return await _refused(request, form, fault.field, "not_a_number")
    except RulingIncomplete as fault:
        return await _refused(request, form, fault.field, fault.fault)
    except AlreadyDecided:
        raise Conflict(text(request, "desk.already_decided")) from None
    except NoSuchCase:
        raise NotHere("case") from None
    return redirect(f"/desk/cases/{case_id}")


async def _refused(request: web.Request, form: Form, field: str, fault: str) -> web.StreamResponse:
    errors = {field: text(request, f"desk.error_{field}_{fault}")}
    return await _case_page(request, form, errors, status=422)


async def show_letter(request: web.Request) -> web.StreamResponse:
    parts, visitor = request.app[PARTS], visitor_of(request)
    async with parts.database.begin() as tx:
        made = await case_rows.decision_by_id(tx, request.match_info["decision_id"])
        if made is None:
            raise NotHere("decision")
        opened = await _case(parts, tx, visitor, made.case_id)
        await _log_reading(parts, tx, visitor, opened)
    return render(request, "desk/letter.html", {"case": opened, "letter": markup(made.letter)})


async def work(request: web.Request) -> web.StreamResponse:
    parts = request.app[PARTS]
    async with parts.database.read() as tx:
        jobs = await parked_jobs(tx)
    return render(request, "desk/work.html", {"jobs": jobs})


async def again(request: web.Request) -> web.StreamResponse:
    parts = request.app[PARTS]
    async with parts.database.begin() as tx:
        if not await try_again(tx, int(request.match_info["job_id"]), parts.clock()):
            raise Conflict(text(request, "desk.not_parked"))
    return redirect("/desk/work")
