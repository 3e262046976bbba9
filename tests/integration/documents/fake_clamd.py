"""A clamd that knows one virus: speaks INSTREAM as the real one does, and can be made to misbehave."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@dataclass
class FakeClamd:
    """`answer`: what it says instead of the truth; `hangs`: it never answers. `seen`: the files it was given."""

    answer: bytes | None = None
    hangs: bool = False
    seen: list[bytes] = field(default_factory=list)
    address: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await self._speak(reader, writer)
        writer.close()

    async def _speak(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await reader.readuntil(b"\0") != b"zINSTREAM\0":
            writer.write(b"UNKNOWN COMMAND\0")
            return
        content = bytearray()
        while length := struct.unpack(">I", await reader.readexactly(4))[0]:
            content += await reader.readexactly(length)
        self.seen.append(bytes(content))
        if self.hangs:
            await reader.read()  # until the other end gives up
            return
        found = b"stream: Eicar-Signature FOUND\0" if EICAR in content else b"stream: OK\0"
        writer.write(found if self.answer is None else self.answer)
        await writer.drain()


@asynccontextmanager
async def fake_clamd(clamd: FakeClamd, socket: Path | None = None) -> AsyncIterator[FakeClamd]:
    """It listens, on a port of its own or on a Unix socket, while the block runs."""
    if socket is not None:
        server = await asyncio.start_unix_server(clamd.serve, socket)
        clamd.address = f"unix://{socket}"
    else:
        server = await asyncio.start_server(clamd.serve, "127.0.0.1", 0)
        clamd.address = f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield clamd
    finally:
        server.close()
