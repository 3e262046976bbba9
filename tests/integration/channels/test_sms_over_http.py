"""SMS to a gateway over HTTP that is sometimes busy, silent or broken."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.demo.sms_gateway import Misbehaviour, Mischief, SmsGatewayServer
from channels.interface import Accepted, Failed, Outgoing, Refused
from channels.sms import SmsChannel, SmsGateway

TOKEN = "token-of-the-test"
MESSAGE = Outgoing(
    id="0b0e8a8a-7a2e-4d0c-9df3-222222222222",
    recipient="934 56 789",
    language="nb",
    title="",
    body="Du har en melding fra Eksempel kommune.\x07",
    link="https://varde.example/me",
)


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[SmsGatewayServer]:
    async with SmsGatewayServer(tmp_path / "sms.json", TOKEN) as running:
        yield running


@pytest.fixture
async def channel(gateway: SmsGatewayServer) -> AsyncIterator[SmsChannel]:
    settings = SmsGateway(gateway.url, TOKEN, "Varde", timeout_seconds=1)
    opened = SmsChannel(settings, lambda: datetime(2026, 9, 1, tzinfo=UTC))
    yield opened
    await opened.close()


async def test_it_arrives_with_a_fixed_sender_in_e164_and_without_control_characters(
    gateway: SmsGatewayServer, channel: SmsChannel
) -> None:
    assert await channel.send(MESSAGE) == Accepted(MESSAGE.id)
    (sent,) = gateway.outbox()
    assert (sent.recipient, sent.sender) == ("+4793456789", "Varde")
    assert sent.text == "Du har en melding fra Eksempel kommune.\nhttps://varde.example/me"
    assert (sent.encoding, sent.segments) == ("gsm7", 1)


async def test_sent_twice_it_is_one_text(gateway: SmsGatewayServer, channel: SmsChannel) -> None:
    await channel.send(MESSAGE)
    assert isinstance(await channel.send(MESSAGE), Accepted)
    (sent,) = gateway.outbox()
    assert sent.times == 2


@pytest.mark.parametrize(
    ("mischief", "expected"),
    [
        ("busy", Failed("the SMS gateway could not take it now (429)", retry_after=7.0)),
        ("unavailable", Failed("the SMS gateway could not take it now (503)")),
        ("refuse", Refused("the SMS gateway refused it (422)")),
        ("silent", Failed("no SMS gateway: ConnectionTimeoutError")),
        ("broken", Failed("the SMS gateway could not take it now (500)")),
        ("take_and_fail", Failed("the SMS gateway could not take it now (500)")),
        ("take_and_drop", Failed("no SMS gateway: ServerDisconnectedError")),
    ],
)
async def test_a_gateway_in_trouble_is_a_result_and_the_next_try_arrives_once(
    gateway: SmsGatewayServer, channel: SmsChannel, mischief: Mischief, expected: Failed | Refused
) -> None:
    gateway.misbehaviour = Misbehaviour(mischief, seconds=7 if mischief == "busy" else 3)
    result = await channel.send(MESSAGE)
    if mischief == "silent":
        assert isinstance(result, Failed)
        assert "Timeout" in result.reason
    else:
        assert result == expected
    assert isinstance(await channel.send(MESSAGE), Accepted)
    assert len(gateway.outbox()) == 1


async def test_a_number_that_is_no_norwegian_mobile_is_never_posted(
    gateway: SmsGatewayServer, channel: SmsChannel
) -> None:
    for number in ("+46701234567", "22123456", "kari", "+4793456789,+4741234567"):
        assert isinstance(await channel.send(replace(MESSAGE, recipient=number)), Refused)
    assert gateway.outbox() == []


async def test_a_wrong_token_loses_no_message(gateway: SmsGatewayServer) -> None:
    other = SmsChannel(SmsGateway(gateway.url, "old"), lambda: datetime(2026, 9, 1, tzinfo=UTC))
    assert isinstance(await other.send(MESSAGE), Failed)
    await other.close()


async def test_the_same_key_for_another_text_is_refused(
    gateway: SmsGatewayServer, channel: SmsChannel
) -> None:
    await channel.send(MESSAGE)
    assert await channel.send(replace(MESSAGE, body="noe annet")) == Refused(
        "the SMS gateway refused it (409)"
    )


async def test_the_outbox_remembers_over_a_restart(
    gateway: SmsGatewayServer, channel: SmsChannel, tmp_path: Path
) -> None:
    await channel.send(MESSAGE)
    async with SmsGatewayServer(tmp_path / "sms.json", TOKEN) as again:
        assert [sent.id for sent in again.outbox()] == [MESSAGE.id]
        again.empty()
        assert again.outbox() == []
