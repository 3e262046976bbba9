"""Taking turns: what is numbered in the order it is committed is written by one transaction at a time."""

from __future__ import annotations

from sqlalchemy import func, select

from assistant.store import Transaction


async def in_turn(tx: Transaction, what: str) -> None:
    """Wait until no other transaction is in the same turn; ours ends with this transaction.

    SQLite lets one transaction write at a time anyhow. On PostgreSQL a row with a lower sequence number
    could be committed after a higher one, and a reader that asks for what came since would never see it.
    """
    if tx.connection.dialect.name == "postgresql":
        await tx.execute(select(func.pg_advisory_xact_lock(func.hashtext(what))))
