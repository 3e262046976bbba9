"""An Altinn: exchanges tokens, takes orders of notices, and keeps those it was given instead of sending them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from assistant.registers.altinn import EXCHANGE, NOTIFICATIONS
from assistant.registers.simulators.kept import Kept
from assistant.registers.simulators.serving import Simulated
from channels.altinn import ORDERS

SCHEMAS = ("EmailPreferred", "SmsPreferred")
POLICIES = ("Anytime", "Daytime")
ALTINNS = "altinn-"
"""How a token of ours that was exchanged begins."""


@dataclass
class AltinnSimulator(Simulated):
    """`orders()`: what was ordered, the newest last. The same idempotency id again is the same order."""

    path: Path | None = None
    scope: str = NOTIFICATIONS
    kept: Kept = field(init=False)

    def __post_init__(self) -> None:
        self.kept = Kept(self.path, {"orders": {}})

    def orders(self) -> list[dict[str, Any]]:
        found: dict[str, dict[str, Any]] = self.kept.values["orders"]
        return list(found.values())

    def routes(self) -> list[web.RouteDef]:
        return [web.get(EXCHANGE, self._exchange), web.post(ORDERS, self._take)]

    def refusal(self, status: int, code: str) -> Mapping[str, Any]:
        return {"status": status, "title": code or "refused"}

    def bearer(self, request: web.Request) -> str:
        token = super().bearer(request)
        if request.path == EXCHANGE:
            return token
        return token.removeprefix(ALTINNS) if token.startswith(ALTINNS) else ""

    async def _exchange(self, request: web.Request) -> web.Response:
        return web.Response(text=f"{ALTINNS}{self.bearer(request)}")

    async def _take(self, request: web.Request) -> web.Response:
        try:
            order = await request.json()
        except ValueError:
            return self.refuse(400, "not JSON")
        if fault := fault_in(order):
            return self.refuse(400, fault)
        key = order["idempotencyId"]
        known = self.kept.values["orders"].get(key)
        if known is None:
            self.kept.values["orders"][key] = order
            self.kept.save()
        return web.json_response({"notificationOrderId": key}, status=200 if known else 201)


def fault_in(order: Any) -> str:
    """What is wrong with an order, by the documented shape; '' where nothing is."""
    if not isinstance(order, dict):
        return "the order is not an object"
    if not isinstance(order.get("idempotencyId"), str) or not order["idempotencyId"]:
        return "idempotencyId is missing"
    reminders = order.get("reminders", [])
    for one in reminders:
        if not isinstance(one.get("delayDays"), int) or one["delayDays"] < 1:
            return "reminders.delayDays is not a number of days"
        if not str(one.get("conditionEndpoint", "")).startswith(("http://", "https://")):
            return "reminders.conditionEndpoint is not an address"
    for told in (order, *reminders):
        person = told.get("recipient", {}).get("recipientPerson", {})
        if not re.fullmatch(r"\d{11}", str(person.get("nationalIdentityNumber", ""))):
            return "recipientPerson.nationalIdentityNumber is not an identity number"
        if person.get("channelSchema") not in SCHEMAS or not isinstance(
            person.get("ignoreReservation"), bool
        ):
            return "recipientPerson.channelSchema or ignoreReservation is not as documented"
        for name in ("smsSettings", "emailSettings"):
            settings = person.get(name, {})
            if not settings.get("body") or settings.get("sendingTimePolicy") not in POLICIES:
                return f"recipientPerson.{name} is not as documented"
        if not person["emailSettings"].get("subject"):
            return "recipientPerson.emailSettings.subject is missing"
    return ""
