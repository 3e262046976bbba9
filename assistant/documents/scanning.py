"""Files looked through for viruses by ClamAV's clamd, over a Unix socket or TCP, with its INSTREAM command.

The protocol: `zINSTREAM\\0`, then chunks as a 32-bit big-endian length and so many bytes, ended by a length of zero;
the answer is `stream: OK`, `stream: NAME FOUND` or a text ending in `ERROR`, and a NUL.
"""

from __future__ import annotations

import asyncio
import contextlib
import struct
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

CHUNK = 64 * 1024
LONGEST_ANSWER = 4096  # bytes
SECONDS = 30.0
"""How long clamd may take over one file; then the file is not taken."""

_WRONG = (OSError, TimeoutError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError)


class ScannerSilent(Exception):
    """The scanner does not answer, or not as it should: nothing may be taken unseen. The message says which."""


class Scanner(Protocol):
    """Looks through a file."""

    async def finds(self, content: bytes) -> bool:
        """Whether there is something harmful in it. Raises ScannerSilent."""
        ...


@dataclass(frozen=True)
class Clamd:
    """clamd at an address: `unix:///run/clamav/clamd.ctl` or `tcp://127.0.0.1:3310`."""

    address: str
    seconds: float = SECONDS

    async def finds(self, content: bytes) -> bool:
        try:
            async with asyncio.timeout(self.seconds):
                answer = await self._ask(content)
        except _WRONG as fault:
            raise ScannerSilent(f"{self.address}: {type(fault).__name__}") from fault
        said = answer.rstrip(b"\0\n").decode("ascii", "replace")
        if said.endswith(" FOUND"):
            return True
        if said == "stream: OK":
            return False
        raise ScannerSilent(f"{self.address}: answered {said[:80]!r}")

    async def _ask(self, content: bytes) -> bytes:
        reader, writer = await self._connect()
        try:
            writer.write(b"zINSTREAM\0")
            for start in range(0, len(content), CHUNK):
                part = content[start : start + CHUNK]
                writer.write(struct.pack(">I", len(part)) + part)
                await writer.drain()
            writer.write(struct.pack(">I", 0))
            await writer.drain()
            return await reader.readuntil(b"\0")
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        at = urlsplit(self.address)
        if at.scheme == "unix":
            return await asyncio.open_unix_connection(at.path, limit=LONGEST_ANSWER)
        return await asyncio.open_connection(at.hostname, at.port, limit=LONGEST_ANSWER)
