"""Told as people want it: together by the day, by the channel and in the language they chose; law overrules."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from guidance_town import Town
from sqlalchemy import insert, update

from assistant.config import OSLO, NoticeSettings
from assistant.guidance.being_told import ToldHow
from assistant.guidance.not_mine import close_addresses
from assistant.guidance.people import Person
from assistant.guidance.wishing import set_told_how
from assistant.store import Work
from assistant.store.columns import new_id
from assistant.store.tables import data_request, message

MORNING = datetime(2026, 11, 3, 9, 0, tzinfo=OSLO).astimezone(UTC)  # a Tuesday


@pytest.fixture
async def awake(town: Town) -> Town:
    town.moment = MORNING
    town.delivery = replace(town.delivery, notices=NoticeSettings())
    town.work = Work(town.database, {"deliver": town.delivery.deliver}, town.now)
    await town.family(kari={"mobile": "+4798765432"}, ola={"email": "ola@post.example"})
    return town


async def wants(town: Town, theme: str = "kindergarten", **how: Any) -> None:
    async with town.database.begin() as tx:
        await set_told_how(town.guidance, tx, town.ids["Kari"], theme, ToldHow(**how), town.moment)
    await town.work.run_until_idle()


async def news(town: Town, fee: int) -> None:
    await town.plan(await town.change(fee=fee, cause=f"inbox:{fee}"))
    await town.work.run_until_idle()
    town.later(minutes=20)


async def decide(town: Town) -> None:
    content = {"case_number": 20260001, "outcome": "granted", "monthly_fee": 1636, "full_fee": 2000}
    async with town.database.begin() as tx:
        kari, lise = town.ids["Kari"], town.ids["Lise"]
        rule = "kindergarten.reduced_fee"
        await town.guidance.tell(tx, kari, lise, rule, "decision_made", "decision:1", content, town.moment)
    await town.work.run_until_idle()


def emails(town: Town, whom: str) -> list[str]:
    return [one.subject for one in town.mailbox.listed() if one.recipient == whom]


async def test_what_is_not_urgent_is_one_notice_a_day_and_the_chat_has_each(awake: Town) -> None:
    await wants(awake, pace="daily")
    for fee in (1500, 1600, 1700):
        await news(awake, fee)
    assert emails(awake, "kari@post.example") == []
    assert len(emails(awake, "ola@post.example")) == 3
    chat = [state for channel, state, _ in await awake.messages("Kari") if channel == "chat"]
    assert chat == ["sent"] * 3
    awake.moment = MORNING + timedelta(hours=3)
    await awake.work.run_until_idle()
    assert emails(awake, "kari@post.example") == ["Du har 3 meldinger fra Eksempel kommune"]
    awake.later(days=9)
    await awake.work.run_until_idle()
    assert len(emails(awake, "kari@post.example")) == 1


async def test_word_of_a_decision_is_not_kept_back(awake: Town) -> None:
    await wants(awake, pace="weekly")
    await news(awake, 1500)
    await decide(awake)
    assert emails(awake, "kari@post.example") == ["Du har en melding fra Eksempel kommune"]


async def test_one_who_changes_their_mind_is_told_at_once(awake: Town) -> None:
    await wants(awake, pace="weekly")
    await news(awake, 1500)
    assert emails(awake, "kari@post.example") == []
    await wants(awake, pace="at_once")
    assert emails(awake, "kari@post.example") == ["Du har en melding fra Eksempel kommune"]


async def test_only_on_the_page_is_only_for_what_law_does_not_want_sent(awake: Town) -> None:
    await wants(awake, via="page", language="en")
    await news(awake, 1500)
    assert [channel for channel, _, _ in await awake.messages("Kari")] == ["chat"]
    await decide(awake)
    assert emails(awake, "kari@post.example") == ["You have a message from Eksempel kommune"]


async def test_a_text_and_its_language_as_chosen_also_for_what_waits(awake: Town) -> None:
    await wants(awake, pace="daily")
    await news(awake, 1500)
    await wants(awake, pace="daily", via="sms", language="en")
    awake.moment = MORNING + timedelta(hours=3)
    await awake.work.run_until_idle()
    assert emails(awake, "kari@post.example") == []
    (text,) = awake.gateway.outbox()
    assert "You have a message from Eksempel kommune" in text.text
    assert (await awake.messages("Kari"))[0][2].startswith("Lise ser ut"), (
        "what was said in the chat stays said"
    )


async def test_an_email_stands_in_for_a_text_that_cannot_arrive(awake: Town) -> None:
    await awake.state("Kari", mobile="+46701234567")
    await wants(awake, via="sms")
    await news(awake, 1500)
    assert emails(awake, "kari@post.example") == ["Du har en melding fra Eksempel kommune"]


async def test_whom_no_notice_can_reach_gets_a_letter_unless_they_have_read_it(awake: Town) -> None:
    await awake.state("Kari", contact_verified_on="2024-01-01")
    await news(awake, 1500)
    assert [channel for channel, _, _ in await awake.messages("Kari")] == ["chat"]
    await decide(awake)
    assert [channel for channel, _, _ in await awake.messages("Kari")] == ["chat", "chat", "letter"]
    assert await by_hand(awake) == ["Søknaden din er innvilget"]
    async with awake.database.begin() as tx:
        await tx.execute(update(message).where(message.c.channel == "chat").values(read_at=awake.moment))
    assert await by_hand(awake) == []


async def by_hand(town: Town) -> list[str]:
    async with town.database.read() as tx:
        return [row["title"] for row in await town.guidance.to_tell_by_hand(tx, "9999")]


async def test_no_notice_goes_to_an_address_that_is_being_looked_at(awake: Town) -> None:
    """Kari has said that a message is not for her: word of a decision comes by post until somebody has looked."""
    asked = await ask(awake, status="received")
    await news(awake, 1500)
    await decide(awake)
    assert emails(awake, "kari@post.example") == []
    assert awake.gateway.outbox() == []
    assert [channel for channel, _, _ in await awake.messages("Kari")] == ["chat", "chat", "letter"]
    assert len(emails(awake, "ola@post.example")) == 1
    async with awake.database.begin() as tx:
        await tx.execute(update(data_request).where(data_request.c.id == asked).values(status="granted"))
    await news(awake, 1600)
    assert len(emails(awake, "kari@post.example")) == 1


async def test_a_notice_that_waits_goes_to_the_address_that_is_left(awake: Town) -> None:
    awake.moment = MORNING - timedelta(hours=6)
    await news(awake, 1500)
    await ask(awake, status="received", mobile="")
    awake.moment = MORNING
    await awake.work.run_until_idle()
    assert emails(awake, "kari@post.example") == []
    assert len(awake.gateway.outbox()) == 1


async def ask(town: Town, status: str, mobile: str = "+4798765432") -> str:
    request_id, kari = new_id(), town.ids["Kari"]
    whom = Person(kari, email="kari@post.example", mobile=mobile)
    async with town.database.begin() as tx:
        await tx.execute(
            insert(data_request).values(
                id=request_id,
                number=202600001,
                kind="question",
                person_id=kari,
                subject_id=kari,
                municipality="9999",
                about={"message": "x"},
                reason="",
                effect=[],
                language="nb",
                status=status,
                received_at=town.moment,
                due_on=town.moment.date(),
            )
        )
        await close_addresses(tx, town.twin.identities.keys, whom, request_id, town.moment)
    return request_id


@pytest.mark.parametrize(("late", "told"), [(0, ["chat", "email"]), (9, [])])
async def test_nobody_is_told_of_a_deadline_that_is_past(awake: Town, late: int, told: list[str]) -> None:
    last = (awake.moment + timedelta(days=2)).date().isoformat()
    words = {"nb": "Frist"}
    item = {"rule": "x", "title": words, "summary": words, "next_step": {}, "answer": "yes", "deadline": last}
    content = {"due_on": last, "items": [{**item, "values": {}, "human": False}]}
    async with awake.database.begin() as tx:
        kari, rule = awake.ids["Kari"], "kindergarten.place"
        await awake.guidance.tell(tx, kari, kari, rule, "deadline_near", "case:1", content, awake.moment)
    awake.later(days=late)
    await awake.work.run_until_idle()
    sent = [channel for channel, state, _ in await awake.messages("Kari") if state == "sent"]
    assert sent == told
