"""SMS as kept: the numbers we have sent to, by keyed hash, and how many texts have gone in an hour."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from assistant.store import IdentityKeys, Transaction
from assistant.store.database import insert_once
from assistant.store.tables import text_hour, text_number
from channels.sms import norwegian_mobile

HOUR = timedelta(hours=1)
KEPT_FREE = 10
"""One text in so many is kept for what law wants to reach people."""

AFTER_THE_URGENT = timedelta(minutes=5)
"""What law does not ask for waits so long into the next hour, so that the rest goes first."""


def lookup_of(keys: IdentityKeys, number: str) -> bytes | None:
    """The keyed hash by which a number is known here; None for what is no Norwegian mobile."""
    e164 = norwegian_mobile(number)
    return None if e164 is None else keys.digest("mobile", e164)


async def remember_number(tx: Transaction, lookup: bytes, person_id: str, now: datetime) -> None:
    """Note that the person is sent to at a number, so that an answer from it finds them."""
    of_it = {"lookup": lookup, "person_id": person_id, "known_at": now}
    await insert_once(tx, text_number, of_it, ("lookup", "person_id"))


async def sent_to_at(tx: Transaction, lookup: bytes) -> list[str]:
    """Those who have been sent to at a number, now or earlier."""
    question = select(text_number.c.person_id).where(text_number.c.lookup == lookup)
    return [row["person_id"] for row in await tx.all(question.order_by(text_number.c.person_id))]


async def place_at(
    tx: Transaction, sender: str, now: datetime, most: int, *, urgent: bool
) -> datetime | None:
    """Take a place among the `most` texts of this hour: None where there was one, else when to ask again.

    A tenth of the places is for what is `urgent`. `most` of 0 is no limit.
    """
    if not most:
        return None
    hour = now.replace(minute=0, second=0, microsecond=0)
    room = most if urgent else most - most // KEPT_FREE
    insert = sqlite_insert if tx.connection.dialect.name == "sqlite" else postgresql_insert
    taken = await tx.scalar(
        insert(text_hour)
        .values(sender=sender, hour=hour, sent=1)
        .on_conflict_do_update(
            index_elements=["sender", "hour"],
            set_={"sent": text_hour.c.sent + 1},
            where=text_hour.c.sent < room,
        )
        .returning(text_hour.c.sent)
    )
    if taken == 1:
        await tx.execute(delete(text_hour).where(text_hour.c.hour < hour))
    if taken is not None:
        return None
    return hour + HOUR + (timedelta() if urgent else AFTER_THE_URGENT)
