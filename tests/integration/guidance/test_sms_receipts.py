"""What a gateway says became of a text: kept, heeded once, and never taken for more than it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from guidance_town import Town
from sqlalchemy import select, update

from assistant.config import SmsSettings
from assistant.demo.sms_gateway import Misbehaviour
from assistant.guidance.receipts import keep_receipt
from assistant.guidance.text_rows import place_at
from assistant.store import Work
from assistant.store.tables import delivery, due, guidance, message
from channels.sms_incoming import Receipt, Status


@pytest.fixture
async def texted(town: Town) -> str:
    """Ola, who has a mobile and no email, has been told of a decision; the id the text went under."""
    await decide(town)
    return await sent_as(town)


async def decide(town: Town) -> None:
    await town.family()
    await tell_ola(town)


async def tell_ola(town: Town) -> None:
    content = {"case_number": 20260001, "outcome": "granted", "monthly_fee": 1636, "full_fee": 2000}
    async with town.database.begin() as tx:
        ola, lise = town.ids["Ola"], town.ids["Lise"]
        await town.guidance.tell(
            tx, ola, lise, "kindergarten.reduced_fee", "decision_made", "decision:1", content, town.moment
        )
    await town.work.run_until_idle()


async def sent_as(town: Town) -> str:
    return await text_of(town, "decision_made")


async def text_of(town: Town, kind: str) -> str:
    """The id of the text that tells of a kind."""
    of_kind = select(message.c.id).join(guidance, guidance.c.id == message.c.guidance_id)
    async with town.database.read() as tx:
        return str(await tx.scalar(of_kind.where(message.c.channel == "sms", guidance.c.kind == kind)))


async def receive(town: Town, sent_as: str, *statuses: Status) -> list[str]:
    said = []
    for status in statuses:
        async with town.database.begin() as tx:
            one = Receipt(sent_as, status, 1, Decimal("0.39"), "NOK")
            said.append(await keep_receipt(tx, one, town.moment))
        await town.work.run_until_idle()
    return said


async def states(town: Town) -> dict[str, str]:
    return {channel: state for channel, state, _ in await town.messages("Ola")}


async def test_a_receipt_is_kept_with_the_delivery_and_a_repeat_does_nothing(town: Town, texted: str) -> None:
    assert await receive(town, texted, "delivered", "delivered", "failed") == ["kept", "known", "known"]
    async with town.database.read() as tx:
        row = await tx.first(select(delivery).where(delivery.c.sent_as == texted))
    assert row is not None
    assert (row["receipt"], row["segments"], row["price"], row["currency"]) == ("delivered", 1, "0.39", "NOK")
    assert await states(town) == {"chat": "sent", "sms": "sent"}


async def test_what_law_wants_to_reach_and_did_not_arrive_becomes_a_letter_once(
    town: Town, texted: str
) -> None:
    assert await receive(town, texted, "failed", "expired", "failed") == ["kept", "known", "known"]
    assert await states(town) == {"chat": "sent", "sms": "failed", "letter": "manual"}
    async with town.database.read() as tx:
        assert len(await town.guidance.to_tell_by_hand(tx, "9999")) == 1
    assert len(town.gateway.outbox()) == 1


async def test_delivered_after_failed_is_kept_and_tells_nobody_again(town: Town, texted: str) -> None:
    assert await receive(town, texted, "expired", "delivered") == ["kept", "kept"]
    assert await states(town) == {"chat": "sent", "sms": "failed", "letter": "manual"}
    assert len(town.gateway.outbox()) == 1


async def test_who_has_read_it_gets_no_letter_though_the_text_failed(town: Town, texted: str) -> None:
    async with town.database.begin() as tx:
        await tx.execute(update(message).where(message.c.channel == "chat").values(read_at=town.moment))
    await receive(town, texted, "failed")
    assert await states(town) == {"chat": "sent", "sms": "sent"}


async def test_what_is_not_known_does_no_harm(town: Town, texted: str) -> None:
    assert await receive(town, "nobody's", "failed", "delivered") == ["unknown", "unknown"]
    assert await states(town) == {"chat": "sent", "sms": "sent"}


async def test_a_receipt_settles_a_text_whose_answer_never_came(town: Town) -> None:
    town.gateway.misbehaviour = Misbehaviour("take_and_fail")
    await decide(town)
    assert (await states(town))["sms"] == "waiting"
    assert await receive(town, await sent_as(town), "delivered") == ["kept"]
    assert (await states(town))["sms"] == "sent"
    town.later(days=1)
    await town.work.run_until_idle()
    (text,) = town.gateway.outbox()
    assert text.times == 1  # not sent again, so that a gateway without keys cannot double it
    async with town.database.read() as tx:
        assert len(await tx.all(select(due).where(due.c.what == "tell_again"))) == 1


async def test_the_places_of_an_hour_are_taken_once_and_a_tenth_is_kept(town: Town) -> None:
    async def take(urgent: bool) -> bool:
        async with town.database.begin() as tx:
            return await place_at(tx, "Varde", town.moment, 10, urgent=urgent) is None

    assert [await take(urgent=False) for _ in range(10)] == [True] * 9 + [False]
    assert [await take(urgent=True) for _ in range(2)] == [True, False]
    town.later(hours=1)
    assert await take(urgent=False)


async def test_over_so_many_an_hour_texts_wait_and_what_law_wants_sent_goes_first(town: Town) -> None:
    town.delivery = replace(town.delivery, sms=SmsSettings(most_an_hour=1))
    town.work = Work(town.database, town.delivery.handlers(), town.now)
    await town.family(kari={"email": None, "mobile": "+4741234567"})
    await town.plan(await town.change())
    await town.work.run_until_idle()
    assert len(town.gateway.outbox()) == 1  # one of the two parents
    await tell_ola(town)
    first, hour = town.gateway.outbox()[0].id, timedelta(hours=1)
    top = town.moment.replace(minute=0) + hour
    urgent = await text_of(town, "decision_made")
    for moment, count in ((top - timedelta(seconds=1), 1), (top, 2), (top + timedelta(minutes=59), 2)):
        town.moment = moment
        await town.work.run_until_idle()
        assert len(town.gateway.outbox()) == count
    assert {sent.id for sent in town.gateway.outbox()} == {first, urgent}
    town.moment = top + hour + timedelta(minutes=5)
    await town.work.run_until_idle()
    assert len(town.gateway.outbox()) == 3


async def test_a_repeat_of_a_text_takes_no_second_place(town: Town) -> None:
    town.delivery = replace(town.delivery, sms=SmsSettings(most_an_hour=1))
    town.work = Work(town.database, town.delivery.handlers(), town.now)
    town.gateway.misbehaviour = Misbehaviour("take_and_fail", times=3)
    await decide(town)
    town.later(minutes=10)
    for _ in range(4):
        await town.work.run_until_idle()
        town.later(minutes=2)
    (text,) = town.gateway.outbox()
    assert text.times == 4
