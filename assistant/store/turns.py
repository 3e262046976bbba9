"""Taking turns: what must not be done side by side is done by one transaction at a time, on both databases."""

from __future__ import annotations

from sqlalchemy import func, select

from assistant.store.database import Transaction


async def in_turn(tx: Transaction, what: str) -> None:
    """Wait until no other transaction is in the same turn; ours ends with this transaction.

    SQLite lets one transaction write at a time anyhow. On PostgreSQL two would work from what holds before
    either is committed: the incomes of both parents, told of at once, would each leave the other's unknown,
    and a row with a lower sequence number could be committed after a higher one and never be seen by a
    reader that asks for what came since. Take a turn before you read what it is about.
    """
    if tx.connection.dialect.name == "postgresql":
        await tx.execute(select(func.pg_advisory_xact_lock(func.hashtext(what))))
