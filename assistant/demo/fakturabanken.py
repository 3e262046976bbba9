"""Fakturabanken: a made-up biller on a machine of its own. It believes only what is signed, and keeps what it got.

What it knows of a place is what the flags say: a fee, from and to. Nobody ever tells it an income.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import os
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import aiohttp
from aiohttp import web

WINDOW = timedelta(minutes=5)
MOST_REFUSED = 50
SIGNED = ("webhook-id", "webhook-timestamp", "webhook-signature")

Forgery = Literal["changed", "forged", "old", "replayed"]
FORGERIES: tuple[Forgery, ...] = ("changed", "forged", "old", "replayed")


class NotBelieved(Exception):
    """The delivery does not come, now and unchanged, from who has the secret."""


def believe(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """The id of a genuine delivery. Raises `NotBelieved`. See docs/webhooks.md."""
    message_id, timestamp, signatures = (headers.get(name, "") for name in SIGNED)
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 11):
        raise NotBelieved("timestamp")
    key = b64decode(secret.removeprefix("whsec_"))
    code = hmac.digest(key, f"{message_id}.{timestamp}.".encode() + body, sha256)
    expected = f"v1,{b64encode(code).decode()}"
    if not any(hmac.compare_digest(one.encode(), expected.encode()) for one in signatures.split(" ")):
        raise NotBelieved("signature")
    if abs(now - datetime.fromtimestamp(int(timestamp), UTC)) > WINDOW:
        raise NotBelieved("timestamp")
    return message_id


@dataclass(frozen=True)
class Invoice:
    """What is billed for a place from–to, both days included."""

    place_number: str
    monthly_amount: str
    first_day: str
    last_day: str
    holds: bool  # no later flag has replaced it


@dataclass
class _Kept:
    secret: str = ""
    flags: dict[str, dict[str, Any]] = field(default_factory=dict)  # by the flag's id
    known: dict[str, int] = field(default_factory=dict)  # how often each delivery has come
    refused: list[dict[str, str]] = field(default_factory=list)
    last: dict[str, Any] = field(default_factory=dict)  # the newest genuine delivery, as it came


class Fakturabanken:
    """`async with Fakturabanken(file) as biller:` answers at `biller.url`."""

    def __init__(self, file: Path, host: str = "127.0.0.1", port: int = 0) -> None:
        self.file = file
        self.host = host
        self.port = port
        self.kept = _Kept()
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}/hook"

    async def __aenter__(self) -> Self:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        if self.file.exists():
            self.kept = _Kept(**json.loads(self.file.read_text()))
        app = web.Application(client_max_size=1024 * 1024)
        app.router.add_post("/hook", self._take)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, self.host, self.port).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def agree(self, secret: str) -> None:
        """Keep the secret the subscription was given."""
        self.kept.secret = secret
        await asyncio.to_thread(self._write)

    def invoices(self) -> list[Invoice]:
        """What each place is billed, in order of place and first day."""
        replaced = {flag["replaces"] for flag in self.kept.flags.values()}
        found = [
            Invoice(
                flag["place_number"],
                str(flag["monthly_amount"]),
                flag["from"],
                flag["to"],
                flag["id"] not in replaced,
            )
            for flag in self.kept.flags.values()
        ]
        return sorted(found, key=lambda one: (one.place_number, one.first_day, not one.holds))

    def fields_received(self) -> list[str]:
        """The names of everything it was ever told of a place."""
        return sorted({name for flag in self.kept.flags.values() for name in flag})

    async def attempt(self, forgery: Forgery) -> int | None:
        """Let somebody try to cheat with the newest delivery; the status they are answered. None: there is none."""
        if not self.kept.last:
            return None
        headers, body = dict(self.kept.last["headers"]), str(self.kept.last["body"])
        if forgery == "changed":
            event = json.loads(body)
            event["data"]["monthly_amount"] = "1"
            body = json.dumps(event)
        elif forgery == "forged":
            headers["webhook-signature"] = "v1," + b64encode(os.urandom(32)).decode()
        elif forgery == "old":
            now = datetime.now(UTC)
            headers |= self._signed_at(headers["webhook-id"], now - timedelta(hours=1), body)
        elif forgery == "replayed":
            headers |= self._signed_at(headers["webhook-id"], datetime.now(UTC), body)
        async with (
            aiohttp.ClientSession(trust_env=False) as http,
            http.post(self.url, data=body.encode(), headers=headers) as response,
        ):
            return response.status

    def _signed_at(self, message_id: str, at: datetime, body: str) -> dict[str, str]:
        """The headers a delivery had that was sent at that moment."""
        timestamp = str(int(at.timestamp()))
        key = b64decode(self.kept.secret.removeprefix("whsec_"))
        code = hmac.digest(key, f"{message_id}.{timestamp}.{body}".encode(), sha256)
        return {"webhook-timestamp": timestamp, "webhook-signature": f"v1,{b64encode(code).decode()}"}

    async def _take(self, request: web.Request) -> web.Response:
        body, now = await request.read(), datetime.now(UTC)
        try:
            message_id = believe(self.kept.secret, request.headers, body, now)
        except NotBelieved as why:
            await self._refuse(str(why), now)
            return web.Response(status=401)
        event = json.loads(body)
        again = message_id in self.kept.known
        self.kept.known[message_id] = self.kept.known.get(message_id, 0) + 1
        if again:
            await self._refuse("known", now)
            return web.Response(status=200)  # taken already: whoever sent it need not send it again
        if event["type"].startswith("no.varde.flag."):
            flag = event["data"]
            self.kept.flags[flag["id"]] = flag
            headers = {name: request.headers[name] for name in SIGNED}
            self.kept.last = {"headers": headers, "body": body.decode()}
        await asyncio.to_thread(self._write)
        return web.Response(status=204)

    async def _refuse(self, why: str, now: datetime) -> None:
        self.kept.refused = [{"why": why, "at": now.isoformat()}, *self.kept.refused][:MOST_REFUSED]
        await asyncio.to_thread(self._write)

    def _write(self) -> None:
        part = self.file.with_suffix(".part")
        with part.open("w") as file:
            json.dump(vars(self.kept), file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self.file)
