"""The demo's SMS gateway: the HTTP API of docs/channels.md, with an outbox in place of telephones."""

from __future__ import annotations

import asyncio
import hmac
import json
import os
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from aiohttp import web

Mischief = Literal["busy", "unavailable", "refuse", "silent", "take_and_fail"]


@dataclass
class Misbehaviour:
    """How the gateway fails the next `times` requests.

    429 with `seconds` to wait, 503, 422, silence for `seconds`, or a 500 after the text was taken.
    """

    kind: Mischief
    times: int = 1
    seconds: float = 30.0


@dataclass(frozen=True)
class SentSms:
    """One text in the outbox. `times` says how often it was posted under the same key."""

    id: str
    recipient: str = field(repr=False)
    sender: str
    text: str = field(repr=False)
    encoding: str
    segments: int
    received_at: str
    times: int = 1


class SmsGatewayServer:
    """`async with SmsGatewayServer(file, token) as gateway:` answers at `gateway.url`."""

    def __init__(self, file: Path, token: str, host: str = "127.0.0.1", port: int = 0) -> None:
        self.file = file
        self.token = token
        self.host = host
        self.port = port
        self.misbehaviour: Misbehaviour | None = None
        self._kept: dict[str, SentSms] = {}
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}/messages"

    async def __aenter__(self) -> Self:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        if self.file.exists():
            self._kept = {key: SentSms(**sent) for key, sent in json.loads(self.file.read_text()).items()}
        app = web.Application(client_max_size=16 * 1024)
        app.router.add_post("/messages", self._take)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.host, self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    def outbox(self) -> list[SentSms]:
        """The texts that have been taken, newest first."""
        return sorted(self._kept.values(), key=lambda sent: (sent.received_at, sent.id), reverse=True)

    def empty(self) -> None:
        self._kept.clear()
        self._write()

    def _next_mischief(self) -> Misbehaviour | None:
        wanted = self.misbehaviour
        if wanted is None or wanted.times < 1:
            return None
        wanted.times -= 1
        return wanted

    async def _take(self, request: web.Request) -> web.Response:
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self.token}".encode()):
            return _fault(401, "the bearer token is not one that may send")
        mischief = self._next_mischief()
        if mischief is not None and mischief.kind != "take_and_fail":
            return await _misbehave(mischief)
        key = request.headers.get("Idempotency-Key", "")
        if not key:
            return _fault(400, "Idempotency-Key is missing: give the id of the message")
        try:
            body = await request.json()
        except ValueError:
            return _fault(400, "the body is not JSON")
        fault = _fault_in(body)
        if fault:
            return _fault(422, fault)
        known = self._kept.get(key)
        if known is not None and (known.recipient, known.text) != (body["recipient"], body["text"]):
            return _fault(409, "this Idempotency-Key was used for another text")
        self._kept[key] = SentSms(
            id=key,
            recipient=body["recipient"],
            sender=body["sender"],
            text=body["text"],
            encoding=body["encoding"],
            segments=body["segments"],
            received_at=known.received_at if known else datetime.now(UTC).isoformat(),
            times=known.times + 1 if known else 1,
        )
        await asyncio.to_thread(self._write)
        if mischief is not None:
            return _fault(500, "taken, and then something broke")
        return web.json_response({"id": key, "status": "accepted"}, status=200 if known else 201)

    def _write(self) -> None:
        part = self.file.with_suffix(".part")
        with part.open("w") as file:
            json.dump({key: asdict(sent) for key, sent in self._kept.items()}, file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self.file)


async def _misbehave(mischief: Misbehaviour) -> web.Response:
    if mischief.kind == "busy":
        return _fault(429, "too many texts", {"Retry-After": str(int(mischief.seconds))})
    if mischief.kind == "refuse":
        return _fault(422, "this number cannot be sent to")
    if mischief.kind == "silent":
        await asyncio.sleep(mischief.seconds)
    return _fault(503, "the gateway is being looked after")


def _fault_in(body: Any) -> str:
    """What is wrong with a request body, or ''."""
    if not isinstance(body, dict):
        return "the body is not an object"
    for name in ("sender", "recipient", "text", "encoding"):
        if not isinstance(body.get(name), str) or not body[name]:
            return f"{name} is missing or not text"
    if not isinstance(body.get("segments"), int) or body["segments"] < 1:
        return "segments is missing or not a positive whole number"
    return ""


def _fault(status: int, message: str, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response({"error": message}, status=status, headers=headers)
