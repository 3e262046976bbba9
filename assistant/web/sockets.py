"""WebSockets: origin checked, login proven, limits kept, and closed when the session ends.

Close codes of ours: 4400 not a JSON object, 4401 not logged in or the session has ended, 4403 too many
sockets, 4408 reads too slowly, 4409 acts for another, 4429 sends too fast. RFC 6455: 1001 going away,
1009 message too big.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from time import monotonic
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from assistant.store.columns import to_json
from assistant.web import tickets
from assistant.web.faults import BadRequest
from assistant.web.json_body import parse_json
from assistant.web.limits import Bucket
from assistant.web.live_sockets import LIVE_SOCKETS, SESSION_ENDED, SocketRefused
from assistant.web.parts import PARTS, Parts
from assistant.web.policy import recognise_session
from assistant.web.visitor import Visitor, visitor_of

MAX_MESSAGE = 64 * 1024  # bytes
PER_SECOND = 20  # messages
HEARTBEAT = 30.0  # seconds between pings
MOST_WAITING = 200  # messages not yet taken by a slow reader
SEND_SECONDS = 10.0
TICKET_SECONDS = 10.0
CLOSE_SECONDS = 2.0

NOT_JSON, NOT_LOGGED_IN, TOO_MANY_SOCKETS, TOO_SLOW, TOO_FAST = 4400, 4401, 4403, 4408, 4429
FOR_ANOTHER = 4409
"""The chat is between a person and the assistant: nobody speaks there for another."""


class Socket:
    """An open WebSocket of a resident: `async for message in socket`, `await socket.send({...})`.

    There are thousands, and each says little: what one holds is what it needs between two messages.
    """

    __slots__ = (
        "_ending",
        "_outgoing",
        "_pace",
        "_parts",
        "_transport",
        "_writing",
        "person",
        "response",
        "session",
        "visitor",
    )

    def __init__(self, request: web.Request, response: web.WebSocketResponse, visitor: Visitor) -> None:
        assert visitor.session is not None
        assert visitor.person_id is not None
        self.visitor = visitor
        self.response = response
        self.session = visitor.session
        self.person = visitor.person_id
        self._parts = request.app[PARTS]
        self._transport = request.transport
        # No task that waits for something to send: most of thousands of sockets have nothing.
        self._outgoing: list[str] = []
        self._writing: asyncio.Task[None] | None = None
        self._pace = Bucket(PER_SECOND, monotonic())
        self._ending: asyncio.Lock | None = None  # most have not begun to end

    async def send(self, message: Mapping[str, Any]) -> None:
        """Hand a message to the writer; a reader with 200 messages waiting is let go (4408).

        On a closed socket it does nothing: what must reach the person waits in the store, not here.
        """
        if self.response.closed:
            return
        if len(self._outgoing) >= MOST_WAITING:
            await self.end(TOO_SLOW, "reads too slowly")
            return
        self._outgoing.append(to_json(message))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write(), name="socket-writer")

    async def end(self, code: int, reason: str) -> None:
        """Close, from whatever task; a peer that does not answer in two seconds is cut off."""
        if self._ending is None:
            self._ending = asyncio.Lock()
        async with self._ending:
            if self.response.closed:
                return
            try:
                async with asyncio.timeout(CLOSE_SECONDS):
                    await self.response.close(code=code, message=reason.encode())
            except TimeoutError:
                if self._transport is not None and self._transport.get_write_buffer_size():
                    self._transport.abort()  # closing would first wait for the peer to read

    async def stop_writing(self) -> None:
        """Send nothing more."""
        self._outgoing.clear()
        if self._writing is not None:
            self._writing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._writing

    async def _write(self) -> None:
        """The writer: sends what waits, one message after the other, and ends."""
        try:
            while self._outgoing and not self.response.closed:
                async with asyncio.timeout(SEND_SECONDS):
                    await self.response.send_str(self._outgoing[0])
                del self._outgoing[:1]
        except TimeoutError:
            await self.end(TOO_SLOW, "reads too slowly")
        except ConnectionError:
            return
        finally:
            self._writing = None

    async def __aiter__(self) -> AsyncIterator[dict[str, Any]]:
        """The messages that come, each a JSON object, while the session lives."""
        async for received in self.response:
            if received.type is not WSMsgType.TEXT:
                await self.end(NOT_JSON, "send JSON as text")
                return
            if self._pace.take(PER_SECOND, PER_SECOND * 60, monotonic()):
                await self.end(TOO_FAST, f"at most {PER_SECOND} messages a second")
                return
            visitor = await recognise_session(self._parts, self.session)
            if visitor is None:
                await self.end(SESSION_ENDED, "the session has ended")
                return
            if visitor.acting_for is not None:
                await self.end(FOR_ANOTHER, "acts for another")
                return
            self.visitor = visitor
            message = _object(received.data)
            if message is None:
                await self.end(NOT_JSON, "send a JSON object")
                return
            yield message


def accept_socket(request: web.Request) -> AbstractAsyncContextManager[Socket]:
    """Take a WebSocket whose route declares SOCKET access (its origin has been checked).

    A resident with a session cookie is in at once; from another site the first message must be
    `{"type": "ticket", "ticket": …}`. Then `{"type": "ready", "language", "resume"}` is sent, and the block
    runs; `resume` is a ticket to come back with after a lost connection. One who does not get in is told why
    by the close code; SocketRefused, which the gate answers for, then leaves the block out.
    """
    return _Accepted(request)


class _Accepted:
    """A socket as long as it is open: a class, where a generator's frames would be kept for each."""

    __slots__ = ("_live", "_request", "_socket")

    def __init__(self, request: web.Request) -> None:
        self._request = request
        self._live = request.app[LIVE_SOCKETS]
        self._socket: Socket | None = None

    async def __aenter__(self) -> Socket:
        request = self._request
        parts = request.app[PARTS]
        response = web.WebSocketResponse(heartbeat=HEARTBEAT, max_msg_size=MAX_MESSAGE, compress=False)
        if not response.can_prepare(request).ok:
            raise BadRequest("this address takes WebSockets only")
        await response.prepare(request)
        response.headers.clear()  # they have been sent
        visitor = visitor_of(request)
        if visitor.kind != "resident":
            visitor = await _by_ticket(request, parts, response)
        if visitor.acting_for is not None:
            await response.close(code=FOR_ANOTHER, message=b"acts for another")
            raise SocketRefused(response)
        ready = {"type": "ready", "language": visitor.language, "resume": _resume(request, parts, visitor)}
        socket = Socket(request, response, visitor)
        if not self._live.add(socket):
            await socket.end(TOO_MANY_SOCKETS, "too many open at once")
            raise SocketRefused(response)
        self._socket = socket
        try:
            await socket.send(ready)
        except BaseException:
            await self._let_go()
            raise
        return socket

    async def __aexit__(self, *_: object) -> None:
        await self._let_go()

    async def _let_go(self) -> None:
        assert self._socket is not None
        self._live.remove(self._socket)
        await self._socket.stop_writing()
        await self._socket.end(WSCloseCode.OK, "")  # waits for a close that another task began


async def _by_ticket(request: web.Request, parts: Parts, response: web.WebSocketResponse) -> Visitor:
    login = f"{parts.config.public_url.rstrip('/')}/widget/login"
    await response.send_str(to_json({"type": "login_required", "login": login}))
    try:
        async with asyncio.timeout(TICKET_SECONDS):
            received = await response.receive()
    except TimeoutError:
        received = None
    message = _object(received.data) if received is not None and received.type is WSMsgType.TEXT else None
    written = message.get("ticket") if message is not None and message.get("type") == "ticket" else None
    visitor = await _holder(request, parts, written) if isinstance(written, str) else None
    if visitor is None:
        await response.close(code=NOT_LOGGED_IN, message=b"not logged in")
        raise SocketRefused(response)
    return visitor


async def _holder(request: web.Request, parts: Parts, written: str) -> Visitor | None:
    """The resident whose unused ticket this is, if their session still lives."""
    now = parts.wall_clock()
    ticket = tickets.unseal(parts.identities.keys, written, request.headers["Origin"], now)
    if ticket is None:
        return None
    async with parts.database.begin() as tx:
        if not await tickets.use(tx, ticket, now):
            return None
    visitor = await recognise_session(parts, ticket.session)
    return visitor if visitor is not None and visitor.kind == "resident" else None


def _resume(request: web.Request, parts: Parts, visitor: Visitor) -> str:
    assert visitor.session is not None
    ticket = tickets.Ticket(visitor.session, request.headers["Origin"])
    return tickets.seal(parts.identities.keys, ticket, parts.wall_clock() + tickets.RESUMED)


def _object(text: str) -> dict[str, Any] | None:
    try:
        value = parse_json(text.encode("utf-8", "surrogatepass"))
    except BadRequest:
        return None
    return value if isinstance(value, dict) else None
