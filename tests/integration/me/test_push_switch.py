"""The switch for notices in the browser, on one's own page: on, off, and nothing taken that we may not send to."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from place_town import Town, running_town

from assistant.guidance.push_rows import browsers_of
from channels.push_crypto import VapidKey
from tests.integration.channels.push_service import BrowserAtService

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
FIELDS = BrowserAtService("phone").fields("https://push.example")


@pytest.fixture
async def pushing(database_url: str, tmp_path: Path) -> AsyncIterator[Town]:
    settings = {"push": {"contact": "mailto:varde@kommune.example"}}
    async with running_town(database_url, tmp_path / "data", **settings) as town:
        yield town


async def browsers(town: Town) -> int:
    async with town.assistant.database.read() as tx:
        return await browsers_of(tx, town.ids["siri"])


async def test_it_is_switched_on_and_off(pushing: Town, tmp_path: Path) -> None:
    siri = await pushing.browser("siri")
    page = await siri.page("/me/control")
    assert "Du får ikke varsel i noen nettleser." in page
    key = re.search(r'id="push-on"[^>]* data-key="([^"]+)"', page)
    assert key is not None
    assert key[1] == VapidKey.from_file(tmp_path / "data" / "push-key.json").public
    assert "Du får varsel i én nettleser." in await siri.send("/me/control/push", **FIELDS)
    await siri.send("/me/control/push", **FIELDS)  # the same browser once more
    assert await browsers(pushing) == 1
    log = await siri.page("/me/data/log")
    assert "Varsel i nettleseren" in log
    assert "push.example" not in log
    assert "Nettlesere du får varsel i" in await siri.page("/me/data/everything")
    assert "Du får ikke varsel i noen nettleser." in await siri.send("/me/control/push/off")
    assert await browsers(pushing) == 0


async def test_what_is_no_address_of_a_push_service_is_refused(pushing: Town) -> None:
    siri = await pushing.browser("siri")
    await siri.page("/me/control")
    for wrong in (
        {"endpoint": "http://push.example/1"},
        {"endpoint": "https://127.0.0.1/1"},
        {"endpoint": "https://[::ffff:10.0.0.1]/1"},
        {"endpoint": "file:///etc/passwd"},
        {"p256dh": "A" * 87},
        {"auth": "short"},
    ):
        said = await siri.send("/me/control/push", status=400, **{**FIELDS, **wrong})
        assert not any(value in said for value in wrong.values())
    assert await browsers(pushing) == 0


async def test_the_worker_is_at_the_top_of_the_site_and_says_nothing_of_anybody(pushing: Town) -> None:
    stranger = await pushing.browser()
    async with stranger.http.get(f"{pushing.base}/push.js") as answer:
        assert (answer.status, answer.content_type) == (200, "text/javascript")
        assert "showNotification" in await answer.text()
        tag = answer.headers["ETag"]
    async with stranger.http.get(f"{pushing.base}/push.js", headers={"If-None-Match": tag}) as answer:
        assert answer.status == 304


async def test_without_a_contact_there_is_no_switch(town: Town) -> None:
    siri = await town.browser("siri")
    assert "push-on" not in await siri.page("/me/control")
    await siri.page("/push.js", status=404)
