"""The usage log as the person reads it: by year, by who and by what, a page at a time, each row to be questioned."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from assistant.config import OSLO
from assistant.mydata import Asker, Holder, Mine
from assistant.processes.reading import LONG, Wrong, read_text
from assistant.store import Transaction
from assistant.twin import UsageFilter, UsageRow, usage_entry, usage_page
from assistant.web.faults import BadRequest, Denied, NotHere
from assistant.web.forms import read_form
from assistant.web.pages import me_reading, usage_words
from assistant.web.pages.me_data import mine_of
from assistant.web.pages.me_reading import PURPOSE, Me, me_of
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import redirect, render, text
from assistant.web.routing import RESIDENT, Route

ACTORS = ("rule", "person", "staff", "service")
ACTIONS = ("read", "used", "fetched", "disclosed", "denied")
A_PAGE = 50


def routes(parts: Parts) -> list[Route]:
    row = "/me/data/log/{number:[0-9]{1,9}}/question"
    return [
        Route("GET", "/me/data/log", show_log, RESIDENT),
        Route("GET", row, question, RESIDENT),
        Route("POST", row, ask, RESIDENT),
    ]


@dataclass(frozen=True)
class Asked:
    """What a request wants to see of which log. `about` is empty for the resident's own."""

    about: str
    year: int | None
    actor: str
    action: str
    page: int

    @property
    def span(self) -> tuple[datetime | None, datetime | None]:
        """The year by the Norwegian clock."""
        if self.year is None:
            return None, None
        return datetime(self.year, 1, 1, tzinfo=OSLO), datetime(self.year + 1, 1, 1, tzinfo=OSLO)

    def path(self, page: int) -> str:
        fields = {
            "about": self.about,
            "year": self.year,
            "actor": self.actor,
            "action": self.action,
            "page": page,
        }
        return "/me/data/log?" + urlencode({name: value for name, value in fields.items() if value})


def asked_for(request: web.Request) -> Asked:
    """Raises BadRequest naming the field that no choice of the page makes."""
    query = request.query
    year, page = query.get("year", ""), query.get("page", "1")
    if year and not re.fullmatch("(19|20|21)[0-9]{2}", year):
        raise BadRequest("year: write it as 2026")
    if not re.fullmatch("[1-9][0-9]{0,5}", page):
        raise BadRequest("page: must be a whole number from 1 to 999999")
    actor, action = query.get("actor", ""), query.get("action", "")
    if actor and actor not in ACTORS:
        raise BadRequest(f"actor: must be one of {', '.join(ACTORS)}")
    if action and action not in ACTIONS:
        raise BadRequest(f"action: must be one of {', '.join(ACTIONS)}")
    return Asked(query.get("about", ""), int(year) if year else None, actor, action, int(page))


async def show_log(request: web.Request) -> web.StreamResponse:
    parts, me, asked = request.app[PARTS], me_of(request), asked_for(request)
    since, until = asked.span
    async with parts.database.begin() as tx:
        found = await mine_of(tx, parts, me)
        holder = await _holder(tx, parts, found, asked.about)
        wanted = _open_to(parts, found, holder, UsageFilter(since, until, asked.actor, asked.action))
        start = (asked.page - 1) * A_PAGE
        page = await usage_page(tx, holder.id, me.now, wanted, offset=start, limit=A_PAGE)
        await me_reading.log_reading(tx, me, [holder.id], ["usage"])
    pages = max(1, -(-page.total // A_PAGE))
    context = {
        "holder": holder,
        "holders": [one for one in found.holders if one.reader_decides],
        "asked": asked,
        "uses": [
            usage_words.in_words(row, parts.catalogue, me.language, me.person_id, own=holder.own)
            for row in page.rows
        ],
        "total": page.total,
        "kept_back": page.kept_back,
        "of_others": page.of_others,
        "pages": pages,
        "years": range(me.now.astimezone(OSLO).year, me.now.astimezone(OSLO).year - 6, -1),
        "actors": ACTORS,
        "actions": ACTIONS,
        "earlier": asked.path(asked.page + 1) if asked.page < pages else "",
        "later": asked.path(asked.page - 1) if asked.page > 1 else "",
    }
    return render(request, "mydata/log.html", context)


async def _holder(tx: Transaction, parts: Parts, found: Mine, about: str) -> Holder:
    """Whose log: one's own, or that of a child one decides for. A young person of 15 reads their own."""
    holder = found.holder(about or found.person_id)
    if holder is None or not holder.reader_decides:
        if about and await parts.processes.twin.kind_of(tx, about) == "person":
            raise Denied(about, purpose=PURPOSE)
        raise NotHere("log")
    return holder


def _open_to(parts: Parts, found: Mine, holder: Holder, wanted: UsageFilter) -> UsageFilter:
    """In a child's log no other person is told of, and no rule the parent may not read."""
    if holder.own:
        return wanted
    rules = frozenset(
        rule for rule in parts.catalogue.rules if found.may_read_rule(parts.processes, rule, holder.id)
    )
    return UsageFilter(
        wanted.since, wanted.until, wanted.actor_kind, wanted.action, frozenset({found.person_id}), rules
    )


async def _row(request: web.Request, tx: Transaction, me: Me) -> tuple[Mine, Holder, UsageRow]:
    parts = request.app[PARTS]
    found = await mine_of(tx, parts, me)
    holder = await _holder(tx, parts, found, request.query.get("about", ""))
    wanted = _open_to(parts, found, holder, UsageFilter())
    row = await usage_entry(tx, holder.id, int(request.match_info["number"]), me.now, wanted)
    if row is None:
        raise NotHere("entry")
    return found, holder, row


async def question(request: web.Request) -> web.StreamResponse:
    return await _question(request, "", "", status=200)


async def _question(request: web.Request, reason: str, error: str, *, status: int) -> web.StreamResponse:
    parts, me = request.app[PARTS], me_of(request)
    async with parts.database.begin() as tx:
        _, holder, row = await _row(request, tx, me)
        await me_reading.log_reading(tx, me, [holder.id], ["usage"])
    use = usage_words.in_words(row, parts.catalogue, me.language, me.person_id, own=holder.own)
    context: dict[str, Any] = {"use": use, "holder": holder, "reason": reason, "error": error}
    return render(request, "mydata/question.html", context, status=status)


async def ask(request: web.Request) -> web.StreamResponse:
    """Question a row: the request says which, and what the person wonders."""
    parts, me = request.app[PARTS], me_of(request)
    form = await read_form(request)
    reason = read_text(form.text("reason", limit=10_000), me.language, LONG)
    if isinstance(reason, Wrong):
        return await _question(request, form.text("reason", limit=10_000), reason.text, status=422)
    if not reason:
        return await _question(request, "", text(request, "mydata.say_what_you_wonder"), status=422)
    async with parts.database.begin() as tx:
        found, holder, row = await _row(request, tx, me)
        about = {
            "number": row.number,
            "at": row.at.isoformat(),
            "actor_kind": row.actor_kind,
            "actor": "" if row.actor_kind == "person" else row.actor,
            "action": row.action,
            "purpose": row.purpose if holder.own else "",
            "basis": row.basis,
            "concepts": list(row.concepts),
        }
        asker = Asker(found, me.language, me.now)
        made = await parts.requests.ask_about_use(tx, asker, about, holder.id, reason)
    return redirect(f"/me/data/requests/{made.id}?sent=1")
