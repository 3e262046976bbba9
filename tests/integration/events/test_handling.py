"""From a register's event to what follows from it, over real clients and simulated registers, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from house import FEEDS, House, open_house

from assistant.events import KINDERGARTEN_PLACE, POPULATION, IncomingEvent, receive_event, store_event
from assistant.store.tables import (
    determination,
    fact,
    guidance,
    inbox,
    job,
    life_event,
    message,
    subject,
    usage,
)
from assistant.twin import Provenance, Span, Statement, SubjectRef

SHORT_FORM_ON = "postgresql"

PLACE = "nora_gets_place"


@pytest.fixture
async def house(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    async with open_house(tmp_path, database_url, ["ingrid", "sofie"], monkeypatch) as opened:
        await opened.listen()
        yield opened


async def post(house: House, event: IncomingEvent) -> None:
    async with house.database.begin() as tx:
        await store_event(tx, house.assistant.parts.identities.keys, event, house.clock())
    await house.assistant.work.run_until_idle()


async def test_a_place_becomes_a_right_a_message_and_an_email(house: House) -> None:
    await house.play(PLACE)
    nora, ingrid = await house.id_of("nora"), await house.id_of("ingrid")

    said = (await house.determination("nora"))["record"]
    # 126 000 + 72 000 = 198 000; 6 % of it over 11 months is 1080; 20 of 45 hours are free: 600.
    assert said["values"] == {"full_fee": 1200, "monthly_fee": 600}
    kinds = {row["kind"] for row in await house.rows(life_event, subject_id=nora)}
    assert "kindergarten_place_accepted" in kinds
    assert {row["kind"] for row in await house.rows(life_event, subject_id=ingrid)} == {"income_assessed"}
    (told,) = await house.rows(guidance, person_id=ingrid)
    assert told["kind"] == "right_found"
    assert {row["channel"]: row["state"] for row in await house.rows(message, person_id=ingrid)} == {
        "chat": "sent",
        "email": "sent",
    }
    assert [mail.times for mail in house.mailbox.listed()] == [1]


async def test_every_use_of_the_mothers_income_is_in_her_log(house: House) -> None:
    await house.play(PLACE)
    log = await house.rows(usage, subject_id=await house.id_of("ingrid"))
    assert any(row["action"] == "fetched" and "§ 3e" in row["basis"] for row in log)
    assert any(
        row["actor"] == "kindergarten.reduced_fee" and "assessed_income" in row["concepts"] for row in log
    )


async def test_reading_the_feeds_again_changes_nothing(house: House) -> None:
    await house.play(PLACE)
    tables = (inbox, fact, determination, guidance, message, life_event)
    before = [len(await house.rows(table)) for table in tables]
    for _ in range(3):
        await house.listen()
    assert [len(await house.rows(table)) for table in tables] == before


async def test_the_same_event_in_another_way_finds_the_same_facts(house: House) -> None:
    await house.play(PLACE)
    facts = len(await house.rows(fact))
    line = {
        "sequence": 1,
        "place_number": "VB-2001",
        "type": "accepted",
        "registered_at": "2026-11-02T10:00:00Z",
    }
    for _ in range(5):
        await post(house, IncomingEvent("x-1", "urn:example:kindergartens", KINDERGARTEN_PLACE, line))
    (stored,) = await house.rows(inbox, event_id="x-1")
    assert stored["outcome"] == "done"
    assert len(await house.rows(fact)) == facts
    assert len(await house.rows(guidance, person_id=await house.id_of("ingrid"))) == 1


async def test_an_event_that_changes_after_it_was_sent_does_not_replace_the_first(house: House) -> None:
    first = IncomingEvent("x-2", "urn:example", "no.example.unknown", {"n": 1})
    async with house.database.begin() as tx:
        stored = await store_event(tx, house.assistant.parts.identities.keys, first, house.clock())
        other = IncomingEvent("x-2", "urn:example", "no.example.unknown", {"n": 2})
        again = await store_event(tx, house.assistant.parts.identities.keys, other, house.clock())
    assert again.inbox_id == stored.inbox_id
    assert again.conflicting


@pytest.mark.parametrize(
    ("event_type", "data", "outcome"),
    [
        ("no.example.unknown", {"anything": 1}, "ignored"),
        (POPULATION, {"sekvensnummer": 1}, "parked"),
        (POPULATION, "text", "parked"),
        (POPULATION, {"sekvensnummer": "x", "hendelse": {}}, "parked"),
        (KINDERGARTEN_PLACE, {"sequence": 1, "place_number": "no-such", "type": "accepted"}, "parked"),
    ],
)
async def test_what_cannot_be_handled_is_kept_with_the_reason(
    house: House, event_type: str, data: object, outcome: str
) -> None:
    await post(house, IncomingEvent("x-3", "urn:example", event_type, data))
    (stored,) = await house.rows(inbox, event_id="x-3")
    assert stored["outcome"] == outcome
    assert stored["note"]
    assert await house.rows(job) == []


@pytest.mark.parametrize("number", ["99999999999", "<script>", "4" * 5000])
async def test_what_is_no_identity_number_makes_nobody_known(house: House, number: str) -> None:
    known = len(await house.rows(subject))
    entry = {"folkeregisteridentifikator": number, "hendelsetype": "x", "hendelsesdokument": "x"}
    event = IncomingEvent("x-5", "urn:example", POPULATION, {"sekvensnummer": 1, "hendelse": entry})
    async with house.database.begin() as tx:
        await receive_event(tx, house.assistant.parts.identities, event, house.clock())
    await house.assistant.work.run_until_idle()
    assert len(await house.rows(subject)) == known
    (stored,) = await house.rows(inbox, event_id="x-5")
    assert stored["outcome"] == "parked"
    assert stored["note"] == "folkeregisteridentifikator has not the form of an identity number"


async def test_no_identity_number_is_readable_in_inbox_jobs_or_notes(house: House) -> None:
    numbers = [person.identifier for person in house.story.municipality.persons]
    data = {
        "sekvensnummer": 1,
        "hendelse": {"folkeregisteridentifikator": "41414141414", "hendelsetype": "x"},
    }
    await post(house, IncomingEvent("x-4", "urn:example", POPULATION, data))
    house.simulators.kindergarten.misbehave("broken", times=None)
    house.story.play(PLACE, house.clock())
    for feed in FEEDS[:2]:
        await house.assistant.polling.poll(feed)
    everything = repr(
        [await house.rows(table) for table in (inbox, job, fact, guidance, message, usage, determination)]
    )
    for number in [*numbers, "41414141414"]:
        assert number not in everything


@pytest.mark.parametrize("fault", ["busy", "broken", "garbage", "silent"])
async def test_a_register_in_trouble_is_waited_for_and_nothing_is_lost(house: House, fault: str) -> None:
    house.story.play(PLACE, house.clock())
    await house.assistant.polling.poll("kindergarten_system")
    house.simulators.tax.misbehave(fault, times=2, retry_after="7")  # type: ignore[arg-type]
    await house.assistant.work.run_until_idle()
    said = (await house.determination("nora", "kindergarten.reduced_fee"))["answer"]
    assert said == "undetermined", "the income could not be fetched yet"
    for _ in range(6):
        house.clock.forward(minutes=2)
        await house.assistant.work.run_until_idle()
    assert (await house.determination("nora"))["record"]["values"]["monthly_fee"] == 600
    assert len(await house.rows(guidance, person_id=await house.id_of("ingrid"), kind="right_found")) == 1
    assert await house.rows(job) == []


@pytest.mark.parametrize("fault", ["busy", "broken", "garbage", "silent"])
async def test_an_event_waits_for_the_register_it_points_at(house: House, fault: str) -> None:
    house.story.play(PLACE, house.clock())
    await house.assistant.polling.poll("kindergarten_system")
    house.simulators.kindergarten.misbehave(fault, times=2, retry_after="7")  # type: ignore[arg-type]
    await house.assistant.work.run_until_idle()
    for _ in range(6):
        house.clock.forward(minutes=2)
        await house.assistant.work.run_until_idle()
    assert {row["outcome"] for row in await house.rows(inbox)} == {"done"}
    assert (await house.determination("nora"))["record"]["values"]["monthly_fee"] == 600


async def test_an_income_on_which_no_right_rests_is_not_fetched(house: House) -> None:
    asked = len(house.simulators.tax.asked)
    daniel = house.story.municipality.person("ingrid").identifier
    house.simulators.tax.emit(
        daniel, 2025, {"samletLoennsinntektMedTrygdeavgiftspliktOgMedTrekkplikt": 1}, house.clock()
    )
    await house.listen()
    assert [entry for entry in house.simulators.tax.asked[asked:] if "summertskattegrunnlag" in entry] == []
    assert {row["outcome"] for row in await house.rows(inbox, source="feed:tax_administration")} == {
        "ignored"
    }


async def test_of_whom_only_the_tax_feed_speaks_nobody_is_kept_or_asked_about(house: House) -> None:
    """The feed tells of the whole country; the contact register is asked of those we have met."""
    before = len(await house.rows(subject))
    house.simulators.tax.emit("41414141414", 2025, {}, house.clock())
    await house.listen()
    assert len(await house.rows(subject)) == before
    (stored,) = await house.rows(inbox, source="feed:tax_administration")
    assert stored["outcome"] == "ignored"


async def test_what_happens_to_a_place_is_handled_in_order_whichever_way_it_comes(house: House) -> None:
    """Two asked about at once could be answered in one order and written in the other."""
    house.story.play(PLACE, house.clock())
    await house.assistant.polling.poll("kindergarten_system")
    (polled,) = await house.rows(job, task="handle_event")
    data = {"sequence": 9, "place_number": "VB-2001", "type": "changed"}
    event = IncomingEvent("x-6", "urn:example", KINDERGARTEN_PLACE, data)
    async with house.database.begin() as tx:
        await receive_event(tx, house.assistant.parts.identities, event, house.clock())
    posted = (await house.rows(job, task="handle_event"))[-1]
    assert polled["key"] == posted["key"] != ""


async def test_a_corrected_assessment_is_taken_in_and_the_old_one_kept(house: House) -> None:
    before = (await house.determination("ada", "kindergarten.core_time"))["answer"]
    await house.play("okoro_income_corrected")
    after = await house.determination("ada", "kindergarten.core_time")
    assert (before, after["answer"]) == ("no", "yes")
    incomes = await house.rows(fact, subject_id=await house.id_of("daniel"), concept="person.assessed_income")
    assert sorted(row["superseded_at"] is None for row in incomes) == [False, True]


async def test_a_right_that_ends_by_itself_is_looked_at_on_its_day(house: House) -> None:
    """Core time begins on 1 August of the year a child turns two (§ 3c): the clock wakes just that child."""
    await house.play(PLACE)
    changes_on = (await house.determination("nora"))["changes_on"]
    assert changes_on is not None
    house.clock.now += timedelta(days=(changes_on - date(2026, 11, 2)).days)
    from assistant.events import wake_determinations

    async with house.database.begin() as tx:
        await wake_determinations(tx, house.clock())
    waiting = await house.rows(job, task="wake_determinations")
    assert len(waiting) >= 1
    await house.assistant.work.run_until_idle()
    made = (await house.determination("nora"))["made_at"]
    assert made <= house.clock()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_where_nothing_is_fetched_before_an_application_the_right_is_only_possible(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_house(tmp_path, database_url, ["ingrid"], monkeypatch) as house:
        await house.settle_for("fetched")
        await house.listen()
        await house.play(PLACE)
        assert [entry for entry in house.simulators.tax.asked if "summertskattegrunnlag" in entry] == []
        assert (await house.determination("nora", "kindergarten.reduced_fee"))["answer"] == "undetermined"
        (told,) = await house.rows(guidance, person_id=await house.id_of("ingrid"))
        assert told["kind"] == "right_possible"


async def test_the_same_event_a_hundred_times_at_once_is_one_event(house: House) -> None:
    event = IncomingEvent("x-5", "urn:example", "no.example.unknown", {"n": 1})

    async def once() -> bool:
        async with house.database.begin() as tx:
            return (await store_event(tx, house.assistant.parts.identities.keys, event, house.clock())).again

    known = await asyncio.gather(*(once() for _ in range(100)))
    assert sum(known) == 99
    assert len(await house.rows(job)) == 1


async def test_what_is_learnt_of_both_parents_at_once_is_not_lost(house: House) -> None:
    """Each transaction alone would still lack the other's income, and nobody would look again."""
    parents = [await house.id_of("sofie"), await house.id_of("daniel")]
    following: Any = house.assistant.parts.processes.recording
    tax = Provenance("tax_administration", "§ 3e")

    def income_of(person: str, *amount: int) -> Statement:
        spans = tuple(Span(one, date(2026, 1, 1), date(2028, 1, 1)) for one in amount)
        return Statement(SubjectRef("person", id=person), "person.assessed_income", spans, scope="2025")

    async with house.database.begin() as tx:
        gone = [income_of(person) for person in parents]
        await following.record(tx, [(tax, gone)], "inbox:none", house.clock())
    assert (await house.determination("ada", "kindergarten.core_time"))["answer"] == "undetermined"

    async def told_of(person: str) -> None:
        async with house.database.begin() as tx:
            await following.record(tx, [(tax, [income_of(person, 200_000)])], person, house.clock())

    async with house.database.begin() as tx:
        first = [(tax, [income_of(parents[0], 200_000)])]
        await following.record(tx, first, "inbox:first", house.clock())
        second = asyncio.create_task(told_of(parents[1]))
        await asyncio.wait([second], timeout=0.3)
    await second
    assert (await house.determination("ada", "kindergarten.core_time"))["answer"] == "yes"
