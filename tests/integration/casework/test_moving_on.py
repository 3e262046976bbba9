"""A municipality moves an errand to another generation: what becomes of its open cases, and who is told."""

from __future__ import annotations

from datetime import date

from sqlalchemy import insert, select, update
from town import NUMBER, Town

from assistant.casework.errands import errand_of
from assistant.casework.intake import submission_at_intake
from assistant.casework.moving_on import Open
from assistant.store.columns import new_id
from assistant.store.tables import case, decision, document, flag, municipality
from assistant.twin import Generation

ERRAND = errand_of("apply_reduced_fee")


async def moved(town: Town, chosen: Generation) -> list[Open]:
    async with town.database.begin() as tx:
        return list(await town.casework.continuing.move_on(tx, NUMBER, ERRAND, chosen, town.now))


async def generation_of_case(town: Town, case_id: str) -> tuple[str, str]:
    async with town.database.read() as tx:
        row = await tx.first(select(case.c.generation, case.c.status).where(case.c.id == case_id))
    assert row is not None
    return row["generation"], row["status"]


async def sends_a_document(town: Town, case_id: str) -> None:
    async with town.database.begin() as tx:
        await tx.execute(
            insert(document).values(
                id=new_id(),
                person_id=town.ids["mother"],
                subject_id=town.ids["child"],
                municipality=NUMBER,
                case_id=case_id,
                topic="income",
                media_type="application/pdf",
                size=1,
                name=b"sealed",
                content=b"sealed",
                key_id="k",
                sent_at=town.now,
            )
        )


async def test_a_case_without_papers_is_decided_on_what_the_registers_say(town: Town) -> None:
    await town.settings(generations={ERRAND.id: "documented"})
    await town.income(150_000)
    case_id = await town.apply(generation="documented")
    (one,) = await moved(town, "flagged")
    assert one.fate == "on_new_facts"
    assert "easier_now" in town.telling.kinds()
    await town.work()
    assert await generation_of_case(town, case_id) == ("flagged", "decided")


async def test_papers_that_were_sent_are_judged(town: Town) -> None:
    await town.settings(generations={ERRAND.id: "documented"})
    case_id = await town.apply(generation="documented")
    await sends_a_document(town, case_id)
    (one,) = await moved(town, "flagged")
    assert (one.fate, one.documents) == ("as_begun", 1)
    assert "easier_now" not in town.telling.kinds()
    assert (await generation_of_case(town, case_id))[0] == "documented"


async def test_moving_back_leaves_what_is_open_as_it_was_begun(town: Town) -> None:
    await town.settings(generations={ERRAND.id: "fetched"})
    case_id = await town.apply()
    (one,) = await moved(town, "documented")
    assert one.fate == "as_begun"
    assert (await generation_of_case(town, case_id))[0] == "fetched"


async def test_the_choice_is_written_beside_what_else_is_settled(town: Town) -> None:
    await moved(town, "flagged")
    async with town.database.read() as tx:
        settings = await tx.scalar(select(municipality.c.settings).where(municipality.c.number == NUMBER))
        other = await tx.scalar(select(municipality.c.settings).where(municipality.c.number == "8888"))
    assert settings["generations"] == {ERRAND.id: "flagged"}
    assert settings["rounding"] == "half_up"
    assert other == {}


async def test_a_grant_on_paper_for_the_whole_stay_is_renewed_once_the_municipality_fetches(
    town: Town,
) -> None:
    await town.settings(generations={ERRAND.id: "documented"})
    await town.income(150_000)
    case_id = await town.apply(generation="documented")
    async with town.database.begin() as tx:  # as a case worker's decision leaves it
        await tx.execute(update(case).where(case.c.id == case_id).values(generation="fetched"))
    await town.work()
    async with town.database.begin() as tx:
        await tx.execute(update(case).where(case.c.id == case_id).values(generation="documented"))
        assert await town.casework.continuing.renew(tx, date(2027, 8, 1), town.now) == 0
    await moved(town, "flagged")
    async with town.database.begin() as tx:
        assert await town.casework.continuing.renew(tx, date(2027, 8, 1), town.now) == 1
    assert await generation_of_case(town, case_id) == ("flagged", "received")


async def applied_at_intake(town: Town) -> None:
    await town.says(
        "kindergarten_system", {("place", "kindergarten_place.covers_whole_stay_application"): True}
    )


async def test_an_application_at_intake_opens_one_case_and_is_decided_for_the_running_year(
    town: Town,
) -> None:
    await town.settings(generations={ERRAND.id: "flagged"})
    await town.income(150_000)
    await applied_at_intake(town)
    for _ in range(2):
        async with town.database.begin() as tx:
            await town.casework.open_at_intake(tx, [town.ids["child"]], town.now)
    await town.work()
    async with town.database.read() as tx:
        (row,) = await tx.all(select(case))
        (made,) = await tx.all(select(decision))
        (one,) = await tx.all(select(flag))
    assert (row["person_id"], row["content"]["origin"], row["generation"]) == (
        town.ids["mother"],
        "intake",
        "flagged",
    )
    assert (made["valid_from"], made["valid_to"]) == (date(2026, 8, 1), date(2027, 8, 1))
    assert one["valid_from"] == date(2026, 8, 1)
    assert town.telling.kinds() == ["flag_set"]


async def test_where_people_send_papers_the_application_at_intake_opens_nothing(town: Town) -> None:
    await town.settings(generations={ERRAND.id: "documented"})
    await applied_at_intake(town)
    async with town.database.read() as tx:
        found = await submission_at_intake(
            tx, town.casework.assessor, ERRAND.id, town.ids["child"], date(2026, 11, 23)
        )
    assert found is None


async def test_without_an_application_nothing_is_opened(town: Town) -> None:
    await town.settings(generations={ERRAND.id: "flagged"})
    async with town.database.begin() as tx:
        await town.casework.open_at_intake(tx, [town.ids["child"]], town.now)
        assert await tx.all(select(case)) == []
