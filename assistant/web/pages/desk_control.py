"""Automatic decisions drawn by chance: were they right? And the draw itself, made again to be checked."""

from __future__ import annotations

from datetime import timedelta

from aiohttp import web

from assistant.casework import case_rows, control
from assistant.casework.case_rows import Case
from assistant.casework.control import NotWaitingForControl
from assistant.casework.deciding_anew import CaseOpen, open_anew
from assistant.casework.telling import tell_needs_worker
from assistant.store import Transaction
from assistant.web.faults import Conflict, NotHere
from assistant.web.forms import Form, read_form
from assistant.web.pages.desk_access import case_to_handle
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import markup, redirect, render, text
from assistant.web.routing import ID, STAFF, Route
from assistant.web.visitor import visitor_of

CHECKED_BACK = timedelta(days=365)


def routes(parts: Parts) -> list[Route]:
    worker, path = STAFF("case_worker"), f"/desk/control/{{decision_id:{ID}}}"
    return [
        Route("GET", "/desk/control", overview, worker),
        Route("GET", path, show, worker),
        Route("POST", path, settle, worker),
    ]


async def overview(request: web.Request) -> web.StreamResponse:
    """What has been drawn, and whether the draw comes out the same when it is made again."""
    parts, visitor = request.app[PARTS], visitor_of(request)
    async with parts.database.read() as tx:
        home = await parts.casework.assessor.twin.municipality(tx, visitor.municipality)
        drawn = await control.drawn(tx, visitor.municipality)
        again = await control.drawn_again(
            tx,
            parts.casework.assessor.twin.identities.keys,
            visitor.municipality,
            parts.clock() - CHECKED_BACK,
        )
    share = control.share_of(home.settings if home else {})
    page = {
        "waiting": [one for one in drawn if one.state == "waiting"],
        "checked": [one for one in drawn if one.state != "waiting"],
        "again": again,
        "percent": f"{share * 100:f}".rstrip("0").rstrip(".")
        if "." in f"{share * 100:f}"
        else f"{share * 100:f}",
    }
    return render(request, "desk/control.html", page)


async def show(request: web.Request) -> web.StreamResponse:
    return await _page(request, Form(()), {}, 200)


async def _page(request: web.Request, form: Form, errors: dict[str, str], status: int) -> web.StreamResponse:
    async with request.app[PARTS].database.begin() as tx:
        one = await control.drawn_decision(tx, request.match_info["decision_id"])
        if one is None:
            raise NotHere("control")
        opened = await case_to_handle(request, tx, one.case_id)
        made = await case_rows.decision_by_id(tx, one.decision_id)
    page = {
        "control": one,
        "case": opened,
        "letter": markup(made.letter if made else ""),
        "errors": {"state": "", "finding": ""} | errors,
        "fault": next(iter(errors.values()), ""),
        "filled": {name: form.text(name, limit=4000) for name in ("state", "finding")},
    }
    return render(request, "desk/control_one.html", page, status=status)


async def settle(request: web.Request) -> web.StreamResponse:
    """Right or wrong, with what was found; a wrong one needs words."""
    parts, visitor = request.app[PARTS], visitor_of(request)
    form = await read_form(request)
    state, finding = form.text("state"), form.text("finding", limit=4000)
    if state not in ("right", "wrong"):
        return await _page(request, form, {"state": text(request, "control.error_state_missing")}, 422)
    if state == "wrong" and not finding:
        return await _page(request, form, {"finding": text(request, "control.error_finding_missing")}, 422)
    decision_id = request.match_info["decision_id"]
    try:
        async with parts.database.begin() as tx:
            one = await control.drawn_decision(tx, decision_id)
            if one is None:
                raise NotHere("control")
            opened = await case_to_handle(request, tx, one.case_id)
            by, now = visitor.staff or "", parts.clock()
            await control.settle(tx, decision_id, "right" if state == "right" else "wrong", finding, by, now)
            if state == "wrong":
                await _open_anew(parts, tx, opened, decision_id)
    except CaseOpen:
        return await _page(request, form, {"state": text(request, "control.error_state_case_open")}, 422)
    except NotWaitingForControl:
        raise Conflict(text(request, "handling.moved_on")) from None
    return redirect("/desk/control")


async def _open_anew(parts: Parts, tx: Transaction, closed: Case, decision_id: str) -> None:
    """A decision found wrong is decided anew by people; the person is told that somebody looks at the case."""
    made, now = await case_rows.decision_by_id(tx, decision_id), parts.clock()
    assert made is not None  # it has been drawn
    opened = await open_anew(tx, closed, made, "control_wrong", now)
    cause = f"control:{decision_id}"
    await tell_needs_worker(tx, parts.casework.telling, opened, cause, opened.due_on, now)
