"""Email to a real SMTP server that is sometimes busy, silent or rude."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.demo.mailbox import Mailbox, Misbehaviour, Mischief
from channels.email import EmailChannel, SmtpServer
from channels.interface import Accepted, Failed, Outgoing, Refused

MESSAGE = Outgoing(
    id="0b0e8a8a-7a2e-4d0c-9df3-111111111111",
    recipient="kari@post.example",
    language="nb",
    title="Du har en melding fra Eksempel kommune – æøå",
    body="Du har en melding.",
    link="https://varde.example/me",
)


@pytest.fixture
async def mailbox(tmp_path: Path) -> AsyncIterator[Mailbox]:
    async with Mailbox(tmp_path / "mailbox") as running:
        yield running


def channel(mailbox: Mailbox, **changed: object) -> EmailChannel:
    server = SmtpServer("127.0.0.1", mailbox.port, timeout_seconds=2, whole_seconds=2)
    return EmailChannel(replace(server, **changed), lambda: datetime(2026, 9, 1, tzinfo=UTC))  # type: ignore[arg-type]


async def test_it_arrives_once_with_its_title_text_and_link(mailbox: Mailbox) -> None:
    assert isinstance(await channel(mailbox).send(MESSAGE), Accepted)
    (mail,) = mailbox.listed("kari@post.example")
    assert mail.subject == MESSAGE.title
    assert "https://varde.example/me" in mail.text
    assert '<a href="https://varde.example/me">' in mail.html
    assert mail.times == 1


async def test_sent_twice_it_is_one_message_in_the_mailbox(mailbox: Mailbox) -> None:
    await channel(mailbox).send(MESSAGE)
    await channel(mailbox).send(MESSAGE)
    (mail,) = mailbox.listed()
    assert mail.times == 2
    assert mailbox.one(mail.id) == mail


@pytest.mark.parametrize(
    ("mischief", "expected"),
    [
        ("refuse_for_now", Failed("the mail server could not take it now (451)")),
        ("refuse_for_good", Refused("the mail server refused it for good (554)")),
        ("refuse_recipient", Refused("the mail server refused it for good (550)")),
        ("drop", Failed("no mail server: SMTPServerDisconnected")),
        ("slow", Failed("the mail server was silent")),
    ],
)
async def test_a_server_in_trouble_is_a_result_and_the_next_try_arrives(
    mailbox: Mailbox, mischief: Mischief, expected: Failed | Refused
) -> None:
    mailbox.misbehaviour = Misbehaviour(mischief, seconds=3)
    assert await channel(mailbox, timeout_seconds=1, whole_seconds=1).send(MESSAGE) == expected
    assert isinstance(await channel(mailbox).send(MESSAGE), Accepted)
    assert len(mailbox.listed()) == 1


async def test_a_server_that_takes_it_and_dies_before_saying_so_has_it_once_after_the_repeat(
    mailbox: Mailbox,
) -> None:
    mailbox.misbehaviour = Misbehaviour("take_and_drop")
    assert isinstance(await channel(mailbox).send(MESSAGE), Failed)
    assert isinstance(await channel(mailbox).send(MESSAGE), Accepted)
    (mail,) = mailbox.listed()
    assert mail.times == 2


async def test_no_server_at_all_is_a_failure_to_try_again(mailbox: Mailbox) -> None:
    assert isinstance(await channel(mailbox, port=1).send(MESSAGE), Failed)


async def test_it_does_not_go_unencrypted_where_encryption_is_asked_for(mailbox: Mailbox) -> None:
    assert isinstance(await channel(mailbox, tls="starttls").send(MESSAGE), Failed)
    assert mailbox.listed() == []


async def test_an_address_that_is_a_list_goes_to_nobody(mailbox: Mailbox) -> None:
    two = replace(MESSAGE, recipient="kari@post.example, evil@evil.example")
    assert isinstance(await channel(mailbox).send(two), Refused)
    assert mailbox.listed() == []


async def test_a_server_that_does_not_want_us_loses_no_message() -> None:
    async def rude(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"554 5.7.1 not from your network\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(rude, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        ours = EmailChannel(SmtpServer("127.0.0.1", port), lambda: datetime(2026, 9, 1, tzinfo=UTC))
        assert await ours.send(MESSAGE) == Failed("the mail server said 554 before it took a recipient")


async def test_no_result_repeats_the_address(mailbox: Mailbox) -> None:
    for mischief in ("refuse_for_now", "refuse_for_good", "refuse_recipient"):
        mailbox.misbehaviour = Misbehaviour(mischief)
        assert "kari" not in str(await channel(mailbox).send(MESSAGE))


async def test_the_mailbox_remembers_over_a_restart(mailbox: Mailbox, tmp_path: Path) -> None:
    await channel(mailbox).send(MESSAGE)
    async with Mailbox(tmp_path / "mailbox") as again:
        assert len(again.listed()) == 1
        again.empty()
        assert again.listed() == []
