"""Web push (RFC 8030): a notice in the browsers where a person has asked for it. It says who has written, no more."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any, Literal, Protocol

from yarl import URL

from channels.interface import (
    Accepted,
    Carries,
    Cost,
    Failed,
    Outgoing,
    Receipts,
    Refused,
    Result,
    too_much,
)
from channels.push_crypto import LONGEST_TEXT, UnusableKeys, VapidKey, encrypted, to_base64url

KEPT_FOR_SECONDS = 86_400
"""How long a push service keeps it for a browser that is off: a day later it is no longer news."""

GONE = (404, 410)
"""The browser takes no more (RFC 8030 section 7.3)."""

LATER = (401, 403, 429)
"""Not now: too many, or not from us, which those who run it put right."""


class PushAnswer(Protocol):
    """What a push service said. `status` None: nobody answered, or we may not send there."""

    @property
    def status(self) -> int | None: ...

    @property
    def retry_after(self) -> int | None: ...


Post = Callable[[str, bytes, Mapping[str, str]], Awaitable[PushAnswer]]
"""Sends a body with headers to an address that a browser gave, if it is one we may send to. Never raises."""

Forget = Callable[[str], Awaitable[None]]
"""Takes away a subscription, by its id."""


@dataclass(frozen=True)
class PushSettings:
    """`key`: whom push services know us by. `contact`: mailto: or https:, of those who run this."""

    key: VapidKey
    contact: str


class PushChannel:
    """Sends to each browser of a person. The recipient is a JSON list: id, endpoint, p256dh, auth of each."""

    name = "push"
    addressed_by: Literal["address"] = "address"
    reminds = False
    carries = Carries(whole=False, longest_text=LONGEST_TEXT // 4)  # no character is longer than four bytes
    receipts: Receipts = "none"

    def __init__(
        self, settings: PushSettings, post: Post, forget: Forget, clock: Callable[[], datetime]
    ) -> None:
        self.settings = settings
        self.post = post
        self.forget = forget
        self.clock = clock  # what the time really is: push services look at it

    def cost(self, message: Outgoing) -> Cost:
        return Cost(Decimal(0))

    def can_carry(self, message: Outgoing) -> str | None:
        return too_much(message, self.carries)

    async def send(self, message: Outgoing) -> Result:
        """Accepted where one browser at least has it coming: a person is told once, not once a browser."""
        if reason := self.can_carry(message):
            return Refused(reason)
        topic = to_base64url(sha256(message.id.encode()).digest()[:24])
        told, later = 0, []
        browsers = json.loads(message.recipient)
        # All at once: one after the other, slow ones would make it longer than an attempt may take.
        answers = await asyncio.gather(*(self._to(browser, message, topic) for browser in browsers))
        for browser, answer in zip(browsers, answers, strict=True):
            if answer is None or answer.status in GONE:
                await self.forget(browser["id"])
            elif answer.status is not None and 200 <= answer.status < 300:
                told += 1
            elif answer.status is None or answer.status in LATER or answer.status >= 500:
                later.append(answer.retry_after or 0)
        if told:
            return Accepted(receipt=str(told))
        if later:
            return Failed("no push service could take it now", retry_after=float(min(later)) or None)
        return Refused("no browser takes it any more")

    async def _to(self, browser: Mapping[str, Any], message: Outgoing, topic: str) -> PushAnswer | None:
        """What was said to one browser's message; None where its keys are of no use."""
        said = {"title": message.title, "body": message.body, "lang": message.language, "tag": topic}
        try:
            body = encrypted(json.dumps(said).encode(), browser["p256dh"], browser["auth"])
        except UnusableKeys:
            return None
        origin = str(URL(browser["endpoint"]).origin())
        headers = {
            "Authorization": self.settings.key.authorization(origin, self.settings.contact, self.clock()),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(KEPT_FOR_SECONDS),
            "Topic": topic,  # the same message again takes the place of one that still waits
            "Urgency": "normal",
        }
        return await self.post(browser["endpoint"], body, headers)

    async def close(self) -> None:
        """Nothing stays open between messages."""
