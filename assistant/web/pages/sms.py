"""What the SMS gateway posts: receipts for texts we sent, and texts people answer with; stored before 202 is said."""

from __future__ import annotations

from collections import Counter
from typing import Any

from aiohttp import web

from assistant.guidance.receipts import keep_receipt
from assistant.guidance.text_rows import keep_reply
from assistant.web.faults import BadRequest, Unauthorised, WrongMediaType
from assistant.web.json_body import parse_json, read_body
from assistant.web.pages.events import check_sender
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import json_answer
from assistant.web.routing import SIGNED, Route
from channels.sms_incoming import MOST_RECEIPTS, MalformedSms, read_receipts, read_reply

MOST_KEYS = 10 * MOST_RECEIPTS


def routes(parts: Parts) -> list[Route]:
    """Nothing comes from a gateway where texts go through Altinn."""
    if parts.config.sms.through == "altinn":
        return []
    return [
        Route("POST", "/sms/receipts", take_receipts, SIGNED),
        Route("POST", "/sms/replies", take_reply, SIGNED),
    ]


async def take_receipts(request: web.Request) -> web.StreamResponse:
    """202 with how many were `kept`, were `known`, and are of texts `unknown` here: none is to be sent again."""
    try:
        receipts = read_receipts(await _signed_json(request))
    except MalformedSms as error:
        raise BadRequest(str(error)) from None
    parts = request.app[PARTS]
    now = parts.clock()
    async with parts.database.begin() as tx:
        # In one order, so that two who bring receipts of the same texts do not wait for each other.
        in_order = sorted(receipts, key=lambda one: one.sent_as)
        counted = Counter([await keep_receipt(tx, one, now) for one in in_order])
    return json_answer({name: counted[name] for name in ("kept", "known", "unknown")}, status=202)


async def take_reply(request: web.Request) -> web.StreamResponse:
    """202 once it is stored; the same one again is 202 and does nothing."""
    try:
        reply = read_reply(await _signed_json(request))
    except MalformedSms as error:
        raise BadRequest(str(error)) from None
    parts = request.app[PARTS]
    async with parts.database.begin() as tx:
        new = await keep_reply(tx, parts.identities.keys, reply, parts.clock())
    return json_answer({"stored": int(new), "known": int(not new)}, status=202)


async def _signed_json(request: web.Request) -> Any:
    """The request's JSON, once it is shown to be the gateway's."""
    parts = request.app[PARTS]
    body = await read_body(request)
    if not parts.config.sms.secrets:
        raise Unauthorised("no secret is agreed: set secrets under [sms]")
    check_sender(request, body, parts.config.sms.secrets, parts.wall_clock())
    if request.content_type != "application/json":
        raise WrongMediaType("send it as application/json")
    return parse_json(body, max_keys=MOST_KEYS)
