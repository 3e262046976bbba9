"""An appeal at the desk: looked at once more, then reversed, dismissed or sent on; and what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from aiohttp import web

from assistant.casework import (
    AlreadyDecided,
    RulingIncomplete,
    access,
    appeals,
    case_rows,
    four_eyes,
    wording,
)
from assistant.casework.appeals import Appeal, AppealIncomplete, AppealSettled
from assistant.casework.case_rows import Case, Decision
from assistant.casework.package import Enclosed, package
from assistant.casework.ruling import Ruling, SecondPersonNeeded
from assistant.config import local_date
from assistant.store import Transaction
from assistant.web.faults import Conflict, NotHere
from assistant.web.forms import Form, read_form
from assistant.web.pages.desk_access import case_to_handle, person_name
from assistant.web.pages.desk_case import told
from assistant.web.pages.desk_decide import NotANumber, kroner_typed
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import markup, redirect, render, text
from assistant.web.routing import ID, STAFF, Route
from assistant.web.visitor import visitor_of

FIELDS = ("outcome", "assessment", "household_income", "monthly_fee", "settled", "settled_note")

SENT = ("case", "decision", "document", "message")
"""What of a case goes with an appeal, beside the facts its decisions rest on."""


def routes(parts: Parts) -> list[Route]:
    worker, path = STAFF("case_worker"), f"/desk/appeals/{{appeal_id:{ID}}}"
    return [
        Route("GET", path, show, worker),
        Route("POST", f"{path}/assessment", assess, worker),
        Route("POST", f"{path}/outcome", settle, worker),
        Route("GET", f"{path}/package.zip", documents, worker),
    ]


async def _appeal(request: web.Request, tx: Transaction) -> tuple[Appeal, Case, Decision]:
    """The appeal, its case through the desk's door, and the decision appealed against."""
    one = await appeals.appeal_by_id(tx, request.match_info["appeal_id"])
    if one is None:
        raise NotHere("appeal")
    opened = await case_to_handle(request, tx, one.case_id)
    made = await case_rows.decision_by_id(tx, one.decision_id)
    if made is None:
        raise NotHere("decision")
    return one, opened, made


async def show(request: web.Request) -> web.StreamResponse:
    return await _page(request, Form(()), {}, 200)


async def _page(
    request: web.Request, form: Form, errors: Mapping[str, str], status: int
) -> web.StreamResponse:
    parts, visitor = request.app[PARTS], visitor_of(request)
    async with parts.database.begin() as tx:
        one, opened, made = await _appeal(request, tx)
        proposals = await four_eyes.proposals(tx, opened.id)
        page = {
            "appeal": one,
            "case": opened,
            "decision": made,
            "letter": markup(made.letter),
            "body": wording.name_of(one.body, visitor.language),
            "appellant": await person_name(parts, tx, one.person_id),
            "too_old": appeals.too_old(local_date(made.decided_at), local_date(one.received_at)),
            "proposed": next((p for p in proposals if p.state == "waiting" and p.appeal_id == one.id), None),
            "errors": {name: errors.get(name, "") for name in FIELDS},
            "fault": next(iter(errors.values()), ""),
            "filled": {name: form.text(name, limit=10_000) for name in FIELDS},
        }
    return render(request, "desk/appeal.html", page, status=status)


async def assess(request: web.Request) -> web.StreamResponse:
    """The preparatory assessment: reverse in the appellant's favour, dismiss what came late, or send it on."""
    form = await read_form(request)
    if form.text("outcome") not in ("reversed", "dismissed", "forwarded"):
        return await _refused(request, form, "outcome", "missing")
    try:
        async with request.app[PARTS].database.begin() as tx:
            await _assess(request, tx, form)
    except (AppealIncomplete, RulingIncomplete) as fault:
        field = "assessment" if fault.field == "reason" else fault.field
        return await _refused(request, form, field, fault.fault)
    except NotANumber as fault:
        return await _refused(request, form, fault.field, "not_a_number")
    except (AppealSettled, AlreadyDecided, four_eyes.AlreadyProposed):
        raise Conflict(text(request, "handling.moved_on")) from None
    return redirect(f"/desk/appeals/{request.match_info['appeal_id']}")


async def _assess(request: web.Request, tx: Transaction, form: Form) -> None:
    parts, by, now = request.app[PARTS], visitor_of(request).staff or "", request.app[PARTS].clock()
    one, opened, _ = await _appeal(request, tx)
    said, telling = form.text("assessment", limit=10_000), parts.casework.telling
    outcome = form.text("outcome")
    if outcome == "dismissed":
        await appeals.dismiss(tx, telling, opened, one, said, by, now)
    elif outcome == "forwarded":
        await appeals.forward(tx, telling, opened, one, said, by, now)
        await _log_disclosure(tx, one, opened, by, request)
    else:
        ruling = Ruling(
            "granted",
            said,
            by,
            household_income=kroner_typed(form, "household_income"),
            monthly_fee=kroner_typed(form, "monthly_fee"),
        )
        try:
            await appeals.reverse(tx, parts.casework, opened, one, ruling, now)
        except SecondPersonNeeded:
            await appeals.put_back(tx, opened)
            await four_eyes.propose(tx, opened.id, ruling, now, appeal_id=one.id)


async def _log_disclosure(tx: Transaction, one: Appeal, opened: Case, by: str, request: web.Request) -> None:
    """Everybody whose facts the decisions rest on sees that they have been given to the appeal body."""
    purpose, law = f"to forward the appeal in case {opened.number}", "LOV-1967-02-10 § 33"
    records, now = await access.decided_on(tx, opened.id), request.app[PARTS].clock()
    await access.log_facts(tx, opened, by, "disclosed", purpose, law, records, now, of=("appeal", *SENT))


async def settle(request: web.Request) -> web.StreamResponse:
    """Write down what the appeal body has decided."""
    parts = request.app[PARTS]
    form = await read_form(request)
    given = form.text("settled")
    if given not in ("upheld", "quashed"):
        return await _refused(request, form, "settled", "missing")
    try:
        async with parts.database.begin() as tx:
            one, opened, _ = await _appeal(request, tx)
            await appeals.settle(
                tx,
                parts.casework.telling,
                opened,
                one,
                "upheld" if given == "upheld" else "quashed",
                form.text("settled_note", limit=10_000),
                parts.clock(),
            )
    except AppealIncomplete as fault:
        return await _refused(request, form, fault.field, fault.fault)
    except AppealSettled:
        raise Conflict(text(request, "handling.moved_on")) from None
    return redirect(f"/desk/appeals/{request.match_info['appeal_id']}")


async def documents(request: web.Request) -> web.StreamResponse:
    """The appeal with the documents of the case as one ZIP; what is read for it is in the logs of all it tells of."""
    parts, by = request.app[PARTS], visitor_of(request).staff or ""
    async with parts.database.begin() as tx:
        one, opened, made = await _appeal(request, tx)
        home = await parts.casework.assessor.twin.municipality(tx, opened.municipality)
        files = await parts.documents.of_case(tx, opened.id)
        enclosed = Enclosed(
            decisions=[other for other in await case_rows.decisions_in(tx, opened.id) if other.id != made.id],
            messages=await told(tx, opened),
            documents=[(file, await parts.documents.content_of(tx, file)) for file in files],
        )
        records = await access.decided_on(tx, opened.id)
        await access.log_reading(tx, opened, by, records, parts.clock(), of=("appeal", *SENT))
    packed = await asyncio.to_thread(package, opened, made, one, home.name if home else "", enclosed)
    return web.Response(
        body=packed,
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="klage-{opened.number}.zip"'},
    )


async def _refused(request: web.Request, form: Form, field: str, fault: str) -> web.StreamResponse:
    return await _page(request, form, {field: text(request, f"appeals.error_{field}_{fault}")}, 422)
