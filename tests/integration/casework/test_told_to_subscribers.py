"""Each turn a case takes is told to those who subscribe, in the transaction that makes it: ids and states alone."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from sqlalchemy import select
from town import CHILD, MOTHER, PLACE, Town

from assistant.store.columns import to_json
from assistant.store.tables import outgoing_event

NAMES_AND_SUCH = re.compile(rf"Nordmann|{MOTHER}|{CHILD}|income|household|reason|150.?000", re.IGNORECASE)


async def events(town: Town) -> list[dict]:
    async with town.database.read() as tx:
        return await tx.all(select(outgoing_event).order_by(outgoing_event.c.sequence))


async def test_from_application_to_flag(town: Town):
    await town.income(150_000)
    case_id = await town.apply()
    await town.work()
    told = await events(town)
    assert [row["type"] for row in told] == [
        "no.varde.case.opened.v1",
        "no.varde.flag.set.v1",
        "no.varde.decision.made.v1",
        "no.varde.case.settled.v1",
    ]
    flag = told[1]
    assert flag["subject"] == town.ids["child"]
    assert (flag["data"]["place_number"], flag["data"]["monthly_amount"]) == (PLACE, "818")
    assert flag["data"]["sequence"] == 1
    for row in told:
        assert not NAMES_AND_SUCH.search(to_json(row["data"])), row
    assert told[0]["data"] == {"case": case_id, "kind": "apply_reduced_fee", "state": "opened"}
    assert set(told[2]["data"]) == {"case", "kind", "state", "decision"}


async def test_a_case_that_waits_says_for_whom(town: Town):
    await town.apply()
    await town.work()
    assert (await events(town))[-1]["data"]["waits_for"] == "register"


async def test_a_lower_fee_later_is_told_as_what_it_changes(town: Town):
    await town.income(150_000)
    await town.apply()
    await town.work()
    town.now = datetime(2027, 2, 10, 9, tzinfo=UTC)
    await town.income(110_000, year=2026)
    await town.apply()
    await town.work()
    flags = [row["type"] for row in await events(town) if ".flag." in row["type"]]
    assert flags == ["no.varde.flag.set.v1", "no.varde.flag.ended.v1", "no.varde.flag.set.v1"]
