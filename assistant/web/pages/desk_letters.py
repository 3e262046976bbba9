"""Letters at the desk that people see to: the list names nobody; one is opened with a reason, and dealt with."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from assistant.config import local_date
from assistant.guidance import letter_desk
from assistant.guidance.letter_desk import LONGEST_WORDS, BeingPosted, LetterReasonMissing
from assistant.guidance.posting import CONCEPTS, name_and_address, text_of, why_by_hand
from assistant.guidance.store import BASIS
from assistant.store import Transaction
from assistant.twin import Use, log_usage
from assistant.web.faults import AskedFirst, Conflict, Denied, NotHere
from assistant.web.forms import Form, read_form
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import redirect, render, text
from assistant.web.routing import ID, STAFF, Route
from assistant.web.visitor import visitor_of
from channels import Outgoing
from channels.letter_paper import paper_of

LETTER = f"/desk/letters/{{letter_id:{ID}}}"
PURPOSE = "to see to a letter"


def routes(parts: Parts) -> list[Route]:
    worker = STAFF("case_worker")
    return [
        Route("GET", "/desk/letters", queue, worker),
        Route("GET", LETTER, show, worker),
        Route("POST", LETTER, deal, worker),
        Route("GET", f"{LETTER}.pdf", paper, worker),
        Route("GET", f"{LETTER}/open", ask, worker),
        Route("POST", f"{LETTER}/open", give, worker),
    ]


async def queue(request: web.Request) -> web.StreamResponse:
    parts, visitor = request.app[PARTS], visitor_of(request)
    async with parts.database.read() as tx:
        waiting = await letter_desk.waiting_letters(tx, visitor.municipality, parts.clock())
    page = {"letters": waiting, "dealt": request.query.get("dealt", "") in ("sent", "again")}
    return render(request, "desk/letters.html", page)


async def _letter_of_ours(request: web.Request, tx: Transaction) -> Mapping[str, Any]:
    """The letter, for asking why it is to be opened; nothing of it may be shown but when it was written."""
    visitor = visitor_of(request)
    letter = await letter_desk.letter_by_id(tx, request.match_info["letter_id"])
    if letter is None:
        raise NotHere("letter")
    if letter["content"].get("municipality") != visitor.municipality:
        raise Denied(letter["person_id"], purpose="to see to a letter of another municipality")
    return letter


async def _opened_letter(request: web.Request, tx: Transaction) -> Mapping[str, Any]:
    """The letter, for one who has said today why they open it. Raises AskedFirst, which sends others to say why."""
    letter = await _letter_of_ours(request, tx)
    staff = visitor_of(request).staff or ""
    if not await letter_desk.has_said_why(tx, letter, staff, request.app[PARTS].clock()):
        raise AskedFirst(f"/desk/letters/{letter['id']}/open")
    return letter


async def ask(request: web.Request) -> web.StreamResponse:
    return await _asking(request, Form(()), {}, 200)


async def _asking(
    request: web.Request, form: Form, errors: dict[str, str], status: int
) -> web.StreamResponse:
    async with request.app[PARTS].database.read() as tx:
        letter = await _letter_of_ours(request, tx)
    page = {
        "letter_id": letter["id"],
        "since": local_date(letter["created_at"]),
        "choices": [(name, text(request, f"letters.reason_{name}")) for name in letter_desk.REASONS],
        "chosen": form.text("reason"),
        "words": form.text("words", limit=LONGEST_WORDS),
        "errors": {"reason": "", "words": ""} | errors,
    }
    return render(request, "desk/letter_open.html", page, status=status)


async def give(request: web.Request) -> web.StreamResponse:
    parts, visitor = request.app[PARTS], visitor_of(request)
    form = await read_form(request)
    given, words = form.text("reason"), form.text("words", limit=LONGEST_WORDS)
    reason = next((name for name in letter_desk.REASONS if name == given), None)
    if reason is None:
        return await _asking(request, form, {"reason": text(request, "handling.error_reason_missing")}, 422)
    try:
        async with parts.database.begin() as tx:
            letter = await _letter_of_ours(request, tx)
            await letter_desk.say_why(tx, letter, visitor.staff or "", reason, words, parts.clock())
    except LetterReasonMissing:
        return await _asking(request, form, {"words": text(request, "letters.error_words_missing")}, 422)
    return redirect(f"/desk/letters/{letter['id']}")


async def show(request: web.Request) -> web.StreamResponse:
    return await _page(request, "", 200)


@dataclass(frozen=True)
class _Read:
    """A letter that is read at the desk. `address` is empty where the register protects it: who may know it
    looks it up there, not on a screen or a paper of ours. `reason`: why people must see to it."""

    row: Mapping[str, Any]
    name: str
    address: tuple[str, ...]
    hidden: bool
    reason: str | None


async def _read(request: web.Request) -> _Read:
    """The letter behind its door; the reading is logged."""
    parts, visitor = request.app[PARTS], visitor_of(request)
    now = parts.clock()
    on = local_date(now)
    async with parts.database.begin() as tx:
        letter = await _opened_letter(request, tx)
        person, how, _ = await parts.guidance.telling_now(tx, letter, on)
        name, address = await name_and_address(tx, parts.guidance.twin, person.id, on)
        use = Use(person.id, "staff", visitor.staff or "", "read", PURPOSE, BASIS, CONCEPTS)
        await log_usage(tx, [use], now)
    hidden = person.protected is not False
    reason = why_by_hand(how, person, bool(name and address))
    return _Read(letter, name, () if hidden else address, hidden, reason)


async def paper(request: web.Request) -> web.StreamResponse:
    """The letter as PDF, for who prints it; without an address that is protected."""
    parts, read = request.app[PARTS], await _read(request)
    row, site = read.row, parts.config
    async with parts.database.read() as tx:
        sender = site.letter.sender.strip() or (await parts.guidance.sender(tx, site.municipality)).name
    recipient = "\n".join((read.name, *read.address))
    letter = Outgoing(row["id"], recipient, row["language"], row["title"], text_of(row), whole=True)
    pdf = await asyncio.to_thread(paper_of, letter, sender, local_date(row["created_at"]))
    headers = {"Content-Disposition": f'inline; filename="brev-{row["id"][:8]}.pdf"'}
    return web.Response(body=pdf, content_type="application/pdf", headers=headers)


async def _page(request: web.Request, error: str, status: int) -> web.StreamResponse:
    parts, read = request.app[PARTS], await _read(request)
    letter, reason = read.row, read.reason
    page = {
        "letter_id": letter["id"],
        "waits": letter["state"] == "manual",
        "name": read.name,
        "address": read.address,
        "hidden": read.hidden,
        "reason": reason,
        "decision_id": letter["content"].get("decision_id", ""),
        "since": local_date(letter["created_at"]),
        "letter_title": letter["title"],
        "letter_language": letter["language"],
        "paragraphs": text_of(letter).split("\n"),
        "can_try_again": reason is None and parts.config.letter.is_posted,
        "error": error,
    }
    return render(request, "desk/letter_by_hand.html", page, status=status)


async def deal(request: web.Request) -> web.StreamResponse:
    """It has been sent by hand (and how), or a machine is to try once more."""
    parts, visitor = request.app[PARTS], visitor_of(request)
    form = await read_form(request)
    action, how = form.required("action", one_of=("sent", "again")), form.text("how", limit=LONGEST_WORDS)
    if action == "sent" and not how.strip():
        return await _page(request, text(request, "letters.error_how_missing"), 422)
    try:
        async with parts.database.begin() as tx:
            letter = await _opened_letter(request, tx)
            if action == "sent":
                await letter_desk.sent_by_hand(tx, letter, visitor.staff or "", how, parts.clock())
            else:
                await letter_desk.try_again(tx, letter, parts.clock())
    except BeingPosted:
        raise Conflict(text(request, "letters.being_posted")) from None
    return redirect(f"/desk/letters?dealt={action}")
