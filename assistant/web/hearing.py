"""What other processes do reaches the sockets that are open in this one."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from aiohttp import web

from assistant.store.news import CHAT_LINES, SESSION_ENDED, Listening
from assistant.web.live_sockets import LIVE_SOCKETS
from assistant.web.parts import PARTS
from channels.chat import ChatChannel

LOOK_SECONDS = 600.0
"""Every open chat also looks this often, whatever it was told."""


async def hear_news(app: web.Application) -> AsyncIterator[None]:
    """While the app runs, wake open chats for which there is something new, and close those that logged out.

    What was missed while nothing was heard is found too: every chat looks again, and `watch_sessions` looks
    for ended sessions whatever is heard.
    """
    chat, live = app[PARTS].chat, app[LIVE_SOCKETS]
    heard = {CHAT_LINES: chat.tell, SESSION_ENDED: lambda token: live.end_sessions({bytes.fromhex(token)})}
    async with Listening(app[PARTS].database, heard, chat.tell_everybody):
        looking = asyncio.create_task(_look_now_and_then(chat), name="chats-look")
        yield
        looking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await looking


async def _look_now_and_then(chat: ChatChannel) -> None:
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        chat.tell_everybody()
