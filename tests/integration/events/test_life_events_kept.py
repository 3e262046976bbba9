"""Life events that a day alone brings, that something later speaks against, and that happen to a family."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from house import House, open_house

from assistant.events import wake_determinations
from assistant.store.tables import due, life_event
from assistant.twin import Provenance, Span, Statement, SubjectRef

EMPLOYMENT = Provenance("employment_register", "ftrl § 25-1")
POPULATION = Provenance("population_register", "folkeregisterloven § 10-2")
LOST_ON = date(2026, 10, 30)


@pytest.fixture
async def house(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    async with open_house(tmp_path, database_url, ["ingrid", "sofie"], monkeypatch) as opened:
        await opened.listen()
        yield opened


async def told(house: House, source: Provenance, person: str, concept: str, *spans: Span) -> None:
    statement = Statement(SubjectRef("person", id=await house.id_of(person)), concept, spans)
    following: Any = house.assistant.parts.processes.recording
    async with house.database.begin() as tx:
        await following.record(tx, [(source, [statement])], "inbox:none", house.clock())
    await house.assistant.work.run_until_idle()


async def wake(house: House, on: date) -> None:
    """The clock's work in the night to a day."""
    house.clock.now += timedelta(days=(on - house.clock.now.date()).days)
    async with house.database.begin() as tx:
        await wake_determinations(tx, house.clock())
    await house.assistant.work.run_until_idle()


async def happened(house: House, person: str) -> dict[str, bool]:
    """The life events of a person: annulled or not."""
    rows = await house.rows(life_event, subject_id=await house.id_of(person))
    return {row["kind"]: row["annulled_at"] is not None for row in rows}


JOB = "person.employment_ended_on"
LOST = Span(LOST_ON.isoformat(), LOST_ON, None)


async def test_a_job_is_lost_in_the_night_when_two_weeks_have_brought_no_new_one(house: House) -> None:
    await told(house, EMPLOYMENT, "ingrid", JOB, LOST)
    assert "lost_job" not in await happened(house, "ingrid")
    (waits,) = await house.rows(due, what="life_event", subject_id=await house.id_of("ingrid"))
    assert waits["due_on"] == date(2026, 11, 13)
    await wake(house, date(2026, 11, 12))
    assert "lost_job" not in await happened(house, "ingrid")
    await wake(house, date(2026, 11, 13))
    assert (await happened(house, "ingrid"))["lost_job"] is False


async def test_a_new_job_told_late_takes_it_back(house: House) -> None:
    await told(house, EMPLOYMENT, "ingrid", JOB, LOST)
    await wake(house, date(2026, 11, 14))
    assert (await happened(house, "ingrid"))["lost_job"] is False
    began = date(2026, 11, 9)
    await told(
        house, EMPLOYMENT, "ingrid", JOB, Span(LOST_ON.isoformat(), LOST_ON, began), Span(None, began, None)
    )
    assert (await happened(house, "ingrid"))["lost_job"] is True


async def test_nobody_waits_twice_and_a_birthday_is_waited_for(house: House) -> None:
    await told(house, EMPLOYMENT, "ingrid", JOB, LOST)
    await told(house, EMPLOYMENT, "ingrid", JOB, LOST)
    assert len(await house.rows(due, what="life_event", subject_id=await house.id_of("ingrid"))) == 1
    nora = await house.id_of("nora")
    (waits,) = await house.rows(due, what="life_event", subject_id=nora)
    assert (waits["due_on"].month, waits["due_on"].day) == (1, 1)  # the year she turns six and starts school


async def test_a_death_is_an_event_in_the_lives_of_those_it_concerns(house: House) -> None:
    on = date(2026, 11, 1)
    await told(house, POPULATION, "nora", "person.death_date", Span(on.isoformat(), on, None))
    assert (await happened(house, "nora"))["died"] is False
    assert (await happened(house, "ingrid")).get("child_died") is False
    await told(house, POPULATION, "nora", "person.death_date")
    assert (await happened(house, "nora"))["died"] is True
    assert (await happened(house, "ingrid"))["child_died"] is True
