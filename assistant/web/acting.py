"""Acting for another, at the gate: which pages open for whom, decided for each request before a handler sees it.

What is not in the table is not open: a new page is the person's own until somebody says here what it shows, and of
which theme. Then a handler meets `visitor.person_id` as the person whose pages these are, and only what
`Authority` lets through; what it logs is logged as done by the one who acts (`on_behalf`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace

from aiohttp import web
from sqlalchemy import select

from assistant.acting import Authority, Grant, Thing
from assistant.casework import case_rows
from assistant.casework.errands import UnknownErrand, errand_of
from assistant.config import local_date
from assistant.dialogue.messages import theme_row
from assistant.guidance.themes import theme_of
from assistant.store import Transaction
from assistant.store.tables import process
from assistant.twin import OnBehalf, Use, log_usage, on_behalf
from assistant.web import sessions
from assistant.web.faults import ActsNoMore, Denied, NotForOthers, OnlySee
from assistant.web.forms import read_form
from assistant.web.parts import PARTS, Parts
from assistant.web.routing import Access
from assistant.web.visitor import VISITOR, Visitor

PURPOSE = "to act for another"


@dataclass(frozen=True)
class Resource:
    """What a path leads to: its theme, and whom it is about."""

    theme: str
    subject_id: str


Finding = Callable[[Transaction, web.Request], Awaitable[Resource | None]]
"""None: there is no such thing, and the handler says so."""


@dataclass(frozen=True)
class Opening:
    """What a page shows for another. `find` None: of no one theme; the page itself shows only what is covered."""

    thing: Thing
    find: Finding | None = None


async def _message(tx: Transaction, request: web.Request) -> Resource | None:
    row = await theme_row(tx, request.match_info["message_id"])
    return None if row is None else Resource(theme_of(row["rule"]), row["subject_id"])


async def _decision(tx: Transaction, request: web.Request) -> Resource | None:
    found = await case_rows.decision_with_case(tx, request.match_info["decision_id"])
    return None if found is None else Resource(theme_of_errand(found[1].kind), found[1].subject_id)


async def _errand(tx: Transaction, request: web.Request) -> Resource | None:
    question = select(process.c.definition, process.c.subject_id).where(
        process.c.id == request.match_info["errand_id"]
    )
    row = await tx.first(question)
    if row is None:
        return None
    errand = request.app[PARTS].processes.definition(row["definition"]).errand
    return Resource(theme_of_errand(errand), row["subject_id"])


async def _new_errand(tx: Transaction, request: web.Request) -> Resource | None:
    form = await read_form(request)
    name, child = form.text("definition", limit=80), form.text("child", limit=36)
    try:
        return Resource(theme_of_errand(name), child)
    except UnknownErrand:
        return None


def theme_of_errand(name: str) -> str:
    """The theme of what an errand decides. Raises UnknownErrand."""
    return theme_of(errand_of(name).decides[0])


OPEN: Mapping[tuple[str, str], Opening] = {
    ("GET", "/me"): Opening("overview"),
    ("GET", "/me/guidance/{message_id}"): Opening("message", _message),
    ("GET", "/me/decisions/{decision_id}"): Opening("decision", _decision),
    ("POST", "/me/errands"): Opening("errand", _new_errand),
    ("GET", "/me/errands/{errand_id}"): Opening("errand", _errand),
    ("POST", "/me/errands/{errand_id}"): Opening("errand", _errand),
    ("GET", "/me/errands/{errand_id}/cancel"): Opening("errand", _errand),
}
"""Method and path → what is opened there for another. To read takes leave to see; all else takes leave to act."""

OWN_ALWAYS = frozenset({("POST", "/me/acting/for"), ("POST", "/me/acting/stop")})
"""Where who acts for another speaks for themself: to go over to somebody else, and to stop."""


async def recognised(parts: Parts, visitor: Visitor) -> Visitor:
    """The visitor with what they may do now for whom their session has been switched to."""
    if visitor.kind != "resident" or visitor.acting_for is None or visitor.person_id is None:
        return visitor
    now = parts.clock()
    async with parts.database.read() as tx:
        authority = await parts.acting.authority(tx, visitor.person_id, visitor.acting_for, now)
        name = await parts.acting.name_of(tx, visitor.acting_for, local_date(now)) if authority else ""
    return replace(visitor, acting=authority, acting_name=name)


async def let_through(request: web.Request, access: Access, visitor: Visitor) -> Visitor:
    """The visitor as the handler is to meet them, on a route they may call for themself.

    Raises ActsNoMore where nothing lets them act any longer (the session is theirs again), NotForOthers where the
    page is the person's own, OnlySee where they would do more than see, and Denied where it is not covered.
    """
    if visitor.acting_for is None or visitor.kind != "resident" or not access.has("resident"):
        return visitor
    parts = request.app[PARTS]
    place = (_method(request), _path(request))
    if visitor.acting is None:
        assert visitor.session is not None
        if place in OWN_ALWAYS:
            return visitor
        async with parts.database.begin() as tx:
            token = await sessions.act_for(tx, visitor.session, None)
        request[VISITOR] = replace(visitor, acting_for=None, csrf=token)
        raise ActsNoMore
    if place in OWN_ALWAYS:
        return visitor
    opening = OPEN.get(place)
    if opening is None:
        raise NotForOthers
    authority = visitor.acting
    grant = await _ground(parts, request, authority, opening)
    await _log(parts, request, authority, opening, grant)
    return replace(visitor, person_id=authority.principal_id)


def in_their_name(visitor: Visitor) -> AbstractContextManager[None]:
    """While a handler runs: what it logs as the principal's doing is the actor's."""
    if visitor.acting is None or visitor.person_id != visitor.acting.principal_id:
        return nullcontext()
    authority = visitor.acting
    basis = "; ".join(dict.fromkeys(one.basis for one in authority.grants))
    return on_behalf(OnBehalf(authority.principal_id, authority.actor_id, basis))


async def _ground(parts: Parts, request: web.Request, authority: Authority, opening: Opening) -> Grant:
    theme = None
    async with parts.database.read() as tx:
        found = await opening.find(tx, request) if opening.find else None
        if found is not None:
            theme = found.theme
            if found.subject_id != authority.principal_id and await parts.acting.hides_home(
                tx, authority.actor_id, found.subject_id, local_date(parts.clock())
            ):
                raise Denied(found.subject_id, purpose=PURPOSE)
    sees = authority.grant_for("see", opening.thing, theme)
    if sees is None:
        raise Denied(authority.principal_id, purpose=PURPOSE)
    if _method(request) == "GET":
        return sees
    acts = authority.grant_for("act", opening.thing, theme)
    if acts is None:
        raise OnlySee
    return acts


async def _log(
    parts: Parts, request: web.Request, authority: Authority, opening: Opening, grant: Grant
) -> None:
    """One row a request in the log of whom it is done for: by whom, and on which ground. Fail closed."""
    use = Use(
        subject_id=authority.principal_id,
        actor_kind="person",
        actor=authority.actor_id,
        action="read" if _method(request) == "GET" else "used",
        purpose=f"{PURPOSE}: {opening.thing}",
        basis=grant.basis,
        concepts=(),
    )
    async with parts.database.begin() as tx:
        await log_usage(tx, [use], parts.clock())


def _method(request: web.Request) -> str:
    return "GET" if request.method == "HEAD" else request.method


def _path(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else ""
