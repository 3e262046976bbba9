"""Events of many families handled at once: everything is as if each had come alone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import pytest
from house import FEEDS, House, open_house

from assistant.config import Config
from assistant.registers import RegisterUnavailable
from assistant.store import Database, Together
from assistant.store.migrate import upgrade
from assistant.store.tables import determination, guidance, identity, inbox, job, life_event, message, usage

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
        following = house.assistant.work.handlers["handle_event"].handle.__self__.following  # type: ignore[attr-defined]
        recorded: list[tuple[int, int]] = []
        record = type(following).record_apart

        async def noting(self: Any, tx: Any, news: Sequence[Any], now: Any) -> Any:
            done = await record(self, tx, news, now)
            recorded.append((len(news), len(done.places)))
            return done

        monkeypatch.setattr(type(following), "record_apart", noting)
        await house.listen()
        at_once, done = max(recorded)
        assert at_once > 1
        assert done == 1
        assert {done for _, done in recorded} == {1}
