"""The public front page, and the choice of language that every page offers."""

from __future__ import annotations

from aiohttp import web

from assistant.web import cookies, sessions
from assistant.web.forms import read_form
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import local_path, redirect, render
from assistant.web.routing import PUBLIC, Route
from assistant.web.visitor import LANGUAGES, visitor_of

A_YEAR = 365 * 24 * 3600


def routes(parts: Parts) -> list[Route]:
    return [
        Route("GET", "/", front, PUBLIC),
        Route("POST", "/language", choose_language, PUBLIC),
    ]


async def front(request: web.Request) -> web.StreamResponse:
    return render(request, "front.html")


async def choose_language(request: web.Request) -> web.StreamResponse:
    """Remember the language in a cookie, and in the session of one who is logged in."""
    parts, visitor, form = request.app[PARTS], visitor_of(request), await read_form(request)
    language = form.required("language", one_of=LANGUAGES)
    if visitor.session is not None:
        async with parts.database.begin() as tx:
            await sessions.speak(tx, visitor.session, language)
    response = redirect(local_path(form.text("next")) or "/")
    cookies.put(response, parts.config, "language", language, max_age=A_YEAR)
    return response
