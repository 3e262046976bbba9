"""Email as kept: which address a message went to, by keyed hash, what came back, and where none is sent any more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from assistant.store import IdentityKeys, Transaction
from assistant.store.database import upsert
from assistant.store.tables import emailed, suppressed_address


def lookup_of(keys: IdentityKeys, address: str) -> bytes:
    """What stands for an address here. Case counts for nothing: no mail server we know of tells by it."""
    return keys.digest("email.address", address.strip().lower())


async def note_emailed(tx: Transaction, sent_as: str, message_id: str, address: bytes, now: datetime) -> None:
    """Keep where a message goes, before it goes. Another try changes nothing but the moment."""
    key, values = {"sent_as": sent_as}, {"message_id": message_id, "address": address, "at": now}
    await upsert(tx, emailed, key, values)


async def emailed_as(tx: Transaction, sent_as: str) -> Mapping[str, Any] | None:
    return await tx.first(select(emailed).where(emailed.c.sent_as == sent_as))


async def note_returned(tx: Transaction, sent_as: str, kind: str, status: str, now: datetime) -> None:
    values = {"returned": kind, "status": status[:12], "returned_at": now}
    await tx.execute(update(emailed).where(emailed.c.sent_as == sent_as).values(values))


async def suppress(tx: Transaction, address: bytes, status: str, now: datetime) -> None:
    """Send nothing there from now on."""
    await upsert(tx, suppressed_address, {"address": address}, {"status": status[:12], "since": now})


async def suppressed_since(tx: Transaction, address: bytes) -> datetime | None:
    """Since when nothing is sent there; None where it is."""
    since: datetime | None = await tx.scalar(
        select(suppressed_address.c.since).where(suppressed_address.c.address == address)
    )
    return since


async def lift(tx: Transaction, address: bytes) -> bool:
    """Send there again; whether it had been stopped."""
    gone = delete(suppressed_address).where(suppressed_address.c.address == address)
    return (await tx.execute(gone)).rowcount > 0


async def suppressions(tx: Transaction) -> Sequence[Mapping[str, Any]]:
    """All addresses of no use, newest first: `address` (keyed hash), `status`, `since`."""
    newest = suppressed_address.c.since.desc(), suppressed_address.c.address
    return await tx.all(select(suppressed_address).order_by(*newest))
