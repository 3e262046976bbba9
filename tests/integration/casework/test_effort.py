"""What cases asked of people and showed the municipality, counted; and the page that tells an operator."""

from __future__ import annotations

from decimal import Decimal

import pytest
from office import Office
from town import NUMBER, Town

from assistant.casework import access, case_rows
from assistant.casework.effort import Effort, efforts_in
from assistant.web.pages.desk_generations import averages

ERRAND = "apply_reduced_fee"
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def counted(town: Town, newest: int = 5) -> list[Effort]:
    async with town.database.read() as tx:
        return await efforts_in(tx, NUMBER, ERRAND, newest)


async def opens(town: Town, case_id: str, *, facts: bool) -> None:
    async with town.database.begin() as tx:
        found = await case_rows.case_by_id(tx, case_id)
        assert found is not None
        await access.give_reason(tx, found, "Berit (berit)", "handle", "", town.now, income=facts)


async def test_a_fetched_case_shows_its_facts_and_a_flagged_one_only_to_who_opens_them(town: Town) -> None:
    await town.income(150_000)
    await town.apply(answers={"cohabitant": {"value": "no"}, "duration": {"value": "whole_stay"}})
    await town.work()
    flagged = await town.apply(generation="flagged")
    await town.work()
    await opens(town, flagged, facts=False)
    newest, fetched = await counted(town)
    assert (fetched.answers, fetched.documents, fetched.openings, fetched.judgements) == (2, 0, 0, 0)
    assert fetched.facts_seen == 5
    assert (newest.generation, newest.openings, newest.facts_seen) == ("flagged", 1, 0)
    assert (newest.monthly_fee, newest.outcome) == (818, "granted")
    await opens(town, flagged, facts=True)
    assert (await counted(town, 1))[0].facts_seen == fetched.facts_seen


async def test_of_what_is_not_decided_nothing_is_averaged(town: Town) -> None:
    await town.apply()
    assert averages(await counted(town)) == {}
    await town.income(150_000)
    await town.work()
    average = averages(await counted(town))["fetched"]
    assert (average.cases, average.judgements) == (1, Decimal(0))


async def test_only_an_operator_sees_and_chooses(town: Town, office: Office) -> None:
    operator = await office.staff("operator")
    other = await office.staff("case_worker")
    assert (await other.get("/desk/generations")).status == 403
    assert (await other.post(f"/desk/generations/{ERRAND}", {"generation": "flagged"})).status == 403
    assert (await (await office.resident()).get("/desk/generations")).status == 403
    assert "Slik er det nå" in await operator.page("/desk/generations")
    assert (await operator.post(f"/desk/generations/{ERRAND}", {"generation": "paper"})).status == 400
