"""What was promised and kept, for everybody: how much was sent in a week and a month, and how soon."""

from __future__ import annotations

from datetime import timedelta

from aiohttp import web

from assistant.config import local_date
from assistant.guidance.switches import CHANNELS
from assistant.operations.promise import SPANS, kept
from assistant.operations.tally import LATER, STEPS, tallied
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import render, text
from assistant.web.routing import PUBLIC, Route

PERIODS = (7, 30)
"""Days, today the last of them."""


def routes(parts: Parts) -> list[Route]:
    return [Route("GET", "/promise", show, PUBLIC)]


async def show(request: web.Request) -> web.StreamResponse:
    parts = request.app[PARTS]
    today = local_date(parts.clock())
    async with parts.database.read() as tx:
        periods = [(days, kept(await tallied(tx, today - timedelta(days=days - 1)))) for days in PERIODS]
    used = {one.channel for _, found in periods for one in found}
    page = {
        "periods": periods,
        "names": {one: _name(request, one) for one in used},
        "times": {one: _time(request, one) for one in (*STEPS, LATER)},
        "spans": SPANS,
        "later": LATER,
    }
    return render(request, "promise.html", page)


def _name(request: web.Request, channel: str) -> str:
    return text(request, f"operations.channel_{channel}") if channel in CHANNELS else channel


def _time(request: web.Request, seconds: int) -> str:
    """A step in words: within so many seconds, minutes, hours or days."""
    if seconds == LATER:
        return text(request, "promise.longer")
    for unit, size in (("days", 86_400), ("hours", 3600), ("minutes", 60)):
        if seconds >= size:
            return text(request, f"promise.{unit}", n=seconds // size)
    return text(request, "promise.seconds", n=seconds)
