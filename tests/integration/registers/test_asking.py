"""Each client asks its register over real HTTP and gets what the register holds."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice

import aiohttp
import pytest

from assistant.config import Config
from assistant.registers import (
    Gone,
    NoAssessment,
    NotConnected,
    NotFound,
    Registers,
    statements_from_person_document,
)
from assistant.registers.national_id import synthetic_ids
from assistant.registers.population import EntityChange
from assistant.registers.simulators import Simulators
from tests.unit.registers.documents import CHILD, FATHER, MOTHER, lives, person
from tests.unit.registers.test_income import PAY
from tests.unit.registers.test_kindergarten_place import place

AT = datetime(2026, 8, 20, 10, 0, tzinfo=UTC)


async def test_the_population_feed_is_read_from_a_position_and_says_when_nothing_is_new(
    simulators: Simulators, registers: Registers
) -> None:
    register = simulators.population
    content = person(CHILD, bostedsadresse=[lives()]).content
    register.emit(CHILD, content, "personErBosatt", AT, entity="status")
    register.emit(CHILD, content, "endringIBostedsadresse", AT, entity="bostedsadresse", change="korrigere")

    page = await registers.population.feed(2)
    again = await registers.population.feed(2, page.etag)
    document = await registers.population.event(page.events[0].event_document)
    same = await registers.population.events([page.events[0].event_document, "0" * 32])

    assert [event.type for event in page.events] == ["endringIBostedsadresse"]
    assert page.events[0].identifier == CHILD
    assert page.next_position(2) == 3
    assert (again.not_modified, again.events) == (True, ())
    assert document.changes == (EntityChange("bostedsadresse", "korrigere"),)
    assert same == (document,)

    register.emit(CHILD, content, "endringINavn", AT)
    assert len((await registers.population.feed(2, page.etag)).events) == 2


async def test_the_feed_comes_a_thousand_at_a_time(simulators: Simulators, registers: Registers) -> None:
    for _ in range(1001):
        simulators.population.emit(CHILD, {}, "endringINavn", AT, save=False)

    first = await registers.population.feed(1)
    second = await registers.population.feed(first.next_position(1))

    assert (len(first.events), len(second.events)) == (1000, 1)
    assert (await registers.population.feed(1002)).events == ()


async def test_a_person_is_asked_for_without_a_number_in_the_address(
    simulators: Simulators, registers: Registers
) -> None:
    simulators.population.put(CHILD, person(CHILD, bostedsadresse=[lives()]).content)

    document = await registers.population.person(CHILD)

    assert statements_from_person_document(document)
    assert simulators.population.asked == [f"POST {simulators.population.base_path}/v1/personer/bulkoppslag/"]
    with pytest.raises(NotFound) as refused:
        await registers.population.person(MOTHER)
    assert MOTHER not in str(refused.value)


async def test_the_assessment_comes_before_the_draft(simulators: Simulators, registers: Registers) -> None:
    simulators.tax.put(MOTHER, 2025, {PAY: 410_000}, stage="utkast")
    draft = await registers.tax.basis(MOTHER, 2025)
    simulators.tax.emit(MOTHER, 2025, {PAY: 400_000}, AT)
    settled = await registers.tax.basis(MOTHER, 2025)

    assert (draft.stage, draft.posts[0].amount) == ("utkast", Decimal(410_000))
    assert (settled.stage, settled.posts[0].amount) == ("oppgjoer", Decimal(400_000))
    assert settled.settled_on == date(2026, 8, 20)


async def test_who_has_no_assessment_and_whose_was_taken_back(
    simulators: Simulators, registers: Registers
) -> None:
    with pytest.raises(NoAssessment) as nobody:
        await registers.tax.basis(MOTHER, 2025)
    simulators.tax.know(MOTHER)
    with pytest.raises(NoAssessment) as nothing:
        await registers.tax.basis(MOTHER, 2025)
    simulators.tax.emit(FATHER, 2025, {PAY: 1}, AT)
    simulators.tax.withdraw(FATHER, 2025, AT)
    with pytest.raises(Gone) as gone:
        await registers.tax.basis(FATHER, 2025)

    assert (nobody.value.code, nothing.value.code, gone.value.code) == ("SSG-007", "SSG-008", "SSG-011")
    assert not isinstance(gone.value, NoAssessment)
    assert MOTHER not in f"{nobody.value}{nothing.value}{gone.value}"


async def test_the_tax_feed_has_a_start_for_a_day_and_an_end(
    simulators: Simulators, registers: Registers
) -> None:
    simulators.tax.emit(MOTHER, 2024, {PAY: 1}, datetime(2025, 6, 1, tzinfo=UTC))
    simulators.tax.emit(MOTHER, 2025, {PAY: 2}, AT)

    start = await registers.tax.start(date(2026, 1, 1))
    page = await registers.tax.feed(start, 5)

    assert [(event.sequence, event.income_year, event.type) for event in page.events] == [(2, 2025, "NY")]
    assert page.next_position(start) == 3
    assert (await registers.tax.feed(3)).events == ()


async def test_contact_details_of_more_than_a_thousand_are_asked_in_portions(
    simulators: Simulators, registers: Registers
) -> None:
    simulators.contact.put(MOTHER, email="mor@example.no", language="nn", confirmed_at=AT)
    many = [
        MOTHER,
        *islice(synthetic_ids(date(1980, 1, 1)), 600),
        *islice(synthetic_ids(date(1980, 1, 2)), 600),
    ]

    found = {one.identifier: one for one in await registers.contact.persons(many)}

    assert len(found) == len(many)
    assert len(simulators.contact.asked) == 2
    assert (found[MOTHER].language, found[MOTHER].notifiable) == ("nn", True)
    assert found[many[1]].status == "IKKE_REGISTRERT"
    assert await registers.contact.persons([]) == ()


async def test_places_and_their_feed(simulators: Simulators, registers: Registers) -> None:
    simulators.kindergarten.emit(place(), "accepted", AT)
    simulators.kindergarten.emit(place(ends_on="2027-06-30"), "ended", AT)

    page = await registers.kindergarten.feed(1)
    found = await registers.kindergarten.place(page.events[0].place_number)

    assert [event.type for event in page.events] == ["accepted", "ended"]
    assert found.ends_on == date(2027, 6, 30)
    assert (await registers.kindergarten.feed(3)).events == ()
    with pytest.raises(NotFound):
        await registers.kindergarten.place("B/../1")


async def test_a_register_without_an_address_says_which_setting_is_missing(
    session: aiohttp.ClientSession,
) -> None:
    registers = Registers.from_config(Config(), session)

    with pytest.raises(NotConnected, match=r"set tax_administration\.base_url in varde\.toml"):
        await registers.tax.basis(MOTHER, 2025)
