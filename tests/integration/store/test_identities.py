"""Subjects and their identity numbers: one subject a number, also when two hear of it at once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from sqlalchemy import func, select

from assistant.store import Database, Identities, IdentityKeys
from assistant.store.tables import subject

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
NUMBER = "17885496359"  # synthetic: month + 80


async def test_two_who_hear_of_a_person_at_once_mean_the_same_subject(database: Database) -> None:
    identities = Identities(IdentityKeys.generate())
    met = []

    async def hear() -> None:
        async with database.begin() as tx:
            met.append(await identities.find_or_create(tx, "person", "national_id", NUMBER, NOW))
            await asyncio.sleep(0.2)  # the other one looks before we commit

    await asyncio.gather(hear(), hear())

    assert met[0] == met[1]
    async with database.read() as tx:
        assert await tx.scalar(select(func.count()).select_from(subject)) == 1
