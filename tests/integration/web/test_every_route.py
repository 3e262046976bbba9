"""What holds for every route, those not yet written included: the tests ask the router."""

from __future__ import annotations

import re
import uuid

import pytest
from aiohttp import web
from site_under_test import ELSEWHERE, SERVICE_TOKEN, Browser, Site

from assistant.web.limits import LIMITS
from assistant.web.policy import ACCESS, NO_COOKIES, decide, service_with
from assistant.web.routing import SERVICE, Access
from assistant.web.visitor import Visitor

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
SAMPLES = (
    str(uuid.uuid4()),
    "0" * 16,
    "a" * 52,
    "kindergarten.reduced_fee",
    "apply_reduced_fee",
    "right_found",
    "notice",
    "1",
    "2025-08",
    "2025-08-01",
)
FNR = re.compile(r"(?<![0-9a-f])\d{11}(?![0-9a-f])")  # not a run of digits in a random hexadecimal id


def _path(route: web.AbstractRoute) -> str:
    """A path the route matches, with an object id nobody has."""
    assert route.resource is not None
    canonical, pattern = route.resource.canonical, route.resource.get_info().get("pattern")
    if pattern is None:
        return canonical
    for filled in SAMPLES:
        path = re.sub(r"\{[a-z_]+\}", filled, canonical)
        if pattern.fullmatch(path):
            return path
    raise AssertionError(f"no sample fits {canonical}: add one, or this route goes unchecked")


def _routes(site: Site) -> list[tuple[web.AbstractRoute, str]]:
    return [(route, _path(route)) for route in site.app.router.routes()]


async def test_every_route_declares_who_may_call_it(site: Site) -> None:
    routes = _routes(site)
    assert len(routes) > 20
    assert [path for route, path in routes if route not in site.app[ACCESS]] == []


async def test_an_unsafe_request_without_our_token_is_refused_everywhere(site: Site) -> None:
    browsers = [site.browser(), await site.resident(), await site.staff()]
    site.app[LIMITS].unsafe.burst = 10_000  # there are more routes than one may try in a minute
    for route, path in _routes(site):
        if route.method not in UNSAFE:
            continue
        machine = all(rule.kind in NO_COOKIES for rule in site.app[ACCESS][route].rules)
        for browser in browsers:
            for headers in ({}, {"Origin": ELSEWHERE}, {"Origin": browser.base}):
                response = await browser.http.request(
                    route.method, browser.base + path, data={"a": "b"}, headers=headers, allow_redirects=False
                )
                # A machine's route takes no cookie, so what is no browser is asked for other proof there.
                expected = 401 if machine and not headers else 403
                assert response.status == expected, (route.method, path, headers)


async def test_a_token_from_another_place_does_not_help(site: Site) -> None:
    kari, ola = await site.resident("kari"), await site.resident("ola")
    stolen = kari.token
    assert stolen
    cases = [
        (ola, {"csrf": stolen}, {"Origin": ola.base}),
        (kari, {"csrf": stolen}, {"Origin": "https://evil.example"}),
        (kari, {"csrf": stolen}, {"Origin": "null"}),
        (kari, {"csrf": stolen}, {}),
        (kari, {"csrf": stolen}, {"Origin": kari.base, "Sec-Fetch-Site": "cross-site"}),
        (kari, {"csrf": stolen}, {"Origin": kari.base, "Sec-Fetch-Site": "same-site"}),
        (kari, {"csrf": ""}, {"Origin": kari.base}),
        (kari, {}, {"Origin": kari.base, "X-CSRF-Token": stolen[:-1]}),
    ]
    for browser, fields, headers in cases:
        response = await browser.http.post(
            f"{browser.base}/language",
            data={"language": "en", **fields},
            headers=headers,
            allow_redirects=False,
        )
        assert response.status == 403, (fields, headers)
    for headers in ({"Origin": kari.base}, {"Sec-Fetch-Site": "same-origin"}):
        response = await kari.http.post(
            f"{kari.base}/language",
            data={"language": "en", "csrf": stolen},
            headers=headers,
            allow_redirects=False,
        )
        assert response.status == 303, headers


async def test_who_is_not_logged_in_sees_nothing_of_anybody(site: Site) -> None:
    stranger = site.browser()
    for route, path in _routes(site):
        access = site.app[ACCESS][route]
        if route.method != "GET" or access.has("public") or access.has("loopback"):
            continue
        response = await stranger.get(path, allow_redirects=False)
        if access.has("socket"):
            assert response.status == 403, path
        elif response.status == 303:
            assert response.headers["Location"].startswith("/login"), path
        else:
            assert response.status == 401, path


async def test_residents_and_staff_do_not_get_into_each_others_rooms(site: Site) -> None:
    resident, operator = await site.resident(), await site.staff("operator")
    for route, path in _routes(site):
        access = site.app[ACCESS][route]
        if route.method != "GET" or access.has("public") or access.has("loopback") or access.has("socket"):
            continue
        for browser, may in ((resident, access.has("resident")), (operator, _admits(access, "operator"))):
            if not may:
                response = await browser.get(path, allow_redirects=False)
                assert response.status == 403, path


def _admits(access: Access, role: str) -> bool:
    return any(rule.kind == "staff" and rule.name == role for rule in access.rules)


async def _crawl(site: Site) -> list[tuple[str, Browser]]:
    browsers = [site.browser(), await site.resident(), await site.staff("operator")]
    paths = [path for route, path in _routes(site) if route.method == "GET"]
    return [(path, browser) for path in [*paths, "/nowhere", "/static/none"] for browser in browsers]


async def test_every_answer_carries_the_security_headers(site: Site) -> None:
    for path, browser in await _crawl(site):
        response = await browser.get(path, allow_redirects=False)
        headers = response.headers
        policy = headers["Content-Security-Policy"]
        assert "unsafe-inline" not in policy, path
        assert "unsafe-eval" not in policy, path
        for part in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"):
            assert part in policy, path
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["Referrer-Policy"] == "same-origin", path
        assert headers.get("Cache-Control") == "no-store" or path.startswith(
            ("/static/", "/widget.js", "/api/")
        ), path
        assert "Server" not in headers or "Python" not in headers["Server"], path
        assert "Strict-Transport-Security" not in headers, "the demo is plain http"
        for cookie in response.headers.getall("Set-Cookie", []):
            assert "HttpOnly" in cookie, cookie
            assert "SameSite=Lax" in cookie, cookie
            assert "Path=/" in cookie, cookie
        assert response.status < 500, path


async def test_each_answer_has_a_nonce_of_its_own(site: Site) -> None:
    browser = site.browser()
    seen = {
        re.findall(r"'nonce-([^']+)'", (await browser.get("/")).headers["Content-Security-Policy"])[0]
        for _ in range(5)
    }
    assert len(seen) == 5


async def test_no_page_loads_anything_from_another_host_or_runs_inline_code(site: Site) -> None:
    for path, browser in await _crawl(site):
        response = await browser.get(path)
        if response.content_type != "text/html" or not str(response.url).startswith(site.base):
            continue
        page = await response.text()
        loads = re.findall(r'<(?:script|link|img|iframe)[^>]*(?:src|href)="([^"]*)"', page)
        assert [where for where in loads if not where.startswith("/")] == [], path
        assert re.findall(r"\son[a-z]+=", page) == [], path
        assert 'style="' not in page, path
        assert all("nonce=" in tag for tag in re.findall(r"<script[^>]*>", page)), path
        assert not FNR.search(page), path


async def test_a_strangers_name_for_this_machine_is_not_answered(site: Site) -> None:
    """Else a site could point its own name at a demo on somebody's machine and click through it."""
    response = await site.browser().get("/", headers={"Host": "rebound.example"})
    assert response.status == 400
    assert (await site.browser().get("/health/live", headers={"Host": "10.0.0.7:8080"})).status == 200


async def test_a_machine_gets_in_by_its_own_token_only(site: Site) -> None:
    tokens = site.parts.config.api_tokens
    assert service_with(tokens, SERVICE_TOKEN) == "biller"
    assert service_with(tokens, SERVICE_TOKEN[:-1]) is None
    assert service_with(tokens, "") is None
    biller = Visitor("service", "en", "9999", service="biller")
    assert decide(SERVICE("biller"), biller, here=False) == "pass"
    assert decide(SERVICE("another"), biller, here=False) == "forbidden"


async def test_metrics_are_for_this_machine_and_operators(site: Site) -> None:
    response = await site.browser().get("/metrics")
    assert "varde_requests_total" in await response.text()
    from_outside = {"X-Forwarded-For": "192.0.2.7"}
    denied = await site.browser().get("/metrics", headers=from_outside, allow_redirects=False)
    assert denied.status == 303, "a stranger through a proxy is sent to the login"
    assert (await (await site.staff("operator")).get("/metrics", headers=from_outside)).status == 200
    assert (await (await site.staff("case_worker")).get("/metrics", headers=from_outside)).status == 403
