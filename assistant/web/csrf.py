"""Forged requests: an unsafe request must carry the token of our page and come from one of our origins."""

from __future__ import annotations

import hmac
import secrets

from aiohttp import web

from assistant.config import Config
from assistant.store import Identities
from assistant.web import cookies
from assistant.web.faults import ForgedRequest
from assistant.web.forms import FORM, read_form
from assistant.web.origins import came_from_us
from assistant.web.uploads import MULTIPART, first_field
from assistant.web.visitor import Visitor

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
HEADER = "X-CSRF-Token"
FIELD = "csrf"
COOKIE = "visit"
_NEW: web.RequestKey[str] = web.RequestKey("new_visit", str)


def anonymous_token(request: web.Request, config: Config, identities: Identities) -> str:
    """The token of a visitor who is not logged in: a keyed hash of a random cookie; only we can make it."""
    visit = cookies.read(request, config, COOKIE) or request.get(_NEW)
    if visit is None:
        request[_NEW] = visit = secrets.token_urlsafe(24)
    return identities.keys.digest("web.csrf", visit[:200]).hex()


def remember_visit(request: web.Request, response: web.StreamResponse, config: Config) -> None:
    """Give a first-time visitor the cookie their token was made from."""
    if (visit := request.get(_NEW)) is not None:
        cookies.put(response, config, COOKIE, visit)


async def refuse_forged(request: web.Request, visitor: Visitor, config: Config) -> None:
    """Raise ForgedRequest (403) unless our own page sent this request with the visitor's token."""
    if not came_from_us(request, config):
        raise ForgedRequest
    sent = request.headers.get(HEADER, "")
    if not sent and request.content_type == FORM:
        sent = (await read_form(request)).text(FIELD, limit=2000)
    elif not sent and request.content_type == MULTIPART:
        sent = await first_field(request, FIELD)
    given = sent.encode("utf-8", "surrogateescape")  # a header may hold any bytes
    if not visitor.csrf or not hmac.compare_digest(given, visitor.csrf.encode()):
        raise ForgedRequest
