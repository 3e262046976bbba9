"""Email and SMS through Altinn Notifications, which finds the address by the identity number (docs/channels.md).

Interface: Altinn/altinn-notifications, `POST /notifications/api/v1/future/orders`, and its recipe for
eForvaltningsforskriften (FOR-2004-06-25-988) § 8: a second notice to somebody who has not opened a decision within a
week, on condition that our own site then says so.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import aiohttp

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
from channels.sms import LONGEST_TEXT, clean, seconds_to_wait, text_of, too_long

ORDERS = "/notifications/api/v1/future/orders"
PREFERENCE = {"email": "EmailPreferred", "sms": "SmsPreferred"}
KEYWORDS = ("$recipientName$", "$recipientNumber$")
"""What Altinn would fill in with the person's name or number: a message of ours holds neither."""


class NoToken(Exception):
    """There is no access token to be had now; the message says why, and holds no secret."""


@dataclass(frozen=True)
class AltinnOrders:
    """Where orders are taken. `sender`: what an SMS shows. `resource_id`: the service in Altinn, if one is named."""

    base_url: str
    sender: str = "Varde"
    resource_id: str = ""
    timeout_seconds: float = 10.0


def order(message: Outgoing, settings: AltinnOrders, prefer: Literal["email", "sms"]) -> dict[str, Any]:
    """The order of one message, the same each time: its id is the order's idempotency id.

    The first notice respects a reservation, the second does not (the recipe): it is told only of what law wants told.
    Raises ValueError for a text that would have Altinn fill in who the person is.
    """
    made: dict[str, Any] = {"idempotencyId": message.id, "sendersReference": message.id}
    first = _person(
        message, settings, PREFERENCE[prefer], message.title, message.body, despite_reservation=False
    )
    made["recipient"] = {"recipientPerson": first}
    reminder = message.reminder
    if reminder is not None:
        title, body = reminder.title or message.title, reminder.body or message.body
        second = _person(message, settings, PREFERENCE["sms"], title, body, despite_reservation=True)
        made["reminders"] = [
            {
                "conditionEndpoint": reminder.condition_url,
                "sendersReference": message.id,
                "delayDays": reminder.after_days,
                "recipient": {"recipientPerson": second},
            }
        ]
    return made


def _person(
    message: Outgoing,
    settings: AltinnOrders,
    schema: str,
    title: str,
    body: str,
    *,
    despite_reservation: bool,
) -> dict[str, Any]:
    text = text_of(body, message.link)
    for keyword in KEYWORDS:
        if keyword in text or keyword in title:
            raise ValueError(
                f"a message holds {keyword}, which Altinn would fill in: take it out of the template"
            )
    person: dict[str, Any] = {"nationalIdentityNumber": message.recipient}
    if settings.resource_id:
        person["resourceId"] = settings.resource_id
    return person | {
        "ignoreReservation": despite_reservation,
        "channelSchema": schema,
        "smsSettings": {"sendingTimePolicy": "Daytime", "body": text, "sender": settings.sender},
        "emailSettings": {"sendingTimePolicy": "Anytime", "subject": clean(title), "body": text},
    }


class AltinnChannel:
    """Hands messages to Altinn. `prefer`: whether Altinn is to try email or SMS first; `token`: asked each time."""

    addressed_by: Literal["national_id"] = "national_id"
    reminds = True
    carries = Carries(whole=False, longest_text=LONGEST_TEXT)
    receipts: Receipts = "none"

    def __init__(
        self,
        prefer: Literal["email", "sms"],
        settings: AltinnOrders,
        token: Callable[[], Awaitable[str]],
        clock: Callable[[], datetime],
    ) -> None:
        self.name: str = prefer
        self.prefer = prefer
        self.settings = settings
        self.token = token
        self.clock = clock
        self._session: aiohttp.ClientSession | None = None

    def cost(self, message: Outgoing) -> Cost:
        """Not known: Altinn chooses between email and SMS itself."""
        return Cost()

    def can_carry(self, message: Outgoing) -> str | None:
        # An email too: Altinn sends it as an SMS where it has no email address.
        return too_long(message) or too_much(message, self.carries)

    async def send(self, message: Outgoing) -> Result:
        made = order(message, self.settings, self.prefer)
        if reason := self.can_carry(message):
            return Refused(reason)
        try:
            headers = {
                "Accept": "application/json",
                "Authorization": f"Bearer {await self.token()}",
                "Content-Type": "application/json",
            }
            async with self._client().post(
                f"{self.settings.base_url.rstrip('/')}{ORDERS}",
                data=json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode(),
                headers=headers,
                allow_redirects=False,
            ) as answer:
                return await self._judged(answer)
        except NoToken as none:
            return Failed(f"no token for Altinn: {none}")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return Failed(f"no Altinn Notifications: {type(error).__name__}")

    async def _judged(self, answer: aiohttp.ClientResponse) -> Result:
        if answer.status in {200, 201, 202}:
            try:
                said = await answer.json(content_type=None)
            except ValueError:
                said = None
            receipt = said.get("notificationOrderId", "") if isinstance(said, dict) else ""
            return Accepted(receipt=str(receipt)[:200])
        if answer.status in {400, 404, 409, 413, 422}:
            return Refused(f"Altinn Notifications refused it ({answer.status})")
        # As with the SMS gateway: what those who run it can put right (401, 403) is tried again.
        return Failed(
            f"Altinn Notifications could not take it now ({answer.status})",
            retry_after=seconds_to_wait(answer.headers.get("Retry-After"), self.clock()),
        )

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            timeout = aiohttp.ClientTimeout(total=self.settings.timeout_seconds)
            self._session = aiohttp.ClientSession(timeout=timeout)
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
