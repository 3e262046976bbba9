"""Is it alive, is it ready, how is it doing: for those who run Varde, and nothing about anybody."""

from __future__ import annotations

import asyncio

import structlog
from aiohttp import web
from sqlalchemy import text

from assistant.web.metrics import show_metrics
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import json_answer
from assistant.web.routing import LOOPBACK, PUBLIC, STAFF, Route

log = structlog.get_logger()

READY_SECONDS = 2.0


def routes(parts: Parts) -> list[Route]:
    return [
        Route("GET", "/health/live", live, PUBLIC),
        Route("GET", "/health/ready", ready, PUBLIC),
        Route("GET", "/metrics", show_metrics, LOOPBACK | STAFF("operator")),
    ]


async def live(request: web.Request) -> web.StreamResponse:
    """The process runs its loop."""
    return json_answer({"status": "alive"})


async def ready(request: web.Request) -> web.StreamResponse:
    """The database answers within two seconds: send people here. 503 when it does not."""
    try:
        async with asyncio.timeout(READY_SECONDS), request.app[PARTS].database.read() as tx:
            await tx.scalar(text("select 1"))
    except Exception as error:
        log.error("health.not_ready", error=type(error).__name__)
        return json_answer({"status": "not ready"}, status=503)
    return json_answer({"status": "ready"})
