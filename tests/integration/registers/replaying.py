"""A real HTTP server that answers with published bytes and keeps every byte it was asked with."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from assistant.config import Config, KsFiksSettings, RegisterSettings, TaxAdministrationSettings
from assistant.registers import Registers

EXAMPLES = Path(__file__).parents[2] / "unit" / "registers" / "examples"
TOKEN = "SWDQ_pVct3HIzsIaC3zHDuMmIqffr4ORr508N3p0Mtg="  # the token of the contact register's example
ROLE = "c0a1d2e3-role"


def example(name: str) -> bytes:
    return (EXAMPLES / name).read_bytes()


def without_space(text: bytes | str) -> bytes:
    """The same JSON without the white space that means nothing; order, numbers and spelling untouched.

    >>> without_space('{"b" : [ 1.50, "a b" ]}')
    b'{"b":[1.50,"a b"]}'
    """
    if isinstance(text, bytes):
        text = text.decode()
    kept, within, escaped = [], False, False
    for sign in text:
        if not within and sign in " \t\r\n":
            continue
        if sign == '"' and not escaped:
            within = not within
        escaped = within and sign == "\\" and not escaped
        kept.append(sign)
    return "".join(kept).encode()


@dataclass(frozen=True)
class Request:
    """One request as it came over the wire."""

    line: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    @classmethod
    def published(cls, text: bytes) -> Request:
        """A request as documentation shows it: lines, headers, an empty line, a body."""
        head, _, body = text.decode().partition("\n\n")
        line, *headers = head.splitlines()
        named = [tuple(part.strip() for part in one.split(":", 1)) for one in headers]
        return cls(line, tuple((key, value) for key, value in named), body.strip().encode())


@dataclass(frozen=True)
class Reply:
    """What is answered: status, the bytes of the body, headers of its own, and how it may go wrong."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    stop_after: int | None = None  # close the connection after so many bytes of the body
    drip: float = 0.0  # seconds between the bytes


@dataclass
class Replayed:
    """The running server: `url`, what it was asked, and the replies it has left (the last one stays)."""

    replies: list[Reply]
    url: str = ""
    asked: list[Request] = field(default_factory=list)

    def registers(self, session: aiohttp.ClientSession, form: Any = "own", timeout: float = 2.0) -> Registers:
        """The clients, all pointed here."""
        here = {"timeout_seconds": timeout}
        config = Config(
            population_register=RegisterSettings(
                base_url=f"{self.url}/folkeregisteret/offentlig-med-hjemmel/api", **here
            ),
            tax_administration=TaxAdministrationSettings(
                base_url=f"{self.url}/api/formueinntekt", form=form, **here
            ),
            ks_fiks=KsFiksSettings(base_url=self.url, role_id=ROLE, **here),
            contact_register=RegisterSettings(base_url=f"{self.url}/rest/v1", **here),
            kindergarten_system=RegisterSettings(base_url=self.url, **here),
        )
        return Registers.from_config(config, session, _OneToken())


class _OneToken:
    async def token(self, scope: str, *, fresh: bool = False) -> str:
        return TOKEN


@asynccontextmanager
async def replaying(*replies: Reply) -> AsyncIterator[Replayed]:
    """Serve the replies in their order on the loopback until the block ends."""
    replayed = Replayed(list(replies))

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (request := await _read(reader)) is not None:
                replayed.asked.append(request)
                reply = replayed.replies.pop(0) if len(replayed.replies) > 1 else replayed.replies[0]
                if not await _write(writer, reply):
                    return
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    replayed.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield replayed
    finally:
        server.close()


async def _read(reader: asyncio.StreamReader) -> Request | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
    except asyncio.IncompleteReadError:
        return None
    line, *headers = head.rstrip("\r\n").split("\r\n")
    named = tuple((key, value.strip()) for key, _, value in (one.partition(":") for one in headers))
    length = next((int(value) for key, value in named if key.lower() == "content-length"), 0)
    return Request(line, named, await reader.readexactly(length))


async def _write(writer: asyncio.StreamWriter, reply: Reply) -> bool:
    """Whether the connection can be used again."""
    head = [f"HTTP/1.1 {reply.status} Answer", f"Content-Type: {reply.content_type}"]
    if reply.status != 304:
        head.append(f"Content-Length: {len(reply.body)}")
    head += [f"{name}: {value}" for name, value in reply.headers.items()]
    writer.write("\r\n".join([*head, "", ""]).encode())
    sent: Sequence[bytes] = [reply.body[: reply.stop_after]]
    if reply.drip:
        sent = [bytes([one]) for one in reply.body]
    for part in sent:
        writer.write(part)
        await writer.drain()
        await asyncio.sleep(reply.drip)
    return reply.stop_after is None


def as_json(text: bytes) -> Any:
    return json.loads(text)
