"""The access log: what was answered and how fast, by route. No address, no query, no referrer, no ids of objects."""

from __future__ import annotations

import structlog
from aiohttp.abc import AbstractAccessLogger
from aiohttp.web import BaseRequest, Request, StreamResponse

log = structlog.get_logger()


class AccessLog(AbstractAccessLogger):
    """Writes one line of the journal for each answer."""

    def log(self, request: BaseRequest, response: StreamResponse, time: float) -> None:
        log.info(
            "web.answered",
            method=request.method,
            route=route_of(request),
            status=response.status,
            bytes=response.body_length,
            milliseconds=round(time * 1000),
        )


def route_of(request: BaseRequest) -> str:
    """The pattern the path matched, such as '/me/cases/{case_id}'; a path nobody serves is not repeated."""
    if not isinstance(request, Request) or request.match_info.route.resource is None:
        return "none"
    return request.match_info.route.resource.canonical
