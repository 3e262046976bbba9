"""The story played over the simulated registers, and read back through the real clients."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from assistant.config import Config
from assistant.demo.story import StepNotReady, Story
from assistant.registers import (
    NoAssessment,
    Registers,
    statements_from_person_document,
    statements_from_place,
)
from assistant.registers.simulators import start_all
from assistant.twin.facts import Span

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class Told:
    """A story, and the registers as the assistant asks them."""

    def __init__(self, story: Story, registers: Registers) -> None:
        self.story = story
        self.registers = registers

    def number(self, key: str) -> str:
        return self.story.municipality.person(key).identifier

    async def facts(self, key: str) -> dict[str, tuple[Span, ...]]:
        document = await self.registers.population.person(self.number(key))
        return {one.concept: one.spans for one in statements_from_person_document(document)}

    async def new_events(self, step: str) -> list[Any]:
        """Play a step and read what is new in the three feeds."""
        before = [feed.kept.values["feed"] for feed in self._feeds()]
        lengths = [len(feed) for feed in before]
        assert self.story.play(step, NOW)
        people, taxes, places = lengths
        registers = self.registers
        return [
            *(await registers.population.feed(people + 1)).events,
            *(await registers.tax.feed(taxes + 1)).events,
            *(await registers.kindergarten.feed(places + 1)).events,
        ]

    def _feeds(self) -> tuple[Any, ...]:
        simulators = self.story.simulators
        return (simulators.population, simulators.tax, simulators.kindergarten)


@pytest.fixture
async def told(tmp_path: Path) -> AsyncIterator[Told]:
    async with start_all(tmp_path) as running, aiohttp.ClientSession() as session:
        registers = Registers.from_config(running.configured(Config()), session)
        yield Told(Story.over(running, TODAY), registers)


async def test_everybody_is_told_of_once_and_nora_has_no_place_yet(told: Told) -> None:
    events = (await told.registers.population.feed(1)).events
    places = (await told.registers.kindergarten.feed(1)).events

    everywhere = (told.story.municipality, *told.story.neighbours)
    people = [person for place in everywhere for person in place.persons]
    assert len(events) == len({event.identifier for event in events}) == len(people)
    assert len(places) == sum(len(place.places) for place in everywhere)
    children = {(await told.registers.kindergarten.place(event.place_number)).child for event in places}
    assert told.number("nora") not in children
    assert told.number("selma") in children


async def test_the_story_begins_by_itself_once(told: Told) -> None:
    assert told.story.begin(NOW) == ("nora_gets_place", "omar_gets_place")
    assert told.story.begin(NOW) == ()


async def test_nora_gets_a_place_that_begins_today(told: Told) -> None:
    (event,) = await told.new_events("nora_gets_place")
    place = await told.registers.kindergarten.place(event.place_number)
    relation = statements_from_place(place)[0]

    assert event.type == "accepted"
    assert place.child == told.number("nora")
    assert (relation.spans[0].valid_from, place.terms[-1].price) == (TODAY, 1200)


async def test_an_assessment_is_corrected(told: Told) -> None:
    (event,) = await told.new_events("okoro_income_corrected")
    basis = await told.registers.tax.basis(event.identifier, event.income_year)

    assert event.identifier == told.number("daniel")
    assert basis.posts[0].amount == 312_000


async def test_a_draft_becomes_an_assessment(told: Told) -> None:
    assert (await told.registers.tax.basis(told.number("kaia"), 2025)).stage == "utkast"
    await told.new_events("draft_becomes_assessment")

    assert (await told.registers.tax.basis(told.number("kaia"), 2025)).stage == "oppgjoer"


async def test_a_child_is_born_with_two_parents_who_know_it(told: Told) -> None:
    events = await told.new_events("baby_born")
    baby = events[0].identifier
    document = await told.registers.population.person(baby)
    said = {one.concept: one.spans for one in statements_from_person_document(document)}

    assert [event.type for event in events] == [
        "endringIFoedsel",
        "endringIFamilierelasjon",
        "endringIFamilierelasjon",
    ]
    assert said["person.birth_date"][0].value == (TODAY - timedelta(days=2)).isoformat()
    assert len(said["person.parents"]) == len(said["person.guardians"]) == 2
    assert said["person.name"] == (Span(None),)
    for parent in ("sofie", "daniel"):
        known = await told.facts(parent)
        assert baby in [span.value.identifier.value for span in known["person.children"]]
    home = (await told.facts("sofie"))["person.address_key"][-1].value
    assert said["person.address_key"][-1].value == home


async def test_a_move_keeps_the_family_together_and_the_old_address_as_history(told: Told) -> None:
    before = (await told.facts("ingrid"))["person.address_key"]
    await told.new_events("ingrid_moves")
    mother, child = await told.facts("ingrid"), await told.facts("nora")

    assert len(mother["person.address_key"]) == len(before) + 1
    assert mother["person.address_key"][-1].valid_from == TODAY
    assert mother["person.address_key"][-2].valid_to == TODAY
    assert mother["person.address_key"][-1].value == child["person.address_key"][-1].value


async def test_ella_moves_register_to_the_father_she_shares_residence_with(told: Told) -> None:
    await told.new_events("ella_registered_with_father")
    ella, eirik, maja = await told.facts("ella"), await told.facts("eirik"), await told.facts("maja")

    assert ella["person.address_key"][-1].value == eirik["person.address_key"][-1].value
    assert {
        span.detail["address_key"] for span in ella["person.shared_residence"] if span.valid_to is None
    } == {maja["person.address_key"][-1].value}


async def test_protection_hides_where_they_live_and_not_that_they_live_together(told: Told) -> None:
    events = await told.new_events("address_protected")
    tuva, luna = await told.facts("tuva"), await told.facts("luna")

    assert {event.type for event in events} == {"endringIAdressebeskyttelse"}
    assert tuva["person.address_protection"][-1].value == "confidential"
    assert tuva["person.address"] == luna["person.address"] == ()
    assert tuva["person.address_key"][-1].value == luna["person.address_key"][-1].value


async def test_a_death_and_its_annulment(told: Told) -> None:
    with pytest.raises(StepNotReady, match="comes after 'halvor_dies'"):
        told.story.play("death_annulled", NOW)
    await told.new_events("halvor_dies")
    dead = await told.facts("halvor")
    (event,) = await told.new_events("death_annulled")
    alive = await told.facts("halvor")
    document = await told.registers.population.event(event.event_document)

    assert dead["person.death_date"][0].value == (TODAY - timedelta(days=1)).isoformat()
    assert alive["person.death_date"][0].value is None
    assert alive["person.residence_status"][-1].value == "resident"
    assert document.changes[0].change == "annullere"


async def test_every_step_can_be_played_in_order_and_only_once(told: Told) -> None:
    for step in told.story.steps:
        assert told.story.ready(step)
        assert told.story.play(step.id, NOW)
        assert not told.story.play(step.id, NOW)

    assert told.story.played == tuple(step.id for step in told.story.steps)
    with pytest.raises(StepNotReady, match="no step 'nothing'"):
        told.story.play("nothing", NOW)


async def test_a_restart_another_day_goes_on_with_the_same_people(tmp_path: Path) -> None:
    async with start_all(tmp_path) as running:
        first = Story.over(running, TODAY)
        first.begin(NOW)
        people = first.municipality.persons
        events = len(running.population.kept.values["feed"])

    async with start_all(tmp_path) as again:
        second = Story.over(again, TODAY + timedelta(days=90))
        assert second.municipality.persons == people
        assert second.played == first.played
        assert len(again.population.kept.values["feed"]) == events
        assert second.play("ingrid_moves", NOW + timedelta(days=90))


async def test_the_newly_arrived_have_no_assessment_each_in_their_own_way(told: Told) -> None:
    for key, code in (("leila", "SSG-008"), ("omid", "SSG-007")):
        with pytest.raises(NoAssessment) as none:
            await told.registers.tax.basis(told.number(key), 2025)
        assert none.value.code == code
