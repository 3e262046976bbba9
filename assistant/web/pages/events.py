"""`POST /events`: CloudEvents from those we have agreed a secret with, stored before they are answered for."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from ipaddress import ip_address

from aiohttp import web
from pydantic import SecretStr

from assistant.events import MalformedEvent, read_events, receive_event
from assistant.store import signing
from assistant.web.faults import BadRequest, Unauthorised
from assistant.web.json_body import parse_json, read_body
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import json_answer
from assistant.web.routing import SIGNED, Route

MOST_KEYS = 20_000  # of a whole batch
MOST_BYTES = 1024 * 1024


def routes(parts: Parts) -> list[Route]:
    return [Route("POST", "/events", take_events, SIGNED)]


async def take_events(request: web.Request) -> web.StreamResponse:
    """202 once every event of the request is stored; sending it again is 202 and does nothing."""
    parts = request.app[PARTS]
    body = await read_body(request, MOST_BYTES)
    check_sender(request, body, parts.config.event_secrets, parts.wall_clock())
    try:
        events = read_events(
            request.headers,
            request.content_type,
            body,
            lambda raw: parse_json(raw, max_keys=MOST_KEYS),
        )
    except MalformedEvent as error:
        raise BadRequest(str(error)) from None
    now = parts.clock()
    async with parts.database.begin() as tx:
        stored = [await receive_event(tx, parts.identities, event, now) for event in events]
    known = sum(one.again for one in stored)
    return json_answer({"stored": len(stored) - known, "known": known}, status=202)


def check_sender(request: web.Request, body: bytes, secrets: Iterable[SecretStr], now: datetime) -> None:
    """Raise Unauthorised (401) unless the request is signed with one of our (at most two) live secrets.

    Two forms are taken. Standard Webhooks: `webhook-id`, `webhook-timestamp`, `webhook-signature`, as our own
    subscribers get them. Or `X-Varde-Timestamp` (seconds since 1970) and `X-Varde-Signature` (`sha256=` and the hex
    of HMAC-SHA-256 over timestamp, '.', raw body). Where no secret is set, only this very machine may post.
    """
    live = list(secrets)
    if not live:
        if not _from_this_machine(request):
            raise Unauthorised("no secret is agreed: set event_secrets")
        return
    try:
        if signing.SIGNATURE in request.headers:
            signing.verify([secret.get_secret_value() for secret in live], request.headers, body, now)
            return
        timestamp = request.headers.get("X-Varde-Timestamp", "")
        signing.refuse_other_times(timestamp, now, "X-Varde-Timestamp")
    except signing.NotGenuine as refused:
        raise Unauthorised(str(refused)) from None
    given = request.headers.get("X-Varde-Signature", "")
    expected = [signature(secret.get_secret_value(), timestamp, body) for secret in live]
    signed = given.encode("utf-8", "surrogateescape")  # a header may hold any bytes
    matching = [hmac.compare_digest(signed, one.encode()) for one in expected]  # each: no early end
    if not any(matching):
        raise Unauthorised("X-Varde-Signature does not match")


def signature(secret: str, timestamp: str, body: bytes) -> str:
    code = hmac.new(secret.encode(), timestamp.encode() + b"." + body, sha256)
    return f"sha256={code.hexdigest()}"


def _from_this_machine(request: web.Request) -> bool:
    peer = request.transport.get_extra_info("peername") if request.transport else None
    if peer is None or "X-Forwarded-For" in request.headers:
        return False
    return ip_address(peer[0]).is_loopback
