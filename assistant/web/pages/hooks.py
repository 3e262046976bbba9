"""Subscriptions, for the operator: who is told of what, the secret shown once, and what became of each delivery."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from assistant.hooks import TYPES, CannotSubscribe, Subscription, WithSecret
from assistant.web.faults import BadRequest
from assistant.web.forms import Form, read_form
from assistant.web.pages.hooks_api import Asked, asked_about
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import redirect, render, text
from assistant.web.routing import ID, STAFF, Route
from assistant.web.visitor import visitor_of

LIST = "/desk/subscriptions"
ONE = f"{LIST}/{{subscription_id:{ID}}}"
NO_STORE = {"Cache-Control": "no-store"}
MOST_SEQUENCE = 2**31 - 1


def routes(parts: Parts) -> list[Route]:
    operator = STAFF("operator")
    return [
        Route("GET", LIST, overview, operator),
        Route("POST", LIST, create, operator),
        Route("GET", ONE, show, operator),
        Route("POST", f"{ONE}/secret", rotate, operator),
        Route("POST", f"{ONE}/retire", retire, operator),
        Route("POST", f"{ONE}/pause", pause, operator),
        Route("POST", f"{ONE}/resume", resume, operator),
        Route("POST", f"{ONE}/test", send_test, operator),
        Route("POST", f"{ONE}/replay", replay, operator),
        Route("POST", f"{ONE}/remove", remove, operator),
    ]


def type_key(event_type: str) -> str:
    """The key of an event type's words: `no.varde.flag.set.v1` is said by `hooks.type_flag_set`."""
    return "hooks.type_" + "_".join(event_type.split(".")[2:-1])


async def overview(request: web.Request) -> web.StreamResponse:
    return await _overview(request, Form(()), {}, status=200)


async def _overview(
    request: web.Request, form: Form, errors: dict[str, str], *, status: int
) -> web.StreamResponse:
    parts, visitor = request.app[PARTS], visitor_of(request)
    async with parts.database.read() as tx:
        found = await parts.subscriptions.all(tx, visitor.municipality)
        counts = await parts.subscriptions.counts(tx, [one.id for one in found])
    page = {
        "subscriptions": found,
        "counts": counts,
        "types": [(one, text(request, type_key(one))) for one in TYPES],
        "errors": {field: errors.get(field, "") for field in ("name", "url", "types")},
        "filled": {"name": form.text("name"), "url": form.text("url", limit=4000)},
        "chosen": form.all("types"),
    }
    return render(request, "hooks/overview.html", page, status=status)


async def create(request: web.Request) -> web.StreamResponse:
    parts, visitor = request.app[PARTS], visitor_of(request)
    form = await read_form(request)
    try:
        async with parts.database.begin() as tx:
            made = await parts.subscriptions.create(
                tx,
                visitor.municipality,
                name=form.text("name"),
                url=form.text("url", limit=4000),
                types=form.all("types"),
                by=visitor.staff or "",
                now=parts.clock(),
            )
    except CannotSubscribe as fault:
        said = text(request, f"hooks.error_{fault.field}")
        if fault.field == "url":
            said = f"{said} ({fault})"
        return await _overview(request, form, {fault.field: said}, status=422)
    return _secret_page(request, made, "created")


def _secret_page(request: web.Request, made: WithSecret, why: str) -> web.StreamResponse:
    """The one time the secret is shown: an answer that no cache keeps, at an address that does not hold it."""
    page = {"subscription": made.subscription, "secret": made.secret, "why": why}
    return render(request, "hooks/secret.html", page, headers=NO_STORE)


async def show(request: web.Request) -> web.StreamResponse:
    subscriptions = request.app[PARTS].subscriptions
    async with asked_about(request) as asked:
        found = await subscriptions.one(asked.tx, asked.municipality, asked.id)
        deliveries = await subscriptions.deliveries(asked.tx, asked.municipality, asked.id)
        counts = await subscriptions.counts(asked.tx, [asked.id])
    return render(request, "hooks/one.html", _page(request, found, deliveries, counts[asked.id]))


def _page(request: web.Request, found: Subscription, deliveries: Any, counts: Any) -> dict[str, Any]:
    query = request.query
    replayed = query.get("replayed", "")
    return {
        "subscription": found,
        "types": [text(request, type_key(one)) for one in found.types],
        "deliveries": [(one, text(request, type_key(one.type))) for one in deliveries],
        "counts": counts,
        "replayed": int(replayed)
        if replayed.isascii() and replayed.isdecimal() and len(replayed) < 6
        else None,
        "more_after": query.get("more", "") if query.get("more", "").isdecimal() else "",
        "tested": "tested" in query,
    }


async def rotate(request: web.Request) -> web.StreamResponse:
    async with asked_about(request) as asked:
        made = await request.app[PARTS].subscriptions.rotate(asked.tx, asked.municipality, asked.id)
    return _secret_page(request, made, "rotated")


async def retire(request: web.Request) -> web.StreamResponse:
    async with asked_about(request) as asked:
        await request.app[PARTS].subscriptions.retire(asked.tx, asked.municipality, asked.id)
    return _back(asked)


async def pause(request: web.Request) -> web.StreamResponse:
    async with asked_about(request) as asked:
        await request.app[PARTS].subscriptions.pause(asked.tx, asked.municipality, asked.id)
    return _back(asked)


async def resume(request: web.Request) -> web.StreamResponse:
    parts = request.app[PARTS]
    async with asked_about(request) as asked:
        await parts.subscriptions.resume(asked.tx, asked.municipality, asked.id, parts.clock())
    return _back(asked)


async def send_test(request: web.Request) -> web.StreamResponse:
    parts = request.app[PARTS]
    async with asked_about(request) as asked:
        await parts.subscriptions.test(asked.tx, asked.municipality, asked.id, parts.clock())
    return _back(asked, "?tested=1")


async def replay(request: web.Request) -> web.StreamResponse:
    parts = request.app[PARTS]
    since = (await read_form(request)).text("since", default="0") or "0"
    if not (since.isascii() and since.isdecimal() and len(since) <= 10 and int(since) <= MOST_SEQUENCE):
        raise BadRequest(text(request, "hooks.error_since"))
    async with asked_about(request) as asked:
        again = await parts.subscriptions.replay(
            asked.tx, asked.municipality, asked.id, int(since), parts.clock()
        )
    more = f"&more={again.last}" if again.more else ""
    return _back(asked, f"?replayed={again.count}{more}")


async def remove(request: web.Request) -> web.StreamResponse:
    async with asked_about(request) as asked:
        await request.app[PARTS].subscriptions.remove(asked.tx, asked.municipality, asked.id)
    return redirect(LIST)


def _back(asked: Asked, query: str = "") -> web.Response:
    return redirect(f"{LIST}/{asked.id}{query}")
