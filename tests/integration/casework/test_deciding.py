"""From a submitted errand to decision, letter and flag: by machine where law lets it, else by people."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select
from town import NUMBER, PLACE, Town

from assistant.casework import AlreadyDecided, DisputedFact, NoSuchCase, Ruling, RulingIncomplete, case_rows
from assistant.casework.flags import flags_since, holding_flags
from assistant.casework.period import Period
from assistant.store.tables import due, usage
from assistant.twin import SubjectRef


async def the_decision(town: Town, case_id: str) -> case_rows.Decision:
    async with town.database.read() as tx:
        made = await case_rows.decisions_in(tx, case_id)
    assert len(made) == 1
    return made[0]


async def the_case(town: Town, case_id: str) -> case_rows.Case:
    async with town.database.read() as tx:
        found = await case_rows.case_by_id(tx, case_id)
    assert found is not None
    return found


async def reasons(town: Town, case_id: str) -> list[str]:
    return [reason["id"] for reason in (await the_case(town, case_id)).content["reasons"]]


async def flags(town: Town) -> list[tuple[date, date, Decimal]]:
    async with town.database.read() as tx:
        return [(f.valid_from, f.valid_to, f.monthly_amount) for f in await holding_flags(tx, NUMBER)]


async def test_a_clear_right_is_granted_at_once_with_letter_and_flag(town: Town):
    await town.income(150_000)
    case_id = await town.apply()
    await town.work()

    made = await the_decision(town, case_id)
    assert (made.outcome, made.automatic) == ("granted", True)
    assert made.period == Period(date(2026, 12, 1), date(2027, 8, 1))
    assert Decimal(str(made.content["monthly_fee"])) == Decimal(818)  # 6 % of 150 000 over 11 months: 818.18
    assert (await the_case(town, case_id)).status == "decided"
    async with town.database.read() as tx:
        page = await flags_since(tx, NUMBER, 0)
        assert await tx.all(select(due).where(due.c.what == "case")) == []
    assert [(f.place_number, f.monthly_amount, f.valid_from, f.valid_to) for f in page.flags] == [
        (PLACE, Decimal(818), date(2026, 12, 1), date(2027, 8, 1))
    ]
    assert town.telling.kinds() == ["decision_made"]
    content = town.telling.told[0][3]
    assert (content["outcome"], content["monthly_fee"], content["full_fee"]) == ("granted", 818, 1200)


async def test_the_letter_says_what_law_demands(town: Town):
    await town.income(150_000)
    made = await the_decision(town, await apply_and_work(town))
    for said in (
        "redusert foreldrebetaling",
        "818\xa0kr",
        "1\xa0200\xa0kr",
        "1. desember 2026",
        "31. juli 2027",
        "§ 3b",
        "Skatteetaten",
        "150\xa0000\xa0kr",
        "statsforvalteren",
        "Varden kommune",
        "3 uker",
        "forvaltningsloven § 29",
        "§§ 18 og 19",
        "automatisk",
        "Lise Nordmann",
    ):
        assert said in made.letter, said
    assert "home" not in made.letter  # where somebody lives is not repeated


@pytest.mark.parametrize(
    ("language", "said"), [("nn", "vedtaket er gjort automatisk"), ("en", "you can appeal")]
)
async def test_the_letter_is_in_the_applicants_language(town: Town, language: str, said: str):
    await town.income(150_000)
    made = await the_decision(town, await apply_and_work(town, language=language))
    assert made.language == language
    assert said in made.letter.lower()
    assert f'lang="{language}"' in made.letter


async def apply_and_work(town: Town, **given) -> str:
    case_id = await town.apply(**given)
    await town.work()
    return case_id


async def test_a_clear_no_is_refused_with_reasons_and_no_flag(town: Town):
    await town.income(900_000)
    made = await the_decision(town, await apply_and_work(town))
    assert (made.outcome, made.automatic) == ("refused", True)
    assert await flags(town) == []
    assert "Ikke oppfylt" in made.letter
    assert "statsforvalteren" in made.letter


async def test_the_same_errand_sent_twice_is_one_case(town: Town):
    first = await town.apply(process_id="11111111-1111-4111-8111-111111111111")
    second = await town.apply(process_id="11111111-1111-4111-8111-111111111111")
    assert first == second


async def test_a_case_decided_twice_by_the_queue_has_one_decision(town: Town):
    await town.income(150_000)
    case_id = await apply_and_work(town)
    async with town.database.begin() as tx:
        assert await town.casework.decide_case(tx, case_id, town.now) is None
    await the_decision(town, case_id)
    assert len(await flags(town)) == 1
    assert town.telling.kinds() == ["decision_made"]


async def test_a_missing_income_waits_for_it_and_is_then_decided_by_machine(town: Town):
    case_id = await apply_and_work(town)
    assert await reasons(town, case_id) == ["income_missing"]
    assert (await the_case(town, case_id)).status == "manual"

    await town.income(150_000)
    async with town.database.begin() as tx:
        assert await town.casework.look_again(tx, [town.ids["child"]], town.now) == 1
    await town.work()
    assert (await the_decision(town, case_id)).automatic
    assert town.telling.kinds() == ["needs_worker", "decision_made"]


async def test_looking_again_without_news_tells_nobody_twice(town: Town):
    case_id = await apply_and_work(town)
    async with town.database.begin() as tx:
        await town.casework.look_again(tx, [town.ids["child"]], town.now)
    await town.work()
    assert await reasons(town, case_id) == ["income_missing"]
    assert town.telling.kinds() == ["needs_worker"]


async def test_a_disputed_fact_is_for_a_person_and_is_not_looked_at_again_by_machine(town: Town):
    await town.income(150_000)
    wrong = DisputedFact(
        "person.assessed_income@x", "Inntekt", "150 000 kr", "100 000 kr", "Jeg sluttet i mai"
    )
    case_id = await apply_and_work(town, disputed=(wrong,))
    assert await reasons(town, case_id) == ["disputed_fact"]
    async with town.database.begin() as tx:
        assert await town.casework.look_again(tx, [town.ids["child"]], town.now) == 0


async def test_a_protected_address_in_the_household_is_for_a_person(town: Town):
    await town.income(150_000)
    await town.says("population_register", {("mother", "person.address_protection"): "confidential"})
    assert await reasons(town, await apply_and_work(town)) == ["address_protected"]


async def test_shared_residence_is_for_a_person(town: Town):
    await town.income(150_000)
    await town.says(
        "population_register",
        {("child", "person.shared_residence"): [SubjectOf(town, "mother"), SubjectOf(town, "father")]},
    )
    assert await reasons(town, await apply_and_work(town)) == ["shared_residence"]


def SubjectOf(town: Town, name: str):
    from assistant.twin import SubjectRef

    return SubjectRef("person", id=town.ids[name])


async def test_a_lasting_fall_in_income_is_for_a_person(town: Town):
    await town.income(600_000)
    await town.says("person", {("mother", "person.reports_lasting_income_drop"): True})
    case_id = await apply_and_work(town)
    assert "discretion.lasting_income_drop" in await reasons(town, case_id)


async def test_a_price_above_the_limit_is_for_a_person(town: Town):
    await town.income(150_000)
    await town.place(price=1300)
    assert await reasons(town, await apply_and_work(town)) == ["price_above_limit"]


@pytest.mark.parametrize(
    ("setting", "begins"), [("same_month", date(2026, 11, 1)), ("next_month", date(2026, 12, 1))]
)
async def test_the_municipality_settles_the_day_law_is_silent_of(town: Town, setting: str, begins: date):
    town.now = datetime(2026, 11, 1, 10, tzinfo=UTC)
    await town.income(150_000)
    await town.settings(application_on_first_of_month=setting)
    assert (await the_decision(town, await apply_and_work(town))).valid_from == begins


async def test_where_nobody_has_settled_it_a_person_chooses_the_month(town: Town):
    town.now = datetime(2026, 11, 1, 10, tzinfo=UTC)
    await town.income(150_000)
    await town.settings(application_on_first_of_month=None)
    case_id = await apply_and_work(town)
    assert await reasons(town, case_id) == ["edge_date"]
    async with town.database.begin() as tx:
        ruling = Ruling("granted", "Kommunen regner fra neste måned.", "Berit", valid_from=date(2026, 12, 1))
        await town.casework.decide(tx, case_id, ruling, town.now)
    assert (await the_decision(town, case_id)).valid_from == date(2026, 12, 1)


async def test_midnight_is_norwegian(town: Town):
    """23:30 UTC on 31 July is 1 August in Norway: the edge, not the day before."""
    town.now = datetime(2026, 7, 31, 23, 30, tzinfo=UTC)
    await town.settings(application_on_first_of_month=None)
    await town.income(150_000)
    assert "edge_date" in await reasons(town, await apply_and_work(town))


# ---- at the desk ----------------------------------------------------------------------------------


async def manual_case(town: Town) -> str:
    await town.income(600_000)
    await town.says("person", {("mother", "person.reports_lasting_income_drop"): True})
    return await apply_and_work(town)


async def test_a_case_worker_finds_another_income_and_the_rules_reckon_with_it(town: Town):
    case_id = await manual_case(town)
    async with town.database.begin() as tx:
        ruling = Ruling("granted", "Nedgangen er varig.", "Berit Berg", household_income=Decimal(150_000))
        await town.casework.decide(tx, case_id, ruling, town.now)
    made = await the_decision(town, case_id)
    assert (made.outcome, made.automatic, made.decided_by) == ("granted", False, "Berit Berg")
    assert [amount for _, _, amount in await flags(town)] == [Decimal(818)]
    assert "Nedgangen er varig." in made.letter
    assert "Berit Berg" in made.letter
    assert "150\xa0000\xa0kr" in made.letter


async def test_a_case_worker_may_state_the_fee(town: Town):
    case_id = await manual_case(town)
    async with town.database.begin() as tx:
        ruling = Ruling("granted", "Etter en samlet vurdering.", "Berit", monthly_fee=Decimal(500))
        await town.casework.decide(tx, case_id, ruling, town.now)
    assert [amount for _, _, amount in await flags(town)] == [Decimal(500)]


async def test_a_case_worker_refuses_with_reasons(town: Town):
    case_id = await manual_case(town)
    async with town.database.begin() as tx:
        await town.casework.decide(
            tx, case_id, Ruling("refused", "Nedgangen er ikke varig.", "Berit"), town.now
        )
    made = await the_decision(town, case_id)
    assert made.outcome == "refused"
    assert "Nedgangen er ikke varig." in made.letter
    assert await flags(town) == []


@pytest.mark.parametrize(
    ("ruling", "field", "fault"),
    [
        (Ruling("refused", "  ", "B"), "reason", "missing"),
        (Ruling("granted", "x", "B"), "monthly_fee", "missing"),
        (Ruling("granted", "x", "B", monthly_fee=Decimal(-1)), "monthly_fee", "negative"),
        (Ruling("granted", "x", "B", monthly_fee=Decimal(1201)), "monthly_fee", "above_price"),
        (Ruling("granted", "x", "B", household_income=Decimal(-1)), "household_income", "negative"),
    ],
)
async def test_a_ruling_that_lacks_something_decides_nothing(town: Town, ruling, field, fault):
    case_id = await manual_case(town)
    with pytest.raises(RulingIncomplete) as refused:
        async with town.database.begin() as tx:
            await town.casework.decide(tx, case_id, ruling, town.now)
    assert (refused.value.field, refused.value.fault) == (field, fault)
    assert (await the_case(town, case_id)).status == "manual"


async def test_two_case_workers_make_one_decision(town: Town):
    case_id = await manual_case(town)
    ruling = Ruling("refused", "Ikke varig.", "Berit")
    async with town.database.begin() as tx:
        await town.casework.decide(tx, case_id, ruling, town.now)
    with pytest.raises(AlreadyDecided):
        async with town.database.begin() as tx:
            await town.casework.decide(tx, case_id, ruling, town.now)
    await the_decision(town, case_id)


async def test_a_case_that_is_not_there_says_so(town: Town):
    with pytest.raises(NoSuchCase):
        async with town.database.begin() as tx:
            await town.casework.decide_case(tx, "22222222-2222-4222-8222-222222222222", town.now)


# ---- the running year -----------------------------------------------------------------------------


async def test_a_rise_in_income_leaves_the_fee_of_the_running_year(town: Town):
    await town.income(150_000)
    await apply_and_work(town)
    town.now = datetime(2027, 2, 10, 9, tzinfo=UTC)
    await town.income(210_000, year=2026)
    made = await the_decision(town, await apply_and_work(town))
    assert made.outcome == "granted"
    assert made.content["kept"] is True
    assert {amount for _, _, amount in await flags(town)} == {Decimal(818)}
    assert "Husholdningens inntekt har økt" in made.letter


async def test_a_rise_above_the_limit_leaves_it_too(town: Town):
    await town.income(150_000)
    await apply_and_work(town)
    town.now = datetime(2027, 2, 10, 9, tzinfo=UTC)
    await town.income(900_000, year=2026)
    made = await the_decision(town, await apply_and_work(town))
    assert (made.outcome, made.content["kept"]) == ("granted", True)
    assert {amount for _, _, amount in await flags(town)} == {Decimal(818)}


async def test_a_lower_income_lowers_the_fee_from_the_next_month(town: Town):
    await town.income(150_000)
    await apply_and_work(town)
    town.now = datetime(2027, 2, 10, 9, tzinfo=UTC)
    await town.income(110_000, year=2026)
    await apply_and_work(town)
    assert sorted(await flags(town)) == [
        (date(2026, 12, 1), date(2027, 3, 1), Decimal(818)),
        (date(2027, 3, 1), date(2027, 8, 1), Decimal(600)),
    ]


async def test_a_rise_with_another_change_takes_no_support_away_by_machine(town: Town):
    await town.income(150_000)
    await apply_and_work(town)
    await town.income(200_000)
    await town.place(price=1190)
    case_id = await apply_and_work(town)
    assert await reasons(town, case_id) == ["income_rose"]
    assert {amount for _, _, amount in await flags(town)} == {Decimal(818)}
    with pytest.raises(RulingIncomplete, match="monthly_fee is missing"):  # nor by a case worker's silence
        async with town.database.begin() as tx:
            await town.casework.decide(tx, case_id, Ruling("granted", "Se vedlegg.", "Berit"), town.now)
    async with town.database.begin() as tx:
        stated = Ruling("granted", "Prisen er som før.", "Berit", monthly_fee=Decimal(818))
        await town.casework.decide(tx, case_id, stated, town.now)


async def test_case_numbers_follow_each_other_within_the_year(town: Town):
    numbers = [(await the_case(town, await town.apply())).number for _ in range(3)]
    assert numbers == [202_600_001, 202_600_002, 202_600_003]


async def test_deciding_leaves_a_trace_in_the_usage_log(town: Town):
    await town.income(150_000)
    await apply_and_work(town)
    async with town.database.read() as tx:
        rows = await tx.all(select(usage).where(usage.c.subject_id == town.ids["mother"]))
    assert {"kindergarten.reduced_fee", "apply_reduced_fee"} <= {row["actor"] for row in rows}
    assert any("assessed_income" in row["concepts"] for row in rows)


# ---- the next kindergarten year -------------------------------------------------------------------

NEXT = date(2027, 8, 1)


async def renewed(town: Town) -> int:
    async with town.database.begin() as tx:
        count = await town.casework.continuing.renew(tx, NEXT, town.now)
    await town.work()
    return count


async def test_one_application_for_the_whole_stay_is_decided_anew_for_the_next_year(town: Town):
    await town.income(150_000)
    case_id = await apply_and_work(town)
    town.now = datetime(2027, 6, 20, 9, tzinfo=UTC)
    await town.income(110_000, year=2026)

    assert await renewed(town) == 1
    assert await renewed(town) == 0  # called again, nothing happens
    async with town.database.read() as tx:
        made = await case_rows.decisions_in(tx, case_id)
    assert [(d.outcome, d.period) for d in made] == [
        ("granted", Period(NEXT, date(2028, 8, 1))),
        ("granted", Period(date(2026, 12, 1), NEXT)),
    ]
    # The child turns two in 2027, so the 20 core hours are free too: 6 % of 110 000 / 11 is 600, 25/45 of it 333.
    assert sorted(await flags(town)) == [
        (date(2026, 12, 1), NEXT, Decimal(818)),
        (NEXT, date(2028, 8, 1), Decimal(333)),
    ]
    assert town.telling.kinds() == ["decision_made", "flag_renewed"]


@pytest.mark.parametrize(
    ("today", "opened"),
    [
        (date(2027, 6, 14), False),  # last year's tax is not settled yet
        (date(2027, 6, 15), True),
        (date(2027, 8, 5), True),  # nothing ran before 1 August, or the grant before it was late itself
        (date(2028, 2, 1), True),
        (date(2028, 8, 1), False),  # that year is over
    ],
)
async def test_the_clock_opens_a_case_again_whenever_its_year_lacks_a_decision(
    town: Town, today: date, opened: bool
):
    await town.income(150_000)
    case_id = await apply_and_work(town)
    town.now = datetime(today.year, today.month, today.day, 4, 35, tzinfo=UTC)
    await town.casework.handlers(town.database, lambda: town.now)["renew_decisions"]({})
    async with town.database.read() as tx:
        found = await case_rows.case_by_id(tx, case_id)
    assert found is not None
    assert found.content.get("renewal") == ("2027-08-01" if opened else None)


async def test_support_is_not_taken_away_by_a_machine_nobody_asked(town: Town):
    await town.income(150_000)
    case_id = await apply_and_work(town)
    town.now = datetime(2027, 6, 20, 9, tzinfo=UTC)
    await town.income(900_000, year=2026)
    assert await renewed(town) == 1
    assert await reasons(town, case_id) == ["renewal_refused"]
    async with town.database.begin() as tx:
        await town.casework.decide(tx, case_id, Ruling("refused", "Varslet 20. juni.", "Berit"), town.now)
        made = await case_rows.decisions_in(tx, case_id)
    assert (made[0].outcome, made[0].period) == ("refused", Period(NEXT, date(2028, 8, 1)))


async def test_who_leaves_for_school_gets_no_case_nobody_asked_for(town: Town):
    await town.income(150_000)
    await apply_and_work(town)
    await town.says(
        "kindergarten_system",
        {("child", "person.kindergarten_place"): SubjectRef("kindergarten_place", id=town.ids["place"])},
        valid_from=date(2026, 8, 1),
        valid_to=NEXT,
    )
    town.now = datetime(2027, 6, 20, 9, tzinfo=UTC)
    assert await renewed(town) == 0
    assert town.telling.kinds() == ["decision_made"]


async def test_an_application_for_one_year_is_not_renewed(town: Town):
    await town.income(150_000)
    await apply_and_work(town, duration="this_year")
    assert await renewed(town) == 0


async def test_the_letter_holds_back_what_is_not_the_applicants_to_read(town: Town):
    """A parent who lives elsewhere applies: the household's income decides, but is not theirs to see."""
    await town.income(150_000)
    case_id = await apply_and_work(town, person_id=town.ids["father"])
    assert await reasons(town, case_id) == ["applicant_elsewhere"]
    async with town.database.begin() as tx:
        ruling = Ruling("granted", "Foreldrene er enige.", "Berit", household_income=Decimal(150_000))
        await town.casework.decide(tx, case_id, ruling, town.now)
    made = await the_decision(town, case_id)
    assert "Opplysninger om andre enn deg er brukt" in made.letter
    assert "Kari Nordmann" not in made.letter
    assert "150\xa0000" not in made.letter
