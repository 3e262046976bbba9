"""A child changes kindergarten in the year a decision holds for: the decision is not lost on the way."""

from datetime import UTC, date, datetime
from decimal import Decimal

from town import NUMBER, PLACE, Town

from assistant.casework import Ruling, case_rows
from assistant.casework.flags import holding_flags
from assistant.twin import SubjectRef

MOVED = date(2027, 1, 1)
NEXT = date(2027, 8, 1)


async def granted_then_moved(town: Town, price: int) -> str:
    await town.income(150_000)
    case_id = await town.apply()
    await town.work()
    async with town.database.begin() as tx:
        town.ids["new"] = await town.identities.find_or_create(
            tx, "kindergarten_place", "place_number", "P-2002", town.now
        )
    old, new = (SubjectRef("kindergarten_place", id=town.ids[name]) for name in ("place", "new"))
    held = ("child", "person.kindergarten_place")
    await town.says("kindergarten_system", {held: old}, valid_from=date(2026, 8, 1), valid_to=MOVED)
    await town.says(
        "kindergarten_system",
        {
            held: new,
            ("new", "kindergarten_place.place_number"): "P-2002",
            ("new", "kindergarten_place.municipality"): NUMBER,
            ("new", "kindergarten_place.weekly_hours"): 45,
            ("new", "kindergarten_place.price"): price,
            ("new", "kindergarten_place.starts_on"): "2027-01-01",
        },
        valid_from=MOVED,
        scope="P-2002",
    )
    return case_id


async def flags(town: Town) -> list[tuple[str, date, date, Decimal]]:
    async with town.database.read() as tx:
        return [
            (f.place_number, f.valid_from, f.valid_to, f.monthly_amount)
            for f in await holding_flags(tx, NUMBER)
        ]


async def night(town: Town) -> None:
    await town.casework.handlers(town.database, town.clock)["renew_decisions"]({})
    await town.work()


async def test_the_decided_fee_holds_for_the_new_place_for_the_rest_of_the_year(town: Town):
    await granted_then_moved(town, price=1200)
    await night(town)
    await night(town)  # once more changes nothing
    assert await flags(town) == [
        (PLACE, date(2026, 12, 1), NEXT, Decimal(818)),
        ("P-2002", MOVED, NEXT, Decimal(818)),
    ]


async def test_a_place_at_another_price_is_for_a_person_and_the_applicant_is_told(town: Town):
    case_id = await granted_then_moved(town, price=1000)
    await night(town)
    await night(town)
    async with town.database.read() as tx:
        case = await case_rows.case_by_id(tx, case_id)
    assert case is not None
    assert (case.status, [one["id"] for one in case.content["reasons"]]) == ("manual", ["place_changed"])
    assert town.telling.kinds() == ["decision_made", "needs_worker"]

    town.now = datetime(2027, 1, 4, 9, tzinfo=UTC)
    async with town.database.begin() as tx:
        ruling = Ruling("granted", "Ny plass.", "Berit", monthly_fee=Decimal(700))
        await town.casework.decide(tx, case_id, ruling, town.now)
    await night(town)
    assert (await flags(town))[-1] == ("P-2002", MOVED, NEXT, Decimal(700))
    assert len(await flags(town)) == 2
