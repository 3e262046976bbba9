"""The desk: decisions that rest on what is now known to be otherwise; notice, and reversal or not, with reasons."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from aiohttp import web

from assistant.casework import case_rows, four_eyes, wording
from assistant.casework import reconsideration_rows as rows
from assistant.casework.case_rows import Case, Decision
from assistant.casework.coming_forward import came_forward
from assistant.casework.drafting import Readers
from assistant.casework.errands import errand_of
from assistant.casework.reconsideration_rows import Reconsideration
from assistant.casework.reconsidering import GROUNDS_AGAINST, first_days, is_heard
from assistant.casework.reversing import NotHeard, NotOpen, ReversalIncomplete, Reversing
from assistant.casework.ruling import SecondPersonNeeded
from assistant.config import local_date
from assistant.store import Transaction
from assistant.twin import Use, log_usage
from assistant.web.faults import Conflict, NotHere
from assistant.web.forms import Form, read_form
from assistant.web.pages.desk_access import case_to_handle, person_name
from assistant.web.pages.reconsideration_shown import is_overtaken, shown
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import redirect, render, text
from assistant.web.routing import ID, STAFF, Route
from assistant.web.visitor import Visitor, visitor_of

FIELDS = ("reason", "ground", "valid_from", "drop_reason")
LONGEST = 10_000  # characters of a reason


def routes(parts: Parts) -> list[Route]:
    worker, one = STAFF("case_worker"), f"/desk/reconsiderations/{{reconsideration_id:{ID}}}"
    return [
        Route("GET", "/desk/reconsiderations", listed, worker),
        Route("GET", one, show, worker),
        Route("POST", f"{one}/notice", notice, worker),
        Route("POST", f"{one}/reversal", reverse, worker),
        Route("POST", f"{one}/drop", drop, worker),
    ]


async def listed(request: web.Request) -> web.StreamResponse:
    """Those that wait, and what became of others. No name and no fact: only what is needed to choose one."""
    parts, visitor = request.app[PARTS], visitor_of(request)
    today = local_date(parts.clock())
    async with parts.database.read() as tx:
        waiting = await rows.in_municipality(tx, visitor.municipality, is_open=True)
        settled = await rows.in_municipality(tx, visitor.municipality, is_open=False)
        lines = [await _line(tx, one, visitor.language, today) for one in waiting]
        done = [await _line(tx, one, visitor.language, today) for one in settled[:50]]
    return render(request, "desk/reconsiderations.html", {"lines": lines, "settled": done})


async def _line(tx: Transaction, one: Reconsideration, language: str, today: date) -> dict[str, Any]:
    opened = await case_rows.case_by_id(tx, one.case_id)
    assert opened is not None  # a foreign key
    return {
        "one": one,
        "number": opened.number,
        "errand": wording.begun_high(wording.of(errand_of(opened.kind).title, language)),
        "found_on": local_date(one.found_at),
        "heard": is_heard(one.state, one.answer_by, today),
        "overtaken": is_overtaken(one),
    }


async def _found(request: web.Request, tx: Transaction) -> tuple[Reconsideration, Case, Decision]:
    """For one who has said today why they open the case; anybody else is sent on to say why."""
    one = await rows.by_id(tx, request.match_info["reconsideration_id"])
    if one is None:
        raise NotHere("reconsideration")
    opened = await case_to_handle(request, tx, one.case_id)
    made = await case_rows.decision_by_id(tx, one.decision_id)
    assert made is not None  # a foreign key
    return one, opened, made


async def _log_reading(
    parts: Parts, tx: Transaction, visitor: Visitor, opened: Case, one: Reconsideration
) -> None:
    """Whose changed facts the worker reads, and which; of the case itself the door has told the log."""
    concepts: dict[str, set[str]] = {}
    for fact in one.changed:
        if fact["subject"] and fact["concept"]:
            concepts.setdefault(fact["subject"], set()).add(fact["concept"])
    basis = errand_of(opened.kind).automation
    purpose, law = f"to handle case {opened.number}", f"{basis.act} {basis.section}"
    uses = [
        Use(subject, "staff", visitor.staff or "", "read", purpose, law, tuple(sorted(names)))
        for subject, names in sorted(concepts.items())
    ]
    await log_usage(tx, uses, parts.clock())


async def show(request: web.Request) -> web.StreamResponse:
    return await _page(request, Form(()), {}, status=200)


async def _page(
    request: web.Request, form: Form, errors: Mapping[str, str], *, status: int
) -> web.StreamResponse:
    parts, visitor = request.app[PARTS], visitor_of(request)
    now = parts.clock()
    today = local_date(now)
    async with parts.database.begin() as tx:
        one, opened, made = await _found(request, tx)
        waiting = await four_eyes.waiting_in(tx, opened.id)
        arrived = await came_forward(tx, made) is not None
        await _log_reading(parts, tx, visitor, opened, one)
        others = await parts.casework.reversals.affected(tx, opened, now)
        subjects = {str(fact["subject"]) for fact in one.changed} | {opened.person_id, opened.subject_id}
        names = {subject: await person_name(parts, tx, subject) for subject in sorted(subjects - {""})}
        affected = [(await person_name(parts, tx, other), told) for other, told in others.items()]
        applicant = await person_name(parts, tx, opened.person_id)
        child = await person_name(parts, tx, opened.subject_id)
    readers = Readers(frozenset(subjects), names)
    days = first_days(made.period, today)
    page = shown(parts, opened, made, one, readers, visitor.language) | {
        "applicant": applicant,
        "child": child,
        "affected": affected,
        "heard": is_heard(one.state, one.answer_by, today),
        "overtaken": is_overtaken(one),
        "awaits_second": waiting is not None and waiting.reconsideration_id == one.id,
        "grounds": [ground for ground in GROUNDS_AGAINST if not (arrived and ground == "not_arrived")],
        "first_days": [(day.isoformat(), wording.day(day, visitor.language)) for day in days],
        "why_human": [
            (
                wording.of(why["text"], visitor.language),
                [_law(reference, visitor.language) for reference in why["law"]],
            )
            for why in one.why_human
        ],
        "errors": {name: errors.get(name, "") for name in FIELDS},
        "fault": next(iter(errors.values()), ""),
        "filled": {name: form.text(name, limit=LONGEST) for name in FIELDS},
    }
    return render(request, "desk/reconsideration.html", page, status=status)


def _law(reference: Mapping[str, str], language: str) -> str:
    return f"{wording.name_of(reference['act'], language)} {reference['section']}"


async def notice(request: web.Request) -> web.StreamResponse:
    """Send advance notice (forvaltningsloven § 16)."""
    parts, visitor = request.app[PARTS], visitor_of(request)
    await read_form(request)
    try:
        async with parts.database.begin() as tx:
            one, _, _ = await _found(request, tx)
            await parts.casework.reversals.notice(tx, one.id, visitor.staff or "", parts.clock())
    except NotOpen:
        raise Conflict(text(request, "reconsider.moved_on")) from None
    except ReversalIncomplete:
        raise Conflict(text(request, "reconsider.cannot_be_told")) from None
    return redirect(f"/desk/reconsiderations/{one.id}")


def _reversing(form: Form, visitor: Visitor, one: Reconsideration) -> Reversing:
    ground = form.text("ground") if one.favour == "against" else "favour"
    if ground not in (*GROUNDS_AGAINST, "favour"):
        raise ReversalIncomplete("ground", "missing")
    try:
        begins = date.fromisoformat(form.text("valid_from"))
    except ValueError:
        raise ReversalIncomplete("valid_from", "not_offered") from None
    reason = form.text("reason", limit=LONGEST)
    return Reversing(visitor.staff or "", reason, ground, begins)


async def reverse(request: web.Request) -> web.StreamResponse:
    """Reverse the decision, or propose it where it takes two.

    What the form lacks is said beside its field, and nothing typed is lost.
    """
    parts, visitor = request.app[PARTS], visitor_of(request)
    form = await read_form(request)
    try:
        async with parts.database.begin() as tx:
            one, opened, made = await _found(request, tx)
            doing = _reversing(form, visitor, one)
            try:
                await parts.casework.reversals.reverse(tx, one.id, doing, parts.clock())
            except SecondPersonNeeded:
                ruling = doing.ruling(made, one.proposed_outcome)
                about = {"reconsideration_id": one.id, "ground": doing.ground}
                await four_eyes.propose(tx, opened.id, ruling, parts.clock(), **about)
    except ReversalIncomplete as fault:
        if fault.field == "outcome":
            raise Conflict(text(request, "reconsider.undetermined")) from None
        name = "ground_arrived" if fault.fault == "arrived" else fault.field
        errors = {fault.field: text(request, f"reconsider.error_{name}")}
        return await _page(request, form, errors, status=422)
    except NotHeard:
        raise Conflict(text(request, "reconsider.not_heard")) from None
    except four_eyes.AlreadyProposed:
        raise Conflict(text(request, "handling.already_proposed")) from None
    except NotOpen:
        raise Conflict(text(request, "reconsider.moved_on")) from None
    return redirect(f"/desk/reconsiderations/{one.id}")


async def drop(request: web.Request) -> web.StreamResponse:
    """Let the decision stand, with reasons."""
    parts, visitor = request.app[PARTS], visitor_of(request)
    form = await read_form(request)
    try:
        async with parts.database.begin() as tx:
            one, _, _ = await _found(request, tx)
            reason = form.text("drop_reason", limit=LONGEST)
            await parts.casework.reversals.drop(tx, one.id, visitor.staff or "", reason, parts.clock())
    except ReversalIncomplete:
        errors = {"drop_reason": text(request, "reconsider.error_reason")}
        return await _page(request, form, errors, status=422)
    except NotOpen:
        raise Conflict(text(request, "reconsider.moved_on")) from None
    return redirect(f"/desk/reconsiderations/{one.id}")
