"""One leader among many processes, settled by the database; it knows by itself when it leads no more.

On PostgreSQL the leader is the one whose session holds an advisory lock, and it asks on *that* session each
second whether it is still there. A leader that gets no answer for three seconds has stopped by itself; the server
ends the session of one that is silent that long (paused, cut off), which frees the lock; and who gets the lock
waits longer than that before it leads. On SQLite there is one process, and it leads.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from time import monotonic
from typing import Any
from zlib import crc32

import psycopg
import structlog
from psycopg import AsyncConnection
from sqlalchemy import text

from assistant.store.apart import connection_apart
from assistant.store.database import Database, Transaction

log = structlog.get_logger()

LEADER_LOCKS = 3  # the class of these advisory locks; the work's lanes are 1, families' 2
SILENT_SESSIONS_END_SINCE = (
    140_000  # PostgreSQL 14 has idle_session_timeout; on an older one TCP must find out
)

Leading = Callable[[], AbstractAsyncContextManager[None]]


@dataclass(frozen=True)
class Pace:
    """Seconds: between two beats, until silence ends the lead, and what a new leader waits before it leads."""

    beat: float = 1.0
    silence: float = 3.0
    caution: float = 4.0

    def __post_init__(self) -> None:
        if not self.beat < self.silence < self.caution:
            raise ValueError(f"{self}: two could lead at once; beat < silence < caution")


class Leader:
    """A process that leads, or waits to: `await Leader(database, "clock").lead(block)` goes on until cancelled.

    `block()` is entered when we lead and left when we do no more; entering must be quick. `leads` says at any
    moment whether the last answer of our session is young enough to be sure.
    """

    def __init__(self, database: Database, what: str, pace: Pace | None = None) -> None:
        self.database = database
        self.what = what
        self.pace = pace or Pace()
        self._leading = False
        self._sure_until = -math.inf  # by the monotonic clock

    @property
    def leads(self) -> bool:
        return self._leading and monotonic() < self._sure_until

    async def lead(self, block: Leading) -> None:
        if self.database.is_sqlite:
            self._sure_until, self._leading = math.inf, True
            async with block():
                await asyncio.Event().wait()
        while True:
            try:
                async with connection_apart(self.database, f"varde {self.what}") as connection:
                    await self._take_part(connection, block)
            except (psycopg.Error, OSError, TimeoutError) as error:
                log.warning("leader.database_away", what=self.what, error=type(error).__name__)
            except Exception:
                log.exception("leader.failed", what=self.what)  # another may lead meanwhile: begin anew
            await asyncio.sleep(self.pace.beat)

    async def _take_part(self, connection: AsyncConnection[Any], block: Leading) -> None:
        """Wait for the lock, then lead; raises when the session is gone or has been silent too long."""
        if connection.info.server_version >= SILENT_SESSIONS_END_SINCE:
            await connection.execute(f"set idle_session_timeout = '{round(1000 * self.pace.silence)}ms'")
        while not await self._get_lock(connection):  # noqa: ASYNC110  (the database decides)
            await asyncio.sleep(self.pace.beat)
        from_then = monotonic() + self.pace.caution  # whoever led before us has stopped by then
        async with AsyncExitStack() as led:
            led.callback(self._step_down)
            while True:
                await self._beat(connection)
                if not self._leading and monotonic() >= from_then:
                    self._leading = True
                    log.info("leader.leads", what=self.what)
                    await led.enter_async_context(block())
                    led.callback(self._step_down)
                await asyncio.sleep(self.pace.beat)

    async def _get_lock(self, connection: AsyncConnection[Any]) -> bool:
        lock = (LEADER_LOCKS, crc32(self.what.encode()) & 0x7FFFFFFF)
        asked = monotonic()
        async with asyncio.timeout(self.pace.silence):
            row = await (await connection.execute("select pg_try_advisory_lock(%s, %s)", lock)).fetchone()
        self._sure_until = asked + self.pace.silence
        return bool(row and row[0])

    async def _beat(self, connection: AsyncConnection[Any]) -> None:
        asked = monotonic()
        async with asyncio.timeout(self._sure_until - asked):
            await connection.execute("select 1")
        self._sure_until = asked + self.pace.silence

    def _step_down(self) -> None:
        """No more from here on; before the block is left, which may take its time."""
        if self._leading:
            self._leading = False
            log.info("leader.steps_down", what=self.what)


async def who_leads(tx: Transaction, what: str) -> str:
    """Where the leader's session comes from and since when, for those who look; empty where nobody leads now."""
    if tx.connection.dialect.name == "sqlite":
        return "the one process there is on SQLite"
    lock = {"class": LEADER_LOCKS, "what": crc32(what.encode()) & 0x7FFFFFFF}
    held = text(
        "select coalesce(host(client_addr), 'this machine') || ', process ' || activity.pid"
        " from pg_locks join pg_stat_activity activity on activity.pid = pg_locks.pid"
        " where locktype = 'advisory' and granted and classid = :class and objid = :what"
        " and pg_locks.database = (select oid from pg_database where datname = current_database())"
    )
    return str(await tx.scalar(held.bindparams(**lock)) or "")
