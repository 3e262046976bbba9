"""An application that is taken back: not granted by a machine again, not renewed, and ended for the biller too."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select
from town import NUMBER, Town

from assistant.casework import Ruling, case_rows
from assistant.casework.errands import errand_of
from assistant.casework.fetching import applications_about
from assistant.casework.flags import holding_flags
from assistant.casework.taking_back import take_back
from assistant.store.columns import new_id
from assistant.store.tables import case

ERRAND = errand_of("apply_reduced_fee")


async def granted_and_taken_back(town: Town) -> str:
    process = new_id()
    await town.income(150_000)
    case_id = await town.apply(process_id=process)
    await town.work()
    async with town.database.begin() as tx:
        assert await take_back(tx, town.telling, process, town.now) == "handed_over"
    return case_id


async def test_no_machine_grants_it_again(town: Town) -> None:
    case_id = await granted_and_taken_back(town)
    async with town.database.begin() as tx:
        assert await town.casework.decide_case(tx, case_id, town.now) is None
        (one,) = await town.casework.continuing.move_on(tx, NUMBER, ERRAND, "flagged", town.now)
    assert one.fate == "as_begun"
    await town.work()
    async with town.database.read() as tx:
        status = await tx.scalar(select(case.c.status).where(case.c.id == case_id))
        assert len(await case_rows.decisions_in(tx, case_id)) == 1
    assert status == "manual"


async def test_the_case_worker_ends_it_and_the_biller_has_the_full_price_from_then(town: Town) -> None:
    case_id = await granted_and_taken_back(town)  # on 23 November
    async with town.database.begin() as tx:
        await town.casework.decide(tx, case_id, Ruling("refused", "Du trakk søknaden.", "Berit"), town.now)
        held = await holding_flags(tx, NUMBER, town.ids["child"])
    assert [(str(one.monthly_amount), one.valid_from, one.valid_to) for one in held] == [
        ("1200", date(2026, 12, 1), date(2027, 8, 1))
    ]


async def test_it_is_not_renewed_and_lets_nothing_be_fetched(town: Town) -> None:
    case_id = await granted_and_taken_back(town)
    async with town.database.begin() as tx:
        assert await applications_about(tx, [(ERRAND.id, town.ids["child"], NUMBER)]) == {}
        await town.casework.decide(tx, case_id, Ruling("refused", "Du trakk søknaden.", "Berit"), town.now)
        later = town.now + timedelta(days=210)
        assert await town.casework.continuing.renew(tx, date(2027, 8, 1), later) == 0


async def test_an_application_elsewhere_lets_nothing_be_fetched_here(town: Town) -> None:
    await town.apply()
    async with town.database.read() as tx:
        here, there = ((ERRAND.id, town.ids["child"], number) for number in (NUMBER, "8888"))
        found = await applications_about(tx, [here, there])
        assert (len(found[here]), there in found) == (1, False)
