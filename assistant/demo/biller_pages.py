"""What Fakturabanken has been told, and what it answers those who try to cheat it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from aiohttp import web

from assistant.casework.announcing import FLAG_TYPES
from assistant.config import Clock
from assistant.demo.fakturabanken import FORGERIES, Fakturabanken, Forgery
from assistant.hooks import Subscriptions
from assistant.store import Database
from assistant.web.forms import read_form
from assistant.web.parts import Parts
from assistant.web.rendering import redirect, render
from assistant.web.routing import PUBLIC, Route

NAME = "Fakturabanken"


async def subscribe(
    database: Database, subscriptions: Subscriptions, biller: Fakturabanken, municipality: str, clock: Clock
) -> None:
    """Have Fakturabanken told of flags, at the address it has this time."""
    async with database.begin() as tx:
        known = [one for one in await subscriptions.all(tx, municipality) if one.name == NAME]
        if known and biller.kept.secret:
            await subscriptions.moved(tx, municipality, known[0].id, biller.url)
            return
        for one in known:
            await subscriptions.remove(tx, municipality, one.id)
        made = await subscriptions.create(
            tx, municipality, name=NAME, url=biller.url, types=FLAG_TYPES, by="demo", now=clock()
        )
    await biller.agree(made.secret)


def biller_routes(biller: Fakturabanken) -> Callable[[Parts], list[Route]]:
    """The routes, for an `Extension`. Anybody may read them: everything here is made up."""

    async def overview(request: web.Request) -> web.StreamResponse:
        tried = request.query.get("tried", "")
        page = {
            "invoices": [(one, Decimal(one.monthly_amount)) for one in biller.invoices()],
            "fields": biller.fields_received(),
            "refused": [(entry["why"], datetime.fromisoformat(entry["at"])) for entry in biller.kept.refused],
            "deliveries": len(biller.kept.known),
            "forgeries": FORGERIES,
            "tried": tried if tried in FORGERIES else "",
            "status": request.query.get("status", "")
            if request.query.get("status") in ("200", "401")
            else "",
        }
        return render(request, "biller_demo/overview.html", page)

    async def attempt(request: web.Request) -> web.StreamResponse:
        chosen = (await read_form(request)).required("how", one_of=FORGERIES)
        how: Forgery = next(one for one in FORGERIES if one == chosen)
        status = await biller.attempt(how)
        return redirect(f"/demo/biller?tried={how}&status={status or ''}")

    def routes(parts: Parts) -> list[Route]:
        return [
            Route("GET", "/demo/biller", overview, PUBLIC),
            Route("POST", "/demo/biller/attempt", attempt, PUBLIC),
        ]

    return routes
