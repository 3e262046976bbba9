"""The embed script: one file that any page may load with one tag, and that brings the chat with it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from aiohttp import hdrs, web

from assistant.web.parts import Parts
from assistant.web.routing import PUBLIC, Route

SCRIPT = Path(__file__).parent.parent / "static" / "widget.js"


def routes(parts: Parts) -> list[Route]:
    body = SCRIPT.read_bytes()
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'

    async def widget(request: web.Request) -> web.StreamResponse:
        """Asked for anew by every page (the address has no version), answered 304 while nothing has changed."""
        headers = {
            hdrs.ETAG: tag,
            hdrs.CACHE_CONTROL: "public, max-age=300, must-revalidate",
            hdrs.ACCESS_CONTROL_ALLOW_ORIGIN: "*",
            "Cross-Origin-Resource-Policy": "cross-origin",
        }
        if tag in request.headers.get(hdrs.IF_NONE_MATCH, ""):
            return web.Response(status=304, headers=headers)
        return web.Response(
            body=body, headers={**headers, hdrs.CONTENT_TYPE: "text/javascript; charset=utf-8"}
        )

    return [Route("GET", "/widget.js", widget, PUBLIC)]
