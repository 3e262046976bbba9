"""Stop switches: what is stopped, what waits because of it, and stopping and starting again."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from aiohttp import web

from assistant.guidance.ladder import MUST_REACH
from assistant.guidance.switches import (
    ALL,
    CHANNELS,
    RESTORED,
    Switch,
    UnknownSwitch,
    ended_switches,
    go,
    key_of,
    live_switches,
    stop,
)
from assistant.guidance.themes import title_of, titles
from assistant.journal import clean
from assistant.web.faults import BadRequest, Conflict
from assistant.web.formats import hours_and_minutes
from assistant.web.forms import read_form
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import redirect, render, text
from assistant.web.routing import STAFF, Route
from assistant.web.visitor import visitor_of

log = structlog.get_logger()


def routes(parts: Parts) -> list[Route]:
    operator = STAFF("operator")
    return [
        Route("GET", "/desk/switches", show, operator),
        Route("POST", "/desk/switches/stop", stop_one, operator),
        Route("POST", "/desk/switches/go", go_on, operator),
    ]


def _named(request: web.Request, key: str) -> str:
    kind, _, name = key.partition(":")
    if kind == "theme":
        return text(request, "operations.of_theme", theme=title_of(name, visitor_of(request).language))
    if kind == "channel":
        own = name in CHANNELS
        return text(
            request,
            "operations.of_channel",
            channel=text(request, f"operations.channel_{name}") if own else name,
        )
    return text(request, f"operations.of_{key}")


def _choices(request: web.Request) -> Sequence[tuple[str, str]]:
    channels = (*CHANNELS, *request.app[PARTS].config.channel)
    keys = (ALL, *(f"channel:{one}" for one in channels), *(f"theme:{one}" for one in titles()))
    return [(key, _named(request, key)) for key in keys]


async def show(request: web.Request) -> web.StreamResponse:
    parts = request.app[PARTS]
    now, trial = parts.clock(), parts.config.trial
    async with parts.database.read() as tx:
        live, ended = await live_switches(tx, MUST_REACH), await ended_switches(tx)

    def waited(one: Switch) -> tuple[int, int] | None:
        return None if one.oldest is None else hours_and_minutes(now - one.oldest)

    page = {
        "live": [(one, _named(request, one.key), waited(one)) for one in live],
        "ended": [(one, _named(request, one.key)) for one in ended],
        "choices": _choices(request),
        "in_trial": trial.only_to is not None or trial.only_to_file is not None,
        "restored": RESTORED,
    }
    return render(request, "desk/switches.html", page)


async def stop_one(request: web.Request) -> web.StreamResponse:
    parts, form = request.app[PARTS], await read_form(request)
    key = form.required("what", one_of=[one for one, _ in _choices(request)])
    reason = clean(form.required("reason", limit=300))
    async with parts.database.begin() as tx:
        if not await stop(tx, key, reason, visitor_of(request).staff or "", parts.clock()):
            raise Conflict(text(request, "operations.stopped_already"))
    log.warning("switch.stopped", switch=key)
    return redirect("/desk/switches")


async def go_on(request: web.Request) -> web.StreamResponse:
    parts, form = request.app[PARTS], await read_form(request)
    key, how = _checked(request, form.required("what", limit=80)), form.text("how")
    by, back = visitor_of(request).staff or "", how == "take_back"
    async with parts.database.begin() as tx:
        if not await go(tx, key, by, parts.clock(), take_back=back, keep=MUST_REACH):
            raise Conflict(text(request, "operations.not_stopped"))
    log.warning("switch.started", switch=key, taken_back=back)
    return redirect("/desk/switches")


def _checked(request: web.Request, key: str) -> str:
    kind, _, name = key.partition(":")
    if key in (ALL, RESTORED):
        return key
    try:
        return key_of(**{kind: name}, installed=request.app[PARTS].config.channel)
    except (UnknownSwitch, TypeError):
        raise BadRequest("what: is no switch") from None
