"""Connections and transactions: embedded SQLite by default, PostgreSQL in production, one behaviour."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import CursorResult, Executable, RowMapping, Table, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import StaticPool

from assistant.store import sqlite_driver
from assistant.store.columns import from_json, to_json

LONGEST_TURN_SECONDS = 30
"""How long a writer waits for those before it, in this process and (`busy_timeout`) in others."""


def _by_name(row: RowMapping) -> dict[str, Any]:
    return {str(name): value for name, value in row.items()}


def _without_compiling(connection: Any, _record: Any) -> None:
    """PostgreSQL would compile a question of some milliseconds, each time it is asked, for thirty."""
    cursor = connection.cursor()
    cursor.execute("SET jit = off")
    cursor.close()
    connection.commit()


class Transaction:
    """A running transaction: reads and writes, and what to do once it is committed.

    What is handed to `after_commit` runs only if the transaction committed, in order, in this process:
    use it to wake somebody up, never for work that must not be lost (that is `enqueue`). What is handed to
    `before_commit` is the last thing done in the transaction, and it fails with it; `first` is for what
    others wait for and that waits for nobody later; `after_all` for what takes a turn that nobody may hold while they
    wait for something else.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection
        self.memory: dict[Any, Any] = {}  # what was read in this transaction and has not changed since
        self.jobs: list[Mapping[str, Any]] = []  # enqueued, and written as the last thing before the commit
        self._first: list[Callable[[], Awaitable[None]]] = []
        self._at_last: list[Callable[[], Awaitable[None]]] = []
        self._after_all: list[Callable[[], Awaitable[None]]] = []
        self._afterwards: list[Callable[[], None]] = []

    async def execute(self, statement: Executable, rows: Any = None) -> CursorResult[Any]:
        return await self.connection.execute(statement, rows)

    async def all(
        self, statement: Executable, values: Mapping[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        found = await self.connection.execute(statement, values)
        names = list(found.keys())
        return [dict(zip(names, row, strict=True)) for row in found]

    async def rows(
        self, statement: Executable, values: Mapping[str, Any] | None = None
    ) -> Sequence[Sequence[Any]]:
        """As `all`, each row as its columns in order: where there are thousands."""
        return (await self.connection.execute(statement, values)).all()

    async def first(
        self, statement: Executable, values: Mapping[str, Any] | None = None
    ) -> dict[str, Any] | None:
        row = (await self.connection.execute(statement, values)).mappings().first()
        return None if row is None else _by_name(row)

    async def scalar(self, statement: Executable) -> Any:
        return await self.connection.scalar(statement)

    def before_commit(
        self, do: Callable[[], Awaitable[None]], *, first: bool = False, after_all: bool = False
    ) -> None:
        (self._first if first else self._after_all if after_all else self._at_last).append(do)

    async def at_last(self) -> None:
        while waiting := self._first or self._at_last or self._after_all:
            await waiting.pop(0)()

    def after_commit(self, do: Callable[[], None]) -> None:
        self._afterwards.append(do)

    def committed(self) -> None:
        for do in self._afterwards:
            do()


class Database:
    """`async with database.begin() as tx` writes and commits; `async with database.read() as tx` only reads.

    On SQLite writers start with BEGIN IMMEDIATE: with a deferred begin two readers that both go on to write
    fail at once in spite of the busy timeout, and with the driver's own begin updates are lost silently.
    """

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite and self.url.database and self.url.database != ":memory:":
            path = Path(self.url.database)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)  # what is in it is nobody else's business on this machine
        self._writer = self._engine(begin="BEGIN IMMEDIATE")
        self._writing = asyncio.Lock()
        in_memory = self.is_sqlite and self.url.database in (None, "", ":memory:")
        self._reader = self._writer if in_memory else self._engine(begin="BEGIN")

    def _engine(self, begin: str) -> AsyncEngine:
        options: dict[str, Any] = {"json_serializer": to_json, "json_deserializer": from_json}
        if not self.is_sqlite:
            engine = create_async_engine(self.url, pool_size=8, max_overflow=8, pool_pre_ping=True, **options)
            event.listen(engine.sync_engine, "connect", _without_compiling)
            return engine
        if self.url.database in (None, "", ":memory:"):
            options["poolclass"] = StaticPool
        connecting = {"timeout": LONGEST_TURN_SECONDS, "async_creator_fn": sqlite_driver.connect}
        engine = create_async_engine(self.url, connect_args=connecting, **options)

        @event.listens_for(engine.sync_engine, "connect")
        def _prepare(connection: Any, _record: Any) -> None:
            connection.isolation_level = None  # we say BEGIN ourselves, below
            cursor = connection.cursor()
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA synchronous=FULL")
            cursor.execute("PRAGMA foreign_keys=ON")
            cursor.execute(f"PRAGMA busy_timeout={1000 * LONGEST_TURN_SECONDS}")
            cursor.close()

        @event.listens_for(engine.sync_engine, "begin")
        def _begin(connection: Any) -> None:
            connection.exec_driver_sql(begin)

        return engine

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Transaction]:
        """A transaction that commits when the block ends well and rolls back when it raises."""
        async with self._turn(), self._writer.connect() as connection, connection.begin():
            tx = Transaction(connection)
            yield tx
            await tx.at_last()
        tx.committed()

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """On SQLite the writers of this process wait in line, first come first served, not in its busy timeout.

        There a writer sleeps and looks again, up to a tenth of a second at a time, while the lock lies free.
        """
        if not self.is_sqlite:
            yield
            return
        try:
            async with asyncio.timeout(LONGEST_TURN_SECONDS):
                await self._writing.acquire()
        except TimeoutError:
            raise TimeoutError(
                f"another write has not ended in {LONGEST_TURN_SECONDS} s: a write within it?"
            ) from None
        try:
            yield
        finally:
            self._writing.release()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        """A consistent view of the data; nothing written here is kept."""
        async with self._reader.connect() as connection, connection.begin() as transaction:
            yield Transaction(connection)
            await transaction.rollback()

    async def close(self) -> None:
        await self._writer.dispose()
        if self._reader is not self._writer:
            await self._reader.dispose()


def insert_into(tx: Transaction, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An insert that may say what to do where there is such a row, in the words of the transaction's database."""
    return sqlite.insert(table) if tx.connection.dialect.name == "sqlite" else postgresql.insert(table)


async def upsert(tx: Transaction, table: Table, key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Insert a row, or give the one with that key these values."""
    statement = insert_into(tx, table).values(**key, **values)
    await tx.execute(statement.on_conflict_do_update(index_elements=list(key), set_=dict(values)))


async def insert_once(
    tx: Transaction, table: Table, values: Mapping[str, Any], unique: Sequence[str]
) -> bool:
    """Insert a row unless there is one with the same unique columns; whether it was inserted."""
    statement = (
        insert_into(tx, table).values(dict(values)).on_conflict_do_nothing(index_elements=list(unique))
    )
    return (await tx.execute(statement.returning(*table.primary_key))).first() is not None
