"""A resident's decision on paper, and the appeal against it."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from assistant.casework import appeals, wording
from assistant.casework.appeals import AppealIncomplete
from assistant.casework.case_rows import Case, Decision
from assistant.config import local_date
from assistant.store import Transaction
from assistant.web.forms import Form, read_form
from assistant.web.letters import pdf_answer
from assistant.web.pages import me_reading
from assistant.web.pages.me_reading import me_of
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import redirect, render, text
from assistant.web.routing import ID, RESIDENT, Route

LONGEST = 10_000  # characters of an appeal


def routes(parts: Parts) -> list[Route]:
    path = f"/me/decisions/{{decision_id:{ID}}}"
    return [
        Route("GET", f"{path}.pdf", letter_pdf, RESIDENT),
        Route("GET", f"{path}/appeal", show_appeal, RESIDENT),
        Route("POST", f"{path}/appeal", send_appeal, RESIDENT),
    ]


async def _mine(request: web.Request, tx: Transaction) -> tuple[Decision, Case]:
    """The resident's own decision; the reading is logged. Raises NotHere, and Denied for somebody else's."""
    me = me_of(request)
    made, about = await me_reading.my_decision(tx, me, request.match_info["decision_id"])
    await me_reading.log_reading(tx, me, {about.subject_id, me.person_id}, ("decision",))
    return made, about


async def letter_pdf(request: web.Request) -> web.StreamResponse:
    parts = request.app[PARTS]
    async with parts.database.begin() as tx:
        made, about = await _mine(request, tx)
        home = await parts.casework.assessor.twin.municipality(tx, about.municipality)
    return await pdf_answer(made, about, home)


async def show_appeal(request: web.Request) -> web.StreamResponse:
    """Write an appeal, or see how far the one that was sent has come."""
    return await _page(request, Form(()), {}, 200)


async def _page(
    request: web.Request, form: Form, errors: Mapping[str, str], status: int
) -> web.StreamResponse:
    parts, me = request.app[PARTS], me_of(request)
    today = local_date(me.now)
    async with parts.database.begin() as tx:
        made, about = await _mine(request, tx)
        right = appeals.right_of(parts.catalogue, about)
        sent = await appeals.appeals_against(tx, made.id)
        deadline = await appeals.deadline_of(tx, made, right, today)
    page = {
        "decision": made,
        "number": about.number,
        "sent": sent,
        "body": wording.name_of(right.to, me.language),
        "deadline": deadline,
        "late": today > deadline,
        "may_send": not any(one.is_open for one in sent),
        "errors": {"text": errors.get("text", "")},
        "said": form.text("text", limit=LONGEST),
        "wants_delay": form.has("wants_delay"),
    }
    return render(request, "me/appeal.html", page, status=status)


async def send_appeal(request: web.Request) -> web.StreamResponse:
    """Take the appeal in: the login is its signature (forvaltningsloven § 32). Late ones are taken in too."""
    parts, me = request.app[PARTS], me_of(request)
    form = await read_form(request)
    try:
        async with parts.database.begin() as tx:
            made, about = await _mine(request, tx)
            await appeals.receive(
                tx,
                parts.casework.telling,
                about,
                made,
                appeals.right_of(parts.catalogue, about),
                said=form.text("text", limit=LONGEST),
                wants_delay=form.has("wants_delay"),
                now=me.now,
            )
    except AppealIncomplete:
        return await _page(request, form, {"text": text(request, "appeals.error_text_missing")}, 422)
    return redirect(f"/me/decisions/{made.id}/appeal")
