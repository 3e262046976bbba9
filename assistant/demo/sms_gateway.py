"""The demo's SMS gateway: the HTTP API of docs/channels.md, with an outbox in place of telephones.

It tells what became of each text, hands on what people answer, and misbehaves when it is asked to.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import threading
import uuid
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import aiohttp
from aiohttp import web

from assistant.config import Clock
from assistant.store.signing import signed_headers
from channels.sms_incoming import Status
from channels.whole_file import write_whole

Mischief = Literal["busy", "unavailable", "broken", "refuse", "silent", "take_and_fail", "take_and_drop"]
TAKES = ("take_and_fail", "take_and_drop")

ReceiptPlan = tuple[tuple[Status, float], ...]
"""The receipts of each text: what they say, and how many seconds after the one before."""

DELIVERED: ReceiptPlan = (("delivered", 0.0),)
TRIES, BETWEEN_TRIES = 5, 0.2  # of a receipt that is not taken; seconds, longer each time


@dataclass
class Misbehaviour:
    """How the gateway fails the next `times` requests.

    429 with `seconds` to wait, 503, 500, 422, silence for `seconds`; or the text is taken, and then comes a 500 or
    the connection breaks.
    """

    kind: Mischief
    times: int = 1
    seconds: float = 30.0


@dataclass(frozen=True)
class SentSms:
    """One text in the outbox. `times` says how often it was posted under the same key.

    `key`: the Idempotency-Key it came under; more than one text may have the same where keys are not honoured.
    `status`: the last receipt for it.
    """

    id: str
    recipient: str = field(repr=False)
    sender: str
    text: str = field(repr=False)
    encoding: str
    segments: int
    received_at: str
    times: int = 1
    key: str = ""
    status: str = "accepted"


@dataclass(frozen=True)
class Tells:
    """Where receipts and replies are posted to, and what they are signed with."""

    base: str
    secret: str = field(repr=False)
    price: str = "0.39"  # NOK a segment; made up


class SmsGatewayServer:
    """`async with SmsGatewayServer(file, token) as gateway:` answers at `gateway.url`."""

    def __init__(self, file: Path, token: str, host: str = "127.0.0.1", port: int = 0) -> None:
        self.file = file
        self.token = token
        self.host = host
        self.port = port
        self.misbehaviour: Misbehaviour | None = None
        self.honours_keys = True
        self.clock: Clock = lambda: datetime.now(UTC)
        self.tells: Tells | None = None
        self.receipts: ReceiptPlan = DELIVERED
        self._telling: set[asyncio.Task[None]] = set()
        self._http: aiohttp.ClientSession | None = None
        self._kept: dict[str, SentSms] = {}
        self._writing = threading.Lock()
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
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5), trust_env=False)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._telling:
            task.cancel()
        await asyncio.gather(*self._telling, return_exceptions=True)
        if self._http is not None:
            await self._http.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def all_told(self) -> None:
        """Wait till every receipt has been taken, or given up."""
        while self._telling:
            await asyncio.gather(*self._telling)

    async def reply(self, text_id: str, text: str) -> bool:
        """Answer a text from the telephone it went to; whether we took the answer."""
        answered = self._kept.get(text_id)
        if answered is None or self.tells is None:
            return False
        body = {"id": str(uuid.uuid4()), "sender": answered.recipient, "text": text}
        return await self._post(self.tells, "/sms/replies", body)

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
        if mischief is not None and mischief.kind not in TAKES:
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
        again = known is not None and self.honours_keys
        text_id = key if known is None or again else str(uuid.uuid4())
        self._kept[text_id] = SentSms(
            id=text_id,
            recipient=body["recipient"],
            sender=body["sender"],
            text=body["text"],
            encoding=body["encoding"],
            segments=body["segments"],
            received_at=known.received_at if known and again else datetime.now(UTC).isoformat(),
            times=known.times + 1 if known and again else 1,
            key=key,
        )
        await asyncio.to_thread(self._write)
        if self.tells is not None and not again:
            self._tell(self.tells, text_id)
        if mischief is not None and mischief.kind == "take_and_drop":
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=500)
        if mischief is not None:
            return _fault(500, "taken, and then something broke")
        return web.json_response({"id": text_id, "status": "accepted"}, status=200 if again else 201)

    def _tell(self, tells: Tells, text_id: str) -> None:
        task = asyncio.create_task(self._send_receipts(tells, text_id, self.receipts))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _send_receipts(self, tells: Tells, text_id: str, plan: ReceiptPlan) -> None:
        for status, seconds in plan:
            await asyncio.sleep(seconds)
            sent = self._kept.get(text_id)
            if sent is None:
                return
            price = str(Decimal(tells.price) * sent.segments)
            body = {"message": sent.key, "status": status, "segments": sent.segments, "price": price}
            self._kept[text_id] = replace(sent, status=status)
            await asyncio.to_thread(self._write)
            for number in range(TRIES):
                if await self._post(tells, "/sms/receipts", body):
                    break
                await asyncio.sleep(BETWEEN_TRIES * 2**number)

    async def _post(self, tells: Tells, path: str, body: dict[str, Any]) -> bool:
        """Post what is told, signed; whether it was taken."""
        assert self._http is not None
        raw = json.dumps(body).encode()
        headers = signed_headers([tells.secret], str(uuid.uuid4()), self.clock(), raw)
        try:
            async with self._http.post(
                tells.base + path, data=raw, headers={**headers, "Content-Type": "application/json"}
            ) as answer:
                return answer.status == 202
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False

    def _write(self) -> None:
        with self._writing:  # several texts may be taken at once, each in a thread of its own
            kept = {key: asdict(sent) for key, sent in list(self._kept.items())}
            write_whole(self.file, json.dumps(kept).encode(), 0o600)


async def _misbehave(mischief: Misbehaviour) -> web.Response:
    if mischief.kind == "busy":
        return _fault(429, "too many texts", {"Retry-After": str(int(mischief.seconds))})
    if mischief.kind == "broken":
        return _fault(500, "something broke")
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
