"""What a case worker does in a case: decides, proposes, approves, sends back, and answers for the time being."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation

from aiohttp import web

from assistant.casework import (
    AlreadyDecided,
    NoSuchCase,
    Ruling,
    RulingIncomplete,
    appeals,
    deciding_anew,
    four_eyes,
    preliminary,
)
from assistant.casework.case_rows import Case
from assistant.casework.four_eyes import AlreadyProposed, NotWaiting, Proposal, SamePerson
from assistant.casework.preliminary import AnswerIncomplete
from assistant.casework.reconsidering import ground_of
from assistant.casework.reversing import NotHeard, NotOpen, ReversalIncomplete, Reversing
from assistant.casework.ruling import SecondPersonNeeded
from assistant.store import Transaction
from assistant.web.faults import Conflict, NotHere
from assistant.web.forms import Form, read_form
from assistant.web.pages.desk_access import case_to_handle
from assistant.web.pages.desk_case import case_page, first_days
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import redirect, text
from assistant.web.routing import ID, STAFF, Route
from assistant.web.visitor import Visitor, visitor_of


def routes(parts: Parts) -> list[Route]:
    worker, path = STAFF("case_worker"), f"/desk/cases/{{case_id:{ID}}}"
    return [
        Route("POST", f"{path}/decision", decide, worker),
        Route("POST", f"{path}/proposal", answer_proposal, worker),
        Route("POST", f"{path}/preliminary", answer_for_now, worker),
    ]


class NotANumber(Exception):
    """What was typed in a field is no amount."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def kroner_typed(form: Form, field: str) -> Decimal | None:
    """An amount as people type it: '450 000', '1636,50', '1 636 kr'. None: nothing typed. Raises NotANumber."""
    typed = form.text(field, limit=40).lower().replace("kr", "")
    typed = "".join(typed.split()).replace(",", ".")
    if not typed:
        return None
    try:
        amount = Decimal(typed)
    except InvalidOperation:
        raise NotANumber(field) from None
    if not amount.is_finite() or abs(amount) >= Decimal(10) ** 12:
        raise NotANumber(field)
    return amount


def ruling_typed(form: Form, visitor: Visitor) -> Ruling:
    """The ruling a form holds. Raises NotANumber, RulingIncomplete, and BadRequest for what no page sends."""
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
    """Make the decision, or propose it where it takes two; what the form lacks is said beside its field."""
    parts, visitor = request.app[PARTS], visitor_of(request)
    case_id = request.match_info["case_id"]
    form = await read_form(request)
    if not form.text("outcome"):
        return await _refused(request, form, "outcome", "missing")
    try:
        ruling = ruling_typed(form, visitor)
        async with parts.database.begin() as tx:
            await _decide_or_propose(request, tx, case_id, ruling)
    except NotANumber as fault:
        return await _refused(request, form, fault.field, "not_a_number")
    except RulingIncomplete as fault:
        return await _refused(request, form, fault.field, fault.fault)
    except AlreadyDecided:
        raise Conflict(text(request, "desk.already_decided")) from None
    except AlreadyProposed:
        raise Conflict(text(request, "handling.already_proposed")) from None
    except NoSuchCase:
        raise NotHere("case") from None
    return redirect(f"/desk/cases/{case_id}")


async def _decide_or_propose(request: web.Request, tx: Transaction, case_id: str, ruling: Ruling) -> None:
    parts = request.app[PARTS]
    now = parts.clock()
    opened = await case_to_handle(request, tx, case_id)
    if ruling.valid_from is not None and ruling.valid_from not in first_days(
        await parts.casework.consider(tx, opened, now)
    ):
        raise RulingIncomplete("valid_from", "not_offered")
    try:
        await deciding_anew.decide(tx, parts.casework, opened, ruling, now)
    except SecondPersonNeeded:
        await four_eyes.propose(tx, case_id, ruling, now)


async def answer_proposal(request: web.Request) -> web.StreamResponse:
    """Another approves what one proposed, or sends it back saying why."""
    parts, visitor = request.app[PARTS], visitor_of(request)
    case_id, me = request.match_info["case_id"], visitor.staff or ""
    form = await read_form(request)
    action = form.required("action", one_of=("approve", "return"))
    note = form.text("note", limit=4000)
    if action == "return" and not note:
        return await _refused(request, form, "note", "missing")
    try:
        async with parts.database.begin() as tx:
            opened = await case_to_handle(request, tx, case_id)
            if action == "return":
                await four_eyes.answer(tx, case_id, me, "returned", parts.clock(), note)
            else:
                proposal = await four_eyes.answer(tx, case_id, me, "approved", parts.clock(), note)
                await _carry_out(parts, tx, opened, proposal)
    except SamePerson:
        return await _refused(request, form, "note", "same_person")
    except NotWaiting:
        raise Conflict(text(request, "handling.moved_on")) from None
    except (AlreadyDecided, appeals.AppealSettled, appeals.AppealIncomplete, NotOpen, NotHeard):
        raise Conflict(text(request, "desk.already_decided")) from None
    except (RulingIncomplete, ReversalIncomplete):
        # The facts have changed since it was proposed, so that it no longer holds.
        return await _refused(request, form, "note", "no_longer_whole")
    return redirect(f"/desk/cases/{case_id}")


async def _carry_out(parts: Parts, tx: Transaction, opened: Case, proposal: Proposal) -> None:
    """Make the decision that has been approved, where it settles an appeal or a reconsideration with it."""
    ruling, now = proposal.ruling, parts.clock()
    if proposal.appeal_id:
        one = await appeals.appeal_by_id(tx, proposal.appeal_id)
        assert one is not None
        await appeals.reverse(tx, parts.casework, opened, one, ruling, now)
    elif proposal.reconsideration_id:
        assert ruling.valid_from is not None
        doing = Reversing(
            ruling.by, ruling.reason, ground_of(proposal.ground), ruling.valid_from, ruling.approved_by
        )
        await parts.casework.reversals.reverse(tx, proposal.reconsideration_id, doing, now)
    else:
        await deciding_anew.decide(tx, parts.casework, opened, ruling, now)


async def answer_for_now(request: web.Request) -> web.StreamResponse:
    """Send the preliminary answer: why it takes longer, and until when."""
    parts, visitor = request.app[PARTS], visitor_of(request)
    case_id = request.match_info["case_id"]
    form = await read_form(request)
    typed = form.text("expected_on")
    try:
        expected_on = date.fromisoformat(typed) if typed else None
    except ValueError:
        return await _refused(request, form, "expected_on", "missing")
    try:
        async with parts.database.begin() as tx:
            opened = await case_to_handle(request, tx, case_id)
            await preliminary.send(
                tx,
                parts.casework.telling,
                opened,
                reason=form.text("because", limit=2000),
                expected_on=expected_on,
                by=visitor.staff or "",
                now=parts.clock(),
            )
    except AnswerIncomplete as fault:
        return await _refused(request, form, fault.field, fault.fault)
    except AlreadyDecided:
        raise Conflict(text(request, "desk.already_decided")) from None
    return redirect(f"/desk/cases/{case_id}")


OWN_TEXTS = frozenset({"because", "expected_on", "note"})
"""Fields whose errors stand in texts/handling.yaml; those of a decision stand in texts/desk.yaml."""


async def _refused(request: web.Request, form: Form, field: str, fault: str) -> web.StreamResponse:
    room = "handling" if field in OWN_TEXTS else "desk"
    errors = {field: text(request, f"{room}.error_{field}_{fault}")}
    return await case_page(request, form, errors, status=422)
