"""The switch and the worker in a real Chromium: what the browser gives reaches us, and what is pushed is shown."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from place_town import Town, running_town
from playwright.async_api import BrowserContext, async_playwright

from assistant.guidance.push_rows import recipient_of
from tests.integration.channels.push_service import BrowserAtService

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
FIELDS = BrowserAtService("phone").fields("https://push.example")
SUBSCRIBE = """
const given = %s;
const bytes = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (s) => s.charCodeAt(0));
PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
  if (applicationServerKey.length !== 65) throw new Error('no key');
  return { endpoint: given.endpoint, getKey: (name) => bytes(given[name]).buffer };
};
"""
"""Stands in for the browser maker's push service, which is not on this machine."""

SHOWN = "navigator.serviceWorker.ready.then((one) => one.getNotifications()).then((all) => all.map((n) => n.body))"


@pytest.fixture
async def pushing(database_url: str, tmp_path: Path) -> AsyncIterator[Town]:
    settings = {"push": {"contact": "mailto:varde@kommune.example"}}
    async with running_town(database_url, tmp_path / "data", **settings) as town:
        yield town


@pytest.fixture
async def chromium(chromium_path: str) -> AsyncIterator[BrowserContext]:
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        yield await started.new_context(permissions=["notifications"])
        await started.close()


async def test_it_is_switched_on_and_shows_what_is_pushed(pushing: Town, chromium: BrowserContext) -> None:
    siri = await pushing.browser("siri")
    await chromium.add_cookies(
        [{"name": one.key, "value": one.value, "url": pushing.base} for one in siri.http.cookie_jar]
    )
    await chromium.add_init_script(SUBSCRIBE % json.dumps(FIELDS))
    page = await chromium.new_page()
    await page.goto(f"{pushing.base}/me/control")
    await page.get_by_role("button", name="Varsle meg i denne nettleseren").click()
    await page.get_by_text("Du får varsel i én nettleser.").wait_for()
    async with pushing.assistant.database.read() as tx:
        kept = json.loads(
            await recipient_of(tx, pushing.assistant.parts.identities.keys, pushing.ids["siri"])
        )
    assert [{name: one[name] for name in FIELDS} for one in kept] == [FIELDS]

    tools = await chromium.new_cdp_session(page)
    registered: asyncio.Queue[str] = asyncio.Queue()
    tools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: [registered.put_nowait(one["registrationId"]) for one in event["registrations"]],
    )
    await tools.send("ServiceWorker.enable")
    async with asyncio.timeout(10):
        worker = await registered.get()
    said = {
        "title": "Du har en melding",
        "body": "Du har en melding fra Vardevik kommune.",
        "tag": "m1",
        "lang": "nb",
    }
    pushed = {"origin": pushing.base, "registrationId": worker, "data": json.dumps(said)}
    for _ in range(2):  # the same message twice is one notice
        await tools.send("ServiceWorker.deliverPushMessage", pushed)
    await page.wait_for_function(f"{SHOWN}.then((all) => all.length)")
    assert await page.evaluate(SHOWN) == ["Du har en melding fra Vardevik kommune."]
