"""Events of many families handled at once: everything is as if each had come alone."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from house import FEEDS, TODAY, House, open_house
from sqlalchemy import insert

from assistant.config import Config
from assistant.demo.belongings import belongings
from assistant.demo.population import made_up_municipality
from assistant.events import IncomingEvent, receive_event
from assistant.events.families import News
from assistant.events.following import Following
from assistant.registers import RegisterUnavailable
from assistant.store import Database, Together
from assistant.store.columns import new_id
from assistant.store.migrate import upgrade
from assistant.store.tables import (
    determination,
    fact,
    guidance,
    identity,
    inbox,
    job,
    life_event,
    message,
    restriction,
    usage,
)
from assistant.twin import Provenance, Span, Statement, SubjectRef

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
FAMILIES = ("ingrid", "sofie", "tiril")


def at_most(house: House, most: int) -> list[int]:
    """Let so many events be handled at once; how many were each time."""
    handlers = cast(dict[str, Any], house.assistant.work.handlers)
    counted: list[int] = []
    handle = handlers["handle_event"].handle

    async def counting(many: Sequence[Mapping[str, Any]]) -> Sequence[Exception | None]:
        counted.append(len(many))
        return cast(Sequence[Exception | None], await handle(many))

    handlers["handle_event"] = Together(counting, most)
    return counted


async def what_is_kept(house: House) -> dict[str, list[Any]]:
    """What the events have led to, in words that are the same from house to house."""
    known = {
        one.identifier: one.key for family in house.story.municipality.families for one in family.persons
    }
    places = {place.number: f"place of {place.child}" for place in house.story.municipality.places}
    who: dict[str, str] = {}
    async with house.database.read() as tx:
        for row in await house.rows(identity):
            revealed = await house.assistant.parts.identities.reveal(tx, row["subject_id"], row["scheme"])
            who[row["subject_id"]] = known.get(revealed) or places.get(revealed) or revealed
    came = {row["id"]: f"{row['source']} {row['event_id']}" for row in await house.rows(inbox)}

    def cause(text: str) -> str:
        found = (came.get(part) or who.get(part) or part for part in text.split(":"))
        return ":".join("…" if UUID.fullmatch(part) else part for part in found)

    causes = {row["id"]: cause(row["cause"]) for row in await house.rows(guidance)}
    used = await house.rows(usage)
    return {
        "outcomes": sorted((came[row["id"]], row["outcome"], row["note"]) for row in await house.rows(inbox)),
        "determinations": sorted(
            (who[row["subject_id"]], row["rule"], row["answer"], cause(row["cause"]))
            for row in await house.rows(determination, current=True)
        ),
        "life events": sorted(
            (who[row["subject_id"]], row["kind"], came.get(row["inbox_id"], ""))
            for row in await house.rows(life_event)
        ),
        "messages": sorted(
            (who[row["person_id"]], row["channel"], row["title"], row["body"], causes[row["guidance_id"]])
            for row in await house.rows(message, state="sent")
        ),
        "usage": sorted(
            {(who[row["subject_id"]], row["actor"], row["action"], *row["concepts"]) for row in used}
        ),
    }


async def upgraded(url: str) -> None:
    database = Database(url)
    await upgrade(database)
    await database.close()


async def played(house: House, most: int) -> tuple[list[int], dict[str, list[Any]]]:
    counted = at_most(house, most)
    await house.listen()
    for step in ("nora_gets_place", "okoro_income_corrected"):
        await house.play(step)
    return counted, await what_is_kept(house)


async def test_it_comes_to_the_same_as_one_at_a_time(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedded = Config(data_dir=tmp_path / "one").database
    await upgraded(embedded)
    async with open_house(tmp_path / "one", embedded, FAMILIES, monkeypatch) as house:
        counted, alone = await played(house, 1)
        assert set(counted) == {1}
    async with open_house(tmp_path / "many", database_url, FAMILIES, monkeypatch) as house:
        counted, together = await played(house, 50)
        assert max(counted) > 5
    assert all(alone.values())
    for name, rows in alone.items():
        assert together[name] == rows, name


async def test_a_silent_register_keeps_back_its_own_events_alone(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_house(tmp_path, database_url, FAMILIES, monkeypatch) as house:
        for feed in FEEDS:
            await house.assistant.polling.poll(feed)

        async def silent(_register: Any, _place: str) -> Any:
            raise RegisterUnavailable("kindergarten_system", "place", "it is silent")

        with monkeypatch.context() as patch:
            patch.setattr(type(house.assistant.polling.registers.kindergarten), "place", silent)
            await house.assistant.work.run_until_idle()
        waiting = await house.rows(inbox, outcome="waiting")
        assert waiting
        assert {row["type"] for row in waiting} == {"no.varde.kindergarten.place.v1"}
        assert {row["attempts"] for row in await house.rows(job, task="handle_event")} == {0}

        house.clock.forward(minutes=2)
        await house.assistant.work.run_until_idle()
        assert await house.rows(inbox, outcome="waiting") == []


async def test_a_family_told_of_at_once_is_told_of_one_after_the_other(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_house(tmp_path, database_url, ["sofie"], monkeypatch) as house:
        recorded: list[tuple[int, int]] = []
        record = Following.record_apart

        async def noting(self: Any, tx: Any, news: Sequence[Any], now: Any) -> Any:
            done = await record(self, tx, news, now)
            recorded.append((len(news), len(done.places)))
            return done

        monkeypatch.setattr(Following, "record_apart", noting)
        await house.listen()
        at_once, done = max(recorded)
        assert at_once > 1
        assert done == 1
        assert {done for _, done in recorded} == {1}


async def test_a_place_and_an_assessment_that_come_together_are_read_in_that_order(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether an assessment is ours to fetch hangs on the place."""
    async with open_house(tmp_path, database_url, ["sofie"], monkeypatch) as house:
        await house.listen()
        kindergarten = house.simulators.kindergarten
        place = kindergarten.place(next(iter(kindergarten.kept.values["places"])))
        house.clock.forward(days=40)
        last = (house.clock().date() - timedelta(days=10)).isoformat()
        kindergarten.emit({**place, "ends_on": last}, "ended", house.clock())
        await house.listen()
        house.clock.forward(days=1)
        counted = at_most(house, 50)

        # the same morning the place stands after all, and the income is another
        kindergarten.emit(place, "changed", house.clock())
        assert house.story.play("okoro_income_corrected", house.clock())
        for feed in ("tax_administration", "kindergarten_system"):
            await house.assistant.polling.poll(feed)
        await house.assistant.work.run_until_idle()
        assert max(counted) > 1
        assert {row["outcome"] for row in await house.rows(inbox)} == {"done"}


async def test_what_is_pushed_about_whom_another_event_tells_of_is_kept(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_house(tmp_path, database_url, ["sofie"], monkeypatch) as house:
        counted = at_most(house, 50)
        await house.assistant.polling.poll("kindergarten_system")
        car = next(one for one in belongings(made_up_municipality(TODAY)) if one["id"].endswith("VV 10001"))
        people = house.story.municipality
        told = json.dumps(car).replace(people.person("sofie").identifier, people.person("ada").identifier)
        pushed = json.loads(told)
        event = IncomingEvent(pushed["id"], pushed["source"], pushed["type"], pushed["data"])
        async with house.database.begin() as tx:
            await receive_event(tx, house.assistant.parts.identities, event, house.clock())
        await house.assistant.work.run_until_idle()
        assert counted[0] == 2
        assert {row["outcome"] for row in await house.rows(inbox)} == {"done"}
        assert await house.rows(fact, concept="vehicle.owner")


async def test_a_family_is_one_however_its_members_have_had_it_restricted(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One dies whose spouse has had the marriage restricted, and something else is told of the spouse that day."""
    register = Provenance("population_register", "folkeregisterloven § 10-2")
    async with open_house(tmp_path, database_url, ["sofie", "ingrid"], monkeypatch) as house:
        await house.listen()
        ingrid, daniel = await house.id_of("ingrid"), await house.id_of("daniel")
        following = house.assistant.parts.processes.recording

        def said(who: str, concept: str, *spans: Span) -> tuple[Provenance, list[Statement]]:
            return register, [Statement(SubjectRef("person", id=who), concept, spans)]

        wed = Span(SubjectRef("person", id=daniel), date(2020, 1, 1))
        async with house.database.begin() as tx:
            await following.record(tx, [said(ingrid, "person.spouse", wed)], "inbox:none", house.clock())
            values = {"subject_id": ingrid, "concept": "person.spouse", "request_id": new_id()}
            await tx.execute(insert(restriction).values(id=new_id(), since=house.clock(), **values))
        on = date(2026, 11, 1)
        news = [
            News([said(daniel, "person.death_date", Span(on.isoformat(), on))], "inbox:death"),
            News([said(ingrid, "person.marital_status", Span("unmarried", on))], "inbox:else"),
        ]
        async with house.database.begin() as tx:
            assert isinstance(following, Following)
            assert (await following.record_apart(tx, news, house.clock())).places == (0,)


async def test_one_that_is_cut_off_is_not_taken_for_done(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_house(tmp_path, database_url, ["sofie", "ingrid"], monkeypatch) as house:
        for feed in FEEDS:
            await house.assistant.polling.poll(feed)

        async def cut_off(_register: Any, _place: str) -> Any:
            raise asyncio.CancelledError

        with monkeypatch.context() as patch:
            patch.setattr(type(house.assistant.polling.registers.kindergarten), "place", cut_off)
            with pytest.raises(asyncio.CancelledError):
                await house.assistant.work.run_until_idle()
        waiting = await house.rows(inbox, outcome="waiting")
        assert waiting
        assert len(await house.rows(job, task="handle_event")) >= len(waiting)
