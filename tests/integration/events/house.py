"""The assembled house with a few families in its registers: real clients, real simulators, no web and no clock."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

import assistant.assembly
from assistant.assembly import Assistant, assemble
from assistant.config import AT_ANY_TIME, Config, EmailSettings
from assistant.demo.mailbox import Mailbox
from assistant.demo.making import NAME, NUMBER
from assistant.demo.population import made_up_municipality
from assistant.demo.settling import settle
from assistant.demo.story import Story
from assistant.demo.world import SETTINGS
from assistant.registers.simulators import Simulators, start_all
from assistant.registers.simulators.kept import Kept
from assistant.store import Database, Transaction
from assistant.store.database import upsert
from assistant.store.tables import municipality

TODAY = date(2026, 11, 2)
FEEDS = ("population_register", "tax_administration", "kindergarten_system")


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 2, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class House:
    assistant: Assistant
    simulators: Simulators
    story: Story
    mailbox: Mailbox
    clock: Clock
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def database(self) -> Database:
        return self.assistant.database

    async def listen(self) -> None:
        """Read every feed to its end and do all the work that follows."""
        for feed in FEEDS:
            await self.assistant.polling.poll(feed)
        await self.assistant.work.run_until_idle()

    async def play(self, step: str) -> None:
        assert self.story.play(step, self.clock())
        await self.listen()

    async def id_of(self, key: str) -> str:
        """Our own id of somebody in the story."""
        identifier = self.story.municipality.person(key).identifier
        async with self.database.read() as tx:
            found = await self.assistant.parts.identities.find(tx, "national_id", identifier)
        assert found is not None, f"{key} is not known here"
        return found

    async def determination(self, key: str, rule: str = "kindergarten.monthly_fee") -> dict[str, Any]:
        from assistant.determinations import current

        async with self.database.read() as tx:
            row = await current(tx, rule, await self.id_of(key))
        assert row is not None, f"{rule} has never been run for {key}"
        return row

    async def rows(self, table: Any, **where: Any) -> list[dict[str, Any]]:
        question = select(table)
        for name, value in where.items():
            question = question.where(table.c[name] == value)
        async with self.database.read() as tx:
            return await tx.all(question)

    async def settle_for(self, generation: str) -> None:
        """The municipality chooses who carries the facts of the fee's errand."""
        settings = {**SETTINGS, "generations": {"apply_reduced_fee": generation}}
        async with self.database.begin() as tx:
            await upsert(tx, municipality, {"number": NUMBER}, {"name": NAME, "settings": settings})


@asynccontextmanager
async def open_house(
    folder: Path, database_url: str, families: Sequence[str], monkeypatch: Any, **settings: Any
) -> AsyncIterator[House]:
    """`families`: one key of each family that lives here."""
    clock = Clock()
    everybody = made_up_municipality(TODAY)
    few = replace(everybody, families=tuple(everybody.family_of(key) for key in families))
    async with (
        start_all(folder / "registers", timeout_seconds=1.0) as simulators,
        Mailbox(folder / "mail") as mailbox,
    ):
        settle(simulators, few)
        story = Story(simulators, few, Kept(None, {"settled_on": TODAY.isoformat(), "played": []}))
        config = simulators.configured(Config()).model_copy(
            update={
                "data_dir": folder,
                "database_url": database_url,
                "municipality": NUMBER,
                "notices": AT_ANY_TIME,
                "email": EmailSettings(host="127.0.0.1", port=mailbox.port),
                **settings,
            }
        )
        monkeypatch.setattr(Config, "clock", property(lambda self: clock))
        async with assemble(config) as assistant:
            async with assistant.database.begin() as tx:
                await settle_municipality(tx)
            yield House(assistant, simulators, story, mailbox, clock)


async def settle_municipality(tx: Transaction) -> None:
    await upsert(tx, municipality, {"number": NUMBER}, {"name": NAME, "settings": dict(SETTINGS)})


__all__ = ["FEEDS", "House", "assistant", "open_house"]
