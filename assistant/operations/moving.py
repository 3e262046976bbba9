"""From one process on SQLite to PostgreSQL: every row as it is, in one transaction, counted and checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import JSON, Table, func, insert, inspect, select

from assistant.config import ConfigurationError
from assistant.operations.invariants import check_rows, check_usage, rows_of
from assistant.operations.restoring import NotEmpty
from assistant.store import Database, Transaction
from assistant.store.migrate import require_current, upgrade
from assistant.store.tables import metadata

AT_A_TIME = 1_000  # rows


async def move(source: Database, target: Database) -> dict[str, int]:
    """Copy everything from SQLite into an empty PostgreSQL database; table → rows.

    Nothing may write to the source meanwhile. Raises NotEmpty, ConfigurationError, UnfitDatabase or Broken; then the
    target holds empty tables at most.
    """
    if not source.is_sqlite or target.is_sqlite:
        raise ConfigurationError(
            "move-database goes from SQLite to PostgreSQL: check database_url and --into"
        )
    await require_current(source)
    async with target.read() as tx:
        tables = await tx.connection.run_sync(lambda sync: inspect(sync).get_table_names())
    if tables:
        raise NotEmpty(f"--into: the database has {len(tables)} tables: create a new one and name that")
    await upgrade(target)
    async with source.read() as old, target.begin() as new:
        for table in metadata.sorted_tables:
            await _copy(old, new, table)
        counted = await rows_of(old)
        await check_rows(new, counted)
        await check_usage(new)
    return counted


async def _copy(old: Transaction, new: Transaction, table: Table) -> None:
    await new.execute(table.delete())  # what a migration put there is in the source too
    rows = await old.all(
        select(table)
    )  # what one process on SQLite can serve fits into memory, a table at a time
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in rows:
        told = _told(table, row)
        alike.setdefault(tuple(told), []).append(told)
    for some in alike.values():
        for start in range(0, len(some), AT_A_TIME):
            await new.execute(insert(table), some[start : start + AT_A_TIME])
    for column in table.primary_key:
        if column is table.autoincrement_column:
            newest = select(func.max(column)).scalar_subquery()
            follows = func.setval(func.pg_get_serial_sequence(table.name, column.name), newest)
            await new.execute(select(follows).where(select(column).exists()))


def _told(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """The row, without what it leaves open: given None, a column of JSON would hold JSON's null."""
    return {
        column.name: row[column.name]
        for column in table.columns
        if row[column.name] is not None or not isinstance(column.type, JSON)
    }
