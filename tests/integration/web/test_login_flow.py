"""Logging in against a provider like ID-porten, and everything that must not log anybody in."""

from __future__ import annotations

import html
import re
from urllib.parse import urlencode

import pytest
from site_under_test import KARI, PEOPLE, Browser, Site
from sqlalchemy import insert, select
from yarl import URL

from assistant.demo.login_provider import TestUser
from assistant.store.tables import identity, login_attempt, municipality, session

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_a_resident_logs_in_and_is_known_by_our_own_id(site: Site) -> None:
    browser = site.browser()
    response = await browser.log_in(KARI, path="/login?next=/logged-out%3Fa=1")
    assert (response.status, str(response.url.relative())) == (200, "/logged-out?a=1")
    async with site.parts.database.read() as tx:
        row = await tx.first(select(session))
        person = await site.parts.identities.find(tx, "national_id", PEOPLE[KARI])
        everything = [dict(r) for r in await tx.all(select(session))] + await tx.all(select(identity))
    assert row is not None
    assert row["person_id"] == person
    assert row["acr"] == "idporten-loa-high"
    assert PEOPLE[KARI] not in repr(everything), "the identity number rests encrypted only"
    assert browser.cookie("session") not in repr(everything), "the token rests as a hash only"


@SQLITE
async def test_the_login_asks_for_pkce_state_nonce_and_the_level_we_need(site: Site) -> None:
    response = await site.browser().get("/login", allow_redirects=False)
    query = URL(response.headers["Location"]).query
    assert response.status == 303
    assert (query["response_type"], query["code_challenge_method"]) == ("code", "S256")
    assert query["acr_values"] == "idporten-loa-high"
    assert query["redirect_uri"] == f"{site.base}/login/callback"
    assert len({query["state"], query["nonce"], query["code_challenge"]}) == 3


async def _answer(site: Site, browser: Browser, path: str = "/login") -> URL:
    """The address the provider sends the browser back to, not yet visited."""
    page = await browser.get(path)
    hidden = {
        html.unescape(name): html.unescape(value)
        for name, value in re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', await page.text())
    }
    form = {**hidden, "user": KARI}
    response = await browser.http.post(page.url.with_query(None), data=form, allow_redirects=False)
    return URL(response.headers["Location"])


async def _refused(site: Site, browser: Browser, address: URL) -> bool:
    response = await browser.get(str(address), allow_redirects=False)
    return response.status == 400 and browser.cookie("session") is None


@SQLITE
async def test_a_code_is_good_once(site: Site) -> None:
    browser = site.browser()
    back = await _answer(site, browser)
    assert (await browser.get(str(back), allow_redirects=False)).status == 303
    browser.http.cookie_jar.clear(lambda cookie: cookie.key.endswith("session"))
    assert await _refused(site, browser, back), "neither the state nor the code may be used again"


@SQLITE
async def test_a_code_replayed_into_another_login_is_refused(site: Site) -> None:
    victim, thief = site.browser(), site.browser()
    stolen = await _answer(site, victim)
    own = await _answer(site, thief)
    mixed = own.update_query(code=stolen.query["code"])
    assert await _refused(site, thief, mixed), "the verifier does not fit the stolen code's challenge"


@SQLITE
async def test_an_unknown_state_is_refused(site: Site) -> None:
    browser = site.browser()
    back = await _answer(site, browser)
    assert await _refused(site, browser, back.update_query(state="made-up"))
    assert await _refused(site, browser, back.without_query_params("state"))


@SQLITE
async def test_a_login_ends_only_in_the_browser_it_began_in(site: Site) -> None:
    attacker, victim = site.browser(), site.browser()
    back = await _answer(site, attacker)
    await victim.get("/login", allow_redirects=False)
    assert await _refused(site, victim, back), "else the attacker logs the victim in as the attacker"
    assert (await attacker.get(str(back), allow_redirects=False)).status == 303, "and it harms nobody else"


@SQLITE
@pytest.mark.parametrize(
    ("column", "value"), [("nonce", "another"), ("verifier", "x" * 43), ("verifier", "")]
)
async def test_a_wrong_nonce_or_verifier_is_refused(site: Site, column: str, value: str) -> None:
    browser = site.browser()
    back = await _answer(site, browser)
    async with site.parts.database.begin() as tx:
        await tx.execute(login_attempt.update().values({column: value}))
    assert await _refused(site, browser, back)


@SQLITE
async def test_an_answer_of_another_issuer_is_refused(site: Site) -> None:
    browser = site.browser()
    back = await _answer(site, browser)
    assert await _refused(site, browser, back.update_query(iss="https://evil.example"))


@SQLITE
async def test_who_takes_too_long_begins_again(site: Site) -> None:
    browser = site.browser()
    back = await _answer(site, browser)
    site.clock.forward(minutes=11)
    assert await _refused(site, browser, back)


@SQLITE
async def test_who_turns_back_at_the_provider_is_told_and_can_try_again(site: Site) -> None:
    browser = site.browser()
    page = await browser.get("/login?next=/logged-out")
    response = await browser.choose(page, "")
    assert response.status == 400
    assert "Innloggingen ble ikke fullført" in await response.text()
    assert browser.cookie("session") is None


@SQLITE
async def test_a_new_login_gets_a_new_session_and_ends_the_old_one(site: Site) -> None:
    browser = await site.resident()
    old = browser.cookie("session")
    await browser.log_in(KARI, path="/login?next=/logged-out")
    assert browser.cookie("session") not in (None, old)
    async with site.parts.database.read() as tx:
        rows = await tx.all(select(session.c.ended_at).order_by(session.c.ended_at.is_(None)))
    assert [row["ended_at"] is None for row in rows] == [False, True]


@SQLITE
async def test_a_session_id_planted_before_the_login_is_not_used(site: Site) -> None:
    browser = site.browser()
    browser.http.cookie_jar.update_cookies({"varde_session": "planted"}, URL(site.base))
    await browser.log_in(KARI, path="/login?next=/logged-out")
    assert browser.cookie("session") != "planted"


@SQLITE
@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\r\nLocation: https://evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "evil.example",
        " //evil.example",
        "http:evil.example",
        "/" + "a" * 600,
        "",
    ],
)
async def test_a_login_leads_nowhere_else(site: Site, target: str) -> None:
    browser = site.browser()
    page = await browser.get(f"/login?{urlencode({'next': target})}")
    response = await browser.choose(page, KARI)
    assert str(response.url) == f"{site.base}/me"
    response = await browser.post("/language", {"language": "nb", "next": target})
    assert (response.status, response.headers["Location"]) == (303, "/")


@SQLITE
async def test_staff_get_the_roles_their_provider_gives_and_no_others(site: Site) -> None:
    await site.staff("operator")
    async with site.parts.database.read() as tx:
        row = await tx.first(select(session))
    assert row is not None
    assert (row["kind"], row["staff"], row["roles"]) == ("staff", "Dina Drift (dina)", ["operator"])
    assert row["person_id"] is None


@SQLITE
@pytest.mark.parametrize(("claimed", "works_for"), [("9999", "9999"), ("9997", "9997"), ("1234", None)])
async def test_staff_work_for_a_municipality_that_is_served_here_or_get_no_further(
    site: Site, monkeypatch: pytest.MonkeyPatch, claimed: str, works_for: str | None
) -> None:
    async with site.parts.database.begin() as tx:
        await tx.execute(insert(municipality).values(number="9997", name="Papirvik", settings={}))
    paul = TestUser.staff("paul", "Paul Behandler", ["case_worker"], claimed)
    monkeypatch.setattr(site.employees, "users", lambda: [paul])
    response = await site.browser().log_in("paul", path="/login/staff?next=/logged-out")
    assert (response.status == 200) == (works_for is not None)
    async with site.parts.database.read() as tx:
        found = [row["municipality"] for row in await tx.all(select(session))]
    assert found == ([works_for] if works_for else [])


@SQLITE
async def test_a_provider_that_is_down_is_said_so(site: Site) -> None:
    site.residents.issuer = (
        "http://127.0.0.1:9/somebody-else"  # its metadata no longer names the issuer we know
    )
    response = await site.browser().get("/login", allow_redirects=False)
    assert response.status == 503
    assert response.headers["Retry-After"]
