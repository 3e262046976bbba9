"""Stopping email by the address in one: with one click and no cookie, on the page, and back again."""

from __future__ import annotations

import re

import aiohttp
import pytest
from site_under_test import MovableClock, Site

from assistant.guidance.marks import of_messages, unsubscribing
from assistant.guidance.notice_wish import has_stopped, unsubscribe_headers, wish_about
from assistant.guidance.wish_rows import wish_for
from assistant.store import Database
from assistant.store.columns import new_id

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
EMAIL = wish_about("email")
FORM = {"List-Unsubscribe": "One-Click"}


def address(site: Site, person: str) -> str:
    """The address as a mail program finds it."""
    headers = unsubscribe_headers(site.parts.identities.keys, person, site.base)
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = re.fullmatch(r"<(.+)>", headers["List-Unsubscribe"])
    assert found is not None
    return found[1]


async def stopped(database: Database, person: str) -> bool:
    async with database.read() as tx:
        return await has_stopped(tx, person, "email")


async def test_one_click_without_a_cookie_stops_it_however_often_it_is_pressed(
    site: Site, database: Database, clock: MovableClock
) -> None:
    person, other = new_id(), new_id()
    at = address(site, person)
    multipart = aiohttp.MultipartWriter("form-data")
    multipart.append("One-Click").set_content_disposition("form-data", name="List-Unsubscribe")
    for body in (FORM, multipart, FORM):
        async with aiohttp.ClientSession() as mail_program:
            response = await mail_program.post(at, data=body)
            assert (response.status, await response.text()) == (200, "OK\n")
    assert await stopped(database, person)
    assert not await stopped(database, other)
    async with database.read() as tx:
        assert (await wish_for(tx, person, EMAIL)).set_at == clock()


@SQLITE
async def test_following_the_link_changes_nothing_and_shows_nobody(site: Site, database: Database) -> None:
    person = new_id()
    response = await site.browser().get(address(site, person))
    page = await response.text()
    assert response.status == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert person not in page
    assert not await stopped(database, person)


@SQLITE
@pytest.mark.parametrize(
    ("language", "stop", "always", "back"),
    [
        ("nb", "Ikke send meg e-post", "Det krever loven", "Send meg e-post igjen"),
        ("nn", "Ikkje send meg e-post", "Det krev lova", "Send meg e-post igjen"),
        ("en", "Do not send me email", "The law requires it", "Send me email again"),
    ],
)
async def test_the_page_has_one_button_says_what_comes_all_the_same_and_the_way_back(
    site: Site, database: Database, language: str, stop: str, always: str, back: str
) -> None:
    person, browser = new_id(), site.browser()
    at = address(site, person)
    page = await (await browser.get(at, headers={"Accept-Language": language})).text()
    main = page[page.index("<main") :]
    assert [stop] == re.findall(r"<button[^>]*>([^<]+)</button>", main[: main.index("</main>")])
    assert always in page
    assert 'href="/me/control"' in page
    path = at.removeprefix(site.base)
    for choice, now, button in (("stop", True, back), ("send", False, stop)):
        response = await browser.post(f"{path}/choice", {"email": choice})
        assert (response.status, response.headers["Location"]) == (303, f"{path}?saved")
        assert await stopped(database, person) is now
        page = await (await browser.get(f"{path}?saved", headers={"Accept-Language": language})).text()
        assert button in page
        assert 'role="status"' in page


@SQLITE
async def test_a_mark_we_did_not_make_stops_nobodys_email(site: Site, database: Database) -> None:
    person, keys = new_id(), site.parts.identities.keys
    mark = unsubscribing(keys).make(person)
    marks = [mark[:-2] + ("aa" if mark[-2:] != "aa" else "bb"), of_messages(keys).make(person), "a" * 52]
    async with aiohttp.ClientSession() as stranger:
        for wrong in marks:
            assert (await stranger.post(f"{site.base}/unsubscribe/{wrong}", data=FORM)).status == 401
            assert (await stranger.get(f"{site.base}/unsubscribe/{wrong}")).status == 404
        assert (await stranger.post(address(site, person), data={"a": "b"})).status == 400
        headers = {"Origin": "https://evil.example"}
        assert (await stranger.post(address(site, person), data=FORM, headers=headers)).status == 403
        assert (await stranger.post(address(site, person) + "/choice", data={"email": "stop"})).status == 403
    assert not await stopped(database, person)


async def test_the_person_sees_it_among_their_wishes_and_undoes_it(site: Site, database: Database) -> None:
    kari = await site.resident()
    async with database.read() as tx:
        person = await site.parts.identities.find(tx, "national_id", "17885496359")
    assert person is not None
    assert "Ikke send meg e-post" in await (await kari.get("/me/control")).text()
    async with aiohttp.ClientSession() as mail_program:
        await mail_program.post(address(site, person), data=FORM)
    page = await (await kari.get("/me/control")).text()
    assert "Du får ikke e-post om rettigheter og frister." in page
    response = await kari.post("/me/control/email", {"email": "send"})
    assert response.headers["Location"] == f"/me/control?saved={EMAIL}#email"
    page = await (await kari.get(f"/me/control?saved={EMAIL}")).text()
    assert "Du får e-post når det ligger noe nytt til deg her." in page
    assert "Lagret." in page
    assert not await stopped(database, person)
