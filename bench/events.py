"""From a register's event to the messages committed: how many a second one process takes, and how long each waits.

The registers answer from memory and what is written waits to be handed over: what is timed is the inbox, the facts,
the rules, the guidance, the messages and the commit. Handing over is the channels' time. The base it is held against
is measured in the same run: as many commits of one row each, one after another, in the same database.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, cast

from sqlalchemy import func, select

from assistant.assembly import Assistant, assemble, keep_for_good
from assistant.config import AT_ANY_TIME, Config
from assistant.demo.making import NAME, NUMBER
from assistant.demo.world import SETTINGS
from assistant.events import IncomingEvent, receive_event
from assistant.registers import Registers
from assistant.store import Database, Together
from assistant.store.database import upsert
from assistant.store.migrate import upgrade
from assistant.store.tables import message, municipality
from bench.town import Town
from bench.workers import seconds_of

TODAY = date(2026, 11, 2)


@dataclass(frozen=True)
class EventFigures:
    """`commit`: seconds of one plain commit. `waits`: seconds from arrival to commit at half the full load."""

    families: int
    workers: int
    events: int
    messages: int
    seconds: float
    commit: float
    waits: tuple[float, ...]

    @property
    def a_second(self) -> float:
        return self.events / self.seconds

    @property
    def commits_an_event(self) -> float:
        """How many plain commits an event is worth: the ratio that another machine would find too."""
        return self.seconds / self.events / self.commit

    def wait(self, share: float) -> float:
        """The wait that this share of the events did not exceed."""
        ordered = sorted(self.waits)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


async def measure(families: int, database_url: str = "", workers: int = 1) -> EventFigures:
    """`families`: two events each at full load, two more at half of it. `database_url` empty: a file of SQLite.

    `workers`: processes that share the full load; what comes at half of it is this one's alone.
    """
    with tempfile.TemporaryDirectory() as name:
        async with settled_town(Path(name), database_url, families) as (assistant, town):
            await arrive(assistant, town.incomes(1))
            before = await _messages(assistant)
            if workers > 1:
                seconds = await seconds_of(workers, Path(name), database_url, town)
            else:
                began = time.perf_counter()
                await assistant.work.run_until_idle()
                seconds = time.perf_counter() - began
            written = await _messages(assistant) - before
            events = 2 * families
            commit = await _plain_commit(assistant.database)
            waits = await _at_pace(assistant, town.incomes(2), 2 * seconds / events)
            return EventFigures(families, workers, events, written, seconds, commit, tuple(waits))


@asynccontextmanager
async def settled_town(
    folder: Path, database_url: str, families: int
) -> AsyncIterator[tuple[Assistant, Town]]:
    """An assistant that knows everybody in a made-up town, but not what they earn."""
    town = Town(families, TODAY)
    database = Database(_config(folder, database_url).database)
    await upgrade(database)
    await database.close()
    async with at_work(folder, database_url, town) as assistant:
        async with assistant.database.begin() as tx:
            settings = {"name": NAME, "settings": dict(SETTINGS)}
            await upsert(tx, municipality, {"number": NUMBER}, settings)
        await arrive(assistant, town.events())
        await assistant.work.run_until_idle()
        yield assistant, town


@asynccontextmanager
async def at_work(folder: Path, database_url: str, town: Town) -> AsyncIterator[Assistant]:
    """An assistant that asks the town, and leaves handing over to others."""
    config = _config(folder, database_url)
    async with assemble(config, registers=cast(Registers, town)) as assistant:
        assistant.work.queues = ("events",)
        keep_for_good()
        yield assistant


def _config(folder: Path, database_url: str) -> Config:
    given = {
        "data_dir": folder,
        "database_url": database_url,
        "municipality": NUMBER,
        "notices": AT_ANY_TIME,
    }
    return Config().model_copy(update=given)


async def arrive(assistant: Assistant, events: Sequence[IncomingEvent]) -> None:
    for event in events:
        async with assistant.database.begin() as tx:
            await receive_event(tx, assistant.parts.identities, event, assistant.clock())


async def _at_pace(assistant: Assistant, events: Sequence[IncomingEvent], every: float) -> list[float]:
    """Let an event arrive `every` so many seconds while the work runs; how long each took to be handled."""
    waits: list[float] = []
    done = asyncio.Event()
    together = assistant.work.handlers["handle_event"]
    assert isinstance(together, Together)
    arrived: dict[str, float] = {}

    async def timed(many: Sequence[Mapping[str, Any]]) -> Sequence[Exception | None]:
        faults = await together.handle(many)
        waits.extend(time.perf_counter() - arrived[args["inbox_id"]] for args in many)
        if len(waits) == len(events):
            done.set()
        return faults

    cast(dict[str, Any], assistant.work.handlers)["handle_event"] = Together(timed, together.most)
    async with assistant.work:
        began = time.perf_counter()
        for index, event in enumerate(events):
            await asyncio.sleep(max(0.0, began + index * every - time.perf_counter()))
            now = time.perf_counter()
            async with assistant.database.begin() as tx:
                stored = await receive_event(tx, assistant.parts.identities, event, assistant.clock())
                arrived[stored.inbox_id] = now
        await done.wait()
    return waits


async def _plain_commit(database: Database, times: int = 100) -> float:
    """Seconds of a transaction that writes one row of settings and commits."""
    began = time.perf_counter()
    for count in range(times):
        async with database.begin() as tx:
            await upsert(tx, municipality, {"number": "0000"}, {"name": str(count), "settings": {}})
    return (time.perf_counter() - began) / times


async def _messages(assistant: Assistant) -> int:
    async with assistant.database.read() as tx:
        return int(await tx.scalar(select(func.count()).select_from(message)) or 0)


def as_text(figures: EventFigures) -> str:
    """What `varde bench --events` prints."""
    by = f" by {figures.workers} workers" if figures.workers > 1 else ""
    return "\n".join(
        (
            f"{figures.events} events of {figures.families} families, {figures.messages} messages written",
            f"{figures.a_second:.0f} events a second{by}: "
            f"each worth {figures.commits_an_event:.1f} commits of one row",
            f"at half that load: half of them within {1000 * figures.wait(0.5):.0f} ms, 99 of 100 within "
            f"{1000 * figures.wait(0.99):.0f} ms",
        )
    )
