"""A correction supersedes, an annulment takes back, and what was known on a day can be told for ever after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from assistant.registers import (
    Gone,
    Registers,
    statements_from_person_document,
    statements_from_tax_basis,
    statements_without_assessment,
)
from assistant.registers.population import EntityChange
from assistant.registers.simulators import Simulators
from assistant.store import Database, Identities, IdentityKeys
from assistant.twin import UNKNOWN, Provenance, Statement, Twin
from rules import Catalogue
from tests.unit.registers.documents import CHILD, MOTHER, element, lives, person
from tests.unit.registers.test_income import PAY

ON = date(2026, 10, 1)
FIRST = datetime(2026, 8, 20, 10, tzinfo=UTC)
LATER = FIRST + timedelta(days=30)
MODEL = Catalogue.load().model


@dataclass
class Known:
    """What the twin holds of one person, and held."""

    database: Database
    registers: Registers
    simulators: Simulators
    twin: Twin

    async def hear(self, content: dict[str, Any], entity: str, change: str, now: datetime) -> None:
        """The register tells of an event, and we do what its line asks: read the person as it now stands."""
        kind = f"endringI{entity[0].upper()}{entity[1:]}"
        position = self.simulators.population.emit(CHILD, content, kind, now, entity=entity, change=change)
        page = await self.registers.population.feed(position)
        document = await self.registers.population.event(page.events[0].event_document)
        assert document.changes == (EntityChange(entity, change),)
        read = await self.registers.population.person(page.events[0].identifier)
        await self.record(statements_from_person_document(read), self.registers.population_provenance, now)

    async def record(self, said: tuple[Statement, ...], source: Provenance, now: datetime) -> None:
        async with self.database.begin() as tx:
            await self.twin.record(tx, said, source, now)

    async def value(self, number: str, concept: str, on: date, known_at: datetime | None = None) -> Any:
        async with self.database.read() as tx:
            subject = await self.twin.identities.find(tx, "national_id", number)
            assert subject is not None
            near = await self.twin.near(tx, [subject], known_at=known_at)
            return near.value(subject, concept, on)


@pytest.fixture
async def known(database: Database, registers: Registers, simulators: Simulators) -> Known:
    return Known(database, registers, simulators, Twin(Identities(IdentityKeys.generate()), MODEL))


def content(**parts: Any) -> dict[str, Any]:
    return dict(person(CHILD, **parts).content)


async def test_a_correction_supersedes(known: Known) -> None:
    wrong = lives(start="2026-01-31T23:00:00Z")
    right = lives(start="2026-01-31T23:00:00Z", entered="2026-09-19T10:00:00Z")
    right["vegadresse"] = right["vegadresse"] | {"kommunenummer": "3006"}
    await known.hear(content(bostedsadresse=[wrong]), "bostedsadresse", "registrereNy", FIRST)
    put_right = [wrong | {"erGjeldende": False}, right]
    await known.hear(content(bostedsadresse=put_right), "bostedsadresse", "korrigere", LATER)

    assert await known.value(CHILD, "person.municipality", ON, known_at=FIRST) == "9999"
    assert await known.value(CHILD, "person.municipality", ON) == "3006"
    assert await known.value(CHILD, "person.municipality", date(2026, 3, 1)) == "3006"  # back in time too


async def test_an_annulment_takes_back(known: Known) -> None:
    died = element("2026-08-18T22:00:00Z", doedsdato="2026-08-19")
    await known.hear(content(doedsfall=[died]), "doedsfall", "registrereNy", FIRST)
    annulled = content(doedsfall=[died | {"erGjeldende": False}])
    await known.hear(annulled, "doedsfall", "annullere", LATER)

    assert await known.value(CHILD, "person.death_date", ON, known_at=FIRST) == "2026-08-19"
    assert (
        await known.value(CHILD, "person.death_date", ON, known_at=LATER - timedelta(seconds=1))
        == "2026-08-19"
    )
    assert await known.value(CHILD, "person.death_date", ON) is None


async def test_an_annulled_address_was_never_one(known: Known) -> None:
    home = lives(start="2026-01-31T23:00:00Z")
    await known.hear(content(bostedsadresse=[home]), "bostedsadresse", "registrereNy", FIRST)
    annulled = content(bostedsadresse=[home | {"erGjeldende": False}])
    await known.hear(annulled, "bostedsadresse", "annullere", LATER)

    assert await known.value(CHILD, "person.municipality", ON, known_at=FIRST) == "9999"
    assert await known.value(CHILD, "person.municipality", ON) is UNKNOWN
    assert await known.value(CHILD, "person.municipality", date(2026, 3, 1)) is UNKNOWN


async def test_a_correction_of_history_changes_the_days_before_alone(known: Known) -> None:
    now = lives("2", start="2026-05-31T22:00:00Z")
    before = lives("1", start="2026-01-31T23:00:00Z", current=False, end="2026-05-31T22:00:00Z")
    await known.hear(content(bostedsadresse=[before, now]), "bostedsadresse", "registrereNy", FIRST)
    changed = before | {"vegadresse": before["vegadresse"] | {"kommunenummer": "3006"}}
    await known.hear(content(bostedsadresse=[changed, now]), "bostedsadresse", "korrigereHistorisk", LATER)

    in_march = date(2026, 3, 1)
    assert await known.value(CHILD, "person.municipality", in_march, known_at=FIRST) == "9999"
    assert await known.value(CHILD, "person.municipality", in_march) == "3006"
    assert await known.value(CHILD, "person.municipality", ON) == "9999"


async def test_an_assessment_put_right_and_taken_back(known: Known) -> None:
    source = known.registers.tax_provenance
    last = LATER + timedelta(days=30)
    for now, amount in ((FIRST, 400_000), (LATER, 360_000)):
        known.simulators.tax.emit(MOTHER, 2025, {PAY: amount}, now)
        basis = await known.registers.income(MOTHER, 2025)
        await known.record(statements_from_tax_basis(basis), source, now)
    known.simulators.tax.withdraw(MOTHER, 2025, last)
    with pytest.raises(Gone):
        await known.registers.income(MOTHER, 2025)
    await known.record(statements_without_assessment(MOTHER, 2025), source, last)

    assert [event.sequence for event in (await known.registers.tax.feed(1)).events] == [1, 2, 3]
    assert await known.value(MOTHER, "person.assessed_income", ON, known_at=FIRST) == 400_000
    assert await known.value(MOTHER, "person.assessed_income", ON, known_at=LATER) == 360_000
    assert await known.value(MOTHER, "person.assessed_income", ON) is UNKNOWN
