"""The demonstration's own pages: whom to log in as, what happens next, and a page of somebody else's."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from aiohttp import web

from assistant.config import local_date
from assistant.demo import generations_page
from assistant.demo.biller_pages import biller_routes
from assistant.demo.fakturabanken import Fakturabanken
from assistant.demo.mailbox import Mailbox
from assistant.demo.mailbox_pages import mailbox_routes
from assistant.demo.sms_gateway import SmsGatewayServer
from assistant.demo.world import World
from assistant.events import wake_determinations
from assistant.store.work import outstanding
from assistant.web.faults import BadRequest
from assistant.web.forms import read_form
from assistant.web.parts import PARTS, Extension, Parts
from assistant.web.rendering import redirect, render
from assistant.web.routing import PUBLIC, Route
from assistant.web.visitor import visitor_of

HERE = Path(__file__).parent


def demo_extension(
    world: World, mailbox: Mailbox, texts: SmsGatewayServer, biller: Fakturabanken
) -> Extension:
    """The demonstration's routes, templates and texts, and its panel on the front page."""

    async def story(request: web.Request) -> web.StreamResponse:
        """The story so far and what can happen next; whom to log in as; how much is being done just now."""
        parts = request.app[PARTS]
        async with parts.database.read() as tx:
            doing = await outstanding(tx, parts.clock())
        context = {
            "steps": world.steps(visitor_of(request).language),
            "residents": world.cast(),
            "staff": world.staff(),
            "doing": doing,
            "place": world.municipality.name,
        }
        return render(request, "demo/story.html", context)

    async def play(request: web.Request) -> web.StreamResponse:
        """Let the next thing happen, in the registers: the assistant hears of it through their feeds."""
        form = await read_form(request)
        chosen = form.required("step", one_of=tuple(world.playable()) or ("-",))
        if chosen not in world.playable():
            raise BadRequest("that has happened already")
        await asyncio.to_thread(world.play, chosen)
        return redirect("/demo")

    async def night(request: web.Request) -> web.StreamResponse:
        """Do tonight what is due by tomorrow morning: tell what life events bring, and of deadlines."""
        parts = request.app[PARTS]
        async with parts.database.begin() as tx:
            now = parts.clock()
            await wake_determinations(tx, now, local_date(now) + timedelta(days=1))
        return redirect("/demo")

    async def elsewhere(request: web.Request) -> web.StreamResponse:
        return render(request, "demo/elsewhere.html", {"place": world.municipality.name})

    async def generations(request: web.Request) -> web.StreamResponse:
        return await generations_page.show(request, world.number_of)

    def routes(parts: Parts) -> list[Route]:
        return [
            Route("GET", "/demo", story, PUBLIC),
            Route("POST", "/demo/story", play, PUBLIC),
            Route("POST", "/demo/night", night, PUBLIC),
            Route("GET", "/demo/elsewhere", elsewhere, PUBLIC),
            Route("GET", "/demo/generations", generations, PUBLIC),
            *mailbox_routes(mailbox, texts)(parts),
            *biller_routes(biller)(parts),
        ]

    return Extension(routes, HERE / "templates", HERE / "texts", "demo/panel.html")
