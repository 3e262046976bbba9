"""A decision is replaced once, by one that is held against what stands now; and what was set aside is made anew."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from test_reversing import BEGINS, WORKER, corrected, decisions, fees, found_in, granted, notice, reverse
from town import Town

from assistant.casework import Ruling, RulingIncomplete, appeals, case_rows, deciding_anew
from assistant.casework import reconsideration_rows as rows
from assistant.casework.appeals import Appeal, AppealIncomplete
from assistant.casework.case_rows import Case, Decision
from assistant.casework.coming_forward import DECISION_KINDS, came_forward
from assistant.casework.reversing import NotOpen, ReversalIncomplete, Reversing
from assistant.store.columns import new_id
from assistant.store.tables import appeal, decision, guidance, message, reconsideration


async def the_case(town: Town, case_id: str) -> Case:
    async with town.database.read() as tx:
        found = await case_rows.case_by_id(tx, case_id)
    assert found is not None
    return found


async def appealed(town: Town, made: Decision) -> Appeal:
    opened = await the_case(town, made.case_id)
    async with town.database.begin() as tx:
        right = appeals.right_of(town.catalogue, opened)
        return await appeals.receive(
            tx, town.telling, opened, made, right, said="Feil", wants_delay=False, now=town.now
        )


async def reversed_on_appeal(town: Town, one: Appeal, ruling: Ruling) -> str:
    async with town.database.begin() as tx:
        opened = await case_rows.case_by_id(tx, one.case_id)
        assert opened is not None
        return await appeals.reverse(tx, town.casework, opened, one, ruling, town.now)


async def told_of(
    town: Town, decision_id: str, kind: str, who: str = "mother", channel: str = "email"
) -> None:
    """A message of such a kind has told somebody of a decision, now."""
    told, about = new_id(), {"person_id": town.ids[who], "created_at": town.now}
    async with town.database.begin() as tx:
        await tx.execute(
            insert(guidance).values(
                id=told,
                subject_id=town.ids["child"],
                kind=kind,
                rule="kindergarten.reduced_fee",
                cause=f"decision:{decision_id}",
                content={},
                **about,
            )
        )
        words = {"language": "nb", "title": "Vedtak", "body": "Les det.", "why": {}, "state": "sent"}
        await tx.execute(
            insert(message).values(
                id=new_id(),
                guidance_id=told,
                channel=channel,
                send_at=town.now,
                sent_at=town.now,
                **words,
                **about,
            )
        )


async def test_what_an_appeal_has_replaced_is_not_reversed_again(town: Town):
    case_id = await granted(town)
    (found_id,) = await corrected(town, 200_000)
    await notice(town, found_id)
    (first,) = await decisions(town, case_id)
    one = await appealed(town, first)
    better = Ruling("granted", "Inntekten falt.", WORKER, household_income=Decimal(100_000))
    new_id_ = await reversed_on_appeal(town, one, better)
    (found,) = await found_in(town, case_id)
    assert (found.state, found.settled_by, found.new_decision_id) == ("dropped", WORKER, new_id_)
    assert "decision_stands" not in town.telling.kinds()

    town.now += timedelta(days=60)
    doing = Reversing(WORKER, "Rettet.", "invalid", BEGINS)
    with pytest.raises(NotOpen):
        await reverse(town, found_id, doing)
    async with town.database.begin() as tx:  # one that was left open by mistake
        await tx.execute(update(reconsideration).values(state="answered"))
    with pytest.raises(NotOpen):
        await reverse(town, found_id, doing)
    async with town.database.begin() as tx:
        await tx.execute(update(reconsideration).values(state="found"))
    with pytest.raises(NotOpen):
        await notice(town, found_id)
    assert await fees(town) == [(BEGINS, Decimal(545))]
    assert len(await decisions(town, case_id)) == 2


async def test_an_appeal_is_held_against_the_decision_that_stands_now(town: Town):
    case_id = await granted(town)
    await corrected(town, 100_000)  # the machine: 818 becomes 545
    first, second = await decisions(town, case_id)
    town.now += timedelta(days=1)
    one = await appealed(town, first)
    with pytest.raises(RulingIncomplete) as refused:
        await reversed_on_appeal(town, one, Ruling("granted", "Bedre?", WORKER, monthly_fee=Decimal(700)))
    assert (refused.value.field, refused.value.fault) == ("monthly_fee", "not_in_favour")
    assert await fees(town) == [(BEGINS, Decimal(545))]
    await reversed_on_appeal(town, one, Ruling("granted", "Bedre.", WORKER, monthly_fee=Decimal(500)))
    assert (await decisions(town, case_id))[-1].replaces == second.id
    assert await fees(town) == [(BEGINS, Decimal(500))]


async def test_two_decisions_cannot_replace_the_same(town: Town):
    case_id = await granted(town)
    await corrected(town, 100_000)
    first, second = await decisions(town, case_id)
    async with town.database.read() as tx:
        row = await tx.first(select(decision).where(decision.c.id == second.id))
    assert row is not None
    with pytest.raises(IntegrityError):
        async with town.database.begin() as tx:
            await tx.execute(insert(decision).values(**{**row, "id": new_id(), "replaces": first.id}))


@pytest.mark.parametrize("kind", DECISION_KINDS)
async def test_the_time_to_appeal_runs_from_every_kind_of_message_about_a_decision(town: Town, kind: str):
    case_id = await granted(town)
    (made,) = await decisions(town, case_id)
    async with town.database.read() as tx:
        assert await came_forward(tx, made) is None
    await told_of(town, made.id, kind, who="father")  # another's message starts nothing
    town.now += timedelta(days=2)
    await told_of(town, made.id, kind)
    town.now += timedelta(days=40)
    async with town.database.read() as tx:
        assert await came_forward(tx, made) == date(2026, 11, 25)
    assert (await appealed(town, made)).late


async def test_a_reversal_is_told_as_the_decision_it_is(town: Town):
    case_id = await granted(town)
    await corrected(town, 100_000)
    new = (await decisions(town, case_id))[-1]
    _, kind, cause, _ = town.telling.told[-1]
    assert (kind, cause) == ("decision_reversed", f"decision:{new.id}")
    assert "decision_reversed" in DECISION_KINDS


async def test_an_appeal_a_year_after_can_be_dismissed_though_no_notice_was_sent(town: Town):
    case_id = await granted(town)
    (made,) = await decisions(town, case_id)
    town.now += timedelta(days=400)
    one, opened = await appealed(town, made), await the_case(town, case_id)
    assert not one.late
    async with town.database.begin() as tx:
        with pytest.raises(AppealIncomplete):
            await appeals.forward(tx, town.telling, opened, one, "For gammel", WORKER, town.now)
        await appeals.dismiss(tx, town.telling, opened, one, "For gammel", WORKER, town.now)
        assert await tx.scalar(select(appeal.c.status)) == "dismissed"


async def test_the_income_a_case_worker_found_outlives_the_registers_corrections(town: Town):
    await town.settings(application_on_first_of_month=None)
    town.now = datetime(2026, 12, 1, 9, tzinfo=UTC)
    await town.income(250_000)
    case_id = await town.apply()
    await town.work()
    async with town.database.begin() as tx:
        ruling = Ruling("granted", "Varig fall", WORKER, household_income=Decimal(100_000), valid_from=BEGINS)
        await town.casework.decide(tx, case_id, ruling, town.now)
    assert await fees(town) == [(BEGINS, Decimal(545))]
    assert await corrected(town, 240_000) == ()
    assert await found_in(town, case_id) == []


async def test_not_arrived_is_no_ground_where_a_notice_was_sent(town: Town):
    case_id = await granted(town)
    (made,) = await decisions(town, case_id)
    (found_id,) = await corrected(town, 200_000)
    await notice(town, found_id)
    town.now += timedelta(days=30)
    await told_of(town, made.id, "decision_made")
    with pytest.raises(ReversalIncomplete) as refused:
        await reverse(town, found_id, Reversing(WORKER, "Ikke mottatt.", "not_arrived", BEGINS))
    assert (refused.value.field, refused.value.fault) == ("ground", "arrived")


async def test_what_the_appeal_body_sets_aside_is_decided_anew_by_people(town: Town):
    case_id = await granted(town)
    (made,) = await decisions(town, case_id)
    one, closed = await appealed(town, made), await the_case(town, case_id)
    async with town.database.begin() as tx:
        await appeals.forward(tx, town.telling, closed, one, "Vi står på vårt.", WORKER, town.now)
        await appeals.settle(tx, town.telling, closed, one, "quashed", "Feil inntekt.", town.now)
        assert await rows.standing_decisions(tx, [town.ids["child"]]) == []  # it is set aside
    opened = await the_case(town, case_id)
    assert (opened.status, opened.due_on) == ("manual", date(2026, 12, 23))
    assert [why["id"] for why in opened.content["reasons"]] == ["appeal_quashed"]
    await town.work()
    assert (await the_case(town, case_id)).status == "manual"  # no machine takes it

    town.now += timedelta(days=1)
    async with town.database.begin() as tx:
        anew = Ruling("refused", "Inntekten er for høy.", WORKER)
        await deciding_anew.decide(tx, town.casework, opened, anew, town.now)
    new = (await decisions(town, case_id))[-1]
    assert (new.replaces, new.outcome, new.period) == (made.id, "refused", made.period)
    assert await fees(town) == [(BEGINS, Decimal(1200))]  # what the biller was told is corrected
    closed = await the_case(town, case_id)
    assert (closed.status, deciding_anew.SET_ASIDE in closed.content) == ("decided", False)


async def test_what_is_set_aside_waits_until_the_case_is_closed(town: Town):
    case_id = await granted(town)
    (made,) = await decisions(town, case_id)
    one, closed = await appealed(town, made), await the_case(town, case_id)
    async with town.database.begin() as tx:
        await appeals.forward(tx, town.telling, closed, one, "Vi står på vårt.", WORKER, town.now)
        await case_rows.reopen(tx, closed, closed.content, due_on=closed.due_on)
    with pytest.raises(AppealIncomplete) as refused:
        async with town.database.begin() as tx:
            await appeals.settle(tx, town.telling, closed, one, "quashed", "", town.now)
    assert (refused.value.field, refused.value.fault) == ("settled", "case_open")
