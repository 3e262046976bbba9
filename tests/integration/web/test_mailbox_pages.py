"""The demonstration's mailbox and its sent text messages, as a visitor sees them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp.test_utils import unused_port
from site_under_test import Browser, MovableClock, running_site
from sqlalchemy import select

import assistant.demo
from assistant.demo.mailbox import Mailbox
from assistant.demo.mailbox_pages import mailbox_routes
from assistant.demo.sms_gateway import SmsGatewayServer, Tells
from assistant.store import Database
from assistant.store.tables import text_reply
from assistant.web.parts import Extension
from channels.email import EmailChannel, SmtpServer
from channels.interface import Accepted, Failed, Outgoing
from channels.returned import Report
from channels.returning import ReturnedMail
from channels.sms import SmsChannel, SmsGateway

DEMO = Path(assistant.demo.__file__).parent
RETURNED = "returned@kommune.example"
HOSTILE = "<script>alert(1)</script>"


@dataclass
class Sent:
    browser: Browser
    email: EmailChannel
    sms: SmsChannel
    mailbox: Mailbox
    inbox: int  # the port where returned mail is to be handed in
    gateway: SmsGatewayServer


@pytest.fixture
async def sent(database: Database, tmp_path: Path) -> AsyncIterator[Sent]:
    def clock() -> datetime:
        return datetime(2026, 9, 1, tzinfo=UTC)

    inbox = unused_port()
    async with (
        Mailbox(tmp_path / "mailbox") as mailbox,
        SmsGatewayServer(tmp_path / "sms.json", "token") as gateway,
        running_site(
            database,
            MovableClock(),
            extensions=(Extension(mailbox_routes(mailbox, gateway), DEMO / "templates", DEMO / "texts"),),
            email={"returned": {"address": RETURNED, "port": inbox}},
        ) as site,
    ):
        email = EmailChannel(SmtpServer("127.0.0.1", mailbox.port), clock)
        sms = SmsChannel(SmsGateway(gateway.url, "token"), clock)
        gateway.tells = Tells(site.base, "what the SMS gateway and we agreed")
        yield Sent(site.browser(), email, sms, mailbox, inbox, gateway)
        await sms.close()


async def test_an_email_is_listed_and_opened_with_its_link(sent: Sent) -> None:
    message = Outgoing(
        "1", "kari@post.example", "nb", "Du har en melding", "Hei.", "https://varde.example/me"
    )
    await sent.email.send(message)
    await sent.email.send(message)
    listed = await (await sent.browser.get("/demo/mailbox")).text()
    assert "kari@post.example" in listed
    (mail,) = sent.mailbox.listed()
    page = await (await sent.browser.get(f"/demo/mailbox/{mail.id}")).text()
    assert '<a class="ds-link" href="https://varde.example/me">' in page
    assert "Levert 2 ganger som samme melding" in page
    assert "auto-generated" in page


async def test_the_mailbox_can_be_of_one_person(sent: Sent) -> None:
    for address in ("kari@post.example", "ola@post.example"):
        await sent.email.send(Outgoing(address, address, "nb", "Hei", "Hei"))
    listed = await (await sent.browser.get("/demo/mailbox?to=ola@post.example")).text()
    assert "ola@post.example" in listed
    assert "kari@post.example" not in listed


async def test_markup_in_an_email_is_shown_as_text(sent: Sent) -> None:
    await sent.email.send(Outgoing("1", "kari@post.example", "nb", HOSTILE, HOSTILE))
    (mail,) = sent.mailbox.listed()
    for path in ("/demo/mailbox", f"/demo/mailbox/{mail.id}"):
        page = await (await sent.browser.get(path)).text()
        assert HOSTILE not in page
        assert "&lt;script&gt;" in page


async def test_text_messages_are_listed(sent: Sent) -> None:
    assert "Det er ingen SMS-er ennå" in await (await sent.browser.get("/demo/sms")).text()
    await sent.sms.send(Outgoing("1", "93456789", "nb", "", f"Du har en melding. {HOSTILE}"))
    page = await (await sent.browser.get("/demo/sms")).text()
    assert "+4793456789" in page
    assert HOSTILE not in page


async def test_a_text_can_be_answered_and_its_receipt_is_shown(sent: Sent, database: Database) -> None:
    await sent.sms.send(Outgoing("1", "93456789", "nb", "", "Du har en melding."))
    await sent.gateway.all_told()
    assert "1 del. Levert." in await (await sent.browser.get("/demo/sms")).text()
    for text_id, told in (("1", "answered"), ("2", "not_answered")):
        response = await sent.browser.post("/demo/sms/answer", {"id": text_id, "text": "Stopp!"})
        assert response.headers["Location"] == f"/demo/sms?told={told}#told"
    async with database.read() as tx:
        (kept,) = await tx.all(select(text_reply))
    assert kept["word"] == "stop"
    page = await (await sent.browser.get("/demo/sms?told=not_answered")).text()
    assert "Svaret kom ikke fram." in page
    await sent.browser.post("/demo/sms/mood", {"mood": "busy"})
    page = await (await sent.browser.get("/demo/sms")).text()
    assert '<option value="busy" selected>' in page
    assert isinstance(await sent.sms.send(Outgoing("2", "93456789", "nb", "", "Hei")), Failed)
    assert '<option value="good" selected>' in await (await sent.browser.get("/demo/sms")).text()


async def test_an_empty_mailbox_says_so_and_what_is_not_there_is_not_found(sent: Sent) -> None:
    assert "Det er ingen e-poster ennå" in await (await sent.browser.get("/demo/mailbox")).text()
    for name in ("0" * 32, "..", "%2e%2e%2fsms.json"):
        assert (await sent.browser.get(f"/demo/mailbox/{name}")).status == 404


async def test_the_server_fails_the_next_email_as_it_is_told_to(sent: Sent) -> None:
    message = Outgoing("1", "kari@post.example", "nb", "Hei", "Hei")
    await sent.browser.get("/demo/mailbox")
    await sent.browser.post("/demo/mailbox", {"mood": "refuse_for_now"})
    assert 'value="refuse_for_now" selected' in await (await sent.browser.get("/demo/mailbox")).text()
    assert isinstance(await sent.email.send(message), Failed)
    assert 'value="none" selected' in await (await sent.browser.get("/demo/mailbox")).text()
    await sent.browser.post("/demo/mailbox", {"mood": "drop"})
    await sent.browser.post("/demo/mailbox", {"mood": "none"})
    assert isinstance(await sent.email.send(message), Accepted)
    assert (await sent.browser.post("/demo/mailbox", {"mood": "other"})).status == 400


async def test_an_email_is_sent_back_or_complained_of(sent: Sent) -> None:
    sent.email.mark = lambda name: f"mark{name}"
    sent.email.server = replace(sent.email.server, returns=RETURNED)
    await sent.email.send(Outgoing("1", "kari@post.example", "nb", "Hei", "Hei"))
    (mail,) = sent.mailbox.listed()
    reports: list[Report] = []

    async def take(report: Report) -> None:
        reports.append(report)

    path = f"/demo/mailbox/{mail.id}"
    assert (await sent.browser.post(path, {"what": "bounce"})).status == 503  # nobody listens
    async with ReturnedMail(RETURNED, take, port=sent.inbox):
        for what, said in (("bounce", "sendt i retur"), ("complaint", "meldt fra")):
            response = await sent.browser.post(path, {"what": what})
            assert response.headers["Location"] == f"{path}?back={what}"
            assert said in await (await sent.browser.get(response.headers["Location"])).text()
    assert [(report.kind, report.marks[0]) for report in reports] == [
        ("gone", "mark1"),
        ("complaint", "mark1"),
    ]
