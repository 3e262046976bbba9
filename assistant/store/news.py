"""News between processes: told when a transaction commits, in ids alone, to every process that listens.

News is a knock, never the thing itself: what it is about stands in the tables, and who hears looks there. On
PostgreSQL it is NOTIFY in the transaction and LISTEN on a connection of its own; when that connection was lost, all
that was told meanwhile may have been missed, and the listener is told so. On SQLite there is one process.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial

import psycopg
import structlog
from psycopg import AsyncConnection
from sqlalchemy import func, select

from assistant.store.apart import connection_apart
from assistant.store.database import Database, Transaction

log = structlog.get_logger()

CHAT_LINES = "chat"
"""There is something new in the chat of the person with that id."""

SESSION_ENDED = "session"
"""The login session with that token hash, in hexadecimal, has ended."""

WORK = "work"
"""There is a job to begin in that queue."""

PAUSE_SECONDS = 1.0  # before a lost connection is made anew
ASK_SECONDS = 30.0  # so long without news, and the server is asked whether it is there
ANSWER_SECONDS = 5.0
_NAME = "varde_news"


async def tell(tx: Transaction, about: str, ref: str) -> None:
    """Tell everybody once this transaction commits; the same again in one transaction is told once."""
    news = f"{about}:{ref}"
    if (_NAME, news) in tx.memory:
        return
    tx.memory[_NAME, news] = True
    if tx.connection.dialect.name == "postgresql":
        await tx.execute(select(func.pg_notify(_NAME, news)))
    else:
        tx.after_commit(partial(Listening.tell_here, tx.connection.engine.url, news))


class Listening:
    """Hears news while the block runs: `async with Listening(database, {CHAT_LINES: wake}, missed):`.

    `heard`: what to call with the id, by what the news is about. `missed` is called when a connection has been
    made, the first one too: there may have been news before. Both must be quick.
    """

    _here: set[Listening] = set()  # noqa: RUF012  (those of this process, for a database without NOTIFY)

    def __init__(
        self, database: Database, heard: Mapping[str, Callable[[str], None]], missed: Callable[[], None]
    ) -> None:
        self.database = database
        self._heard = heard
        self._missed = missed
        self._listening: asyncio.Task[None] | None = None

    @classmethod
    def tell_here(cls, url: object, news: str) -> None:
        for listening in tuple(cls._here):
            if listening.database.url == url:
                listening._hear(news)

    async def __aenter__(self) -> Listening:
        if self.database.is_sqlite:
            self._here.add(self)
        else:
            self._listening = asyncio.create_task(self._listen(), name="news")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._here.discard(self)
        if self._listening is not None:
            self._listening.cancel()
            with suppress(asyncio.CancelledError):
                await self._listening

    async def _listen(self) -> None:
        while True:
            try:
                async with connection_apart(self.database, "varde news") as connection:
                    await self._hear_from(connection)
            except (psycopg.Error, OSError, TimeoutError) as error:
                log.warning("news.connection_lost", error=type(error).__name__)
            except Exception:
                log.exception("news.failed")  # whoever was told fell over it: the others go on hearing
            await asyncio.sleep(PAUSE_SECONDS)

    async def _hear_from(self, connection: AsyncConnection[object]) -> None:
        await connection.execute(f"listen {_NAME}")
        self._missed()
        while True:
            async for news in connection.notifies(timeout=ASK_SECONDS):
                self._hear(news.payload)
            async with asyncio.timeout(ANSWER_SECONDS):
                await connection.execute("select 1")

    def _hear(self, news: str) -> None:
        about, _, ref = news.partition(":")
        if about in self._heard:
            self._heard[about](ref)
