"""Closing a door without leaving anybody in it: what is being taken is taken, and then all of it is ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from weakref import WeakSet

from aiosmtpd.smtp import SMTP


async def take_no_more(server: asyncio.Server) -> None:
    """Close a server once each connection it was taking has been made; ending them is the caller's.

    A connection that is between its socket and its transport when asyncio closes is dropped with its socket open,
    and the other side waits (python/cpython#109564): so we stop listening first.
    """
    loop = asyncio.get_running_loop()
    for listening in server.sockets:
        loop.remove_reader(listening.fileno())
    for _ in range(3):  # turns of the loop: accepted, given a transport, made
        await asyncio.sleep(0)
    server.close()


def cut_off(conversation: SMTP) -> None:
    """Break a conversation without a word, where it has begun."""
    if isinstance(conversation.transport, asyncio.WriteTransport):
        conversation.transport.abort()


class MailDoor:
    """Opened once and closed once; `converse` makes our end of each conversation (SMTP, RFC 5321).

    Behind TLS one that is still shaking hands is left to asyncio, which gives up on it after a minute.
    """

    def __init__(self, converse: Callable[[], SMTP]) -> None:
        self._converse = converse
        self._open: WeakSet[SMTP] = WeakSet()
        self._server: asyncio.Server | None = None

    async def open(self, host: str, port: int, **options: Any) -> int:
        """Listen, with the options of `loop.create_server`; the port (the system's choice where `port` is 0).

        Raises OSError when the address is taken.
        """
        self._server = await asyncio.get_running_loop().create_server(self._take, host, port, **options)
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Take no more, and end the conversations that are left."""
        if self._server is None:
            return
        await take_no_more(self._server)
        for conversation in list(self._open):
            cut_off(conversation)
        await asyncio.sleep(0)

    def _take(self) -> SMTP:
        conversation = self._converse()
        self._open.add(conversation)
        return conversation
