"""Not at night, not on a day off, not after it was read, not too often; twice of what law wants opened."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from guidance_town import Town
from sqlalchemy import select, update

from assistant.config import OSLO, NoticeSettings
from assistant.guidance.notice_rows import TELL_AGAIN
from assistant.guidance.telling_again import TellingAgain, wake_second_notices
from assistant.store import Work
from assistant.store.tables import due, job, message

NIGHT = datetime(2026, 11, 3, 2, 0, tzinfo=OSLO).astimezone(UTC)  # a Tuesday
MORNING = datetime(2026, 11, 3, 8, 0, tzinfo=OSLO).astimezone(UTC)


@pytest.fixture
async def asleep(town: Town) -> Town:
    """The town at two in the morning, where people are left in peace as a municipality sets it by default."""
    town.moment = NIGHT
    polite(town)
    await town.family()
    return town


def polite(town: Town, **settled: Any) -> None:
    town.delivery = replace(town.delivery, notices=NoticeSettings(**settled))
    again = TellingAgain(town.database, town.guidance, town.now)
    town.work = Work(town.database, {"deliver": town.delivery.deliver, **again.handlers()}, town.now)


async def decide(town: Town, cause: str = "decision:1") -> None:
    """Kari is told of a decision."""
    content = {"case_number": 20260001, "outcome": "granted", "monthly_fee": 1636, "full_fee": 2000}
    async with town.database.begin() as tx:
        kari, lise = town.ids["Kari"], town.ids["Lise"]
        rule = "kindergarten.reduced_fee"
        await town.guidance.tell(tx, kari, lise, rule, "decision_made", cause, content, town.moment)
    await town.work.run_until_idle()


async def reads(town: Town, name: str) -> None:
    hers = (message.c.person_id == town.ids[name]) & (message.c.channel == "chat")
    async with town.database.begin() as tx:
        await tx.execute(update(message).where(hers).values(read_at=town.moment))


async def wake(town: Town) -> None:
    """The clock's daily look at what was not opened."""
    async with town.database.begin() as tx:
        await wake_second_notices(tx, town.moment)
    await town.work.run_until_idle()


def sent(town: Town) -> tuple[int, int]:
    """Emails and texts that have arrived."""
    return len(town.mailbox.listed()), len(town.gateway.outbox())


async def test_nobody_is_woken_and_all_are_told_in_the_morning(asleep: Town) -> None:
    await asleep.plan(await asleep.change())
    await asleep.work.run_until_idle()
    assert [state for channel, state, _ in await asleep.messages("Kari") if channel == "chat"] == ["sent"]
    assert sent(asleep) == (0, 0)
    asleep.moment = MORNING - timedelta(seconds=1)
    await asleep.work.run_until_idle()
    assert sent(asleep) == (0, 0)
    asleep.moment = MORNING
    await asleep.work.run_until_idle()
    assert sent(asleep) == (1, 1)
    asleep.later(days=1)
    await asleep.work.run_until_idle()
    assert sent(asleep) == (1, 1)


async def test_who_reads_it_at_night_gets_no_notice_of_it_in_the_morning(asleep: Town) -> None:
    await asleep.plan(await asleep.change())
    await asleep.work.run_until_idle()
    await reads(asleep, "Kari")
    asleep.moment = MORNING
    await asleep.work.run_until_idle()
    assert sent(asleep) == (0, 1)
    assert {channel: state for channel, state, _ in await asleep.messages("Kari")} == {
        "chat": "sent",
        "email": "withdrawn",
    }


async def test_word_of_a_decision_goes_on_a_sunday_morning_and_though_it_was_read(asleep: Town) -> None:
    asleep.moment = datetime(2026, 11, 8, 3, 0, tzinfo=OSLO).astimezone(UTC)
    await decide(asleep)
    await reads(asleep, "Kari")
    assert sent(asleep) == (0, 0)
    asleep.later(hours=5)
    await asleep.work.run_until_idle()
    assert sent(asleep) == (1, 0)


async def test_enough_in_a_week_is_enough(asleep: Town) -> None:
    polite(asleep, a_week=2)
    for day in range(3):
        asleep.moment = MORNING + timedelta(days=day)
        await asleep.plan(await asleep.change(fee=1500 + day, cause=f"inbox:{day}"))
        await asleep.work.run_until_idle()
    assert sent(asleep) == (2, 2)
    asleep.moment = MORNING + timedelta(days=7)
    await asleep.work.run_until_idle()
    assert sent(asleep) == (3, 3)


async def test_a_decision_not_opened_within_a_week_is_told_of_once_more(asleep: Town) -> None:
    asleep.moment = MORNING
    await decide(asleep)
    assert sent(asleep) == (1, 0)
    asleep.later(days=6)
    await wake(asleep)
    assert sent(asleep) == (1, 0)
    asleep.later(days=1)
    await wake(asleep)
    await wake(asleep)
    assert sent(asleep) == (2, 0)
    first, second = asleep.mailbox.listed()
    assert {first.recipient, second.recipient} == {"kari@post.example"}
    asleep.later(days=30)
    await wake(asleep)
    assert sent(asleep) == (2, 0)
    async with asleep.database.read() as tx:
        assert await tx.all(select(due).where(due.c.what == TELL_AGAIN)) == []
        assert await tx.all(select(job)) == []


async def test_the_second_notice_is_a_text_where_there_is_a_mobile(asleep: Town) -> None:
    await asleep.state("Kari", mobile="+4798765432")
    asleep.moment = MORNING
    await decide(asleep)
    asleep.later(days=7)
    await wake(asleep)
    assert sent(asleep) == (1, 1)
    asleep.later(days=7)
    await wake(asleep)
    assert sent(asleep) == (1, 1)


async def test_who_has_opened_it_is_not_told_again(asleep: Town) -> None:
    asleep.moment = MORNING
    await decide(asleep)
    asleep.later(days=2)
    await reads(asleep, "Kari")
    asleep.later(days=5)
    await wake(asleep)
    assert sent(asleep) == (1, 0)


async def test_who_opens_it_before_the_second_notice_goes_is_not_told_again(asleep: Town) -> None:
    asleep.moment = MORNING
    await decide(asleep)
    asleep.moment = NIGHT + timedelta(
        days=7, hours=3
    )  # the clock has looked at five, and the notice waits for eight
    await wake(asleep)
    asleep.later(hours=2)
    await reads(asleep, "Kari")
    asleep.later(hours=2)
    await asleep.work.run_until_idle()
    assert sent(asleep) == (1, 0)


async def test_two_clocks_tell_again_once(asleep: Town) -> None:
    asleep.moment = MORNING
    await decide(asleep)
    asleep.later(days=7)
    for _ in range(2):
        async with asleep.database.begin() as tx:
            await wake_second_notices(tx, asleep.moment)
    await asleep.work.run_until_idle()
    assert sent(asleep) == (2, 0)
