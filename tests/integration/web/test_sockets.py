"""WebSockets: from allowed origins, for proven people, within limits, and gone with the session."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from html import unescape
from time import monotonic

import aiohttp
import pytest
from aiohttp import WSMsgType, web
from site_under_test import ELSEWHERE, Browser, MovableClock, Site, running_site
from sqlalchemy import update

from assistant.store import Database
from assistant.store.tables import session
from assistant.web import sockets
from assistant.web.live_sockets import LIVE_SOCKETS
from assistant.web.parts import Extension
from assistant.web.routing import SOCKET, Route

Socket = aiohttp.ClientWebSocketResponse


async def _echo(request: web.Request) -> web.StreamResponse:
    async with sockets.accept_socket(request) as socket:
        async for message in socket:
            if message.get("flood"):
                for _ in range(int(message["flood"])):
                    await socket.send({"text": "x" * 60_000})
            await socket.send({"echo": message, "person": socket.visitor.person_id})
    return socket.response


ECHO = Extension(routes=lambda parts: [Route("GET", "/probe/chat", _echo, SOCKET)])


@pytest.fixture
async def chat(database: Database, clock: MovableClock) -> AsyncIterator[Site]:
    async with running_site(database, clock, extensions=(ECHO,)) as site:
        yield site


pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def _open(browser: Browser, origin: str | None = None) -> tuple[Socket, dict[str, str]]:
    socket = await browser.socket("/probe/chat", origin)
    first = await socket.receive_json(timeout=5)
    return socket, first


async def _code(socket: Socket) -> int | None:
    """The code the server closes with."""
    while (received := await socket.receive(timeout=15)).type is WSMsgType.TEXT:
        pass
    assert received.type in (WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.CLOSING)
    return socket.close_code


async def test_a_resident_with_a_session_is_let_in_at_once(chat: Site) -> None:
    socket, first = await _open(await chat.resident())
    assert first["type"] == "ready"
    await socket.send_json({"type": "say", "text": "hei"})
    answer = await socket.receive_json(timeout=5)
    assert answer["echo"] == {"type": "say", "text": "hei"}
    assert len(answer["person"]) == 36


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "https://embedding.example.evil.example", ""]
)
async def test_other_origins_are_turned_away_at_the_handshake(chat: Site, origin: str) -> None:
    browser = await chat.resident()
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await browser.http.ws_connect(f"{chat.base}/probe/chat", headers={"Origin": origin} if origin else {})
    assert refused.value.status == 403


async def test_a_plain_request_is_told_it_is_no_socket(chat: Site) -> None:
    browser = await chat.resident()
    assert (await browser.get("/probe/chat", headers={"Origin": chat.base})).status == 400


async def test_a_stranger_is_told_to_log_in_and_let_go(chat: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "TICKET_SECONDS", 0.2)
    for send in (None, {"type": "ticket", "ticket": "made.up"}, {"type": "ticket"}, {"type": "say"}):
        socket, first = await _open(chat.browser())
        assert first == {"type": "login_required", "login": f"{chat.base}/widget/login"}
        if send is not None:
            await socket.send_json(send)
        assert await _code(socket) == 4401


async def test_staff_have_no_residents_chat(chat: Site) -> None:
    _, first = await _open(await chat.staff())
    assert first["type"] == "login_required"


async def _ticket(browser: Browser, origin: str = ELSEWHERE) -> str:
    page = await browser.get(f"/widget/login?origin={origin}")
    assert page.status == 200
    text = await page.text()
    assert re.search(r'data-origin="([^"]*)"', text).group(1) == origin  # type: ignore[union-attr]
    assert "Cross-Origin-Opener-Policy" not in page.headers, "else the window cannot speak to its opener"
    return unescape(re.search(r'data-ticket="([^"]*)"', text).group(1))  # type: ignore[union-attr]


async def _with_ticket(
    chat: Site, ticket: str, origin: str = ELSEWHERE
) -> tuple[Socket, dict[str, str] | None]:
    """A widget on another site: no cookie, the ticket first."""
    socket, _ = await _open(chat.browser(), origin)
    await socket.send_json({"type": "ticket", "ticket": ticket})
    received = await socket.receive(timeout=5)
    return socket, json.loads(received.data) if received.type is WSMsgType.TEXT else None


async def test_on_another_site_a_ticket_from_the_login_window_lets_in_once(chat: Site) -> None:
    ticket = await _ticket(await chat.resident())
    _, first = await _with_ticket(chat, ticket)
    assert first is not None
    assert first["type"] == "ready"
    socket, again = await _with_ticket(chat, ticket)
    assert (again, socket.close_code) == (None, 4401)
    key, _, sealed = ticket.partition(".")
    for other in (f"{key}.!{sealed}", f"{ticket}=", f"{key}.{sealed[:20]} {sealed[20:]}"):
        assert (await _with_ticket(chat, other))[1] is None, "the same ticket, written otherwise"
    _, resumed = await _with_ticket(chat, first["resume"])
    assert resumed is not None, "after a lost connection the widget comes back by the ticket it was given"
    assert (await _with_ticket(chat, first["resume"]))[1] is None, "which is good once, too"


async def test_a_ticket_is_good_for_its_origin_its_minute_and_its_session_only(chat: Site) -> None:
    browser = await chat.resident()
    assert (await _with_ticket(chat, await _ticket(browser), origin=chat.base))[1] is None
    late = await _ticket(browser)
    chat.clock.forward(seconds=61)
    assert (await _with_ticket(chat, late))[1] is None
    changed = await _ticket(browser)
    assert (await _with_ticket(chat, changed[:-8] + "AAAAAAA="))[1] is None
    ended = await _ticket(browser)
    await browser.post("/logout")
    assert (await _with_ticket(chat, ended))[1] is None


async def test_the_login_window_gives_tickets_to_allowed_sites_only(chat: Site) -> None:
    browser = await chat.resident()
    for origin in ("https://evil.example", "*", "", "https://embedding.example.evil.example"):
        response = await browser.get(f"/widget/login?origin={origin}")
        assert response.status == 400, origin
        assert "data-ticket" not in await response.text()


async def test_a_stranger_logs_in_on_the_way_to_the_ticket(chat: Site) -> None:
    browser = chat.browser()
    page = await browser.get(f"/widget/login?origin={ELSEWHERE}")
    arrived = await browser.choose(page, "kari")
    assert (arrived.status, arrived.url.path) == (200, "/widget/login")
    assert "data-ticket" in await arrived.text()


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ("{", 4400),
        ("[1]", 4400),
        ('{"a":1,"a":2}', 4400),
        ('{"a":' * 40 + "1" + "}" * 40, 4400),
        (json.dumps({"text": "x" * 64 * 1024}), 1009),
    ],
)
async def test_what_is_no_message_closes_the_socket(chat: Site, sent: str, code: int) -> None:
    socket, _ = await _open(await chat.resident())
    await socket.send_str(sent)
    assert await _code(socket) == code


async def test_bytes_are_no_message(chat: Site) -> None:
    socket, _ = await _open(await chat.resident())
    await socket.send_bytes(b"{}")
    assert await _code(socket) == 4400


async def test_more_than_twenty_messages_a_second_close_the_socket(chat: Site) -> None:
    socket, _ = await _open(await chat.resident())
    for n in range(20):
        await socket.send_json({"n": n})
    for n in range(20):
        assert (await socket.receive_json(timeout=5))["echo"] == {"n": n}
    for n in range(60):
        await socket.send_json({"n": n})
    assert await _code(socket) == 4429


async def test_one_person_has_five_sockets(chat: Site) -> None:
    browser = await chat.resident()
    opened = [await _open(browser) for _ in range(5)]
    sixth = await browser.socket("/probe/chat")
    assert await _code(sixth) == 4403
    await opened[0][0].close()
    await asyncio.sleep(0.1)
    assert (await _open(browser))[1]["type"] == "ready"
    assert (await _open(await chat.resident("ola")))[1]["type"] == "ready", "others have their own five"


async def test_a_reader_too_slow_is_let_go(chat: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "SEND_SECONDS", 0.5)
    socket, _ = await _open(await chat.resident())
    await socket.send_json({"flood": 500})
    await asyncio.sleep(3.5)  # and reads nothing
    assert chat.app[LIVE_SOCKETS].sessions == set()


async def test_logging_out_closes_the_socket_at_once(chat: Site) -> None:
    browser = await chat.resident()
    socket, _ = await _open(browser)
    start, closed = monotonic(), asyncio.create_task(_code(socket))
    await browser.post("/logout")
    assert await closed == 4401
    assert monotonic() - start < 2


async def test_a_logout_in_another_process_closes_it_within_five_seconds(chat: Site) -> None:
    socket, _ = await _open(await chat.resident())
    start = monotonic()
    async with chat.parts.database.begin() as tx:
        await tx.execute(update(session).values(ended_at=chat.clock()))
    assert await _code(socket) == 4401
    assert monotonic() - start < 5


async def test_each_message_asks_whether_the_session_still_lives(chat: Site) -> None:
    socket, _ = await _open(await chat.resident())
    chat.clock.forward(minutes=31)
    await socket.send_json({"text": "still me?"})
    assert await _code(socket) == 4401


async def test_when_the_server_goes_down_sockets_are_told(database: Database, clock: MovableClock) -> None:
    async with running_site(database, clock, extensions=(ECHO,)) as site:
        browser = await site.resident()
        http, site._open[:] = list(site._open), []
        socket, _ = await _open(browser)
        closed = asyncio.create_task(_code(socket))
    assert await closed == 1001
    for one in http:
        await one.close()
