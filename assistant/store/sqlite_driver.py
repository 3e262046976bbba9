"""SQLite behind asyncio with one visit to the connection's thread a statement.

aiosqlite goes there four times for a question: for a cursor, the statement, its rows, and to close it. Each visit
wakes the event loop anew, and together they take longer than SQLite itself.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, Self

import aiosqlite


class WholeCursor:
    """A cursor whose statement is run, read to its end and closed at once; what SQLAlchemy asks of one is kept."""

    arraysize = 1

    def __init__(self, connection: WholeConnection) -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Sequence[Any] | None = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None

    async def execute(self, sql: str, parameters: Any = ()) -> Self:
        await self._connection.run(self._execute, sql, parameters)
        return self

    async def executemany(self, sql: str, parameters: Iterable[Any]) -> Self:
        await self._connection.run(self._executemany, sql, parameters)
        return self

    async def fetchall(self) -> list[Any]:
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        self._rows = []

    def _execute(self, raw: sqlite3.Connection, sql: str, parameters: Any) -> None:
        cursor = raw.cursor()
        try:
            cursor.execute(sql, parameters)
            self._rows = cursor.fetchall() if cursor.description else []
            self._keep(cursor)
        finally:
            cursor.close()

    def _executemany(self, raw: sqlite3.Connection, sql: str, parameters: Iterable[Any]) -> None:
        cursor = raw.cursor()
        try:
            cursor.executemany(sql, parameters)
            self._keep(cursor)
        finally:
            cursor.close()

    def _keep(self, cursor: sqlite3.Cursor) -> None:
        self.description, self.rowcount = cursor.description, cursor.rowcount
        self.lastrowid = cursor.lastrowid


class WholeConnection(aiosqlite.Connection):
    async def run(self, do: Any, *given: Any) -> None:
        """`do(the sqlite3 connection, …)` on the connection's thread."""
        await self._execute(do, self._conn, *given)  # type: ignore[no-untyped-call]

    def cursor(self) -> WholeCursor:  # type: ignore[override]
        return WholeCursor(self)


def connect(database: str, **options: Any) -> WholeConnection:
    """What `async_creator_fn` is to give SQLAlchemy: a connection that is opened when it is awaited."""
    connection = WholeConnection(lambda: sqlite3.connect(database, **options), iter_chunk_size=64)
    connection._thread.daemon = True
    return connection
