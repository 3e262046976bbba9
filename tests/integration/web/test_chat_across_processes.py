"""Two web processes on one PostgreSQL: what happens in one reaches the sockets that are open in the other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from site_under_test import Browser, MovableClock, Site, running_site
from sqlalchemy import select, text

from assistant.store import Database, news
from assistant.store.tables import session
from assistant.web import live_sockets

Socket = aiohttp.ClientWebSocketResponse
pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@dataclass
class TwoProcesses:
    here: Site
    there: Site
    browser: Browser  # of a resident who is logged in

    async def socket(self, site: Site) -> Socket:
        """A chat of the person's that is open in that process, past its history."""
        socket = await Browser(site.base, self.browser.http).socket("/chat")
        assert (await socket.receive_json(timeout=5))["type"] == "ready"
        assert (await socket.receive_json(timeout=5))["type"] == "history"
        return socket


@pytest.fixture
async def two(
    database: Database, database_url: str, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[TwoProcesses]:
    monkeypatch.setattr(live_sockets, "LOOK_EVERY", 60.0)  # so that what is seen here was told
    monkeypatch.setattr(news, "PAUSE_SECONDS", 0.3)
    async with (
        running_site(database, clock) as here,
        _another(database_url, clock) as there,
    ):
        yield TwoProcesses(here, there, await here.resident())


@asynccontextmanager
async def _another(url: str, clock: MovableClock) -> AsyncIterator[Site]:
    database = Database(url)
    async with running_site(database, clock) as site:
        yield site
    await database.close()


async def said(socket: Socket, client_id: str, seconds: float = 5) -> str:
    """Wait until the socket is told of the line of that name."""
    async with asyncio.timeout(seconds):
        while True:
            frame = await socket.receive_json()
            lines: Sequence[dict[str, Any]] = frame.get("lines", ())
            for line in lines:
                if line["client_id"] == client_id:
                    return str(line["content"]["text"])


async def code(socket: Socket) -> int | None:
    """What the server closes with, within two seconds."""
    async with asyncio.timeout(2):
        while (await socket.receive()).type is aiohttp.WSMsgType.TEXT:
            pass
    return socket.close_code


async def test_a_line_and_its_reply_reach_a_socket_in_another_process(two: TwoProcesses) -> None:
    telephone, laptop = await two.socket(two.here), await two.socket(two.there)
    await laptop.send_json({"type": "line", "client_id": "one", "text": "hei"})
    assert await said(telephone, "one") == "hei"


async def test_nothing_is_lost_while_a_process_does_not_hear(two: TwoProcesses, database: Database) -> None:
    telephone, laptop = await two.socket(two.here), await two.socket(two.there)
    async with database.begin() as tx:
        ended = text(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where application_name = 'varde news' and datname = current_database()"
        )
        assert len(await tx.all(ended)) == 2
    await laptop.send_json({"type": "line", "client_id": "missed", "text": "er du der?"})
    assert await said(telephone, "missed") == "er du der?"


async def test_a_logout_in_one_process_closes_the_sockets_in_the_other_at_once(two: TwoProcesses) -> None:
    telephone = await two.socket(two.there)
    response = await two.browser.post("/logout")
    assert response.status == 303
    assert await code(telephone) == 4401


async def test_a_logout_at_the_provider_closes_them_too(two: TwoProcesses, database: Database) -> None:
    telephone = await two.socket(two.there)
    async with database.read() as tx:
        opened = await tx.scalar(select(session.c.provider_sid).where(session.c.kind == "resident"))
    response = await two.here.browser().get(
        f"/logout/frontchannel?iss={two.here.residents.issuer}&sid={opened}"
    )
    assert response.status == 200
    assert await code(telephone) == 4401
