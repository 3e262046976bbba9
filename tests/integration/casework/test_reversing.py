"""A decision whose facts turn out otherwise: found, told of, heard on, reversed or left as it is, billed anew."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from town import NUMBER, PLACE, Town

from assistant.casework import Ruling, case_rows
from assistant.casework import reconsideration_rows as rows
from assistant.casework.case_rows import Decision
from assistant.casework.flags import flags_since, holding_flags
from assistant.casework.invoice import month_of
from assistant.casework.monthly_basis import monthly_basis
from assistant.casework.reconsideration_rows import Reconsideration
from assistant.casework.reversing import NotHeard, NotOpen, ReversalIncomplete, Reversing
from assistant.determinations import because_of
from assistant.store.tables import usage
from assistant.twin import Provenance, Span, Statement, SubjectRef

WORKER = "Berit Berg (berit)"
BEGINS = date(2026, 12, 1)


async def granted(town: Town, income: int = 150_000) -> str:
    await town.income(income)
    case_id = await town.apply()
    await town.work()
    return case_id


async def corrected(town: Town, amount: int | None, year: int = 2025, who: str = "mother") -> tuple[str, ...]:
    """The tax administration says otherwise, and what follows; the ids of what was found."""
    span = Span(amount, date(year + 1, 1, 1), date(year + 3, 1, 1))
    spans = () if amount is None else (span,)
    statement = Statement(SubjectRef("person", id=town.ids[who]), "person.assessed_income", spans, str(year))
    town.now += timedelta(minutes=1)
    async with town.database.begin() as tx:
        recorded = await town.twin.record(
            tx, [statement], Provenance("tax_administration", "FOR-2005-12-16-1478 § 3e"), town.now
        )
        return await town.casework.reversals.follow(tx, recorded.changes, because_of("inbox:1"), town.now)


async def decisions(town: Town, case_id: str) -> list[Decision]:
    """Oldest first."""
    async with town.database.read() as tx:
        return list(reversed(await case_rows.decisions_in(tx, case_id)))


async def found_in(town: Town, case_id: str) -> list[Reconsideration]:
    async with town.database.read() as tx:
        return list(await rows.of_case(tx, case_id))


async def fees(town: Town) -> list[tuple[date, Decimal]]:
    async with town.database.read() as tx:
        return [(flag.valid_from, flag.monthly_amount) for flag in await holding_flags(tx, NUMBER)]


async def test_less_income_than_was_counted_is_put_right_by_the_machine_from_when_it_began(town: Town):
    case_id = await granted(town)
    town.now += timedelta(days=60)
    assert len(await corrected(town, 100_000)) == 1

    old, new = await decisions(town, case_id)
    assert (new.replaces, new.automatic, new.decided_by, new.outcome) == (old.id, True, "varde", "granted")
    assert new.period == old.period
    assert Decimal(str(new.content["monthly_fee"])) == Decimal(545)  # 6 % of 100 000 over 11 months: 545.45
    assert await fees(town) == [(BEGINS, Decimal(545))]
    async with town.database.read() as tx:
        written = (await flags_since(tx, NUMBER, 0)).flags
    assert [flag.replaces for flag in written] == [None, written[0].id]
    (found,) = await found_in(town, case_id)
    assert (found.state, found.favour, found.settled_by, found.new_decision_id) == (
        "reversed",
        "for",
        "varde",
        new.id,
    )
    assert town.telling.kinds() == ["decision_made", "decision_reversed"]
    told = town.telling.told[-1][3]
    assert (told["earlier_fee"], told["monthly_fee"], told["decision_id"]) == (818, 545, new.id)
    for said in ("§ 35 første ledd bokstav a", "150\xa0000\xa0kr er rettet til 100\xa0000\xa0kr", "klage"):
        assert said in new.letter, said


async def test_more_income_than_was_counted_changes_nothing_by_itself(town: Town):
    case_id = await granted(town)
    (found_id,) = await corrected(town, 200_000)

    assert len(await decisions(town, case_id)) == 1
    assert await fees(town) == [(BEGINS, Decimal(818))]
    assert town.telling.kinds() == ["decision_made"]
    (found,) = await found_in(town, case_id)
    assert (found.id, found.state, found.favour) == (found_id, "found", "against")
    assert (found.proposed.fee_before, found.proposed.fee_after) == (Decimal(818), Decimal(1091))
    assert [(one["before"], one["after"], one["how"]) for one in found.changed] == [
        (150_000, 200_000, "corrected")
    ]
    assert [why["id"] for why in found.proposal["why_human"]] == ["reconsider_against"]


async def test_against_the_person_takes_notice_time_and_a_ground(town: Town):
    case_id = await granted(town)
    (found_id,) = await corrected(town, 200_000)
    doing = Reversing(WORKER, "Inntekten er rettet.", "invalid", BEGINS)
    with pytest.raises(NotHeard):
        await reverse(town, found_id, doing)
    await notice(town, found_id)
    (found,) = await found_in(town, case_id)
    assert (found.state, found.answer_by) == ("noticed", date(2026, 12, 14))  # three weeks from 23 November
    assert town.telling.told[-1][1] == "advance_notice"
    with pytest.raises(NotOpen):
        await notice(town, found_id)

    town.now = datetime(2026, 12, 14, 9, tzinfo=UTC)
    with pytest.raises(NotHeard):  # the last day is theirs
        await reverse(town, found_id, doing)
    town.now = datetime(2026, 12, 15, 9, tzinfo=UTC)
    for lacking, field in (
        (Reversing(WORKER, " ", "invalid", BEGINS), "reason"),
        (Reversing(WORKER, "Fordi", "favour", BEGINS), "ground"),
        (Reversing(WORKER, "Fordi", "invalid", date(2026, 12, 2)), "valid_from"),
    ):
        with pytest.raises(ReversalIncomplete) as refused:
            await reverse(town, found_id, lacking)
        assert refused.value.field == field
    assert len(await decisions(town, case_id)) == 1

    await reverse(town, found_id, doing)
    old, new = await decisions(town, case_id)
    assert (new.replaces, new.automatic, new.decided_by) == (old.id, False, WORKER)
    assert await fees(town) == [(BEGINS, Decimal(1091))]
    assert town.telling.kinds() == ["decision_made", "advance_notice", "decision_reversed"]
    for said in (
        "§ 35 første ledd bokstav c",
        "Vi varslet deg 23. november 2026",
        "Du svarte ikke innen fristen",
        "Inntekten er rettet.",
        "1\xa0091\xa0kr i måneden fra 1. desember 2026",
        "statsforvalteren",
    ):
        assert said in new.letter, said
    with pytest.raises(NotOpen):
        await reverse(town, found_id, doing)


async def test_an_answer_is_heard_before_its_last_day_and_stands_in_the_letter(town: Town):
    case_id = await granted(town)
    (found_id,) = await corrected(town, 200_000)
    await notice(town, found_id)
    async with town.database.begin() as tx:
        await town.casework.reversals.answer(
            tx, found_id, "  Det <b>var</b> en engangsutbetaling. ", town.now
        )
    await reverse(town, found_id, Reversing(WORKER, "Vi har lest svaret.", "invalid", date(2026, 12, 1)))
    letter = (await decisions(town, case_id))[-1].letter
    assert "Det &lt;b&gt;var&lt;/b&gt; en engangsutbetaling." in letter
    with pytest.raises(NotOpen):
        async with town.database.begin() as tx:
            await town.casework.reversals.answer(tx, found_id, "For sent", town.now)


async def test_a_reversal_may_count_only_ahead(town: Town):
    case_id = await granted(town)
    (found_id,) = await corrected(town, 200_000)
    await notice(town, found_id)
    town.now = datetime(2027, 1, 20, 9, tzinfo=UTC)
    await reverse(town, found_id, Reversing(WORKER, "Bare framover.", "invalid", date(2027, 2, 1)))
    assert await fees(town) == [(BEGINS, Decimal(818)), (date(2027, 2, 1), Decimal(1091))]
    assert (await decisions(town, case_id))[-1].valid_from == date(2027, 2, 1)


async def test_a_case_worker_may_let_it_be_with_reasons_and_who_was_notified_is_told(town: Town):
    case_id = await granted(town)
    (found_id,) = await corrected(town, 200_000)
    await notice(town, found_id)
    async with town.database.begin() as tx:
        with pytest.raises(ReversalIncomplete):
            await town.casework.reversals.drop(tx, found_id, WORKER, " ", town.now)
        await town.casework.reversals.drop(tx, found_id, WORKER, "Vedtaket er gyldig.", town.now)
    (found,) = await found_in(town, case_id)
    assert (found.state, found.settled_by, found.reason) == ("dropped", WORKER, "Vedtaket er gyldig.")
    assert town.telling.kinds() == ["decision_made", "advance_notice", "decision_stands"]
    assert await fees(town) == [(BEGINS, Decimal(818))]
    assert await corrected(town, 200_000) == ()  # the same news is no news


async def test_a_correction_that_is_taken_back_ends_the_proposal(town: Town):
    case_id = await granted(town)
    (found_id,) = await corrected(town, 200_000)
    await notice(town, found_id)
    assert await corrected(town, 150_000) == ()
    (found,) = await found_in(town, case_id)
    assert (found.state, found.settled_by) == ("dropped", "varde")
    assert town.telling.kinds()[-1] == "decision_stands"


async def test_a_second_correction_takes_the_place_of_the_first(town: Town):
    case_id = await granted(town)
    await corrected(town, 200_000)
    await corrected(town, 210_000)
    newest, first = await found_in(town, case_id)
    assert {newest.state, first.state} == {"found", "dropped"}
    (waiting,) = [one for one in (newest, first) if one.is_open]
    assert waiting.proposed.fee_after == Decimal(1145)  # 6 % of 210 000 over 11 months: 1 145.45


async def test_an_income_taken_back_waits_for_a_human_and_for_the_register(town: Town):
    case_id = await granted(town)
    await corrected(town, None)
    (found,) = await found_in(town, case_id)
    assert (found.favour, found.proposed.outcome_after, found.proposed.fee_after) == (
        "against",
        "undetermined",
        None,
    )
    town.now += timedelta(days=1)
    await corrected(town, 100_000)  # said again: now the machine may put it right
    assert {one.state for one in await found_in(town, case_id)} == {"dropped", "reversed"}
    assert await fees(town) == [(BEGINS, Decimal(545))]


async def test_another_years_income_is_no_correction_of_the_one_that_was_counted(town: Town):
    """The latest assessment when one decided was the right one; a rise takes nothing away in the running year."""
    case_id = await granted(town)
    assert await corrected(town, 900_000, year=2026) == ()
    assert await corrected(town, 20_000, year=2024) == ()
    assert await found_in(town, case_id) == []


async def test_a_refusal_on_an_income_that_was_too_high_becomes_a_grant(town: Town):
    case_id = await granted(town, income=900_000)
    assert await fees(town) == []
    await corrected(town, 150_000)
    old, new = await decisions(town, case_id)
    assert (old.outcome, new.outcome, new.replaces) == ("refused", "granted", old.id)
    async with town.database.read() as tx:
        (flag,) = await holding_flags(tx, NUMBER)
    assert (flag.place_number, flag.monthly_amount, flag.valid_from) == (PLACE, Decimal(818), BEGINS)


async def test_what_a_case_worker_decided_is_not_touched_by_a_machine(town: Town):
    await town.settings(application_on_first_of_month=None)
    town.now = datetime(2026, 12, 1, 9, tzinfo=UTC)
    await town.income(150_000)
    case_id = await town.apply()
    await town.work()
    async with town.database.begin() as tx:
        ruling = Ruling("granted", "Innvilget", WORKER, valid_from=date(2026, 12, 1))
        await town.casework.decide(tx, case_id, ruling, town.now)
    await corrected(town, 100_000)
    (found,) = await found_in(town, case_id)
    assert (found.state, found.favour) == ("found", "for")
    assert [why["id"] for why in found.proposal["why_human"]] == ["reconsider_judged"]
    # in the person's favour nobody has to be heard first, and the ground is plain
    await reverse(town, found.id, Reversing(WORKER, "Rettet.", "favour", date(2026, 12, 1)))
    assert await fees(town) == [(date(2026, 12, 1), Decimal(545))]


async def test_a_renewal_rests_on_the_reversed_decision_and_not_on_the_one_it_replaced(town: Town):
    case_id = await granted(town)
    await corrected(town, 900_000)
    (found,) = await found_in(town, case_id)
    await notice(town, found.id)
    town.now += timedelta(days=30)
    await reverse(town, found.id, Reversing(WORKER, "Rettet.", "invalid", BEGINS))
    assert (await decisions(town, case_id))[-1].outcome == "refused"
    assert await fees(town) == [(BEGINS, Decimal(1200))]
    async with town.database.begin() as tx:
        assert (
            await town.casework.continuing.renew(tx, date(2027, 8, 1), datetime(2027, 6, 20, tzinfo=UTC)) == 0
        )


async def test_looking_anew_is_in_the_usage_log(town: Town):
    await granted(town)
    async with town.database.read() as tx:
        before = len(await tx.all(select(usage).where(usage.c.subject_id == town.ids["mother"])))
    await corrected(town, 200_000)
    async with town.database.read() as tx:
        log = await tx.all(select(usage).where(usage.c.subject_id == town.ids["mother"]))
    new = sorted(log, key=lambda row: row["number"])[before:]
    assert {row["purpose"] for row in new} == {"to find rights and duties", "to decide a case"}
    assert all(row["actor_kind"] == "rule" for row in new)


async def test_what_was_billed_stands_and_the_difference_comes_in_the_month_it_became_known(town: Town):
    await granted(town)
    (found_id,) = await corrected(town, 200_000)
    await notice(town, found_id)
    town.now = datetime(2027, 2, 10, 9, tzinfo=UTC)
    assert await billed(town, "2026-12") == (["1200", "818", "818"], [])
    await reverse(town, found_id, Reversing(WORKER, "Rettet.", "invalid", BEGINS))
    assert await billed(town, "2026-11") == (["1200", "1200", "1200"], [])
    for over in ("2026-12", "2027-01"):
        assert await billed(town, over) == (["1200", "818", "818"], [])
    assert await billed(town, "2027-02") == (
        ["1200", "1091", "1637"],  # the month's own fee, and twice 273 for the two that are over
        [("2026-12", "818", "1091", "273"), ("2027-01", "818", "1091", "273")],
    )
    assert await billed(town, "2027-03") == (["1200", "1091", "1091"], [])


async def billed(town: Town, month: str) -> tuple[list[str], list[tuple[str, str, str, str]]]:
    """The place's fee before and after, and the total without food; and the corrections."""
    async with town.database.read() as tx:
        (one,) = (await monthly_basis(tx, NUMBER, month_of(month))).kindergartens
    lines = [str(one.fee_before), str(one.fee_after), str(one.total - one.food)]
    found = [(c.month, str(c.before), str(c.after), str(c.difference)) for c in one.corrections]
    return lines, found


async def notice(town: Town, found_id: str) -> None:
    async with town.database.begin() as tx:
        await town.casework.reversals.notice(tx, found_id, WORKER, town.now)


async def reverse(town: Town, found_id: str, doing: Reversing) -> str:
    async with town.database.begin() as tx:
        return await town.casework.reversals.reverse(tx, found_id, doing, town.now)
