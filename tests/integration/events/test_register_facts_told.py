"""Registers tell of cars, homes, work and organisations by event: kept of those we know, and of nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from house import TODAY, House, open_house

from assistant.demo.belongings import belongings
from assistant.demo.population import made_up_municipality
from assistant.events import IncomingEvent, receive_event
from assistant.registers.simulators.vehicle import PATH
from assistant.store.tables import fact, inbox, message, subject


@pytest.fixture
async def house(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    async with open_house(tmp_path, database_url, ["sofie"], monkeypatch) as opened:
        await opened.listen()
        yield opened


async def post(house: House, *events: dict[str, Any]) -> None:
    async with house.database.begin() as tx:
        for one in events:
            event = IncomingEvent(one["id"], one["source"], one["type"], one["data"])
            await receive_event(tx, house.assistant.parts.identities, event, house.clock())
    await house.assistant.work.run_until_idle()


async def held(house: House, concept: str) -> list[dict[str, Any]]:
    return [row for row in await house.rows(fact, concept=concept) if row["superseded_at"] is None]


async def test_what_is_told_of_those_we_know_is_kept_and_strangers_are_not_met(house: House) -> None:
    people = len(await house.rows(subject, kind="person"))
    told = len(await house.rows(message))
    events = belongings(made_up_municipality(TODAY))
    await post(house, *events)
    sofie, daniel = await house.id_of("sofie"), await house.id_of("daniel")

    assert len(await house.rows(subject, kind="person")) == people
    outcomes = {
        row["event_id"]: row["outcome"]
        for row in await house.rows(inbox)
        if row["source"].startswith("https")
    }
    assert outcomes["vehicle_register:VV 10001"] == "done"
    assert outcomes["vehicle_register:VV 10003"] == "ignored"
    assert {row["object_id"] for row in await held(house, "vehicle.owner")} == {sofie}
    assert {row["object_id"] for row in await held(house, "property.owners")} == {sofie, daniel}
    assert {row["object_id"] for row in await held(house, "organisation.owners")} == {sofie}
    assert {row["value"] for row in await held(house, "organisation.name")} == {
        "Vardevik kommune",
        "Fjærebukta sjømat",
        "Vardevik turlag",
    }
    assert len(await house.rows(message)) == told  # a car of long ago is no news

    facts = len(await house.rows(fact))
    await post(house, *events)
    assert len(await house.rows(fact)) == facts

    (first,) = await held(house, "vehicle.first_registered_on")
    (due,) = await held(house, "vehicle.inspection_due_on")
    assert (first["value"], due["value"]) == ("2020-05-20", "2027-12-01")  # the look-up's, not the event's
    assert first["source"] == "vehicle_register"
    assert [
        one for one in house.simulators.vehicle.asked if one.endswith(PATH)
    ] == house.simulators.vehicle.asked

    await sold_and_silent(house, events)


async def sold_and_silent(house: House, events: tuple[dict[str, Any], ...]) -> None:
    """The car passes to a stranger: it is nobody's whom we know. And a bad event is parked, with no value told."""
    car = next(one for one in events if one["id"] == "vehicle_register:VV 10001")
    stranger = next(one for one in events if one["id"] == "vehicle_register:VV 10003")
    owner = stranger["data"]["facts"]["owner"]
    sold = {**car, "id": "sold", "data": {**car["data"], "facts": {"owner": owner}}}
    await post(house, sold)
    assert await held(house, "vehicle.owner") == []
    assert len(await held(house, "vehicle.group")) == 1

    wrong = {**car, "id": "wrong", "data": {**car["data"], "register": "population_register"}}
    await post(house, wrong)
    (parked,) = await house.rows(inbox, event_id="wrong")
    assert (parked["outcome"], parked["note"][:25]) == ("parked", "register must be one of b")


async def test_a_silent_vehicle_register_holds_up_the_event_and_nothing_is_lost(house: House) -> None:
    car = next(
        one for one in belongings(made_up_municipality(TODAY)) if one["id"] == "vehicle_register:VV 10001"
    )
    house.simulators.vehicle.misbehave("broken")
    await post(house, car)
    assert await held(house, "vehicle.owner") == []
    house.clock.forward(minutes=5)
    await house.assistant.work.run_until_idle()
    assert len(await held(house, "vehicle.owner")) == 1
