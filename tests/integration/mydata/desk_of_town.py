"""Case workers of the town, logged in already, and what the tests look up in it."""

from __future__ import annotations

import aiohttp
from place_town import Browser, Town
from sqlalchemy import select

from assistant.store.tables import fact, usage
from assistant.web import sessions

TRACKER = "a bearer token of the data tracker"
NOBODY = "00000000-0000-4000-8000-000000000000"


async def worker(
    town: Town, municipality: str = "9999", role: str = "case_worker", name: str = "Berit Berg (berit)"
) -> Browser:
    new = sessions.NewSession("staff", municipality, "nb", staff=name, roles=frozenset({role}))
    async with town.assistant.database.begin() as tx:
        cookie = await sessions.start(tx, new, town.assistant.clock())
    jar = aiohttp.CookieJar(unsafe=True)
    http = aiohttp.ClientSession(cookies={"varde_session": cookie}, cookie_jar=jar)
    town._open.append(http)
    browser = Browser(town.base, http)
    await browser.page("/")
    return browser


async def open_request(desk: Browser, request_id: str) -> str:
    """Say why a request is opened, as the desk asks; the page it leads to."""
    return await desk.send(f"/desk/requests/{request_id}/open", reason="handle")


async def fact_of(town: Town, name: str, concept: str) -> str:
    async with town.assistant.database.read() as tx:
        found = await tx.scalar(
            select(fact.c.id).where(
                fact.c.subject_id == town.ids[name], fact.c.concept == concept, fact.c.superseded_at.is_(None)
            )
        )
    assert found is not None
    return str(found)


async def log_of(town: Town, name: str) -> list[dict[str, object]]:
    async with town.assistant.database.read() as tx:
        return await tx.all(
            select(usage).where(usage.c.subject_id == town.ids[name]).order_by(usage.c.number)
        )
