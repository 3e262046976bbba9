"""One request to a subscriber: to the address that was judged and no other, answered within five seconds."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from assistant.hooks.addresses import NotAllowed, Resolve, checked_url, chosen_address, look_up

SECONDS = 5.0
MOST_BYTES = 1024 * 1024
MEDIA_TYPE = "application/cloudevents+json; charset=utf-8"
LONGEST_WAIT = 86_400  # seconds we let a receiver ask us to wait


@dataclass(frozen=True)
class Answer:
    """What became of a request. `status` is None where nobody answered; `says` is for the operator."""

    status: int | None
    says: str
    retry_after: int | None = None  # seconds

    @property
    def taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        """The receiver wants no more (410 Gone)."""
        return self.status == 410


@dataclass(frozen=True)
class Sender:
    """`await sender.send(url, body, headers)`; `resolve` stands in for the machine's resolver in tests."""

    this_machine: bool = False
    resolve: Resolve = look_up
    seconds: float = SECONDS

    async def send(self, text: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Post the body once. Never raises for what the receiver does."""
        if len(body) > MOST_BYTES:
            return Answer(None, f"the event is larger than {MOST_BYTES} bytes")
        try:
            async with asyncio.timeout(self.seconds):
                url = checked_url(text, this_machine=self.this_machine)
                address = await chosen_address(url, self.resolve, this_machine=self.this_machine)
                return await self._post(url, address, body, headers)
        except NotAllowed as refused:
            return Answer(None, str(refused))
        except TimeoutError:
            return Answer(None, f"no answer within {self.seconds:g} seconds")
        except (aiohttp.ClientError, OSError) as error:
            return Answer(None, _in_words(error))

    async def _post(self, url: URL, address: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        connector = aiohttp.TCPConnector(
            resolver=_Pinned(address), use_dns_cache=False, limit=1, force_close=True, ssl=True
        )
        # What is answered is not read, so that nobody can fill our memory with it.
        async with (
            aiohttp.ClientSession(
                connector=connector,
                trust_env=False,
                auto_decompress=False,
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": "Varde", "Content-Type": MEDIA_TYPE},
            ) as http,
            http.post(url, data=body, headers=headers, allow_redirects=False) as response,
        ):
            status = response.status
            says = f"answered {status}"
            if 300 <= status < 400:
                says += ": redirects are not followed; give the address itself"
            return Answer(status, says, _seconds(response.headers.get("Retry-After", "")))


class _Pinned(AbstractResolver):
    """Gives the one address that was judged, whatever the name leads to by now."""

    def __init__(self, address: str) -> None:
        self.address = address

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        kind = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        return [
            ResolveResult(
                hostname=host,
                host=self.address,
                port=port,
                family=kind,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
        ]

    async def close(self) -> None:
        """Nothing is open."""


def _seconds(retry_after: str) -> int | None:
    """Retry-After as seconds; None where it is not given so."""
    if not (retry_after.isascii() and retry_after.isdecimal() and len(retry_after) <= 9):
        return None
    return min(int(retry_after), LONGEST_WAIT)


def _in_words(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return "the certificate is not one we trust for that name"
    if isinstance(error, aiohttp.ClientConnectorError):
        return "nobody answers at that address"
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return "the connection was closed without an answer"
    return f"the request failed ({type(error).__name__})"
