"""What must hold of a whole database: so many rows, and usage logs in which nothing was changed or dropped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select, tuple_

from assistant.store import Transaction
from assistant.store.tables import metadata, usage, usage_head
from assistant.twin.usage_chain import START, link
from assistant.twin.usage_signing import entry_of

PAGE = 5_000


class Broken(RuntimeError):
    """A database is not whole; the message says what is wrong with it."""


async def rows_of(tx: Transaction, names: Sequence[str] | None = None) -> dict[str, int]:
    """Table → rows, of all tables or those named."""
    chosen = metadata.tables if names is None else {name: metadata.tables[name] for name in names}
    return {
        name: int(await tx.scalar(select(func.count()).select_from(table)) or 0)
        for name, table in chosen.items()
    }


async def check_rows(tx: Transaction, wanted: Mapping[str, int]) -> None:
    """Raises Broken where a table has not as many rows as it should; a table that is no more is passed over."""
    found = await rows_of(tx, [name for name in wanted if name in metadata.tables])
    for name, rows in found.items():
        if rows != wanted[name]:
            raise Broken(f"table {name} has {rows} rows, the backup says {wanted[name]}")


async def check_usage(tx: Transaction) -> int:
    """How many entries all usage logs have. Raises Broken for the first that is not as it was logged."""
    heads = {
        row["subject_id"]: (row["number"], row["hash"])
        for row in await tx.all(select(usage_head.c.subject_id, usage_head.c.number, usage_head.c.hash))
    }
    count, last = 0, ("", 0)
    ends: dict[str, tuple[int, str]] = {}
    while True:
        after = tuple_(usage.c.subject_id, usage.c.number) > last
        page = select(usage).where(after).order_by(usage.c.subject_id, usage.c.number).limit(PAGE)
        rows = await tx.all(page)
        for row in rows:
            whose = row["subject_id"]
            number, before = ends.get(whose, (0, START))
            if row["number"] != number + 1 or link(before, entry_of(whose, row).as_json()) != row["hash"]:
                raise Broken(
                    f"entry {row['number']} of a usage log is not as it was logged (usage.id {row['id']})"
                )
            ends[whose] = (row["number"], row["hash"])
        count += len(rows)
        if len(rows) < PAGE:
            break
        last = (rows[-1]["subject_id"], rows[-1]["number"])
    if ends != heads:
        raise Broken(f"{len(set(ends.items()) ^ set(heads.items()))} usage logs do not end as they were left")
    return count
