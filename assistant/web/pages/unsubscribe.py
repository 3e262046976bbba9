"""Stopping email by the address that an email brings: a page with one button, and the one click of RFC 8058.

The address holds a mark that only we can make. It opens nothing but this choice, and the page says nothing of whose
it is. A GET changes nothing: programs that read mail follow its links.
"""

from __future__ import annotations

from aiohttp import web

from assistant.guidance.marks import PATTERN, unsubscribing
from assistant.guidance.notice_wish import ONE_CLICK, has_stopped, set_notices
from assistant.twin import Action, Use, log_usage
from assistant.web.faults import BadRequest, NotHere, Unauthorised
from assistant.web.forms import read_form
from assistant.web.json_body import read_body
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import redirect, render
from assistant.web.routing import PUBLIC, SIGNED, Route

MOST_BYTES = 4096
PURPOSE = "to stop email by the address in an email"
BASIS = "personvernforordningen artikkel 6 nr. 1 bokstav a"


def routes(parts: Parts) -> list[Route]:
    at = f"/unsubscribe/{{mark:{PATTERN}}}"
    return [
        Route("GET", at, page, PUBLIC),
        Route("POST", at, one_click, SIGNED),
        Route("POST", f"{at}/choice", choose, PUBLIC),
    ]


async def page(request: web.Request) -> web.StreamResponse:
    """What is so now, the button that changes it, and what comes whatever one chooses."""
    parts, person_id = request.app[PARTS], _person(request)
    if person_id is None:
        raise NotHere("unsubscribe")
    async with parts.database.begin() as tx:
        stopped = await has_stopped(tx, person_id, "email")
        await log_usage(tx, [_use(person_id, "read")], parts.clock())
    context = {
        "stopped": stopped,
        "saved": "saved" in request.query,
        "mark": request.match_info["mark"],
        "sender": parts.config.email.sender_name,
    }
    return render(request, "unsubscribe.html", context)


async def one_click(request: web.Request) -> web.StreamResponse:
    """Stop email at once: what a mail program sends when somebody presses its button. No cookie, no log-in.

    401 for a mark that we did not make; 400 where the body is not the one of RFC 8058.
    """
    person_id = _person(request)
    if person_id is None:
        raise Unauthorised("this address is not one we have sent")
    said = await read_body(request, MOST_BYTES)
    name, _, value = ONE_CLICK.encode().partition(b"=")
    if name not in said or value not in said:  # as a form, or in parts (multipart/form-data)
        raise BadRequest(f"send {ONE_CLICK} (RFC 8058)")
    await _set(request, person_id, wanted=False)
    return web.Response(text="OK\n")


async def choose(request: web.Request) -> web.StreamResponse:
    """The button of the page, either way."""
    form, person_id = await read_form(request), _person(request)
    if person_id is None:
        raise NotHere("unsubscribe")
    await _set(request, person_id, wanted=form.required("email", one_of=("stop", "send")) == "send")
    return redirect(f"/unsubscribe/{request.match_info['mark']}?saved")


def _person(request: web.Request) -> str | None:
    """Whose mark is in the address; None where we did not make it."""
    return unsubscribing(request.app[PARTS].identities.keys).read(request.match_info["mark"])


async def _set(request: web.Request, person_id: str, *, wanted: bool) -> None:
    parts = request.app[PARTS]
    async with parts.database.begin() as tx:
        await set_notices(tx, person_id, "email", wanted=wanted, now=parts.clock())
        await log_usage(tx, [_use(person_id, "used")], parts.clock())


def _use(person_id: str, action: Action) -> Use:
    return Use(person_id, "service", "varde", action, PURPOSE, BASIS, ())
