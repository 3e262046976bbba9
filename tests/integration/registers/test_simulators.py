"""The simulators themselves: only with a token, only from this machine, and nothing forgotten at a restart."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from assistant.config import Config
from assistant.registers import Registers
from assistant.registers.simulators import Simulators, start_all
from tests.unit.registers.documents import CHILD, MOTHER, lives, person
from tests.unit.registers.test_income import PAY
from tests.unit.registers.test_kindergarten_place import place

AT = datetime(2026, 8, 20, 10, 0, tzinfo=UTC)
REGISTERS = ("population_register", "tax_administration", "contact_register", "kindergarten_system")


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer made-up"}, {"Authorization": "Basic x"}])
async def test_without_a_token_that_was_given_out_there_is_no_answer(
    simulators: Simulators, session: aiohttp.ClientSession, header: dict[str, str]
) -> None:
    base = simulators.settings["kindergarten_system"].base_url
    async with session.get(f"{base}/v1/events?from=1", headers=header) as response:
        assert response.status == 401


async def test_a_token_for_one_register_opens_no_other(
    simulators: Simulators, registers: Registers, session: aiohttp.ClientSession
) -> None:
    token = await registers.contact.transport.tokens.token(registers.contact.transport.scope)
    base = simulators.settings["tax_administration"].base_url
    url = f"{base}/skatteoppgjoer/hendelser/?fraSekvensnummer=1&antall=1"
    async with session.get(url, headers={"Authorization": f"Bearer {token}"}) as response:
        assert response.status == 401


async def test_they_listen_on_the_loopback_only(simulators: Simulators) -> None:
    for name in REGISTERS:
        assert simulators.settings[name].base_url.startswith("http://127.0.0.1:")


async def test_a_restart_forgets_nothing(tmp_path: Path, session: aiohttp.ClientSession) -> None:
    async with start_all(tmp_path) as running:
        assert running.is_empty
        running.population.emit(CHILD, person(CHILD, bostedsadresse=[lives()]).content, "personErBosatt", AT)
        running.tax.emit(MOTHER, 2025, {PAY: 1}, AT)
        running.contact.put(MOTHER, language="nn")
        running.kindergarten.emit(place(), "accepted", AT)
        running.save()

    async with start_all(tmp_path) as again:
        registers = Registers.from_config(again.configured(Config()), session)
        assert not again.is_empty
        assert [event.identifier for event in (await registers.population.feed(1)).events] == [CHILD]
        assert (await registers.tax.basis(MOTHER, 2025)).posts[0].amount == 1
        assert (await registers.contact.persons([MOTHER]))[0].language == "nn"
        assert (await registers.kindergarten.place("B-1001")).child == CHILD

    assert (tmp_path / "maskinporten-key.pem").stat().st_mode & 0o077 == 0
