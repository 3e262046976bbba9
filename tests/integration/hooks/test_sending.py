"""A request goes to the address that was judged, once, for five seconds at most, and never on to where it is sent."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
from receiving import Receiver

from assistant.hooks import Sender

NEAR = Sender(this_machine=True)


async def send(sender: Sender, url: str, body: bytes = b"{}"):
    return await sender.send(url, body, {})


@pytest.mark.parametrize(
    "leads_to",
    ["file:///etc/passwd", "http://169.254.169.254/latest/meta-data", "http://127.0.0.1:1/", "/elsewhere"],
)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(receiver: Receiver, leads_to: str, status: int) -> None:
    receiver.answers, receiver.headers = [status], {"Location": leads_to}
    answer = await send(NEAR, receiver.url)
    assert not answer.taken
    assert "redirects are not followed" in answer.says
    assert len(receiver.got) == 1


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "[::1]", "169.254.169.254", "0x7f.1", "127.1", "2130706433", "localhost", "10.0.0.1"],
)
async def test_no_request_leaves_for_an_address_that_is_not_public(receiver: Receiver, host: str) -> None:
    port = receiver.url.split(":")[2].split("/")[0]
    answer = await send(Sender(), f"https://{host}:{port}/hook")
    assert answer.status is None
    assert "not public" in answer.says or "no address" in answer.says
    assert receiver.got == []


async def test_a_name_that_leads_elsewhere_the_second_time_is_asked_once(receiver: Receiver) -> None:
    """DNS rebinding: public when it is judged, this machine when it is called."""
    asked = []

    async def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["203.0.113.7" if len(asked) == 1 else "127.0.0.1"]

    async def public_then_here(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["93.184.215.14" if len(asked) == 1 else "127.0.0.1"]

    port = receiver.url.split(":")[2].split("/")[0]
    refused = await send(Sender(resolve=rebinding), f"https://rebound.example:{port}/hook")
    assert "not public" in refused.says
    asked.clear()
    missed = await send(Sender(resolve=public_then_here, seconds=0.5), f"https://rebound.example:{port}/hook")
    assert missed.status is None
    assert asked == ["rebound.example"]
    assert receiver.got == []


async def test_it_connects_to_the_address_that_was_judged(receiver: Receiver) -> None:
    async def here(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    port = receiver.url.split(":")[2].split("/")[0]
    answer = await send(Sender(this_machine=True, resolve=here), f"http://biller.invalid:{port}/hook?a=b")
    assert answer.taken
    assert receiver.got[0][0]["Host"] == f"biller.invalid:{port}"


async def test_a_slow_answer_is_not_waited_for(receiver: Receiver) -> None:
    receiver.slow = 10
    began = time.monotonic()
    answer = await send(Sender(this_machine=True, seconds=0.3), receiver.url)
    assert (answer.status, answer.says) == (None, "no answer within 0.3 seconds")
    assert time.monotonic() - began < 3


@asynccontextmanager
async def raw_server(speak: Callable[[asyncio.StreamWriter], object]) -> AsyncIterator[str]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        try:
            await speak(writer)  # type: ignore[misc]
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


async def test_an_answer_that_drips_header_by_header_ends_too() -> None:
    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        for n in range(1000):
            writer.write(f"X-{n}: y\r\n".encode())
            await writer.drain()
            await asyncio.sleep(0.02)

    async with raw_server(drip) as url:
        answer = await send(Sender(this_machine=True, seconds=0.3), url)
    assert answer.status is None


async def test_an_endless_answer_is_not_read() -> None:
    sent = 0

    async def pour(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000000\r\n\r\n")
        while sent < 200 * 1024 * 1024:
            writer.write(b"x" * 65_536)
            await writer.drain()
            sent += 65_536

    async with raw_server(pour) as url:
        answer = await send(NEAR, url)
        await asyncio.sleep(0.2)
    assert answer.taken
    assert sent < 64 * 1024 * 1024


async def test_what_is_no_http_is_a_failure_in_words() -> None:
    async def gibberish(writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.9\r\n")
        await writer.drain()

    async with raw_server(gibberish) as url:
        answer = await send(NEAR, url)
    assert answer.status is None
    assert answer.says.startswith("the request failed")


async def test_nobody_there() -> None:
    assert (await send(NEAR, "http://127.0.0.1:1/")).says == "nobody answers at that address"


async def test_more_than_a_megabyte_is_not_sent(receiver: Receiver) -> None:
    assert "larger" in (await send(NEAR, receiver.url, b"x" * (1024 * 1024 + 1))).says
    assert receiver.got == []
