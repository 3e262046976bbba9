"""A notice that goes through Altinn: to the identity number, with a second one that asks us first."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from guidance_town import Town
from sqlalchemy import insert, select

from assistant.config import AT_ANY_TIME
from assistant.guidance import Delivery
from assistant.registers.altinn import NOTIFICATIONS, AltinnTokens
from assistant.registers.maskinporten import MaskinportenTokens
from assistant.registers.simulators import Simulators, start_all
from assistant.store import Work
from assistant.store.tables import identity, message
from channels.altinn import AltinnChannel, AltinnOrders
from tests.unit.registers.documents import MOTHER


@pytest.fixture
async def altinn(town: Town) -> AsyncIterator[Simulators]:
    async with start_all(timeout_seconds=1) as simulators, aiohttp.ClientSession() as http:
        settings = simulators.settings["altinn"]
        tokens = AltinnTokens(settings, http, MaskinportenTokens(simulators.settings["maskinporten"], http))

        async def token() -> str:
            return await tokens.token(NOTIFICATIONS)

        channel = AltinnChannel("email", AltinnOrders(settings.base_url), token, town.now)
        channels = {**town.delivery.channels, "email": channel}
        delivery = Delivery(
            town.database, town.guidance, channels, town.now, "https://varde.example/", AT_ANY_TIME
        )
        town.work = Work(town.database, {"deliver": delivery.deliver}, town.now)
        yield simulators
        await channel.close()


async def known_by_number(town: Town) -> None:
    """The family, of whom the population register has told Kari's number."""
    await town.family()
    kari, identities = town.ids["Kari"], town.twin.identities
    key_id, sealed = identities.keys.seal(MOTHER.encode(), about=kari)
    lookup = identities.keys.digest("national_id", MOTHER)
    named = {"subject_id": kari, "scheme": "national_id", "lookup": lookup}
    async with town.database.begin() as tx:
        await tx.execute(insert(identity).values(**named, key_id=key_id, ciphertext=sealed))


async def tell(town: Town, kind: str) -> None:
    content = {"case_number": 20260001, "outcome": "granted", "monthly_fee": 1636, "full_fee": 2000}
    content |= {"due_on": "2026-12-01"}
    async with town.database.begin() as tx:
        kari, lise = town.ids["Kari"], town.ids["Lise"]
        await town.guidance.tell(
            tx, kari, lise, "kindergarten.reduced_fee", kind, f"{kind}:1", content, town.moment
        )
    await town.work.run_until_idle()


async def test_word_of_a_decision_is_ordered_once_with_a_second_notice_after_a_week(
    town: Town, altinn: Simulators
) -> None:
    await known_by_number(town)
    await tell(town, "decision_made")
    await tell(town, "decision_made")

    (order,) = altinn.altinn.orders()
    person = order["recipient"]["recipientPerson"]
    async with town.database.read() as tx:
        row = await tx.first(select(message).where(message.c.channel == "email"))
    assert row is not None
    assert order["idempotencyId"] == row["id"]
    assert (person["nationalIdentityNumber"], person["ignoreReservation"]) == (MOTHER, False)
    for secret in ("Kari", "Lise", "1636", "2000", "kari@post.example", "innvilget"):
        assert secret not in str(order)
    (reminder,) = order["reminders"]
    assert reminder["delayDays"] == 7
    assert reminder["conditionEndpoint"] == f"https://varde.example/altinn/unread/{row['id']}"
    assert town.mailbox.listed() == []


async def test_what_law_does_not_want_told_twice_is_told_once(town: Town, altinn: Simulators) -> None:
    await known_by_number(town)
    await tell(town, "needs_worker")

    (order,) = altinn.altinn.orders()
    assert "reminders" not in order
