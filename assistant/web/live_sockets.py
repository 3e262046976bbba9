"""The WebSockets that are open in this process, so that they end when their session does."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Collection
from typing import Protocol

import structlog
from aiohttp import web

from assistant.web import sessions
from assistant.web.metrics import SOCKETS
from assistant.web.parts import PARTS

log = structlog.get_logger()

LOOK_EVERY = 2.0
"""Seconds between looks for sessions that ended by time, or in another process while its news was not heard.

With closing, well under five.
"""

PER_PERSON = 5


class Live(Protocol):
    """An open socket, as far as this module must know it."""

    session: bytes
    person: str

    async def end(self, code: int, reason: str) -> None: ...


SESSION_ENDED = 4401
GOING_AWAY = 1001


class SocketRefused(Exception):
    """A socket that was let in no further than to be told so; `response` is closed."""

    def __init__(self, response: web.WebSocketResponse) -> None:
        super().__init__()
        self.response = response


class LiveSockets:
    """Those of one process. `add` refuses the sixth of one person."""

    def __init__(self) -> None:
        self._open: set[Live] = set()
        self._of: Counter[str] = Counter()  # how many a person has
        self._closing: set[asyncio.Task[None]] = set()

    def add(self, socket: Live) -> bool:
        if self._of[socket.person] >= PER_PERSON:
            return False
        self._open.add(socket)
        self._of[socket.person] += 1
        SOCKETS.set(len(self._open))
        return True

    def remove(self, socket: Live) -> None:
        if socket not in self._open:
            return
        self._open.remove(socket)
        self._of[socket.person] -= 1
        if not self._of[socket.person]:
            del self._of[socket.person]
        SOCKETS.set(len(self._open))

    @property
    def sessions(self) -> set[bytes]:
        return {socket.session for socket in self._open}

    def end_sessions(self, ended: Collection[bytes]) -> None:
        """Close what hangs on these sessions, now; does not wait for the peers to answer."""
        for socket in [socket for socket in self._open if socket.session in ended]:
            self._close(socket, SESSION_ENDED, "the session has ended")

    async def end_all(self) -> None:
        """Close everything and wait until it is done."""
        for socket in list(self._open):
            self._close(socket, GOING_AWAY, "the server is going down")
        await asyncio.gather(*self._closing, return_exceptions=True)

    def _close(self, socket: Live, code: int, reason: str) -> None:
        closing = asyncio.create_task(socket.end(code, reason), name="socket-closing")
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)


LIVE_SOCKETS: web.AppKey[LiveSockets] = web.AppKey("live_sockets", LiveSockets)


async def watch_sessions(app: web.Application) -> AsyncIterator[None]:
    """While the app runs, close the sockets of sessions that ended elsewhere or by time."""
    watching = asyncio.create_task(_watch(app), name="watch-sessions")
    yield
    watching.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await watching


async def _watch(app: web.Application) -> None:
    live, parts = app[LIVE_SOCKETS], app[PARTS]
    while True:
        await asyncio.sleep(LOOK_EVERY)
        held = live.sessions
        if not held:
            continue
        try:
            async with parts.database.read() as tx:
                alive = await sessions.alive_among(tx, held, parts.wall_clock())
        except Exception:
            log.exception("sockets.watch_failed")  # the database is away: look again, do not die
            continue
        live.end_sessions(held - alive)
