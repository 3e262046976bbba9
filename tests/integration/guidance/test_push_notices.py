"""Notices in the browser: to who asked for them, at the hours of notices; another way where no browser is left."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, time

import pytest
from guidance_town import Town

from assistant.config import NoticeSettings
from assistant.guidance import Delivery
from assistant.guidance.push_rows import Browser, browsers_of, forget_browser, keep_browser
from assistant.hooks.sending import Sender
from assistant.store import Work
from channels.push import PushChannel, PushSettings
from channels.push_crypto import VapidKey
from tests.integration.channels.push_service import PushService, push_service

KEY = VapidKey.generate()
AT_NIGHT = NoticeSettings(quiet_from=time(21), quiet_until=time(8), days_off=False, a_week=0)


@pytest.fixture
async def service(town: Town) -> AsyncIterator[PushService]:
    async def forget(browser_id: str) -> None:
        async with town.database.begin() as tx:
            await forget_browser(tx, browser_id)

    object.__setattr__(town.guidance, "pushes", True)
    settings = PushSettings(KEY, "mailto:varde@kommune.example")
    push = PushChannel(settings, Sender(this_machine=True, seconds=2).send, forget, town.now)
    channels = {**town.delivery.channels, "push": push}
    url = "https://varde.example"
    delivery = Delivery(town.database, town.guidance, channels, town.now, url, AT_NIGHT)
    town.work = Work(town.database, delivery.handlers(), town.now)
    async with push_service(KEY.public) as running:
        yield running


async def switched_on(town: Town, service: PushService, name: str = "phone") -> None:
    async with town.database.begin() as tx:
        browser = Browser(**service.browser(name))
        await keep_browser(tx, town.twin.identities.keys, town.ids["Kari"], browser, town.moment)


async def told(town: Town) -> dict[str, str]:
    return {channel: state for channel, state, _ in await town.messages("Kari")}


async def test_who_has_switched_it_on_is_told_there_and_not_by_email_too(
    town: Town, service: PushService
) -> None:
    await town.family()
    await switched_on(town, service)
    await town.plan(await town.change())
    await town.work.run_until_idle()
    ((_, shown),) = service.shown
    assert shown["body"] == "Du har en melding fra Eksempel kommune. Logg inn for å lese den."
    assert "Lise" not in str(shown)
    assert await told(town) == {"chat": "sent", "push": "sent"}
    assert town.mailbox.listed() == []
    assert len(town.gateway.outbox()) == 1, "Ola has not switched it on"


async def test_it_waits_for_the_morning(town: Town, service: PushService) -> None:
    town.moment = datetime(2026, 9, 1, 22, 30, tzinfo=UTC)
    await town.family()
    await switched_on(town, service)
    await town.plan(await town.change())
    await town.work.run_until_idle()
    assert service.shown == []
    town.later(hours=8)
    await town.work.run_until_idle()
    assert len(service.shown) == 1


async def test_where_the_browser_is_gone_it_is_forgotten_and_an_email_follows(
    town: Town, service: PushService
) -> None:
    await town.family()
    await switched_on(town, service)
    service.answers = [(410, {})]
    await town.plan(await town.change())
    await town.work.run_until_idle()
    assert await told(town) == {"chat": "sent", "push": "failed", "email": "sent"}
    async with town.database.read() as tx:
        assert await browsers_of(tx, town.ids["Kari"]) == 0


async def test_one_that_was_switched_off_while_it_waited_goes_another_way_too(
    town: Town, service: PushService
) -> None:
    await town.family()
    await switched_on(town, service)
    await town.plan(await town.change())
    async with town.database.begin() as tx:
        keys = town.twin.identities.keys
        browser = Browser(**service.browsers["phone"].fields(service.base))
        await keep_browser(tx, keys, town.ids["Ola"], browser, town.moment)  # the same browser, somebody else
    await town.work.run_until_idle()
    assert await told(town) == {"chat": "sent", "push": "failed", "email": "sent"}
    assert service.shown == []


async def test_a_busy_service_is_waited_for(town: Town, service: PushService) -> None:
    await town.family()
    await switched_on(town, service)
    service.answers = [(429, {"Retry-After": "60"})]
    await town.plan(await town.change())
    await town.work.run_until_idle()
    assert service.shown == []
    town.later(seconds=61)
    await town.work.run_until_idle()
    assert len(service.shown) == 1


@pytest.mark.parametrize(
    ("kari", "channels"),
    [
        ({"email": None, "mobile": None}, {"chat", "push"}),
        ({"contact_verified_on": "2020-01-01"}, {"chat", "push"}),
        ({"address_protection": "confidential"}, {"chat"}),
        ({"may_be_notified": False}, {"chat"}),
        ({"reserved": True}, {"letter"}),
    ],
    ids=["no address", "old address", "protected", "not to be notified", "reserved"],
)
async def test_it_needs_no_address_and_respects_all_else(
    town: Town, service: PushService, kari: dict[str, object], channels: set[str]
) -> None:
    await town.family(kari=kari)
    await switched_on(town, service)
    await town.plan(await town.change())
    await town.work.run_until_idle()
    assert set(await told(town)) == channels
    assert len(service.shown) == ("push" in channels)


async def test_what_is_kept_of_a_browser_is_sealed_and_the_eleventh_takes_the_place_of_the_first(
    town: Town, service: PushService
) -> None:
    from sqlalchemy import select

    from assistant.store.tables import push_browser

    await town.family()
    for number in range(11):
        town.later(seconds=1)
        await switched_on(town, service, f"browser{number}")
    async with town.database.read() as tx:
        rows = await tx.all(select(push_browser))
        assert await browsers_of(tx, town.ids["Kari"]) == 10
    assert not any(b"127.0.0.1" in row["sealed"] or b"p256dh" in row["sealed"] for row in rows)
