"""Reading the registers' feeds: a page of events and the new position are stored together or not at all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import select

from assistant.config import Clock
from assistant.events.cloudevents import FEEDS, IncomingEvent
from assistant.events.inbox import receive_event
from assistant.events.types import KINDERGARTEN_PLACE, POPULATION, TAX_ASSESSMENT
from assistant.registers import Registers, RegisterUnavailable
from assistant.store import Database, Identities, Postpone
from assistant.store.database import upsert
from assistant.store.tables import feed_pointer

log = structlog.get_logger()


FULL_PAGE = 1000


@dataclass(frozen=True)
class Entry:
    """A line of a feed: its number there, and the line as it came."""

    sequence: int
    body: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Page:
    entries: Sequence[Entry]
    next_position: int
    etag: str | None = None


@dataclass(frozen=True)
class Polling:
    """`await polling.poll(feed)` reads until a feed has no more. The pointer is kept in the database."""

    database: Database
    identities: Identities
    registers: Registers
    clock: Clock

    def handlers(self) -> Mapping[str, Callable[[Mapping[str, Any]], Awaitable[None]]]:
        return {"poll_feed": self._task}

    async def _task(self, args: Mapping[str, Any]) -> None:
        try:
            await self.poll(args["feed"])
        except RegisterUnavailable as silent:
            raise Postpone(str(silent), timedelta(seconds=silent.retry_after or 10)) from silent

    async def poll(self, feed: str) -> int:
        """Read a feed to its end; how many new events were stored."""
        read, event_type = self._feeds()[feed]
        stored = 0
        while True:
            async with self.database.read() as tx:
                row = await tx.first(select(feed_pointer).where(feed_pointer.c.feed == feed))
            position, etag = (row["position"], row["etag"]) if row else (1, None)
            page = await read(position, etag)
            if not page.entries:
                return stored
            async with self.database.begin() as tx:
                for entry in page.entries:
                    event = IncomingEvent(str(entry.sequence), f"{FEEDS}{feed}", event_type, entry.body)
                    result = await receive_event(tx, self.identities, event, self.clock())
                    stored += not result.again
                await upsert(
                    tx,
                    feed_pointer,
                    {"feed": feed},
                    {"position": page.next_position, "etag": page.etag, "moved_at": self.clock()},
                )
            log.info("feed.read", feed=feed, position=page.next_position, events=len(page.entries))
            if len(page.entries) < FULL_PAGE:
                return stored

    async def _population(self, position: int, etag: str | None) -> Page:
        page = await self.registers.population.feed(position, etag)
        entries = [Entry(one.sequence, one.body) for one in page.events]
        return Page(entries, page.next_position(position), page.etag)

    async def _tax(self, position: int, etag: str | None) -> Page:
        page = await self.registers.tax.feed(position, FULL_PAGE)
        entries = [Entry(one.sequence, one.body) for one in page.events]
        return Page(entries, page.next_position(position))

    async def _kindergarten(self, position: int, etag: str | None) -> Page:
        page = await self.registers.kindergarten.feed(position, FULL_PAGE)
        return Page([Entry(one.sequence, one.body) for one in page.events], page.next_position(position))

    def _feeds(self) -> Mapping[str, tuple[Callable[[int, str | None], Awaitable[Page]], str]]:
        return {
            "population_register": (self._population, POPULATION),
            "tax_administration": (self._tax, TAX_ASSESSMENT),
            "kindergarten_system": (self._kindergarten, KINDERGARTEN_PLACE),
        }
