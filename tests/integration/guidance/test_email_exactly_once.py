"""A mail server in every mood, over real SMTP: everybody is told, and nobody has two messages of one thing."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any, get_args

import pytest
from counting import counted
from guidance_town import ADULT, Town
from long_runs import WHOLE, share_of
from sqlalchemy import select

from assistant.demo.mailbox import Mischief
from assistant.demo.returning import bounce_later
from assistant.guidance.marks import of_messages
from assistant.guidance.returned import Returned
from assistant.store.tables import delivery, emailed, message
from channels.interface import Outgoing, Result
from channels.returning import ReturnedMail

ADDRESS = "returned@kommune.example"
MOODS: tuple[Mischief | None, ...] = (None, *get_args(Mischief))
SHORT, LONG = 18, 200
ROUNDS = 12  # more than enough for each to have its turn: a bad mood ends, and pauses grow


def moods(chance: random.Random, messages: int) -> Iterator[Mischief | None]:
    """Each mood once, then any but the slow one for as many messages, then good weather."""
    first = list(MOODS)
    chance.shuffle(first)
    yield from first
    for _ in range(messages):
        yield chance.choice(MOODS[:-1])


@pytest.fixture
async def inbox(town: Town) -> AsyncIterator[ReturnedMail]:
    town.email.mark = of_messages(town.guidance.twin.identities.keys).make
    town.email.server = replace(town.email.server, returns=ADDRESS, timeout_seconds=0.5, whole_seconds=0.5)
    returned = Returned(town.database, town.delivery, town.now)
    async with ReturnedMail(ADDRESS, returned.take, port=0) as listening:
        yield listening


async def decide_for_all(town: Town, people: int) -> None:
    """Each of so many people is told of a decision; every other one has a mobile too."""
    content: dict[str, Any] = {
        "case_number": 20260001,
        "outcome": "granted",
        "monthly_fee": 1636,
        "full_fee": 2000,
    }
    for number in range(people):
        mobile = {"mobile": f"+479{number:07}"} if number % 2 else {}
        await town.add(f"P{number}", **ADULT, email=f"p{number}@post.example", **mobile)
    rule, kind = "kindergarten.reduced_fee", "decision_made"
    async with town.database.begin() as tx:
        for person in town.ids.values():
            await town.guidance.tell(tx, person, person, rule, kind, "decision:1", content, town.moment)


def die_at_times(town: Town, chance: random.Random) -> Counter[str]:
    """Now and then our process fails between the other side's yes and our keeping it; how often."""
    send, deaths = town.email.send, Counter[str]()

    async def sometimes(outgoing: Outgoing) -> Result:
        result = await send(outgoing)
        if chance.random() < 0.1:
            deaths["ours"] += 1
            raise OSError("the process died here")
        return result

    town.email.send = sometimes  # type: ignore[method-assign]
    return deaths


async def told(town: Town) -> dict[str, dict[str, str]]:
    """Person → channel → state, of all that has been sent to them but the chat."""
    found: dict[str, dict[str, str]] = {person: {} for person in town.ids.values()}
    async with town.database.read() as tx:
        for row in await tx.all(select(message).where(message.c.channel != "chat")):
            found[row["person_id"]][row["channel"]] = row["state"]
    return found


async def live_through(town: Town, inbox: ReturnedMail, people: int, seed: int) -> None:
    chance = random.Random(seed)
    await decide_for_all(town, people)
    town.mailbox.moods = moods(chance, people)
    town.mailbox.greylisting = True
    deaths = die_at_times(town, chance)
    for _ in range(ROUNDS):
        await town.work.run_until_idle()
        if all("waiting" not in states.values() for states in (await told(town)).values()):
            break
        town.later(hours=1)

    bounced = chance.sample([m for m in town.mailbox.listed() if m.envelope_sender], people // 6)
    for mail in (*bounced, *bounced):  # each twice, as some servers do
        await bounce_later(town.mailbox, mail, inbox.port)
    await town.work.run_until_idle()

    mails, states = town.mailbox.listed(), await told(town)
    ids = Counter(dict(mail.headers)["Message-ID"] for mail in mails)
    texts = Counter(text.recipient for text in town.gateway.outbox())
    async with town.database.read() as tx:
        attempts = len(await tx.all(select(delivery.c.id)))
        returned = [row["returned"] for row in await tx.all(select(emailed.c.returned)) if row["returned"]]
    again = sum(mail.times - 1 for mail in mails)
    ways = Counter(channel for one in states.values() for channel, state in one.items() if state != "failed")
    counted(
        f"{people} people, {attempts} attempts, {sum(town.mailbox.done.values())} times mischief "
        f"({dict(town.mailbox.done)}), {deaths['ours']} deaths of ours, {len(bounced)} bounced: "
        f"{len(mails)} emails, {again} more came as repeats under one Message-ID; "
        f"told for good by {dict(ways)}, nobody lost, nobody twice"
    )
    assert set(town.mailbox.done) == set(filter(None, MOODS))
    assert max(ids.values()) == 1  # the mailbox keeps what comes under one id as one
    assert len({mail.recipient for mail in mails}) == len(mails), "two messages of one thing"
    assert max(texts.values(), default=0) <= 1
    assert len(returned) == len(bounced)
    for person, one in states.items():
        lasting = [channel for channel, state in one.items() if state in ("sent", "manual")]
        assert len(lasting) == 1, (person, one)
    sent = {person for person, one in states.items() if one["email"] == "sent"}
    kept = {mail.recipient for mail in mails}
    by_address = {f"{name.lower()}@post.example": person for name, person in town.ids.items()}
    assert sent <= {by_address[address] for address in kept}, "sent, and not in the mailbox"


async def test_whatever_the_mail_server_does_everybody_is_told_once(town: Town, inbox: ReturnedMail) -> None:
    await live_through(town, inbox, SHORT, seed=20260901)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2 if WHOLE else 1))
async def test_two_hundred_people_and_a_mail_server_in_every_mood(
    town: Town, inbox: ReturnedMail, seed: int
) -> None:
    await live_through(town, inbox, max(SHORT, share_of(LONG)), seed)
