"""Listening where it should, and for no longer than a request needs to come."""

from __future__ import annotations

import asyncio
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

import pytest
from site_under_test import Site

from assistant.config import Config
from assistant.web import server
from assistant.web.app import make_app
from assistant.web.server import serve_app

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def _table(name: str) -> list[str]:
    return Path(f"/proc/net/{name}").read_text().splitlines()[1:]


async def test_it_listens_on_the_address_it_is_given_only(site: Site) -> None:
    port = urlsplit(site.base).port
    sockets = [line.split() for table in ("tcp", "tcp6") for line in _table(table)]
    listening = [local for _, local, _, state, *_ in sockets if state == "0A" and int(local[-4:], 16) == port]
    assert [address.split(":")[0] for address in listening] == ["0100007F"], "127.0.0.1, and nothing else"
    assert Config().host == "127.0.0.1", "and that is the default"


async def test_a_client_that_does_not_get_its_headers_out_is_let_go(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "HEADER_SECONDS", 0.5)
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(site.base).port)
    start = monotonic()
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n")
    dripping = asyncio.create_task(_drip(writer))
    assert await asyncio.wait_for(reader.read(), 5) == b""
    assert monotonic() - start < 2
    dripping.cancel()
    writer.close()


async def _drip(writer: asyncio.StreamWriter) -> None:
    while True:
        await asyncio.sleep(0.1)
        writer.write(b"X-Slow: 1\r\n")


async def test_the_oldest_of_too_many_silent_connections_gives_way(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "MOST_SILENT", 5)
    port = urlsplit(site.base).port
    opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(8)]
    for reader, _ in opened[:3]:
        assert await asyncio.wait_for(reader.read(), 5) == b""
    assert (await site.browser().get("/health/live")).status == 200
    for _, writer in opened:
        writer.close()


async def test_a_port_that_is_taken_is_an_error_not_a_silence(site: Site) -> None:
    with pytest.raises(OSError, match="address already in use"):
        async with serve_app(make_app(site.parts), "127.0.0.1", int(urlsplit(site.base).port or 0)):
            pass
