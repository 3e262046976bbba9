"""A message that is not for who got it: no notice goes to their addresses until a human has looked.

What was said is a request about data (`data_request`), with a number, a day it is answered by and a place at the
desk. The addresses stay closed as long as it is open, and are kept by keyed hash alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from assistant.guidance import email_rows
from assistant.guidance.people import Person
from assistant.guidance.text_rows import lookup_of
from assistant.store import IdentityKeys, Transaction
from assistant.store.database import insert_once
from assistant.store.tables import closed_address, data_request

BEING_LOOKED_AT = ("received", "passed_on")
"""The statuses of a request that a human has not answered."""


async def close_addresses(
    tx: Transaction, keys: IdentityKeys, person: Person, request_id: str, now: datetime
) -> None:
    """Let no notice go to the person's addresses, whoever it is for, while the request is open."""
    for lookup in _lookups(keys, person).values():
        tx.memory.pop(without_closed, None)
        values = {"lookup": lookup, "request_id": request_id, "since": now}
        await insert_once(tx, closed_address, values, ("lookup", "request_id"))


async def without_closed(tx: Transaction, keys: IdentityKeys, person: Person) -> Person:
    """The person without the addresses no notice may go to now. Another address in the register is another."""
    await ask_closed(tx, keys, [person])
    lookups, closed = _lookups(keys, person), tx.memory[without_closed]
    open_to = {name: not closed[lookup] for name, lookup in lookups.items()}
    return replace(
        person,
        email=person.email if open_to.get("email", True) else "",
        mobile=person.mobile if open_to.get("mobile", True) else "",
    )


async def ask_closed(tx: Transaction, keys: IdentityKeys, people: Iterable[Person]) -> None:
    """Ask at once which of the people's addresses are closed now, for when it is wanted in this transaction."""
    remembered: dict[bytes, bool] = tx.memory.setdefault(without_closed, {})
    asked = {lookup for one in people for lookup in _lookups(keys, one).values()} - remembered.keys()
    if not asked:
        return
    question = (
        select(closed_address.c.lookup)
        .join(data_request, data_request.c.id == closed_address.c.request_id)
        .where(closed_address.c.lookup.in_(asked), data_request.c.status.in_(BEING_LOOKED_AT))
    )
    closed = {bytes(row["lookup"]) for row in await tx.all(question)}
    remembered |= {lookup: lookup in closed for lookup in asked}


async def said_of(tx: Transaction, person_id: str, message_id: str) -> str | None:
    """The open request in which a person said that a message is not for them, or None."""
    question = select(data_request.c.id, data_request.c.about).where(
        data_request.c.person_id == person_id, data_request.c.status.in_(BEING_LOOKED_AT)
    )
    return next(
        (row["id"] for row in await tx.all(question) if row["about"].get("message") == message_id), None
    )


def _lookups(keys: IdentityKeys, person: Person) -> dict[str, bytes]:
    found = {"mobile": lookup_of(keys, person.mobile) if person.mobile else None}
    if person.email:
        found["email"] = email_rows.lookup_of(keys, person.email)
    return {name: lookup for name, lookup in found.items() if lookup is not None}
