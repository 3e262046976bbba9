"""What each of our channels says that it carries, costs and reports, before anything is sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from channels import Attachment, Channel, Cost, Outgoing, Refused
from channels.altinn import AltinnChannel, AltinnOrders
from channels.chat import ChatChannel
from channels.email import EmailChannel, SmtpServer
from channels.installed import faults_of
from channels.sms import SmsChannel, SmsGateway

NOTICE = Outgoing("1", "93456789", "nb", "Du har en melding", "Logg inn for å lese den.")
WHOLE = replace(NOTICE, whole=True)
WITH_PAPERS = replace(NOTICE, attachments=(Attachment("vedtak.pdf", "application/pdf", b"%PDF-"),))
LONG = replace(NOTICE, body="ord " * 200)


def clock() -> datetime:
    return datetime(2026, 9, 1, tzinfo=UTC)


async def no_token() -> str:
    raise AssertionError("nothing is sent here")


CHAT = ChatChannel()
EMAIL = EmailChannel(SmtpServer("mail.example"), clock)
SMS = SmsChannel(SmsGateway("http://sms.example"), clock)
ALTINN = AltinnChannel("email", AltinnOrders("http://altinn.example"), no_token, clock)
OURS: tuple[Channel, ...] = (CHAT, EMAIL, SMS, ALTINN)


@pytest.mark.parametrize("channel", OURS, ids=lambda channel: type(channel).__name__)
def test_each_is_whole_and_carries_a_notice(channel: Channel) -> None:
    assert not faults_of(channel)
    assert channel.can_carry(NOTICE) is None


@pytest.mark.parametrize(
    ("message", "carried_by"),
    [(WHOLE, {CHAT}), (WITH_PAPERS, set()), (LONG, {CHAT, EMAIL})],
    ids=["the matter itself", "attachments", "800 characters"],
)
async def test_what_is_too_much_is_refused_unsent(message: Outgoing, carried_by: set[Channel]) -> None:
    assert {channel for channel in OURS if channel.can_carry(message) is None} == carried_by
    for channel in OURS:
        if channel is not CHAT and channel not in carried_by:
            assert await channel.send(message) == Refused(channel.can_carry(message) or "")


def test_a_price_nobody_has_set_is_unknown_and_never_nothing() -> None:
    assert {channel.cost(NOTICE) for channel in (EMAIL, SMS, ALTINN)} == {Cost(None)}
    assert CHAT.cost(NOTICE) == Cost(Decimal(0))


def test_an_sms_costs_by_its_parts() -> None:
    channel = SmsChannel(SmsGateway("http://sms.example", price_per_part=Decimal("0.35")), clock)
    two = replace(NOTICE, body="ord " * 41)  # 163 characters: two parts of 153
    assert [channel.cost(message).amount for message in (NOTICE, two)] == [Decimal("0.35"), Decimal("0.70")]
