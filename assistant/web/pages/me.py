"""The resident's own pages: what was found out for them, why, what is decided, what is known of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from aiohttp import web

from assistant.casework import case_rows
from assistant.config import local_date
from assistant.dialogue import messages
from assistant.guidance.themes import theme_of
from assistant.store import Transaction
from assistant.web.acting import theme_of_errand
from assistant.web.faults import Denied, NotHere
from assistant.web.pages import me_errands, me_reading
from assistant.web.pages.me_reading import Me, me_of
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import markup, render
from assistant.web.routing import ID, RESIDENT, Route

PURPOSE = "to show your page"


def routes(parts: Parts) -> list[Route]:
    return [
        Route("GET", "/me", overview, RESIDENT),
        Route("GET", f"/me/guidance/{{message_id:{ID}}}", guidance, RESIDENT),
        Route("GET", f"/me/decisions/{{decision_id:{ID}}}", decision, RESIDENT),
        *me_errands.routes(parts),
    ]


async def overview(request: web.Request) -> web.StreamResponse:
    """My guidance, my children and what the rules say of them, my errands, my decisions."""
    parts, me = request.app[PARTS], me_of(request)
    async with parts.database.begin() as tx:
        context = {
            "name": await me_reading.first_name(tx, parts, me),
            "messages": await _messages(tx, parts, me),
            "children": await me_reading.children(tx, parts, me),
            "mine": await me_reading.mine(tx, parts, me),
            "errands": await _errands(tx, parts, me),
            "decisions": await _decisions(tx, me),
            "mandates_wait": me.acting is None and await parts.acting.somebody_asks(tx, me.person_id, me.now),
        }
    return render(request, "me/overview.html", context)


async def guidance(request: web.Request) -> web.StreamResponse:
    """One message, and why it came: event, conditions with law, facts with source. Opening is reading."""
    parts, me = request.app[PARTS], me_of(request)
    message_id = request.match_info["message_id"]
    async with parts.database.begin() as tx:
        row = await messages.message_to(tx, me.person_id, message_id)
        if row is None:
            owner = await messages.owner_of(tx, message_id)
            raise NotHere("message") if owner is None else Denied(owner, purpose=PURPOSE)
        if me.acting is None:  # what another has opened is still new to whom it is for
            await messages.mark_read(tx, me.person_id, message_id, me.now)
        behind = row["content"].get("determinations") or [row["determination_id"]]
        found = [await me_reading.reasons(tx, parts, me, one, row["subject_id"]) for one in behind]
        reasons = [one for one in found if one is not None]
        shown = await _message(tx, parts, me, row)
    return render(request, "me/guidance.html", {"message": shown, "why": row["why"], "reasons": reasons})


async def decision(request: web.Request) -> web.StreamResponse:
    """The decision letter, for the one who applied."""
    parts, me = request.app[PARTS], me_of(request)
    async with parts.database.begin() as tx:
        found, case = await me_reading.my_decision(tx, me, request.match_info["decision_id"])
        concepts = ("decision",)
        await me_reading.log_reading(tx, me, {case.subject_id, me.person_id}, concepts)
    return render(request, "me/decision.html", {"letter": markup(found.letter), "decision": found})


async def _messages(tx: Transaction, parts: Parts, me: Me) -> list[dict[str, Any]]:
    rows = await messages.messages_of(tx, me.person_id, local_date(me.now))
    return [await _message(tx, parts, me, row) for row in rows if me.covers("message", theme_of(row["rule"]))]


async def _message(tx: Transaction, parts: Parts, me: Me, row: Any) -> dict[str, Any]:
    """A message with what can follow from it: an errand to begin or go on with, a decision to read."""
    process = str(row["content"].get("process") or "")
    invites = row["kind"] in messages.INVITES and process in parts.processes.errands
    errand = await me_reading.latest_errand(tx, parts, me, process, row["subject_id"]) if invites else None
    under_way = errand is not None and errand.status in ("open", "submitted")
    return {
        "id": row["id"],
        "title": row["title"],
        "paragraphs": [part for part in row["body"].split("\n\n") if part.strip()],
        "sent_on": local_date(row["sent_at"]) if row["sent_at"] else None,
        "unread": row["read_at"] is None,
        "apply": {"definition": process, "child": row["subject_id"]} if invites and not under_way else None,
        "errand": errand if under_way else None,
        "decision_id": row["content"].get("decision_id"),
        "reconsideration_id": row["content"].get("reconsideration_id"),
        "request_id": row["content"].get("request_id"),
        "sent_id": row["content"].get("errand_id")
        if row["kind"] == "sent_for_you" and not me.acting
        else None,
        "language": row["language"],
        "own": me.acting is None,
    }


async def _errands(tx: Transaction, parts: Parts, me: Me) -> list[dict[str, Any]]:
    found = []
    for errand in await parts.processes.errands_of(tx, me.person_id):
        if errand.status in ("open", "submitted") and me.covers(
            "errand", theme_of_errand(parts.processes.definition(errand.definition).errand)
        ):
            found.append(
                {
                    "id": errand.id,
                    "status": errand.status,
                    "title": parts.processes.definitions[errand.definition].title[me.language],
                    "child": await me_reading.name_of(tx, parts, me, errand.subject_id),
                    "on": local_date(errand.changed_at),
                }
            )
    return found


async def _decisions(tx: Transaction, me: Me) -> list[dict[str, Any]]:
    return [
        {
            "id": made.id,
            "outcome": made.outcome,
            "on": local_date(made.decided_at),
            "first": made.valid_from,
            "last": made.valid_to - timedelta(days=1),
        }
        for made in await case_rows.decisions_for(tx, me.person_id)
        if me.acting is None or await _covered(tx, me, made.case_id)
    ]


async def _covered(tx: Transaction, me: Me, case_id: str) -> bool:
    case = await case_rows.case_by_id(tx, case_id)
    return case is not None and me.covers("decision", theme_of_errand(case.kind))
