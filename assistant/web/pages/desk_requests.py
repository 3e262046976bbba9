"""Requests about data at the desk: by deadline; passed on, done or refused, each with its reasons."""

from __future__ import annotations

from aiohttp import web

from assistant.casework.access import LONGEST_WORDS, ReasonIncomplete
from assistant.config import local_date
from assistant.mydata import AnswerMissing, DataRequest, NotOpenAnyMore, opening, request_by_id, requests_in
from assistant.mydata import effect as effects
from assistant.mydata.asking import ARTICLE
from assistant.processes.wording import source_name
from assistant.store import Transaction
from assistant.twin import UNKNOWN, Use, log_usage
from assistant.web.faults import AskedFirst, Conflict, Denied, NotHere
from assistant.web.forms import Form, read_form
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
        Route("GET", f"{REQUEST}/open", ask, worker),
        Route("POST", f"{REQUEST}/open", give, worker),
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


async def _request_of_ours(tx: Transaction, visitor: Visitor, request_id: str) -> DataRequest:
    """The request, for asking why it is to be opened; nothing of it may be shown but its number."""
    asked = await request_by_id(tx, request_id)
    if asked is None:
        raise NotHere("request")
    if asked.municipality != visitor.municipality:
        raise Denied(asked.person_id, purpose="to handle a data request of another municipality")
    return asked


async def request_to_handle(
    request: web.Request, tx: Transaction, request_id: str
) -> tuple[DataRequest, bool]:
    """The request, for one who has said today why they open it; and whether what it is about is withheld here.

    Raises AskedFirst, which sends anybody else on to say why; NotHere; and Denied.
    """
    parts, visitor = request.app[PARTS], visitor_of(request)
    asked = await _request_of_ours(tx, visitor, request_id)
    if not await opening.has_said_why(tx, asked, visitor.staff or "", parts.clock()):
        raise AskedFirst(f"/desk/requests/{request_id}/open")
    home = await parts.processes.twin.municipality(tx, asked.municipality)
    return asked, opening.is_withheld(asked, home.settings if home else {})


async def ask(request: web.Request) -> web.StreamResponse:
    """Why is the request to be opened? The page shows its number only."""
    return await _asking(request, Form(()), {}, 200)


async def _asking(
    request: web.Request, form: Form, errors: dict[str, str], status: int
) -> web.StreamResponse:
    request_id = request.match_info["request_id"]
    async with request.app[PARTS].database.read() as tx:
        asked = await _request_of_ours(tx, visitor_of(request), request_id)
    context = {
        "number": asked.number,
        "request_id": request_id,
        "choices": [(name, text(request, f"sight.reason_{name}")) for name in opening.REASONS],
        "chosen": form.text("reason"),
        "words": form.text("words", limit=LONGEST_WORDS),
        "errors": {"reason": "", "words": ""} | errors,
    }
    return render(request, "mydata/desk_open.html", context, status=status)


async def give(request: web.Request) -> web.StreamResponse:
    parts, visitor = request.app[PARTS], visitor_of(request)
    form = await read_form(request)
    given, words = form.text("reason"), form.text("words", limit=LONGEST_WORDS)
    reason = next((name for name in opening.REASONS if name == given), None)
    if reason is None:
        return await _asking(request, form, {"reason": text(request, "handling.error_reason_missing")}, 422)
    request_id = request.match_info["request_id"]
    try:
        async with parts.database.begin() as tx:
            asked = await _request_of_ours(tx, visitor, request_id)
            await opening.say_why(tx, asked, visitor.staff or "", reason, words, parts.clock())
    except ReasonIncomplete:
        return await _asking(request, form, {"words": text(request, "sight.error_words_missing")}, 422)
    return redirect(f"/desk/requests/{request_id}")


async def show(request: web.Request) -> web.StreamResponse:
    return await _page(request, "", "", status=200)


async def _page(request: web.Request, written: str, error: str, *, status: int) -> web.StreamResponse:
    parts, visitor = request.app[PARTS], visitor_of(request)
    now = parts.clock()
    async with parts.database.begin() as tx:
        asked, withheld = await request_to_handle(request, tx, request.match_info["request_id"])
        if withheld:
            asked = opening.without_the_fact(asked)
        law = ARTICLE[asked.kind]
        purpose = f"to handle data request {asked.number}"
        shown = "" if withheld else str(asked.about.get("concept", ""))
        concepts = ("data_request", "person.name", *filter(None, [shown]))
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
        "actions": actions_for(asked, withheld=withheld),
        "withheld": withheld,
        "documents": () if withheld else documents,
        "are_scanned": parts.documents.are_scanned,
        "written": written,
        "error": error,
    }
    return render(request, "mydata/desk_request.html", context, status=status)


def actions_for(asked: DataRequest, *, withheld: bool = False) -> tuple[str, ...]:
    """What can be answered: only what a register of somebody else holds can be passed on, and only once.

    `withheld`: the case worker does not see the fact, and can say nothing of it before its owner has.
    """
    if not asked.is_open:
        return ()
    if asked.kind == "wrong" and asked.owner and asked.status == "received":
        return ("pass_on",) if withheld else ACTIONS
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
            asked, withheld = await request_to_handle(request, tx, request.match_info["request_id"])
            if asked.is_open and action not in actions_for(asked, withheld=withheld):
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
