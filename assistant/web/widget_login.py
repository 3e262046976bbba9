"""The login window of a widget on another site: logs the person in here and hands that page a ticket."""

from __future__ import annotations

from aiohttp import web

from assistant.web import tickets
from assistant.web.faults import BadRequest
from assistant.web.limits import LIMITS
from assistant.web.origins import own_origins, widget_origins
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import render
from assistant.web.routing import RESIDENT, Route
from assistant.web.security_headers import keep_opener
from assistant.web.visitor import visitor_of


def routes(parts: Parts) -> list[Route]:
    return [Route("GET", "/widget/login", _hand_over, RESIDENT)]


async def _hand_over(request: web.Request) -> web.StreamResponse:
    """`/widget/login?origin=https://site.example`, opened by the widget with `window.open`.

    The policy has sent a stranger through the login first. The ticket goes to the window that opened this one
    by postMessage, with exactly that origin as target, and only if the origin is one we allow.
    """
    parts, visitor = request.app[PARTS], visitor_of(request)
    origin = request.query.get("origin", "")
    if origin not in widget_origins(parts.config) | own_origins(request, parts.config):
        raise BadRequest("this site may not embed the assistant; its operator can ask the municipality")
    assert visitor.session is not None
    request.app[LIMITS].tickets.take(visitor.session.hex())
    ticket = tickets.seal(
        parts.identities.keys,
        tickets.Ticket(visitor.session, origin),
        parts.wall_clock() + tickets.HANDED_OVER,
    )
    keep_opener(request)
    return render(request, "widget_login.html", {"ticket": ticket, "origin": origin})
