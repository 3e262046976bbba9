"""From every message, one click away: no more of this theme, and this is not for me. Each is undone as easily."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from assistant.config import local_date
from assistant.dialogue import messages
from assistant.guidance.not_mine import close_addresses, said_of
from assistant.guidance.people import person_as_known
from assistant.guidance.rows import StillSending
from assistant.guidance.themes import theme_of, themes_of, title_of
from assistant.guidance.wish_rows import wish_for
from assistant.guidance.wishes import DEFAULT, is_statutory
from assistant.guidance.wishing import set_wish
from assistant.mydata import Asker, request_by_id
from assistant.processes.wording import corrected_where
from assistant.store import Transaction
from assistant.twin import log_usage
from assistant.web.faults import Denied, NotHere, Unavailable
from assistant.web.forms import read_form
from assistant.web.pages.me_data import mine_of
from assistant.web.pages.me_reading import PURPOSE, Me, me_of
from assistant.web.pages.wishes import choosing
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import redirect, render, text
from assistant.web.routing import ID, RESIDENT, Route

ACTIONS = ("stop", "go_on", "not_mine", "mine")


def routes(parts: Parts) -> list[Route]:
    path = f"/me/guidance/{{message_id:{ID}}}/not-this"
    return [Route("GET", path, show, RESIDENT), Route("POST", path, choose, RESIDENT)]


async def show(request: web.Request) -> web.StreamResponse:
    """The message's title, what can be stopped, and what has been."""
    parts, me = request.app[PARTS], me_of(request)
    async with parts.database.begin() as tx:
        row = await _message(request, tx, me)
        theme = theme_of(row["rule"])
        said = await said_of(tx, me.person_id, row["id"])
        asked = await request_by_id(tx, said) if said else None
        page = {
            "message": row,
            "theme": title_of(theme, me.language) if theme in themes_of(parts.catalogue) else "",
            "stopped": (await wish_for(tx, me.person_id, theme)).choice == "leave",
            "statutory": is_statutory(row["kind"]),
            "asked": asked,
            "register": corrected_where("contact_register", me.language),
        }
    return render(request, "me/not_mine.html", page)


async def choose(request: web.Request) -> web.StreamResponse:
    """Stop the theme or take it up again; say that it is not for me, or that it is after all."""
    parts, me, form = request.app[PARTS], me_of(request), await read_form(request)
    action = form.required("action", one_of=ACTIONS)
    try:
        async with parts.database.begin() as tx:
            row = await _message(request, tx, me)
            await _do(tx, parts, me, row, action, text(request, "notmine.reason", title=row["title"]))
            await log_usage(tx, [choosing(me)], me.now)
    except StillSending:
        raise Unavailable(text(request, "wishes.still_sending"), retry_after=5) from None
    return redirect(f"/me/guidance/{row['id']}/not-this")


async def _do(
    tx: Transaction, parts: Parts, me: Me, row: Mapping[str, Any], action: str, reason: str
) -> None:
    theme = theme_of(row["rule"])
    if action in ("stop", "go_on"):
        if theme not in themes_of(parts.catalogue):
            raise NotHere("theme")
        choice = "leave" if action == "stop" else DEFAULT
        await set_wish(parts.guidance, tx, me.person_id, theme, choice, me.now)
        return
    said = await said_of(tx, me.person_id, row["id"])
    if action == "not_mine" and said is None:
        asker = Asker(await mine_of(tx, parts, me), me.language, me.now)
        # About the person, not the child the message tells of: whose it is is what is asked.
        made = await parts.requests.say_it_is_not_mine(tx, asker, row["id"], me.person_id, reason)
        near = await parts.guidance.twin.near(tx, [me.person_id])
        person = person_as_known(near, me.person_id, local_date(me.now))
        await close_addresses(tx, parts.identities.keys, person, made.id, me.now)
    if action == "mine" and said is not None:
        asked = await request_by_id(tx, said)
        if asked is not None:
            await parts.requests.withdraw(tx, asked, me.now)


async def _message(request: web.Request, tx: Transaction, me: Me) -> Mapping[str, Any]:
    """The person's own message. Raises NotHere, and Denied for another's."""
    message_id = request.match_info["message_id"]
    row = await messages.message_to(tx, me.person_id, message_id)
    if row is None:
        owner = await messages.owner_of(tx, message_id)
        raise NotHere("message") if owner is None else Denied(owner, purpose=PURPOSE)
    return row
