"""Taking turns: what must not be done side by side is done by one transaction at a time, on both databases."""

from __future__ import annotations

from collections.abc import Iterable
from zlib import crc32

from sqlalchemy import Integer, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from assistant.store.database import Transaction

LANES = 4096
LANE_LOCKS = 2  # the class of these advisory locks; those of the work have 1, those of `in_turn` none


async def in_turn(tx: Transaction, what: str) -> None:
    """Wait until no other transaction is in the same turn; ours ends with this transaction.

    SQLite lets one transaction write at a time anyhow. On PostgreSQL two would work from what holds before
    either is committed: a row with a lower sequence number could be committed after a higher one and never be
    seen by a reader that asks for what came since. Take a turn before you read what it is about.
    """
    if tx.connection.dialect.name == "postgresql":
        await tx.execute(select(func.pg_advisory_xact_lock(func.hashtext(what))))


async def in_turns(tx: Transaction, names: Iterable[str]) -> None:
    """As `in_turn` for several at once, by their ids.

    The lanes they fall into are taken in one order, so that two who want some of the same wait for each other and
    never in a ring; now and then two strangers share a lane.
    """
    lanes = sorted({crc32(name.encode()) % LANES for name in names})
    if lanes and tx.connection.dialect.name == "postgresql":
        await tx.execute(_TAKEN, {"lanes": lanes})


_LANE = func.unnest(bindparam("lanes", type_=ARRAY(Integer))).column_valued("lane")
_TAKEN = select(func.pg_advisory_xact_lock(LANE_LOCKS, _LANE))
