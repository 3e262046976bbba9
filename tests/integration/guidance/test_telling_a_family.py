"""From a changed determination to the message that reaches a parent, once, and not after it is overtaken."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest
from guidance_town import Town
from sqlalchemy import event, select

from assistant.demo.mailbox import Misbehaviour, Mischief
from assistant.demo.sms_gateway import Misbehaviour as SmsMisbehaviour
from assistant.guidance import StillSending, delivery_rows, rows
from assistant.store import Transaction
from assistant.store.news import CHAT_LINES, Listening
from assistant.store.tables import delivery, guidance, job, message, usage
from channels.interface import Outgoing

SHORT_FORM_ON = "postgresql"

FOUND = "Lise ser ut til å ha rett til redusert foreldrebetaling i barnehage"
NOTICE = "Du har en melding fra Eksempel kommune"


async def test_each_parent_is_told_in_their_own_way_and_language(town: Town) -> None:
    await town.family()
    heard: list[Outgoing] = []
    town.chat.listen(town.ids["Kari"], heard.append)
    assert len(await town.plan(await town.change())) == 2
    await town.work.run_until_idle()
    await asyncio.sleep(0)

    assert await town.messages("Kari") == [("chat", "sent", FOUND), ("email", "sent", NOTICE)]
    assert [one.title for one in heard] == [FOUND]
    assert "1\xa0636\xa0kr i måneden" in heard[0].body
    (mail,) = town.mailbox.listed()
    assert mail.recipient == "kari@post.example"
    assert "https://varde.example/me" in mail.text

    assert [(channel, state) for channel, state, _ in await town.messages("Ola")] == [
        ("chat", "sent"),
        ("sms", "sent"),
    ]
    (sms,) = town.gateway.outbox()
    assert sms.text == (
        "Du har ei melding frå Eksempel kommune. Logg inn for å lese henne.\nhttps://varde.example/me"
    )


async def test_whoever_holds_the_socket_hears_that_a_message_is_there(town: Town) -> None:
    await town.family()
    heard: list[str] = []
    gaps: list[None] = []
    async with Listening(town.database, {CHAT_LINES: heard.append}, lambda: gaps.append(None)):
        async with asyncio.timeout(5):
            while not (town.database.is_sqlite or gaps):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        await town.plan(await town.change())
        await town.work.run_until_idle()
        async with asyncio.timeout(5):
            while len(heard) < 2:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    assert sorted(heard) == sorted([town.ids["Kari"], town.ids["Ola"]])


async def test_what_leaves_the_house_holds_neither_name_nor_amount(town: Town) -> None:
    await town.family()
    await town.plan(await town.change())
    await town.work.run_until_idle()
    (mail,) = town.mailbox.listed()
    (sms,) = town.gateway.outbox()
    for text in (mail.subject, mail.text, mail.html, sms.text):
        for secret in ("Lise", "Kari", "1636", "636", "barnehage", "foreldrebetaling"):
            assert secret not in text


async def test_the_same_cause_tells_once(town: Town) -> None:
    await town.family()
    change = await town.change()
    assert len(await town.plan(change)) == 2
    assert await town.plan(change) == ()
    await town.work.run_until_idle()
    assert len(town.mailbox.listed()) == 1


async def test_a_job_that_runs_again_sends_nothing_again(town: Town) -> None:
    await town.family()
    await town.plan(await town.change())
    async with town.database.read() as tx:
        args = [row["args"] for row in await tx.all(select(job.c.args))]
    await town.work.run_until_idle()
    for one in args:
        await town.delivery.deliver(one)
    assert [mail.times for mail in town.mailbox.listed()] == [1]
    assert [sms.times for sms in town.gateway.outbox()] == [1]


@pytest.mark.parametrize("mischief", ["refuse_for_now", "drop", "take_and_drop", "slow"])
async def test_a_mail_server_in_trouble_delays_the_message_and_nothing_else(
    town: Town, mischief: Mischief
) -> None:
    await town.family()
    town.mailbox.misbehaviour = Misbehaviour(mischief, times=2, seconds=3)
    await town.plan(await town.change())
    await town.work.run_until_idle()
    assert ("email", "waiting", NOTICE) in await town.messages("Kari")
    assert ("chat", "sent", FOUND) in await town.messages("Kari")
    assert len(town.gateway.outbox()) == 1
    for _ in range(3):
        town.later(seconds=10)
        await town.work.run_until_idle()
    assert ("email", "sent", NOTICE) in await town.messages("Kari")
    (mail,) = town.mailbox.listed()
    async with town.database.read() as tx:
        outcomes = [row["outcome"] for row in await tx.all(select(delivery).where(delivery.c.detail != ""))]
    assert outcomes.count("failed") == 2
    assert mail.times == (3 if mischief == "take_and_drop" else 1)


async def test_a_message_that_waits_for_a_mail_server_mutes_neither_the_chat_nor_the_person(
    town: Town,
) -> None:
    await town.family()
    town.mailbox.misbehaviour = Misbehaviour("refuse_for_now", times=10)
    await town.plan(await town.change())
    await town.work.run_until_idle()
    await town.plan(await town.change(fee=1500, cause="inbox:2"))
    await town.work.run_until_idle()
    chat = [(state, title) for channel, state, title in await town.messages("Kari") if channel == "chat"]
    assert chat == [
        ("sent", FOUND),
        ("sent", "Ny beregning for Lise: redusert foreldrebetaling i barnehage"),
    ]


async def test_a_mail_server_that_is_away_for_two_days_ends_with_an_sms(town: Town) -> None:
    await town.family(kari={"mobile": "+4741234567"})
    town.mailbox.misbehaviour = Misbehaviour("refuse_for_now", times=10_000)
    await town.plan(await town.change())
    for _ in range(60):
        await town.work.run_until_idle()
        town.later(hours=1)
    assert ("email", "failed", NOTICE) in await town.messages("Kari")
    assert ("sms", "sent", "Melding") in await town.messages("Kari")


async def test_an_address_that_does_not_exist_is_not_tried_again(town: Town) -> None:
    await town.family()
    town.mailbox.misbehaviour = Misbehaviour("refuse_recipient", times=10)
    await town.plan(await town.change())
    await town.work.run_until_idle()
    town.later(days=1)
    await town.work.run_until_idle()
    assert ("email", "failed", NOTICE) in await town.messages("Kari")
    assert town.mailbox.misbehaviour.times == 9


async def test_a_gateway_that_asks_us_to_wait_is_waited_for(town: Town) -> None:
    await town.family()
    town.gateway.misbehaviour = SmsMisbehaviour("busy", seconds=600)
    await town.plan(await town.change())
    await town.work.run_until_idle()
    town.later(seconds=599)
    await town.work.run_until_idle()
    assert town.gateway.outbox() == []
    town.later(seconds=2)
    await town.work.run_until_idle()
    assert len(town.gateway.outbox()) == 1


async def test_a_message_that_is_overtaken_is_never_sent_and_what_nobody_heard_is_not_taken_back(
    town: Town,
) -> None:
    await town.family()
    await town.plan(await town.change())
    await town.plan(await town.change("no", None, cause="inbox:2"))
    await town.work.run_until_idle()
    assert town.mailbox.listed() == []
    assert {state for _, state, _ in await town.messages("Kari")} == {"withdrawn"}


async def test_who_was_told_hears_that_it_no_longer_holds(town: Town) -> None:
    await town.family()
    await town.plan(await town.change())
    await town.work.run_until_idle()
    town.later(hours=1)
    await town.plan(await town.change("undetermined", None, cause="inbox:2", missing=("child.household",)))
    await town.plan(await town.change("no", None, cause="inbox:3"))
    await town.work.run_until_idle()
    titles = [title for channel, _, title in await town.messages("Kari") if channel == "chat"]
    assert titles == [
        FOUND,
        "Lise ser ikke lenger ut til å ha rett til redusert foreldrebetaling i barnehage",
    ]


@pytest.mark.parametrize(
    ("about", "facts"),
    [
        ("Kari", {"death_date": "2026-08-31"}),
        ("Lise", {"death_date": "2026-08-31"}),
        ("Kari", {"residence_status": "emigrated"}),
    ],
)
async def test_a_death_or_a_move_abroad_stops_what_waits(
    town: Town, about: str, facts: dict[str, Any]
) -> None:
    await town.family()
    await town.plan(await town.change())
    await town.state(about, **facts)
    await town.work.run_until_idle()
    assert town.mailbox.listed() == []
    assert {state for _, state, _ in await town.messages("Kari")} == {"withdrawn"}


async def test_a_parent_who_no_longer_is_a_guardian_is_not_told(town: Town) -> None:
    await town.family()
    await town.plan(await town.change())
    await town.state("Lise", guardians=["Ola"])
    await town.work.run_until_idle()
    assert {state for _, state, _ in await town.messages("Kari")} == {"withdrawn"}
    assert len(town.gateway.outbox()) == 1


async def test_what_waits_for_one_parent_stops_when_the_other_is_hidden(town: Town) -> None:
    await town.family()
    await town.plan(await town.change())
    await town.state("Ola", address_protection="confidential", address_key="elsewhere")
    withheld = ("letter", "manual", "En saksbehandler må vurdere hva som kan sies")
    assert [one for one in await town.messages("Kari") if one[1] != "withdrawn"] == [withheld]
    await town.work.run_until_idle()
    assert town.mailbox.listed() == []
    async with town.database.read() as tx:
        by_hand = await town.guidance.to_tell_by_hand(tx, "9999")
    assert [row["content"]["by_hand"] for row in by_hand] == ["protected_other"]
    assert "Lise" not in str([dict(row) for row in by_hand])


async def test_the_door_is_tried_again_at_the_moment_of_sending(town: Town) -> None:
    await town.family()
    await town.plan(await town.change())
    async with town.database.begin() as tx:  # recorded by somebody who does not tell guidance of it
        await town._state(tx, town.ids["Kari"], {"death_date": "2026-08-31"})
    await town.work.run_until_idle()
    assert town.mailbox.listed() == []


@pytest.mark.parametrize("guidance_hears_of_it", [True, False])
async def test_a_reservation_that_comes_while_a_message_waits_hands_it_to_people(
    town: Town, guidance_hears_of_it: bool
) -> None:
    await town.family()
    await town.plan(await town.change())
    if guidance_hears_of_it:
        await town.state("Kari", reserved=True)
    async with town.database.begin() as tx:
        await town._state(tx, town.ids["Kari"], {"reserved": True})
    await town.work.run_until_idle()
    async with town.database.read() as tx:
        by_hand = await town.guidance.to_tell_by_hand(tx, "9999")
    assert [(row["person_id"], row["title"]) for row in by_hand] == [(town.ids["Kari"], FOUND)]


async def test_who_is_reserved_gets_a_letter_for_people_to_send(town: Town) -> None:
    await town.family(kari={"reserved": True})
    await town.plan(await town.change())
    await town.work.run_until_idle()
    assert await town.messages("Kari") == [("letter", "manual", FOUND)]
    assert town.mailbox.listed() == []
    async with town.database.read() as tx:
        (row,) = await town.guidance.to_tell_by_hand(tx, "9999")
        assert await town.guidance.to_tell_by_hand(tx, "1234") == []
    assert row["content"]["by_hand"] == "reserved"


async def test_where_the_other_parent_is_hidden_nothing_is_written_down(town: Town) -> None:
    await town.family(ola={"address_protection": "strictly_confidential", "address_key": None})
    await town.plan(await town.change())
    await town.work.run_until_idle()
    assert await town.messages("Kari") == [
        ("letter", "manual", "En saksbehandler må vurdere hva som kan sies")
    ]
    async with town.database.read() as tx:
        (row,) = [
            row
            for row in await town.guidance.to_tell_by_hand(tx, "9999")
            if row["person_id"] == town.ids["Kari"]
        ]
    assert "Lise" not in str(dict(row))
    assert "1636" not in str(dict(row))
    assert [channel for channel, _, _ in await town.messages("Ola")] == ["chat"]
    assert town.gateway.outbox() == []


async def test_an_address_we_learn_afterwards_is_used_for_what_lies_unread(town: Town) -> None:
    await town.family(kari={"email": None, "contact_verified_on": None, "may_be_notified": False})
    await town.plan(await town.change())
    await town.work.run_until_idle()
    assert [channel for channel, _, _ in await town.messages("Kari")] == ["chat"]
    await town.state(
        "Kari", email="kari@post.example", contact_verified_on="2026-08-30", may_be_notified=True
    )
    await town.work.run_until_idle()
    assert len(town.mailbox.listed()) == 1
    await town.state("Kari", email="kari@annen.example")
    await town.work.run_until_idle()
    assert len(town.mailbox.listed()) == 1


async def test_an_event_waits_for_a_message_that_is_on_its_way(town: Town) -> None:
    await town.family(ola={"mobile": None})
    town.mailbox.misbehaviour = Misbehaviour("slow", seconds=1)
    await town.plan(await town.change())
    overtaking = await town.change("no", None, cause="inbox:2")
    sending = asyncio.create_task(town.work.run_until_idle())
    await asyncio.wait_for(town.mailbox.at_data.wait(), 5)
    with pytest.raises(StillSending):
        await town.plan(overtaking)
    assert town.mailbox.listed() == []
    await sending
    await town.plan(overtaking)
    assert len(town.mailbox.listed()) == 1
    assert ("email", "sent", NOTICE) in await town.messages("Kari")


async def test_a_message_is_not_begun_while_it_is_taken_back(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    await town.family(ola={"mobile": None})
    await town.plan(await town.change())
    sending: list[asyncio.Task[int]] = []
    look = rows.on_their_way

    async def look_and_dawdle(tx: Transaction, message_ids: Sequence[str], now: datetime) -> bool:
        begun = await look(tx, message_ids, now)
        sending.append(asyncio.create_task(town.work.run_until_idle()))
        await asyncio.sleep(0.5)
        return begun

    monkeypatch.setattr(rows, "on_their_way", look_and_dawdle)
    async with town.database.begin() as tx:
        waiting = await rows.waiting_messages(tx, about=[town.ids["Lise"]])
        await rows.take_back(tx, waiting, town.moment)
    await asyncio.gather(*sending)
    assert town.mailbox.listed() == []
    assert {state for _, state, _ in await town.messages("Kari")} == {"withdrawn"}


async def test_a_process_that_died_while_sending_neither_blocks_nor_doubles(town: Town) -> None:
    await town.family(ola={"mobile": None})
    await town.plan(await town.change())
    async with town.database.begin() as tx:  # it came as far as this, sent the mail, and was killed
        row = await tx.first(select(message).where(message.c.channel == "email"))
        assert row is not None
        await delivery_rows.begin_delivery(tx, row["id"], town.moment)
    await town.email.send(Outgoing(row["id"], "kari@post.example", "nb", row["title"], row["body"], ""))
    await town.work.run_until_idle()
    (mail,) = town.mailbox.listed()
    assert mail.times == 2
    async with town.database.read() as tx:
        attempts = await tx.all(
            select(delivery.c.outcome).where(delivery.c.message_id == row["id"]).order_by(delivery.c.attempt)
        )
    assert [one["outcome"] for one in attempts] == ["failed", "accepted"]
    await town.plan(await town.change("no", None, cause="inbox:2"))  # is not held up


async def test_a_party_is_told_of_their_decision_once(town: Town) -> None:
    await town.family()
    content = {"case_number": 20260001, "outcome": "granted", "monthly_fee": 1636, "full_fee": 2000}
    for _ in range(2):
        async with town.database.begin() as tx:
            await town.guidance.tell(
                tx,
                town.ids["Kari"],
                town.ids["Lise"],
                "kindergarten.reduced_fee",
                "decision_made",
                "decision:1",
                content,
                town.moment,
            )
    await town.work.run_until_idle()
    assert await town.messages("Kari") == [
        ("chat", "sent", "Søknaden din er innvilget"),
        ("email", "sent", NOTICE),
    ]


async def test_a_decision_that_cannot_be_sent_ends_with_people(town: Town) -> None:
    await town.family()
    town.mailbox.misbehaviour = Misbehaviour("refuse_recipient", times=10)
    async with town.database.begin() as tx:
        kari, lise = town.ids["Kari"], town.ids["Lise"]
        told = ("kindergarten.reduced_fee", "decision_made", "decision:1", {"outcome": "refused"})
        await town.guidance.tell(tx, kari, lise, *told, town.moment)
    await town.work.run_until_idle()
    assert [(channel, state) for channel, state, _ in await town.messages("Kari")] == [
        ("chat", "sent"),
        ("email", "failed"),
        ("letter", "manual"),
    ]


async def test_word_of_a_decision_is_not_taken_back_by_a_determination(town: Town) -> None:
    await town.family()
    async with town.database.begin() as tx:
        kari, lise = town.ids["Kari"], town.ids["Lise"]
        told = ("kindergarten.reduced_fee", "decision_made", "decision:1", {"outcome": "granted"})
        await town.guidance.tell(tx, kari, lise, *told, town.moment)
    await town.plan(await town.change("no", None, cause="inbox:2"))
    await town.work.run_until_idle()
    assert len(town.mailbox.listed()) == 1


async def test_nothing_is_kept_when_what_caused_it_is_rolled_back(town: Town) -> None:
    await town.family()
    change = await town.change()

    async def fail_afterwards() -> None:
        async with town.database.begin() as tx:
            await town.guidance.plan_for_changes(tx, [change], town.moment)
            raise RuntimeError("something else failed")

    with pytest.raises(RuntimeError, match="something else failed"):
        await fail_afterwards()
    assert (await town.count(guidance), await town.count(message), await town.count(job)) == (0, 0, 0)


async def test_each_use_of_a_persons_facts_is_logged(town: Town) -> None:
    await town.family()
    await town.plan(await town.change())
    await town.work.run_until_idle()
    async with town.database.read() as tx:
        rows = await tx.all(select(usage).where(usage.c.subject_id == town.ids["Kari"]))
    assert any(row["concepts"] == ["person.email"] for row in rows)
    assert any("person.language" in row["concepts"] for row in rows)


async def test_no_job_holds_anything_but_our_own_ids(town: Town) -> None:
    await town.family()
    await town.plan(await town.change())
    async with town.database.read() as tx:
        args = [row["args"] for row in await tx.all(select(job.c.args))]
    assert {tuple(sorted(one)) for one in args} == {("channel", "message_id")}
    assert {one["channel"] for one in args} <= {"chat", "email", "sms"}


async def test_a_family_is_told_in_one_question_each_for_guidance_and_messages(town: Town) -> None:
    """A town is told as fast as that; a value bound beside what is kept would have each row written alone."""
    await town.family()
    written: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        written.extend(
            name for name in ("guidance", "message") if statement.startswith(f"INSERT INTO {name} ")
        )

    engine = town.database._writer.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert len(await town.plan(await town.change())) == 2
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert written == ["guidance", "message"]
