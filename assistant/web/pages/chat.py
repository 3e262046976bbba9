"""The chat's WebSocket: what is new since a line, a reply to each line, and guidance the moment it comes.

From the widget, after the handshake of `accept_socket`:
  {"type": "line", "client_id", "text"}                        what the person wrote
  {"type": "press", "client_id", "action", "label", "values"}  a button or a form
  {"type": "read", "message"}                                  a message has been seen
To the widget:
  {"type": "history", "lines", "unread"}  lines since `?since=<id>`, and which messages are not read yet
  {"type": "open", "content"}      after it, the step of an errand that is under way
  {"type": "lines", "lines"}       new lines, each {"id", "author", "content", "client_id", "at"}
  {"type": "ack", "client_id"}     the line is kept, and will not be answered twice
  {"type": "refused", "client_id", "text"}  it cannot be taken: do not send it again
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from aiohttp import web

from assistant.config import local_date
from assistant.dialogue import BadPress, ChatLine, Pressed, Said, press_from
from assistant.dialogue.lines import CLIENT_ID, history
from assistant.dialogue.messages import bring_messages, mark_read, messages_without_line, unread_messages
from assistant.store import Transaction
from assistant.web.errors import new_failure_id
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import TEXTS
from assistant.web.routing import SOCKET, Route
from assistant.web.sockets import Socket, accept_socket
from assistant.web.texts import Texts
from channels.interface import Outgoing

log = structlog.get_logger()

AGAIN_SECONDS = 10.0
"""How long after a look that failed the next one is."""


def routes(parts: Parts) -> list[Route]:
    return [Route("GET", "/chat", chat, SOCKET)]


async def chat(request: web.Request) -> web.StreamResponse:
    parts, since = request.app[PARTS], request.query.get("since", "")
    async with accept_socket(request) as socket:
        last = int(since) if since.isascii() and since.isdigit() and len(since) < 16 else 0
        await ChatSession(parts, request.app[TEXTS], socket, last).run()
    return socket.response


class ChatSession:
    """One open widget of one person. `last` is the newest line it has been sent."""

    __slots__ = ("_begun", "_looking", "_sending", "_told", "last", "parts", "socket", "texts")

    def __init__(self, parts: Parts, texts: Texts, socket: Socket, last: int) -> None:
        self.parts = parts
        self.texts = texts
        self.socket = socket
        self.last = last
        self._sending = asyncio.Lock()
        self._begun = False
        self._told = False  # of something new, and has not looked
        self._looking: asyncio.Task[None] | None = None

    async def run(self) -> None:
        remove = self.parts.chat.listen(self.socket.person, self._look_soon)
        try:
            await self._begin()
            self._begun = True
            if self._told:
                self._look_soon()
            async for frame in self.socket:
                await self._take(frame)
        finally:
            remove()
            if self._looking is not None:
                self._looking.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await self._looking

    def _look_soon(self, _message: Outgoing | None = None) -> None:
        """Bring what is new, after the history, in a task that ends: most open chats have nothing to wait for."""
        self._told = True
        if self._begun and self._looking is None:
            self._looking = asyncio.create_task(self._look(), name="chat-look")

    async def _look(self) -> None:
        try:
            while self._told and not self.socket.response.closed:
                self._told = False
                try:
                    await self._catch_up()
                except Exception:
                    log.exception("chat.look_failed")  # the database is away: look again in a while
                    self._told = True
                    await asyncio.sleep(AGAIN_SECONDS)
        finally:
            self._looking = None

    async def _begin(self) -> None:
        now, language = self.parts.clock(), self.socket.visitor.language
        conversation, person = self.parts.conversation, self.socket.person
        async with self._sending:
            async with self.parts.database.begin() as tx:
                await conversation.greet(tx, person, language, now)
                lines = await self._new_lines(tx)
                open_step = await conversation.open_step(tx, person, language, now)
                unread = await unread_messages(tx, person, local_date(now))
            await self._send("history", lines, unread=unread)
            if open_step is not None:
                await self.socket.send({"type": "open", "content": open_step.as_json()})

    async def _catch_up(self) -> None:
        async with self._sending:
            async with self.parts.database.read() as tx:
                anything = await self._anything_new(tx)
            if not anything:
                return
            async with self.parts.database.begin() as tx:
                lines = await self._new_lines(tx)
            if lines:
                await self._send("lines", lines)

    async def _anything_new(self, tx: Transaction) -> bool:
        """A look that takes no write lock: every open chat looks often, and mostly there is nothing."""
        now, person = self.parts.clock(), self.socket.person
        if await history(tx, person, after=self.last, limit=1):
            return True
        return bool(await messages_without_line(tx, person, local_date(now)))

    async def _new_lines(self, tx: Transaction) -> Sequence[ChatLine]:
        await bring_messages(tx, self.socket.person, self.socket.visitor.language, self.parts.clock())
        return await history(tx, self.socket.person, after=self.last)

    async def _send(self, kind: str, lines: Sequence[ChatLine], **more: Any) -> None:
        self.last = max([self.last, *(line.id for line in lines)])
        await self.socket.send({"type": kind, "lines": [line.as_json() for line in lines], **more})

    async def _take(self, frame: Mapping[str, Any]) -> None:
        """One frame. What goes wrong is answered with an id; the widget does not send the line again."""
        client_id = frame.get("client_id")
        try:
            if frame.get("type") == "read":
                await self._read(frame)
            else:
                await self._hear(frame, client_id)
        except BadPress as bad:
            await self._refuse(client_id, str(bad))
        except Exception:
            failure = new_failure_id()
            log.exception("chat.failed", id=failure)
            language = self.socket.visitor.language
            await self._refuse(client_id, self.texts("me.chat_failed", language, id=failure))

    async def _hear(self, frame: Mapping[str, Any], client_id: object) -> None:
        if not isinstance(client_id, str) or not CLIENT_ID.fullmatch(client_id):
            raise BadPress("client_id is 1 to 40 letters, digits, - or _")
        heard = _heard(frame)
        person, language = self.socket.person, self.socket.visitor.language
        async with self._sending:
            async with self.parts.database.begin() as tx:
                await self.parts.conversation.hear(tx, person, language, heard, client_id, self.parts.clock())
                lines = await self._new_lines(tx)
            await self.socket.send({"type": "ack", "client_id": client_id})
            await self._send("lines", lines)

    async def _read(self, frame: Mapping[str, Any]) -> None:
        message_id = frame.get("message")
        if isinstance(message_id, str):
            async with self.parts.database.begin() as tx:
                await mark_read(tx, self.socket.person, message_id, self.parts.clock())

    async def _refuse(self, client_id: object, text: str) -> None:
        known = client_id if isinstance(client_id, str) else ""
        await self.socket.send({"type": "refused", "client_id": known[:40], "text": text})


def _heard(frame: Mapping[str, Any]) -> Said | Pressed:
    match frame.get("type"):
        case "line" if isinstance(frame.get("text"), str) and frame["text"].strip():
            return Said(frame["text"])
        case "line":
            raise BadPress("a line has a text")
        case "press":
            return press_from(frame)
        case other:
            raise BadPress(f"there is no frame of type {str(other)[:40]!r}")
