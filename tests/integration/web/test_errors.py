"""What goes wrong is told with an id and without a stack, to people as a page and to machines as RFC 9457."""

from __future__ import annotations

import asyncio
import re

import aiohttp
import pytest
from aiohttp import web
from site_under_test import SERVICE_TOKEN, MovableClock, running_site
from sqlalchemy import select
from yarl import URL

from assistant.store import Database
from assistant.store.tables import usage
from assistant.web import faults
from assistant.web.faults import Denied
from assistant.web.forms import read_form
from assistant.web.json_body import read_json
from assistant.web.parts import Extension, Parts
from assistant.web.rendering import json_answer
from assistant.web.routing import PUBLIC, RESIDENT, SERVICE, Route

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SECRET = "Kari Nordmann 17885496359"
SOMEBODY = "11111111-2222-4333-8444-555555555555"


async def _break(request: web.Request) -> web.StreamResponse:
    raise RuntimeError(SECRET)


async def _raise(request: web.Request) -> web.StreamResponse:
    kinds = {
        kind.__name__: kind
        for kind in (faults.BadRequest, faults.Conflict, faults.NotHere, faults.Unavailable)
    }
    raise kinds[request.match_info["kind"]]


async def _deny(request: web.Request) -> web.StreamResponse:
    raise Denied(SOMEBODY, purpose="to look")


async def _json(request: web.Request) -> web.StreamResponse:
    return json_answer(await read_json(request))


async def _form(request: web.Request) -> web.StreamResponse:
    return json_answer((await read_form(request)).required("name", limit=10))


def _routes(parts: Parts) -> list[Route]:
    return [
        Route("GET", "/probe/break", _break, PUBLIC),
        Route("GET", "/api/probe/break", _break, PUBLIC),
        Route("GET", "/probe/raise/{kind}", _raise, PUBLIC),
        Route("GET", "/probe/deny", _deny, RESIDENT),
        Route("POST", "/api/probe/json", _json, SERVICE("biller")),
        Route("POST", "/probe/form", _form, PUBLIC),
    ]


def _main(page: str) -> str:
    return page.partition("<main")[2].partition("</main>")[0]


PROBE = Extension(routes=_routes)


async def test_a_page_that_breaks_shows_an_id_and_nothing_else(
    database: Database, clock: MovableClock, capsys: pytest.CaptureFixture[str]
) -> None:
    async with running_site(database, clock, extensions=(PROBE,)) as site:
        response = await site.browser().get("/probe/break")
        page = await response.text()
        assert response.status == 500
        found = re.search(r"Feilkode: ([a-z]{16})", page)
        assert found, "the visitor has something to tell us"
        assert "RuntimeError" not in page
        assert "Traceback" not in page
        assert SECRET not in page
        assert "Content-Security-Policy" in response.headers
        assert found.group(1) in capsys.readouterr().out, "and we find it in the log"


async def test_a_machine_gets_problem_json(database: Database, clock: MovableClock) -> None:
    async with running_site(database, clock, extensions=(PROBE,)) as site:
        for path, status in (("/api/probe/break", 500), ("/api/nowhere", 404), ("/api/v1/flags", 401)):
            headers = {"Accept": "*/*", "Authorization": "Bearer wrong"}
            response = await site.browser().get(path, headers=headers, allow_redirects=False)
            problem = await response.json(content_type="application/problem+json")
            assert response.status == problem["status"] == status
            assert set(problem) == {"type", "title", "status", "detail", "instance"}
            assert re.fullmatch(r"urn:varde:failure:[a-z]{16}", problem["instance"])
            assert SECRET not in str(problem)


async def test_each_fault_has_its_status_and_its_page(database: Database, clock: MovableClock) -> None:
    async with running_site(database, clock, extensions=(PROBE,)) as site:
        for kind, status in (("BadRequest", 400), ("NotHere", 404), ("Conflict", 409), ("Unavailable", 503)):
            response = await site.browser().get(f"/probe/raise/{kind}")
            assert response.status == status
            assert "<h1" in await response.text()
        assert (await site.browser().get("/probe/raise/Unavailable")).headers["Retry-After"] == "30"
        wrong = await site.browser().post("/", {})
        assert (wrong.status, wrong.headers["Allow"]) == (405, "GET,HEAD")


async def test_who_asks_for_what_is_somebody_elses_sees_nothing_and_is_logged(
    database: Database, clock: MovableClock
) -> None:
    async with running_site(database, clock, extensions=(PROBE,)) as site:
        kari = await site.resident()
        there = await kari.get("/probe/deny")
        nowhere = await kari.get("/me/cases/00000000-0000-4000-8000-000000000000/nowhere")
        assert (there.status, nowhere.status) == (404, 404)
        said = [re.sub(r"[a-z]{16}", "", _main(await page.text())) for page in (there, nowhere)]
        assert said[0] == said[1], "it does not tell that there is something"
        async with site.parts.database.read() as tx:
            rows = await tx.all(select(usage).where(usage.c.action == "denied"))
        assert [(row["subject_id"], row["actor_kind"], row["purpose"]) for row in rows] == [
            (SOMEBODY, "person", "to look")
        ]


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("application/json", b'{"fee": 1636.5}', 200),
        ("application/json; charset=utf-8", b"{}", 200),
        ("text/plain", b"{}", 415),
        ("application/x-www-form-urlencoded", b"a=b", 415),
        ("", b"{}", 415),
        ("application/json", b"{", 400),
        ("application/json", b"\xff", 400),
        ("application/json", b"[" * 100_000, 400),
        ("application/json", b" " * (256 * 1024 + 1), 413),
    ],
)
async def test_json_is_taken_as_json_only(
    database: Database, clock: MovableClock, content_type: str, body: bytes, status: int
) -> None:
    async with running_site(database, clock, extensions=(PROBE,)) as site:
        headers = {"Authorization": f"Bearer {SERVICE_TOKEN}", "Content-Type": content_type}
        response = await site.browser().http.post(f"{site.base}/api/probe/json", data=body, headers=headers)
        assert response.status == status
        in_pieces = await site.browser().http.post(
            f"{site.base}/api/probe/json", data=_pieces(body), headers=headers
        )
        assert in_pieces.status == status, "also without a Content-Length"


ANY_BYTES = "\udcff\udcfe"  # how bytes that are no UTF-8 come out of a header


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/api/probe/json", {"Authorization": f"Bearer {ANY_BYTES}"}, 401),
        ("/logout", {"X-CSRF-Token": ANY_BYTES, "Origin": "{base}"}, 403),
        ("/events", {"X-Varde-Timestamp": "{now}", "X-Varde-Signature": ANY_BYTES}, 401),
        ("/events", {"X-Varde-Timestamp": "999999999999", "X-Varde-Signature": "sha256="}, 401),
        ("/events", {"X-Varde-Timestamp": "9" * 5000, "X-Varde-Signature": "sha256="}, 401),
    ],
)
async def test_a_header_may_hold_anything(
    database: Database, clock: MovableClock, path: str, headers: dict[str, str], status: int
) -> None:
    secrets = {"event_secrets": ["agreed with the register"]}
    async with running_site(database, clock, extensions=(PROBE,), **secrets) as site:
        lines = [f"POST {path} HTTP/1.1", f"Host: {site.base.partition('//')[2]}", "Content-Length: 0"]
        filled = {"base": site.base, "now": str(int(clock().timestamp()))}
        lines += [f"{name}: {value.format(**filled)}" for name, value in headers.items()]
        answered = await _answer_to(site.base, "\r\n".join([*lines, "Connection: close", "", ""]))
        assert answered.split()[1] == str(status), answered[:1000]


async def _answer_to(base: str, request: str) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", URL(base).port)
    writer.write(request.encode("utf-8", "surrogateescape"))
    answer = await reader.read()
    writer.close()
    return answer.decode()


async def _pieces(body: bytes):  # type: ignore[no-untyped-def]
    for start in range(0, len(body), 50_000):
        yield body[start : start + 50_000]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ("name=Kari", 200),
        ("name=%C3%85se", 200),
        ("name=", 400),
        ("", 400),
        ("name=%FF", 400),
        ("name=%00", 400),
        ("name=" + "a" * 11, 400),
        ("&".join(f"n{n}=1" for n in range(300)), 400),
        ("name=" + "a" * 300_000, 413),
    ],
)
async def test_forms_are_read_within_limits(
    database: Database, clock: MovableClock, fields: str, status: int
) -> None:
    async with running_site(database, clock, extensions=(PROBE,)) as site:
        browser = site.browser()
        await browser.get("/")
        headers = {
            "Origin": site.base,
            "X-CSRF-Token": browser.token,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        response = await browser.http.post(f"{site.base}/probe/form", data=fields.encode(), headers=headers)
        assert response.status == status


async def test_too_much_too_fast_is_told_when_to_come_back(database: Database, clock: MovableClock) -> None:
    async with running_site(database, clock, extensions=(PROBE,)) as site:
        browser = site.browser()
        answers = [(await browser.get("/login", allow_redirects=False)).status for _ in range(70)]
        assert answers[0] == 303
        assert answers[-1] == 429
        response = await browser.get("/login", allow_redirects=False)
        assert int(response.headers["Retry-After"]) >= 1
        assert isinstance(response, aiohttp.ClientResponse)


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_body_that_is_not_packed_as_it_says_is_refused_and_no_failure_of_ours(
    database: Database, clock: MovableClock, encoding: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with running_site(database, clock, extensions=(PROBE,)) as site:
        lines = [
            "POST /events HTTP/1.1",
            f"Host: {site.base.partition('//')[2]}",
            "Content-Type: application/cloudevents+json",
            f"Content-Encoding: {encoding}",
            "Content-Length: 9",
            "Connection: close",
        ]
        answered = await _answer_to(site.base, "\r\n".join([*lines, "", "not packed"[:9]]))
        assert answered.split()[1] == "400", answered[:1000]
        assert encoding in answered
    assert "Traceback" not in capsys.readouterr().out
