"""The door of the desk: no page shows a case before it has been said why it is opened."""

from __future__ import annotations

from aiohttp import web
from yarl import URL

from assistant.casework import NoSuchCase, access
from assistant.casework.access import FactsClosed, OfAnotherMunicipality, ReasonIncomplete, ReasonNeeded
from assistant.casework.case_rows import Case
from assistant.casework.seeing import Sight
from assistant.config import local_date
from assistant.store import Transaction
from assistant.twin import UNKNOWN
from assistant.web.faults import AskedFirst, Denied, NotHere
from assistant.web.forms import Form, read_form
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import local_path, redirect, render, text
from assistant.web.routing import ID, STAFF, Route
from assistant.web.visitor import visitor_of

PURPOSE = "to handle a case of another municipality"


def routes(parts: Parts) -> list[Route]:
    worker = STAFF("case_worker")
    return [
        Route("GET", f"/desk/cases/{{case_id:{ID}}}/open", ask, worker),
        Route("POST", f"/desk/cases/{{case_id:{ID}}}/open", give, worker),
    ]


async def case_to_handle(request: web.Request, tx: Transaction, case_id: str) -> Case:
    """The case and all behind it, for one who has said today why they open it; the reading is logged.

    Every desk page asks here, or for the flag alone below. Raises AskedFirst, which sends anybody else on to say
    why and back afterwards; NotHere; and Denied for a case of another municipality.
    """
    found, _ = await _case(request, tx, case_id, flag_is_enough=False)
    return found


async def case_to_look_at(request: web.Request, tx: Transaction, case_id: str) -> tuple[Case, Sight]:
    """As above, for a page that can do with the flag: what is to be shown is told with the case."""
    return await _case(request, tx, case_id, flag_is_enough=True)


async def _case(
    request: web.Request, tx: Transaction, case_id: str, *, flag_is_enough: bool
) -> tuple[Case, Sight]:
    parts, visitor = request.app[PARTS], visitor_of(request)
    try:
        return await access.case_to_handle(
            tx,
            case_id,
            staff=visitor.staff or "",
            municipality=visitor.municipality,
            now=parts.clock(),
            flag_is_enough=flag_is_enough,
        )
    except ReasonNeeded:
        raise AskedFirst(_door(request, case_id)) from None
    except FactsClosed:
        raise AskedFirst(_door(request, case_id, facts=True)) from None
    except NoSuchCase:
        raise NotHere("case") from None
    except OfAnotherMunicipality as refused:
        raise Denied(refused.subject_id, purpose=PURPOSE) from None


async def case_in_queue(request: web.Request, tx: Transaction, case_id: str) -> Case:
    """The case for what the queue itself may do (take it, put it back): nothing of it is shown."""
    try:
        return await access.case_to_open(tx, case_id, visitor_of(request).municipality)
    except NoSuchCase:
        raise NotHere("case") from None
    except OfAnotherMunicipality as refused:
        raise Denied(refused.subject_id, purpose=PURPOSE) from None


def _door(request: web.Request, case_id: str, *, facts: bool = False) -> str:
    back = request.rel_url.path_qs if request.method in ("GET", "HEAD") else f"/desk/cases/{case_id}"
    asked = {"to": back, "facts": "needed"} if facts else {"to": back}
    return str(URL(f"/desk/cases/{case_id}/open").with_query(asked))


def _way_on(wish: str, case_id: str) -> str:
    path = local_path(wish)
    return path if path is not None and path.startswith("/desk/") else f"/desk/cases/{case_id}"


async def ask(request: web.Request) -> web.StreamResponse:
    """Why is the case to be opened? The page shows its number only."""
    return await _asking(request, Form(()), {}, 200)


async def _asking(
    request: web.Request, form: Form, errors: dict[str, str], status: int
) -> web.StreamResponse:
    case_id = request.match_info["case_id"]
    to = form.text("to") or request.query.get("to", "")
    needed = "needed" in (form.text("facts_needed"), request.query.get("facts", ""))
    async with request.app[PARTS].database.read() as tx:
        opened = await case_in_queue(request, tx, case_id)
    page = {
        "number": opened.number,
        "case_id": case_id,
        "to": _way_on(to, case_id),
        "choices": [(name, text(request, f"handling.reason_{name}")) for name in access.REASONS],
        "chosen": form.text("reason"),
        "words": form.text("words", limit=access.LONGEST_WORDS),
        "flagged": opened.generation == "flagged",
        "facts_needed": needed,
        "facts": form.text("facts") == "yes",
        "errors": {"reason": "", "words": "", "facts": ""} | errors,
    }
    return render(request, "desk/open.html", page, status=status)


async def give(request: web.Request) -> web.StreamResponse:
    parts, visitor = request.app[PARTS], visitor_of(request)
    form = await read_form(request)
    words = form.text("words", limit=access.LONGEST_WORDS)
    given, facts = form.text("reason"), form.text("facts") == "yes"
    reason = next((name for name in access.REASONS if name == given), None)
    if reason is None:
        return await _asking(request, form, {"reason": text(request, "handling.error_reason_missing")}, 422)
    if form.text("facts_needed") and not facts:
        return await _asking(request, form, {"facts": text(request, "ways.error_facts_needed")}, 422)
    case_id = request.match_info["case_id"]
    try:
        async with parts.database.begin() as tx:
            opened = await case_in_queue(request, tx, case_id)
            income = facts and opened.generation == "flagged"
            await access.give_reason(
                tx, opened, visitor.staff or "", reason, words, parts.clock(), income=income
            )
    except ReasonIncomplete:
        return await _asking(request, form, {"words": text(request, "handling.error_words_missing")}, 422)
    return redirect(_way_on(form.text("to"), case_id))


async def person_name(parts: Parts, tx: Transaction, person: str) -> str:
    """A person's name today; empty where none is known."""
    name = await parts.casework.assessor.twin.value(tx, person, "person.name", local_date(parts.clock()))
    return "" if name is UNKNOWN or name is None else str(name)
