"""Requests about data at the desk: by deadline; passed on, done or refused, each with its reasons."""

from __future__ import annotations

from aiohttp import web

from assistant.config import local_date
from assistant.mydata import AnswerMissing, DataRequest, NotOpenAnyMore, request_by_id, requests_in
from assistant.mydata import effect as effects
from assistant.mydata.asking import ARTICLE
from assistant.processes.wording import source_name
from assistant.store import Transaction
from assistant.twin import UNKNOWN, Use, log_usage
from assistant.web.faults import Conflict, Denied, NotHere
from assistant.web.forms import read_form
from assistant.web.pages import request_documents, request_words
from assistant.web.pages.desk import urgency
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import redirect, render, text
from assistant.web.routing import ID, STAFF, Route
from assistant.web.visitor import Visitor, visitor_of

REQUEST = f"/desk/requests/{{request_id:{ID}}}"
ACTIONS = ("pass_on", "grant", "refuse")


def routes(parts: Parts) -> list[Route]:
    worker = STAFF("case_worker")
    return [
        Route("GET", "/desk/requests", queue, worker),
        Route("GET", REQUEST, show, worker),
        Route("POST", REQUEST, answer, worker),
    ]


async def queue(request: web.Request) -> web.StreamResponse:
    """The municipality's requests, nearest deadline first: numbers and kinds, no names."""
    parts, visitor = request.app[PARTS], visitor_of(request)
    today = local_date(parts.clock())
    async with parts.database.read() as tx:
        waiting = await requests_in(tx, visitor.municipality, waiting=True)
        done = await requests_in(tx, visitor.municipality, waiting=False)
    context = {
        "waiting": [
            (request_words.line(one, parts.catalogue, visitor.language), urgency(one.due_on, today))
            for one in waiting
        ],
        "done": [request_words.line(one, parts.catalogue, visitor.language) for one in done],
    }
    return render(request, "mydata/desk_queue.html", context)


async def _request(tx: Transaction, visitor: Visitor, request_id: str) -> DataRequest:
    asked = await request_by_id(tx, request_id)
    if asked is None:
        raise NotHere("request")
    if asked.municipality != visitor.municipality:
        raise Denied(asked.person_id, purpose="to handle a data request of another municipality")
    return asked


async def show(request: web.Request) -> web.StreamResponse:
    return await _page(request, "", "", status=200)


async def _page(request: web.Request, written: str, error: str, *, status: int) -> web.StreamResponse:
    parts, visitor = request.app[PARTS], visitor_of(request)
    now = parts.clock()
    async with parts.database.begin() as tx:
        asked = await _request(tx, visitor, request.match_info["request_id"])
        law = ARTICLE[asked.kind]
        purpose = f"to handle data request {asked.number}"
        concepts = ("data_request", "person.name", *filter(None, [str(asked.about.get("concept", ""))]))
        people = sorted({asked.person_id, asked.subject_id, *(one["subject"] for one in asked.effect)})
        uses = [Use(one, "staff", visitor.staff or "", "read", purpose, law, concepts) for one in people]
        await log_usage(tx, uses, now)
        names = {one: await _name(parts, tx, one) for one in people}
        documents = await request_documents.listed(parts, tx, asked.id, visitor.language)
    context = {
        "asked": asked,
        "line": request_words.line(asked, parts.catalogue, visitor.language),
        "urgency": urgency(asked.due_on, local_date(now)),
        "person": names[asked.person_id],
        "subject": names[asked.subject_id] if asked.subject_id != asked.person_id else "",
        "effect": effects.in_words(asked.effect, parts.catalogue, names, visitor.language),
        "owner": source_name(asked.owner, visitor.language) if asked.owner else "",
        "actions": actions_for(asked),
        "documents": documents,
        "are_scanned": parts.documents.are_scanned,
        "written": written,
        "error": error,
    }
    return render(request, "mydata/desk_request.html", context, status=status)


def actions_for(asked: DataRequest) -> tuple[str, ...]:
    """What can be answered: only what a register of somebody else holds can be passed on, and only once."""
    if not asked.is_open:
        return ()
    if asked.kind == "wrong" and asked.owner and asked.status == "received":
        return ACTIONS
    return ("grant", "refuse")


async def _name(parts: Parts, tx: Transaction, person: str) -> str:
    name = await parts.processes.twin.value(tx, person, "person.name", local_date(parts.clock()))
    return "" if name is UNKNOWN or name is None else str(name)


async def answer(request: web.Request) -> web.StreamResponse:
    """Pass on, do or refuse; never without a word of why, and what was typed is not lost."""
    parts, visitor = request.app[PARTS], visitor_of(request)
    form = await read_form(request)
    written = form.text("answer", limit=10_000)
    action = form.text("action")
    request_id, by, now = request.match_info["request_id"], visitor.staff or "", parts.clock()
    try:
        async with parts.database.begin() as tx:
            asked = await _request(tx, visitor, request_id)
            if asked.is_open and action not in actions_for(asked):
                error = text(request, "mydata.desk_choose")
            else:
                do = {
                    "pass_on": parts.requests.pass_on,
                    "grant": parts.requests.grant,
                    "refuse": parts.requests.refuse,
                }[action if action in ACTIONS else "refuse"]
                await do(tx, asked, by, written, now)
                error = ""
    except AnswerMissing:
        error = text(request, "mydata.desk_say_why")
    except NotOpenAnyMore:
        raise Conflict(text(request, "mydata.desk_answered")) from None
    if error:
        return await _page(request, written, error, status=422)
    return redirect(f"/desk/requests/{request_id}")
