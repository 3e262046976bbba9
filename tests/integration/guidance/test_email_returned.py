"""Email that comes back over SMTP: its message goes another way, its address is left alone, nobody can forge it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import aiosmtplib
import pytest
from guidance_town import Town
from sqlalchemy import select

from assistant.demo.mailbox import Misbehaviour, ReceivedMail
from assistant.demo.returning import bounce, bounce_later, complaint, out_of_office, send_back
from assistant.guidance import email_rows
from assistant.guidance.marks import of_messages
from assistant.guidance.notice_wish import has_stopped
from assistant.guidance.returned import Returned
from assistant.store import IdentityKeys
from assistant.store.columns import new_id
from assistant.store.tables import emailed, message, suppressed_address
from channels.email import one_address
from channels.returned import Report
from channels.returning import ReturnedMail

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ADDRESS = "returned@kommune.example"


@pytest.fixture
async def inbox(town: Town) -> AsyncIterator[ReturnedMail]:
    town.email.mark = of_messages(town.guidance.twin.identities.keys).make
    town.email.server = replace(town.email.server, returns=ADDRESS)
    returned = Returned(town.database, town.delivery, town.now)
    async with ReturnedMail(ADDRESS, returned.take, port=0) as listening:
        yield listening


async def told(town: Town, cause: str = "inbox:1", fee: int = 1636) -> ReceivedMail:
    """Kari is told of a right by email: the email."""
    town.mailbox.empty()
    await town.plan(await town.change(cause=cause, fee=fee))
    await town.work.run_until_idle()
    (mail,) = town.mailbox.listed("kari@post.example")
    return mail


async def decided(town: Town) -> ReceivedMail:
    content: dict[str, Any] = {
        "case_number": 20260001,
        "outcome": "granted",
        "monthly_fee": 1636,
        "full_fee": 2000,
    }
    async with town.database.begin() as tx:
        kari, lise = town.ids["Kari"], town.ids["Lise"]
        rule = "kindergarten.reduced_fee"
        await town.guidance.tell(tx, kari, lise, rule, "decision_made", "decision:1", content, town.moment)
    await town.work.run_until_idle()
    (mail,) = town.mailbox.listed()
    return mail


async def states(town: Town) -> dict[str, str]:
    return {channel: state for channel, state, _ in await town.messages("Kari")}


async def kept(town: Town, table: Any) -> list[dict[str, Any]]:
    async with town.database.read() as tx:
        return await tx.all(select(table))


@SQLITE
async def test_each_message_comes_back_to_an_address_of_its_own(town: Town, inbox: ReturnedMail) -> None:
    await town.family()
    mail = await told(town)
    back = one_address(mail.envelope_sender)
    assert back.domain == "kommune.example"
    assert back.username.startswith("returned+")
    assert len(back.username) <= 64
    assert back.username.partition("+")[2] in dict(mail.headers)["Message-ID"]


async def test_no_such_mailbox_another_way_now_and_from_now_on(town: Town, inbox: ReturnedMail) -> None:
    await town.family(kari={"mobile": "+4798765432"})
    mail = await told(town)
    assert "Noted" in await bounce_later(town.mailbox, mail, inbox.port)
    await bounce_later(town.mailbox, mail, inbox.port)  # some servers say it twice
    await town.work.run_until_idle()
    assert await states(town) == {"chat": "sent", "email": "failed", "sms": "sent"}
    assert [text.recipient for text in town.gateway.outbox()].count("+4798765432") == 1

    town.mailbox.empty()
    await town.plan(await town.change(cause="inbox:2", fee=1500))
    await town.work.run_until_idle()
    assert town.mailbox.listed() == []
    assert [text.recipient for text in town.gateway.outbox()].count("+4798765432") == 2


async def test_word_of_a_decision_that_comes_back_ends_as_a_letter(town: Town, inbox: ReturnedMail) -> None:
    await town.family()
    await bounce_later(town.mailbox, await decided(town), inbox.port)
    assert await states(town) == {"chat": "sent", "email": "failed", "letter": "manual"}


@SQLITE
async def test_another_address_in_the_contact_register_is_written_to(town: Town, inbox: ReturnedMail) -> None:
    await town.family()
    await bounce_later(town.mailbox, await told(town), inbox.port)
    await town.state("Kari", email="Kari@Post.example")
    await town.plan(await town.change(cause="inbox:2", fee=1500))
    await town.work.run_until_idle()
    assert [mail.recipient for mail in town.mailbox.listed()] == ["kari@post.example"]  # the one that bounced
    await town.state("Kari", email="kari@new.example")
    await town.plan(await town.change(cause="inbox:3", fee=1400))
    await town.work.run_until_idle()
    assert "kari@new.example" in [mail.recipient for mail in town.mailbox.listed()]


@SQLITE
async def test_lifted_it_is_written_to_again(town: Town, inbox: ReturnedMail) -> None:
    await town.family()
    await bounce_later(town.mailbox, await told(town), inbox.port)
    async with town.database.begin() as tx:
        lookup = email_rows.lookup_of(town.guidance.twin.identities.keys, "KARI@post.example ")
        assert await email_rows.lift(tx, lookup)
    await told(town, "inbox:2", 1500)


@SQLITE
async def test_who_confirms_the_address_on_a_later_day_is_written_to_again(
    town: Town, inbox: ReturnedMail
) -> None:
    await town.family()
    await bounce_later(town.mailbox, await told(town), inbox.port)
    for confirmed, emails in ((town.moment.date(), 0), (town.moment.date() + timedelta(days=1), 1)):
        await town.state("Kari", contact_verified_on=confirmed.isoformat())
        town.mailbox.empty()
        town.later(days=1)
        await town.plan(await town.change(cause=f"inbox:{confirmed}", fee=1500 + emails))
        await town.work.run_until_idle()
        assert len(town.mailbox.listed("kari@post.example")) == emails


@SQLITE
@pytest.mark.parametrize(
    ("status", "action", "sms"), [("5.2.2", "failed", 1), ("4.4.7", "failed", 1), ("4.2.2", "delayed", 0)]
)
async def test_a_full_mailbox_is_another_way_this_once_and_a_delay_is_noted(
    town: Town, inbox: ReturnedMail, status: str, action: str, sms: int
) -> None:
    await town.family(kari={"mobile": "+4798765432"})
    mail = await told(town)
    report = bounce(mail, town.mailbox.content(mail.id), status, action)
    await send_back(report, mail.envelope_sender, inbox.port)
    await town.work.run_until_idle()
    assert [text.recipient for text in town.gateway.outbox()].count("+4798765432") == sms
    (row,) = await kept(town, emailed)
    assert (row["returned"], row["status"]) == ("undelivered" if sms else "delayed", status)
    assert await kept(town, suppressed_address) == []


@SQLITE
async def test_what_has_been_read_goes_no_other_way(town: Town, inbox: ReturnedMail) -> None:
    await town.family(kari={"mobile": "+4798765432"})
    mail = await told(town)
    async with town.database.begin() as tx:
        hers = message.c.person_id == town.ids["Kari"]
        await tx.execute(message.update().where(hers).values(read_at=town.moment))
    await bounce_later(town.mailbox, mail, inbox.port)
    await town.work.run_until_idle()
    assert [text.recipient for text in town.gateway.outbox()].count("+4798765432") == 0
    assert len(await kept(town, suppressed_address)) == 1


async def test_a_complaint_stops_email_of_rights_and_nothing_else(town: Town, inbox: ReturnedMail) -> None:
    await town.family()
    mail = await told(town)
    await send_back(complaint(mail, town.mailbox.content(mail.id)), ADDRESS, inbox.port)
    async with town.database.read() as tx:
        assert await has_stopped(tx, town.ids["Kari"], "email")
        assert not await has_stopped(tx, town.ids["Ola"], "email")
    town.mailbox.empty()
    await town.plan(await town.change(cause="inbox:2", fee=1500))
    await town.work.run_until_idle()
    assert town.mailbox.listed() == []
    assert (await decided(town)).recipient == "kari@post.example"


async def test_nobody_can_have_another_left_alone_by_a_forged_report(town: Town, inbox: ReturnedMail) -> None:
    await town.family()
    mail = await told(town)
    original, keys = town.mailbox.content(mail.id), town.guidance.twin.identities.keys
    (row,) = await kept(town, emailed)
    mark = of_messages(keys).make(row["sent_as"])
    stolen = [
        row["sent_as"],  # the id itself
        of_messages(IdentityKeys.generate()).make(row["sent_as"]),
        mark[:-3] + ("aaa" if mark[-3:] != "aaa" else "bbb"),
        of_messages(keys).make(new_id()),  # of no message
        "",
    ]
    for wrong in stolen:
        forged = original.replace(mark.encode(), wrong.encode())
        assert mark.encode() not in forged
        for report in (bounce(mail, forged), complaint(mail, forged)):
            await send_back(report, f"returned+{wrong}@kommune.example", inbox.port)
    await send_back(out_of_office(mail), mail.envelope_sender, inbox.port)
    assert await kept(town, suppressed_address) == []
    assert [row["returned"] for row in await kept(town, emailed)] == [None]
    assert await states(town) == {"chat": "sent", "email": "sent"}
    async with town.database.read() as tx:
        assert not await has_stopped(tx, town.ids["Kari"], "email")


@SQLITE
async def test_mail_for_others_is_not_taken_and_what_is_too_large_neither(
    town: Town, inbox: ReturnedMail
) -> None:
    await town.family()
    mail = await told(town)
    report = bounce(mail, town.mailbox.content(mail.id))
    for other in ("kari@post.example", "postmaster@kommune.example", "returned@post.example"):
        with pytest.raises(aiosmtplib.SMTPResponseException, match="Only returned mail"):
            await send_back(report, other, inbox.port)
    report.attach(out_of_office(mail))
    report.epilogue = "x\n" * 150_000
    with pytest.raises(aiosmtplib.SMTPResponseException) as refused:
        await send_back(report, mail.envelope_sender, inbox.port)
    assert refused.value.code == 552


@SQLITE
async def test_a_report_that_cannot_be_noted_now_is_asked_for_again(
    town: Town, inbox: ReturnedMail, capsys: pytest.CaptureFixture[str]
) -> None:
    """And no address gets into the journal or a table on the way."""
    await town.family()
    mail = await told(town)
    take = inbox.take

    async def fail(report: Report) -> None:
        raise OSError("the database has gone")

    inbox.take = fail
    with pytest.raises(aiosmtplib.SMTPResponseException) as later:
        await bounce_later(town.mailbox, mail, inbox.port)
    assert later.value.code == 451
    inbox.take = take
    await bounce_later(town.mailbox, mail, inbox.port)
    assert len(await kept(town, suppressed_address)) == 1
    journal = capsys.readouterr().out
    assert "mail.returned" in journal
    assert "kari" not in journal.lower()
    assert "kari" not in repr([*await kept(town, suppressed_address), *await kept(town, emailed)])


@SQLITE
async def test_what_bounces_before_we_know_that_it_was_taken_goes_once_another_way(
    town: Town, inbox: ReturnedMail
) -> None:
    """The server keeps the message, breaks off before it says so, and finds out that nobody is there."""
    await town.family(kari={"mobile": "+4798765432"})
    town.mailbox.misbehaviour = Misbehaviour("take_and_drop")
    mail = await told(town)
    assert (await states(town))["email"] == "waiting"
    await bounce_later(town.mailbox, mail, inbox.port)
    for _ in range(3):
        town.later(hours=1)
        await town.work.run_until_idle()
    assert await states(town) == {"chat": "sent", "email": "failed", "sms": "sent"}
    assert [mail.times for mail in town.mailbox.listed()] == [1]
    assert [text.recipient for text in town.gateway.outbox()].count("+4798765432") == 1
