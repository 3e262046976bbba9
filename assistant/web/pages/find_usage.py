"""The usage log in the open data-tracker protocol (Estonia's Andmejälgija, service version 2).

Paths, parameters and answers are the protocol's own: `findUsage`, `usagePeriod`, `heartbeat`. In one thing we keep to
our own rule: an identity number is never part of an address, where it would be written down on its way. So the
parameter `userCode` is not needed; a service names the person in the protocol's header `X-Road-UserId` ('NO' and the
number), and where `userCode` is sent it may only be our own id of the same person.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from sqlalchemy import select

from assistant.config import OSLO
from assistant.store import Transaction
from assistant.store.tables import usage
from assistant.twin import UsageFilter, UsageRow, Use, log_usage, usage_page
from assistant.web.faults import BadRequest, Denied
from assistant.web.pages import usage_words
from assistant.web.parts import PARTS, Parts
from assistant.web.rendering import json_answer, text
from assistant.web.routing import ID, PUBLIC, RESIDENT, SERVICE, Route
from assistant.web.visitor import Visitor, visitor_of

SERVICE_NAME = "data_tracker"
PURPOSE = "to hand over the usage log"
BASIS = "personvernforordningen artikkel 15"
NUMBER = re.compile(r"NO([0-9]{11})")
MOST = 10_000
A_PAGE = 1_000
"""How many entries are answered where no limit is asked for: the protocol's own default."""


def routes(parts: Parts) -> list[Route]:
    may = RESIDENT | SERVICE(SERVICE_NAME)
    return [
        Route("GET", "/v2/findUsage", find_usage, may),
        Route("GET", "/v2/usagePeriod", usage_period, may),
        Route("GET", "/v2/heartbeat", heartbeat, PUBLIC),
    ]


async def find_usage(request: web.Request) -> web.StreamResponse:
    """The entries a person may see, newest first, and how many there are whatever `limit` and `offset` say."""
    parts, visitor = request.app[PARTS], visitor_of(request)
    now = parts.clock()
    limit = _whole(request, "limit", A_PAGE, 1, MOST)
    offset = _whole(request, "offset", 0, 0, 2**31 - 1)
    wanted = UsageFilter(_moment(request, "periodStart"), _moment(request, "periodEnd"))
    async with parts.database.begin() as tx:
        person = await _person(request, tx, visitor)
        if person is None:  # nobody we know; the same answer as for one of whom nothing is logged
            return json_answer({"totalUsages": 0, "usages": []})
        page = await usage_page(tx, person, now, wanted, offset=offset, limit=limit)
        ours = parts.config.municipality
        place = await parts.processes.twin.municipality(tx, ours)
        await log_usage(tx, [_use(visitor, person)], now)
    code = str(place.settings.get("organisation_number", ours)) if place else ours
    name = place.name if place else ""
    answered = [_usage(request, parts, row, person, code, name) for row in page.rows]
    return json_answer({"totalUsages": page.total, "usages": answered})


def _usage(
    request: web.Request, parts: Parts, row: UsageRow, person: str, code: str, name: str
) -> dict[str, Any]:
    """One entry in the protocol's five fields; `action` is a sentence in the language of the caller."""
    words = usage_words.in_words(row, parts.catalogue, visitor_of(request).language, person)
    purpose = (
        text(request, words.purpose_key, number=words.purpose_number) if words.purpose_key else words.purpose
    )
    who = text(request, words.who_key, name=words.who_name)
    return {
        "logtime": row.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "action": f"{text(request, words.did_key)}: {purpose} ({who})",
        "receiverCode": code,
        "receiverName": name,
        "receiverSystem": row.actor if row.actor_kind == "service" else "varde",
    }


async def usage_period(request: web.Request) -> web.StreamResponse:
    """From when there are entries; there is no end, so they can be asked for until now."""
    parts = request.app[PARTS]
    async with parts.database.begin() as tx:
        person = await _person(request, tx, visitor_of(request), needed=False)
        question = select(usage.c.at).order_by(usage.c.id).limit(1)
        if person is not None:
            question = question.where(usage.c.subject_id == person)
        first: datetime | None = await tx.scalar(question)
    start = first or parts.clock()
    return json_answer({"periodStart": start.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")})


async def heartbeat(request: web.Request) -> web.StreamResponse:
    return json_answer({"status": "OK", "message": "API is ready"})


async def _person(
    request: web.Request, tx: Transaction, visitor: Visitor, *, needed: bool = True
) -> str | None:
    """Whose log: a resident's own; for a service the person in the header. Nobody by a number in the address."""
    parts = request.app[PARTS]
    code = request.query.get("userCode", "")
    if code and not re.fullmatch(ID, code):
        raise BadRequest(
            "userCode: an identity number is not sent in an address; use the header X-Road-UserId"
        )
    if visitor.kind == "resident":
        assert visitor.person_id is not None
        if code and code != visitor.person_id:
            if await parts.processes.twin.kind_of(tx, code) == "person":
                raise Denied(code, purpose=PURPOSE)
            raise BadRequest("userCode: leave it out: you are logged in")
        return visitor.person_id
    header = request.headers.get("X-Road-UserId", "")
    if not header and not needed:
        return None
    number = NUMBER.fullmatch(header)
    if number is None:
        raise BadRequest("X-Road-UserId: write NO and the eleven digits of the person whose log it is")
    person = await parts.identities.find(tx, "national_id", number[1])
    if code and code != person:
        raise BadRequest("userCode: is not the person in X-Road-UserId; nobody is represented here")
    return person


def _use(visitor: Visitor, person: str) -> Use:
    if visitor.kind == "resident":
        return Use(person, "person", person, "read", PURPOSE, BASIS, ("usage",))
    return Use(person, "service", visitor.service or "", "disclosed", PURPOSE, BASIS, ("usage",))


def _whole(request: web.Request, name: str, default: int, least: int, most: int) -> int:
    given = request.query.get(name, "")
    if not given:
        return default
    if not re.fullmatch("[0-9]{1,10}", given) or not least <= int(given) <= most:
        raise BadRequest(f"{name}: must be a whole number from {least} to {most}")
    return int(given)


def _moment(request: web.Request, name: str) -> datetime | None:
    """A moment as the protocol writes it, '2021-01-31T10:20:30': Norwegian time where no zone is said."""
    given = request.query.get(name, "")
    if not given:
        return None
    try:
        moment = datetime.fromisoformat(given.replace(" ", "+"))
    except ValueError:
        raise BadRequest(f"{name}: write it as 2021-01-31T10:20:30") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=OSLO)
