"""Listening: only where configured, and not for ever to a client that does not get its request out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.typedefs import Handler

from assistant.web.access_log import AccessLog
from channels.listening import take_no_more

HEADER_SECONDS = 10.0
"""How long a new connection may take until its first request's headers are here (slow-header attacks)."""

KEEP_ALIVE_SECONDS = 75.0
MOST_SILENT = 200
"""How many connections may be without a request at a time; the oldest gives way."""


class Silent:
    """Connections on which no request has come yet, oldest first."""

    def __init__(self) -> None:
        self._waiting: dict[web.RequestHandler, asyncio.TimerHandle] = {}

    def add(self, connection: web.RequestHandler) -> None:
        loop = asyncio.get_running_loop()
        self._waiting[connection] = loop.call_later(HEADER_SECONDS, self._give_up, connection)
        if len(self._waiting) > MOST_SILENT:
            self._give_up(next(iter(self._waiting)))

    def heard(self, connection: web.RequestHandler) -> None:
        if (timer := self._waiting.pop(connection, None)) is not None:
            timer.cancel()

    def _give_up(self, connection: web.RequestHandler) -> None:
        self.heard(connection)
        connection.force_close()


SILENT: web.AppKey[Silent] = web.AppKey("silent", Silent)


@web.middleware
def hear(request: web.Request, handler: Handler) -> Awaitable[web.StreamResponse]:
    """Note that this connection has brought a request. Nothing of it is left while the request is answered."""
    request.app[SILENT].heard(request.protocol)
    return handler(request)


@asynccontextmanager
async def serve_app(app: web.Application, host: str, port: int) -> AsyncIterator[int]:
    """Serve while the block runs; gives the port (the one the system chose, where `port` is 0).

    Raises OSError when the address is taken.
    """
    runner = web.AppRunner(
        app,
        access_log=logging.getLogger("web.access"),
        access_log_class=AccessLog,
        keepalive_timeout=KEEP_ALIVE_SECONDS,
        shutdown_timeout=5.0,
        max_headers=64,
    )
    await runner.setup()
    try:
        make_connection = runner.server
        assert make_connection is not None

        def connect() -> web.RequestHandler:
            connection = make_connection()
            app[SILENT].add(connection)
            return connection

        server = await asyncio.get_running_loop().create_server(connect, host, port, backlog=256)
        try:
            yield int(server.sockets[0].getsockname()[1])
        finally:
            await take_no_more(server)
    finally:
        await runner.cleanup()
