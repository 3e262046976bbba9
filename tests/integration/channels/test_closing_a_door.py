"""A door that closes leaves nobody in it, however far somebody had come."""

from __future__ import annotations

import asyncio
import socket
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from aiohttp import web

from assistant.demo.mailbox import Mailbox
from assistant.web.server import SILENT, Silent, serve_app

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
