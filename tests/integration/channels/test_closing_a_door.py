"""A door that closes leaves nobody in it, however far somebody had come."""

from __future__ import annotations

import asyncio
import socket
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path

import aiosmtplib
import pytest
from aiohttp import web

from assistant.demo.mailbox import Mailbox, ReceivedMail
from assistant.demo.returning import complaint, send_back
from assistant.web.server import SILENT, Silent, serve_app
from channels.returned import Report
from channels.returning import ReturnedMail

RETURNED = "returned@kommune.example"
MAIL = ReceivedMail(
    "1", "kari@post.example", "varde@kommune.example", "Hei", datetime(2026, 9, 1, tzinfo=UTC), 1, "", "", ()
)
ORIGINAL = b"To: kari@post.example\r\nMessage-ID: <1@kommune.example>\r\n\r\nHei\r\n"

TURNS = range(8)
"""Of the loop, between that somebody connects and that the door closes: accepted, given a transport, made."""


def connected(port: int) -> socket.socket:
    other = socket.create_connection(("127.0.0.1", port))
    other.settimeout(2)
    return other


def left_waiting(other: socket.socket) -> bool:
    """Whether the other end still waits for what will never come."""
    with other:
        try:
            while other.recv(1000):
                pass
        except ConnectionResetError:  # the door was closed before the connection was accepted
            pass
        except TimeoutError:
            return True
    return False


def site() -> AbstractAsyncContextManager[int]:
    app = web.Application()
    app[SILENT] = Silent()
    return serve_app(app, "127.0.0.1", 0)


@pytest.mark.parametrize("turns", TURNS)
async def test_a_site_that_closes_lets_go_of_who_just_came(turns: int) -> None:
    async with site() as port:
        other = connected(port)
        for _ in range(turns):
            await asyncio.sleep(0)
    assert not left_waiting(other)


@pytest.mark.parametrize("turns", [*TURNS, 100])
async def test_a_mail_server_that_closes_lets_go_of_who_just_came_and_of_who_has_not_finished(
    turns: int, tmp_path: Path
) -> None:
    async with Mailbox(tmp_path) as mailbox:
        other = connected(mailbox.port)
        other.sendall(b"EHLO us.example\r\nMAIL FROM:<us@us.example>\r\n")
        for _ in range(turns):
            await asyncio.sleep(0)
    assert not left_waiting(other)


async def test_a_report_that_is_being_noted_is_noted_though_the_door_closes() -> None:
    begun, may_end, noted = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def take(_report: Report) -> None:
        begun.set()
        await may_end.wait()
        noted.set()

    async with asyncio.timeout(20):
        async with ReturnedMail(RETURNED, take, port=0) as door:
            sending = asyncio.create_task(send_back(complaint(MAIL, ORIGINAL), RETURNED, door.port))
            await begun.wait()
            asyncio.get_running_loop().call_later(0.2, may_end.set)
        assert noted.is_set(), "who stops us stops what the report is noted in next"
        with pytest.raises(aiosmtplib.SMTPException):
            await sending
