"""Stopped by channel, theme or altogether; nothing lost; let go in order; a trial reaches only those listed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from guidance_town import Town
from sqlalchemy import select

from assistant.guidance.ladder import MUST_REACH
from assistant.guidance.switches import StartingAgain, Switch, ended_switches, go, live_switches, stop
from assistant.guidance.trial import Trial
from assistant.store import Work
from assistant.store.tables import job, message
from channels import Outgoing, Result


@pytest.fixture
async def running(town: Town) -> Town:
    handlers = {"deliver": town.delivery.deliver, **StartingAgain(town.database, town.now).handlers()}
    town.work = Work(town.database, handlers, town.now)
    await town.family()
    return town


async def stopped(town: Town, key: str) -> bool:
    async with town.database.begin() as tx:
        return await stop(tx, key, "wrong figures", "an operator", town.moment)


async def started(town: Town, key: str, *, take_back: bool = False) -> bool:
    async with town.database.begin() as tx:
        return await go(tx, key, "an operator", town.moment, take_back=take_back, keep=MUST_REACH)


async def news(town: Town, cause: str) -> None:
    await town.plan(await town.change(cause=cause, fee=1000 + int(cause.partition(":")[2])))
    await town.work.run_until_idle()


async def decided(town: Town, cause: str) -> None:
    content = {"case_number": 20260001, "outcome": "granted", "monthly_fee": 1636, "full_fee": 2000}
    async with town.database.begin() as tx:
        kari, lise = town.ids["Kari"], town.ids["Lise"]
        await town.guidance.tell(
            tx, kari, lise, "kindergarten.reduced_fee", "decision_made", cause, content, town.moment
        )
    await town.work.run_until_idle()


async def live(town: Town) -> list[Switch]:
    async with town.database.read() as tx:
        return list(await live_switches(tx, MUST_REACH))


def sent(town: Town) -> tuple[int, int]:
    """Emails and texts that have arrived."""
    return len(town.mailbox.listed()), len(town.gateway.outbox())


async def states(town: Town, channel: str) -> list[str]:
    async with town.database.read() as tx:
        rows = await tx.all(select(message.c.state).where(message.c.channel == channel))
    return [row["state"] for row in rows]


@pytest.mark.parametrize(
    ("key", "arrives", "chat"),
    [
        ("channel:sms", (1, 0), "sent"),
        ("channel:email", (0, 1), "sent"),
        ("theme:kindergarten", (0, 0), "waiting"),
        ("theme:school", (1, 1), "sent"),
        ("restored", (0, 0), "sent"),
        ("all", (0, 0), "waiting"),
    ],
)
async def test_what_is_stopped_waits_and_then_goes_once(
    running: Town, key: str, arrives: tuple[int, int], chat: str
) -> None:
    assert await stopped(running, key)
    assert not await stopped(running, key)
    await news(running, "inbox:1")
    assert sent(running) == arrives
    assert set(await states(running, "chat")) == {chat}
    async with running.database.read() as tx:
        assert await tx.all(select(job.c.id)) == []  # nothing goes round in vain
    running.later(hours=3)
    assert await started(running, key)
    assert not await started(running, key)
    await running.work.run_until_idle()
    assert sent(running) == (1, 1)
    assert await live(running) == []
    running.later(days=1)
    await running.work.run_until_idle()
    assert sent(running) == (1, 1)


async def test_what_waits_goes_in_the_order_it_was_written(
    running: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stopped(running, "channel:email")
    for number in (1, 2, 3):
        await decided(running, f"decision:{number}")
        running.later(minutes=1)
    [switch] = await live(running)
    assert (switch.waiting, switch.statutory) == (3, 3)
    assert running.moment - (switch.oldest or running.moment) == timedelta(minutes=3)
    async with running.database.read() as tx:
        asked = select(message.c.id).where(message.c.channel == "email").order_by(message.c.created_at)
        written = [row["id"] for row in await tx.all(asked)]
    sending: list[str] = []
    send = running.email.send

    async def noting(outgoing: Outgoing) -> Result:
        sending.append(outgoing.id)
        return await send(outgoing)

    monkeypatch.setattr(running.email, "send", noting)
    await started(running, "channel:email")
    await decided(running, "decision:4")  # written while the others are let go: it waits behind them
    assert sending[:3] == written
    assert len(sending) == 4


async def test_one_that_is_stopped_anew_sends_nothing_more(running: Town) -> None:
    await stopped(running, "all")
    await news(running, "inbox:1")
    await started(running, "all")
    await running.work.run_one()  # the messages are let go, none is sent
    await stopped(running, "all")
    await running.work.run_until_idle()
    assert sent(running) == (0, 0)
    [switch] = await live(running)
    assert switch.waiting == 4
    async with running.database.read() as tx:
        [earlier] = await ended_switches(tx)
    assert (earlier.reason, earlier.started_by) == ("wrong figures", "an operator")
    await started(running, "all")
    await running.work.run_until_idle()
    assert sent(running) == (1, 1)


async def test_what_two_switches_stop_waits_for_both(running: Town) -> None:
    await stopped(running, "channel:sms")
    await stopped(running, "theme:kindergarten")
    await news(running, "inbox:1")
    await started(running, "channel:sms")
    await running.work.run_until_idle()
    assert sent(running) == (0, 0)
    await started(running, "theme:kindergarten")
    await running.work.run_until_idle()
    assert sent(running) == (1, 1)


async def test_what_waits_may_be_taken_back_but_for_what_law_wants_sent(running: Town) -> None:
    await stopped(running, "restored")
    await news(running, "inbox:1")
    await decided(running, "decision:1")
    assert sent(running) == (0, 0)
    await started(running, "restored", take_back=True)
    await running.work.run_until_idle()
    assert sent(running) == (1, 0)  # the decision
    assert sorted(await states(running, "email")) == ["sent", "withdrawn"]


async def test_a_trial_sends_to_those_listed_and_to_nobody_else_ever(running: Town) -> None:
    real = running.delivery
    running.delivery = replace(real, trial=Trial(frozenset({running.ids["Ola"]})))
    running.work = Work(running.database, {"deliver": running.delivery.deliver}, running.now)
    await news(running, "inbox:1")
    assert sent(running) == (0, 1)
    assert await states(running, "email") == ["trial"]
    assert set(await states(running, "chat")) == {"sent"}
    running.later(days=1)
    running.work = Work(running.database, {"deliver": real.deliver}, running.now)  # the trial is over
    await running.work.run_until_idle()
    assert sent(running) == (0, 1)
