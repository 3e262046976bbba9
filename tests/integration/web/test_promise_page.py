"""The page of what was sent and how soon: for everybody, in three languages, and about nobody."""

from __future__ import annotations

import pytest
from site_under_test import MovableClock, Site
from sqlalchemy import insert

from assistant.config import local_date
from assistant.store import Database
from assistant.store.tables import tally

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_everybody_sees_it_in_their_language(
    site: Site, database: Database, clock: MovableClock
) -> None:
    browser = site.browser()
    assert "Ingenting er talt ennå." in await (await browser.get("/promise")).text()
    async with database.begin() as tx:
        for what, within, count in (
            ("sent", 1, 990),
            ("sent", 300, 8),
            ("sent", 86_400, 2),
            ("failed", 0, 3),
        ):
            of_it = {"day": local_date(clock()), "name": "sms", "what": what}
            await tx.execute(insert(tally).values(**of_it, within=within, count=count))
    page = await (await browser.get("/promise")).text()
    assert "færre enn 5" in page
    assert "minst 99 %" in page
    assert "1 sekund" in page
    assert page.count('<svg class="kept-bar"') == 2
    assert "style=" not in page.partition("<main")[2]
    await browser.post("/language", {"language": "en", "next": "/promise"})
    assert "at least 99 %" in await (await browser.get("/promise")).text()
