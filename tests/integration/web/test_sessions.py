"""A session lives half an hour unused and two hours in all, and once ended it stays ended."""

from __future__ import annotations

import pytest
from aiohttp import web
from site_under_test import Browser, MovableClock, Site, running_site
from sqlalchemy import select

from assistant.store import Database
from assistant.store.tables import session
from assistant.web.app import make_app
from assistant.web.login import require_fresh_login
from assistant.web.parts import Extension, Parts
from assistant.web.rendering import json_answer
from assistant.web.routing import RESIDENT, Route
from assistant.web.server import serve_app

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def _mine(request: web.Request) -> web.StreamResponse:
    return json_answer({"person": True})


async def _sensitive(request: web.Request) -> web.StreamResponse:
    require_fresh_login(request)
    return json_answer({"done": True})


def _routes(parts: Parts) -> list[Route]:
    return [
        Route("GET", "/api/probe", _mine, RESIDENT),
        Route("GET", "/probe/sensitive", _sensitive, RESIDENT),
    ]


PROBE = Extension(routes=_routes)


async def _logged_in(browser: Browser) -> bool:
    return (await browser.get("/api/probe")).status == 200


async def test_a_session_ends_after_half_an_hour_without_use(database: Database, clock: MovableClock) -> None:
    async with running_site(database, clock, extensions=(PROBE,)) as site:
        browser = await site.resident()
        for _ in range(3):
            clock.forward(minutes=28)
            assert await _logged_in(browser)
        clock.forward(minutes=31)
        assert not await _logged_in(browser)


async def test_a_session_ends_after_two_hours_whatever_happens(
    database: Database, clock: MovableClock
) -> None:
    async with running_site(database, clock, extensions=(PROBE,)) as site:
        browser = await site.resident()
        for _ in range(11):
            clock.forward(minutes=10)
            assert await _logged_in(browser)
        clock.forward(minutes=11)
        assert not await _logged_in(browser)


async def test_a_session_that_was_ended_stays_ended_after_a_restart(
    database: Database, clock: MovableClock
) -> None:
    async with running_site(database, clock, extensions=(PROBE,)) as site:
        browser, other = await site.resident(), await site.resident("ola")
        kept = browser.cookie("session")
        assert kept is not None
        response = await browser.post("/logout")
        assert (response.status, browser.cookie("session")) == (303, None)
        again = make_app(site.parts)
        async with serve_app(again, "127.0.0.1", 0) as port:
            headers = {"Cookie": f"varde_session={kept}", "Host": site.base.removeprefix("http://")}
            stranger = site.browser()
            denied = await stranger.http.get(f"http://127.0.0.1:{port}/api/probe", headers=headers)
            assert denied.status == 401
            headers["Cookie"] = f"varde_session={other.cookie('session')}"
            assert (
                await stranger.http.get(f"http://127.0.0.1:{port}/api/probe", headers=headers)
            ).status == 200


@SQLITE
async def test_the_provider_can_end_a_session_by_its_sid(site: Site) -> None:
    browser, other = await site.resident(), await site.resident("ola")
    async with site.parts.database.read() as tx:
        rows = await tx.all(select(session.c.provider_sid).order_by(session.c.created_at))
    sid = rows[0]["provider_sid"]
    for issuer, name in (
        ("https://evil.example", sid),
        (site.employees.issuer, sid),
        (site.residents.issuer, "x"),
    ):
        await site.browser().get(f"/logout/frontchannel?iss={issuer}&sid={name}")
        async with site.parts.database.read() as tx:
            assert all(row["ended_at"] is None for row in await tx.all(select(session)))
    await site.browser().get(f"/logout/frontchannel?iss={site.residents.issuer}&sid={sid}")
    async with site.parts.database.read() as tx:
        ended = [row["ended_at"] is not None for row in await tx.all(select(session))]
    assert sorted(ended) == [False, True]
    assert browser.token != other.token


@SQLITE
async def test_logging_out_goes_by_way_of_the_provider_and_comes_back(site: Site) -> None:
    browser = await site.resident()
    response = await browser.post("/logout")
    page = await browser.get(response.headers["Location"])
    text = await page.text()
    assert f'http-equiv="refresh" content="0; url={site.residents.issuer}/end_session?' in text
    at_provider = await browser.http.get(
        f"{site.residents.issuer}/end_session",
        params={"client_id": "varde", "post_logout_redirect_uri": f"{site.base}/logged-out"},
    )
    text = await at_provider.text()
    assert f"url={site.base}/logged-out" in text
    assert f"{site.base}/logout/frontchannel?" in text


@SQLITE
async def test_the_provider_leads_back_to_addresses_it_knows_only(site: Site) -> None:
    response = await site.browser().http.get(
        f"{site.residents.issuer}/end_session", params={"post_logout_redirect_uri": "https://evil.example/"}
    )
    assert "evil.example" not in await response.text()


@SQLITE
async def test_what_is_sensitive_asks_for_a_fresh_login(database: Database, clock: MovableClock) -> None:
    async with running_site(database, clock, extensions=(PROBE,)) as site:
        browser = await site.resident()
        assert (await browser.get("/probe/sensitive")).status == 200
        clock.forward(minutes=6)
        response = await browser.get("/probe/sensitive", allow_redirects=False)
        assert response.status == 303
        assert response.headers["Location"] == "/login?next=/probe/sensitive&fresh=1"
        to_provider = await browser.get(response.headers["Location"], allow_redirects=False)
        assert "prompt=login" in to_provider.headers["Location"]
        done = await browser.log_in("kari", path=response.headers["Location"])
        assert (done.status, done.url.path) == (200, "/probe/sensitive")


@SQLITE
async def test_over_https_cookies_are_secure_and_bound_to_the_host(
    database: Database, clock: MovableClock
) -> None:
    async with running_site(database, clock, public_url="https://varde.example") as site:
        browser = site.browser()
        response = await browser.get("/", headers={"Host": "varde.example"})
        assert response.status == 200
        assert response.headers["Strict-Transport-Security"].startswith("max-age=31536000")
        assert "wss://varde.example" in response.headers["Content-Security-Policy"]
        login = await browser.get("/login", headers={"Host": "varde.example"}, allow_redirects=False)
        cookies = [*response.headers.getall("Set-Cookie", []), *login.headers.getall("Set-Cookie")]
        assert len(cookies) >= 2
        for cookie in cookies:
            assert cookie.startswith("__Host-varde_")
            assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
            assert "Domain" not in cookie


@SQLITE
async def test_the_language_chosen_is_kept_with_and_without_a_session(site: Site) -> None:
    browser = site.browser()
    await browser.post("/language", {"language": "nn", "next": "/logged-out"})
    assert '<html lang="nn"' in await (await browser.get("/")).text()
    await browser.log_in("kari", path="/login?next=/logged-out")
    assert '<html lang="nn"' in await (await browser.get("/")).text()
    await browser.post("/language", {"language": "en"})
    assert '<html lang="en"' in await (await browser.get("/")).text()
    assert (await browser.post("/language", {"language": "xx"})).status == 400
