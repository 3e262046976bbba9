"""Errands as plain forms: one step a page, answers sent and the next step shown, without a script."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from assistant.processes import NotOpen, NotReady, NotYours, Shown, UnknownErrand
from assistant.processes.store import PURPOSE
from assistant.store import Transaction
from assistant.web.faults import BadRequest, Conflict, Denied
from assistant.web.forms import Form, read_form
from assistant.web.pages.me_reading import Me, me_of
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import redirect, render, text
from assistant.web.routing import ID, RESIDENT, Route

ACTIONS = ("next", "back", "submit", "change", "correct", "undo", "withdraw")
CONTROLS = frozenset({"csrf", "action", "step", "fact", "to"})


def routes(parts: Parts) -> list[Route]:
    errand = f"/me/errands/{{errand_id:{ID}}}"
    return [
        Route("POST", "/me/errands", begin, RESIDENT),
        Route("GET", errand, show, RESIDENT),
        Route("POST", errand, answer, RESIDENT),
        Route("GET", f"{errand}/cancel", ask_cancel, RESIDENT),
    ]


async def begin(request: web.Request) -> web.StreamResponse:
    """Begin an errand about a child, or go on with the one that is open."""
    parts, me = request.app[PARTS], me_of(request)
    form = await read_form(request)
    definition, child = form.required("definition", limit=80), form.required("child", limit=36)
    async with parts.database.begin() as tx:
        try:
            errand = await parts.processes.start(tx, definition, me.person_id, child, me.now)
        except NotYours as other:
            raise Denied(other.subject_id, purpose=PURPOSE) from None
        except UnknownErrand as unknown:
            raise BadRequest(str(unknown)) from None
    return redirect(f"/me/errands/{errand.id}")


async def show(request: web.Request) -> web.StreamResponse:
    """The step the person is at, the receipt of a sent errand, or that it was cancelled."""
    shown = await _with_errand(request, _show)
    return page_of(request, shown)


async def ask_cancel(request: web.Request) -> web.StreamResponse:
    shown = await _with_errand(request, _show)
    if shown.step is None:
        return redirect(f"/me/errands/{shown.errand.id}")
    return render(request, "me/cancel.html", {"shown": shown})


async def answer(request: web.Request) -> web.StreamResponse:
    """Take what a form of a step sent. Refused: the page again with what is wrong; else on (303)."""
    form = await read_form(request)
    action = form.required("action", one_of=ACTIONS)
    me = me_of(request)
    if action == "withdraw":
        await _with_errand(request, _withdraw)
        return redirect("/me")

    async def act(tx: Transaction, parts: Parts, who: Me, errand_id: str) -> Shown:
        return await _act(tx, parts, who, errand_id, action, form)

    shown = await _with_errand(request, act)
    if shown.refused:
        return page_of(request, shown, status=422)
    anchor = "#facts" if action in ("correct", "undo") else ""
    assert shown.errand.person_id == me.person_id
    return redirect(f"/me/errands/{shown.errand.id}{anchor}")


async def _act(tx: Transaction, parts: Parts, me: Me, errand_id: str, action: str, form: Form) -> Shown:
    processes, step = parts.processes, form.text("step", limit=200)
    if action == "back":
        return await processes.back(tx, errand_id, me.person_id, me.language, me.now)
    if action == "change":
        to = form.required("to", limit=200)
        return await processes.change(tx, errand_id, me.person_id, to, me.language, me.now)
    if action == "submit":
        try:
            return await processes.submit(tx, errand_id, me.person_id, me.language, me.now)
        except NotReady:
            return await processes.show(tx, errand_id, me.person_id, me.language, me.now)
    values = {name: value for name, value in form.fields if name not in CONTROLS}
    if action in ("correct", "undo"):
        values[action] = form.required("fact", limit=200)
    return await processes.answer(tx, errand_id, me.person_id, step, values, me.language, me.now)


async def _show(tx: Transaction, parts: Parts, me: Me, errand_id: str) -> Shown:
    return await parts.processes.show(tx, errand_id, me.person_id, me.language, me.now)


async def _withdraw(tx: Transaction, parts: Parts, me: Me, errand_id: str) -> Shown:
    await parts.processes.withdraw(tx, errand_id, me.person_id, me.now)
    return await _show(tx, parts, me, errand_id)


async def _with_errand(
    request: web.Request, do: Callable[[Transaction, Parts, Me, str], Awaitable[Shown]]
) -> Shown:
    """One transaction about the errand of the path. Another's is not there; a sent one stays as it is."""
    parts, me = request.app[PARTS], me_of(request)
    try:
        async with parts.database.begin() as tx:
            return await do(tx, parts, me, request.match_info["errand_id"])
    except NotYours as other:
        raise Denied(other.subject_id, purpose=PURPOSE) from None
    except NotOpen:
        raise Conflict(text(request, "me.not_open")) from None


def page_of(request: web.Request, shown: Shown, *, status: int = 200) -> web.Response:
    """The step, or the receipt of a sent errand, as a page."""
    context: dict[str, Any] = {"shown": shown, "step": shown.step, "receipt": shown.receipt}
    if shown.step is None:
        wrong = [one for one in shown.uploads if one.error]
        context["errors"] = [{"field": f"file-{one.topic}", "text": one.error} for one in wrong]
        return render(request, "me/receipt.html", context, status=status)
    errors = dict(shown.step.errors)
    context["errors"] = [{"field": _id_of(shown, name), "text": errors[name]} for name in errors]
    return render(request, "me/step.html", context, status=status)


def _id_of(shown: Shown, name: str) -> str:
    """The id on the page of the field an error is about, for the link in the error summary."""
    assert shown.step is not None
    if shown.step.upload is not None and name == "file":
        return f"file-{shown.step.upload.topic}"
    for number, fact in enumerate(shown.step.facts, start=1):
        if name.startswith(f"{fact.key}."):
            return f"fact-{number}-{name.removeprefix(fact.key + '.')}"
    for number, field in enumerate(shown.step.fields, start=1):
        if field.name == name:
            return f"field-{number}-1" if field.kind == "choice" else f"field-{number}"
    return "main"
