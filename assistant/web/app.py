"""The application: one list of page modules, one gate before them all."""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator, Callable
from typing import cast

import aiohttp
from aiohttp import web

from assistant.web import login, widget_login
from assistant.web.errors import answer_errors
from assistant.web.hearing import hear_news
from assistant.web.json_body import MAX_BYTES
from assistant.web.limits import LIMITS, Limits
from assistant.web.live_sockets import LIVE_SOCKETS, LiveSockets, watch_sessions
from assistant.web.login import PROVIDERS, Kind
from assistant.web.parts import PARTS, Parts
from assistant.web.policy import ACCESS, add_routes, guard
from assistant.web.provider import Provider
from assistant.web.rendering import set_up
from assistant.web.routing import Route
from assistant.web.security_headers import security_headers
from assistant.web.server import SILENT, Silent, hear
from assistant.web.static_files import STATIC, StaticFiles

PAGES = (
    "front",
    "promise",
    "me",
    "me_documents",
    "me_twin",
    "me_data",
    "me_log",
    "me_requests",
    "acting",
    "wishes",
    "me_not_mine",
    "push",
    "chat",
    "widget",
    "events",
    "sms",
    "health",
    "altinn",
    "unsubscribe",
    "desk",
    "desk_generations",
    "desk_switches",
    "desk_work",
    "desk_documents",
    "desk_access",
    "desk_case",
    "desk_decide",
    "desk_appeals",
    "desk_control",
    "me_letters",
    "desk_letters",
    "desk_requests",
    "desk_request_documents",
    "desk_reconsiderations",
    "me_reconsiderations",
    "biller",
    "api",
    "hooks",
    "hooks_api",
    "flow",
    "openapi",
    "find_usage",
    "editor",
    "editor_messages",
    "editor_templates",
)
"""The modules of assistant.web.pages, each with `routes(parts)`."""


def make_app(parts: Parts) -> web.Application:
    """Build the site. Raises TextFault, ValueError or ImportError at once when a page is not whole."""
    app = web.Application(middlewares=[hear, answer_errors, guard], client_max_size=MAX_BYTES)
    app[PARTS] = parts
    app[ACCESS] = {}
    app[LIMITS] = Limits()
    app[LIVE_SOCKETS] = LiveSockets()
    app[SILENT] = Silent()
    app[STATIC] = StaticFiles.load()
    set_up(app, parts)
    add_routes(app, all_routes(parts, app[STATIC]))
    app.on_response_prepare.append(security_headers(parts.config))
    app.cleanup_ctx.append(_talk_to_providers)
    app.cleanup_ctx.append(watch_sessions)
    app.cleanup_ctx.append(hear_news)
    app.on_shutdown.append(_close_sockets)
    return app


def all_routes(parts: Parts, static: StaticFiles) -> list[Route]:
    routes = [*static.routes(), *login.routes(parts), *widget_login.routes(parts)]
    for name in PAGES:
        module = importlib.import_module(f"assistant.web.pages.{name}")
        routes += cast("Callable[[Parts], list[Route]]", module.routes)(parts)
    for extension in parts.extensions:
        routes += extension.routes(parts)
    return routes


async def _talk_to_providers(app: web.Application) -> AsyncIterator[None]:
    config = app[PARTS].config
    async with aiohttp.ClientSession(auto_decompress=True, trust_env=False) as http:
        providers: dict[Kind, Provider] = {
            "resident": Provider(config.residents_login, http, app[PARTS].wall_clock),
            "staff": Provider(config.staff_login, http, app[PARTS].wall_clock),
        }
        app[PROVIDERS] = providers
        yield


async def _close_sockets(app: web.Application) -> None:
    await app[LIVE_SOCKETS].end_all()
