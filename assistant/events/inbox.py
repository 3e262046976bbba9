"""The inbox: every event is stored sealed before it is answered for, once, and handled from there."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

import structlog
from sqlalchemy import bindparam, select, update

from assistant.events.cloudevents import IncomingEvent, MalformedEvent
from assistant.events.register_facts import subject_of
from assistant.events.types import KINDERGARTEN_PLACE, POPULATION, REGISTER_FACTS, TAX_ASSESSMENT
from assistant.registers import (
    MalformedAnswer,
    is_national_id,
    read_feed_event,
    read_place_event,
    read_tax_event,
)
from assistant.store import Identities, IdentityKeys, Transaction, enqueue
from assistant.store.asking import among
from assistant.store.columns import new_id
from assistant.store.database import insert_once
from assistant.store.tables import inbox

log = structlog.get_logger()

Outcome = Literal["done", "ignored", "parked"]


@dataclass(frozen=True)
class Stored:
    """An event in the inbox. `again`: it was there already. `conflicting`: … with another content."""

    inbox_id: str
    again: bool = False
    conflicting: bool = False


async def receive_event(
    tx: Transaction, identities: Identities, event: IncomingEvent, now: datetime
) -> Stored:
    """Store an event, to be handled after those before it about the same person or place."""
    return await store_event(tx, identities.keys, event, now, key=await _about(tx, identities, event, now))


async def _about(tx: Transaction, identities: Identities, event: IncomingEvent, now: datetime) -> str:
    """Our id of whom or what it is about; empty where it does not say, or that is none of our business."""
    data = event.data if isinstance(event.data, dict) else {}
    try:
        if event.type == POPULATION:
            number = read_feed_event(data).identifier
            if not is_national_id(number, synthetic=True):
                return ""  # nobody's: whoever handles it says so
            return await identities.find_or_create(tx, "person", "national_id", number, now)
        if event.type == TAX_ASSESSMENT:  # of everybody in the country: whom we have not met stays unknown
            return await identities.find(tx, "national_id", read_tax_event(data).identifier) or ""
        if event.type == KINDERGARTEN_PLACE:
            place = read_place_event(data).place_number
            return await identities.find_or_create(tx, "kindergarten_place", "place_number", place, now)
        if event.type == REGISTER_FACTS:  # of things we may never have met: the name itself keeps the order
            name = subject_of(data).identifier
            return identities.keys.digest("order", name.scheme, name.value).hex() if name else ""
    except (MalformedAnswer, MalformedEvent):
        return ""  # whoever handles it says what is wrong with it
    return ""


async def store_event(
    tx: Transaction, keys: IdentityKeys, event: IncomingEvent, now: datetime, *, key: str = ""
) -> Stored:
    """Store an event and the work of handling it, in the caller's transaction.

    The same source and id again does nothing. If its content differs, the first one stands and an alarm is
    logged: an event that changes after it was sent is a fault at the sender, or an attack.
    `key`: events with the same are handled in the order they came.
    """
    body = event.body()
    digest = keys.digest("inbox", body)
    inbox_id = new_id()
    key_id, sealed = keys.seal(body, about=inbox_id)
    values = {
        "id": inbox_id,
        "source": event.source,
        "event_id": event.id,
        "type": event.type,
        "body": sealed,
        "key_id": key_id,
        "digest": digest,
        "received_at": now,
    }
    if await insert_once(tx, inbox, values, ("source", "event_id")):
        await enqueue(tx, "handle_event", {"inbox_id": inbox_id}, now=now, key=key)
        return Stored(inbox_id)
    question = select(inbox.c.id, inbox.c.digest).where(
        inbox.c.source == event.source, inbox.c.event_id == event.id
    )
    earlier = await tx.first(question)
    assert earlier is not None
    conflicting = earlier["digest"] != digest
    if conflicting:
        log.error("inbox.conflicting_event", inbox=earlier["id"])
    return Stored(earlier["id"], again=True, conflicting=conflicting)


async def open_events(
    tx: Transaction, keys: IdentityKeys, inbox_ids: Sequence[str]
) -> list[tuple[IncomingEvent, str]]:
    """Each event in clear, and its outcome so far ('waiting' until it is handled), in that order."""
    rows = {row["id"]: row for row in await tx.all(_THESE, {"ids": list(inbox_ids)})}
    missing = [one for one in inbox_ids if one not in rows]
    if missing:
        raise LookupError(f"no event {missing[0]} in the inbox")
    return [(_opened(keys, rows[one]), rows[one]["outcome"]) for one in inbox_ids]


_THESE = select(inbox).where(inbox.c.id.in_(among("ids")))


def _opened(keys: IdentityKeys, row: Mapping[str, Any]) -> IncomingEvent:
    raw: dict[str, Any] = json.loads(keys.open(row["key_id"], row["body"], row["id"]), parse_float=Decimal)
    time = datetime.fromisoformat(raw["time"]) if "time" in raw else None
    return IncomingEvent(raw["id"], raw["source"], raw["type"], raw["data"], time)


async def still_waiting(tx: Transaction, inbox_ids: Sequence[str]) -> frozenset[str]:
    """Those of the events that nobody has handled yet."""
    return frozenset(row["id"] for row in await tx.all(_WAITING, {"ids": list(inbox_ids)}))


_WAITING = select(inbox.c.id).where(inbox.c.id.in_(among("ids")), inbox.c.outcome == "waiting")


@dataclass(frozen=True)
class Settled:
    """What became of an event."""

    inbox_id: str
    outcome: Outcome
    note: str


async def settle(tx: Transaction, settled: Sequence[Settled], now: datetime) -> None:
    """Write what became of events."""
    rows = [
        {"which": one.inbox_id, "outcome": one.outcome, "note": one.note[:500], "now": now} for one in settled
    ]
    if rows:
        await tx.execute(_SETTLED, rows)


_SETTLED = (
    update(inbox)
    .where(inbox.c.id == bindparam("which"))
    .values(outcome=bindparam("outcome"), note=bindparam("note"), handled_at=bindparam("now"))
)
