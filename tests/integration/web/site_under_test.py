"""The site as a browser meets it: real servers on loopback, a login provider, and browsers with cookies."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import unused_port
from yarl import URL

from assistant.assembly import assemble
from assistant.config import Config
from assistant.demo.login_provider import Client, LoginProvider, TestUser
from assistant.store import Database
from assistant.web.app import make_app
from assistant.web.parts import Extension, Parts
from assistant.web.server import serve_app

KARI, OLA = "kari", "ola"
PEOPLE = {KARI: "17885496359", OLA: "21868497414"}  # synthetic numbers: month + 80
STAFF = {
    "case_worker": TestUser.staff("berit", "Berit Berg", ["case_worker"], "9999"),
    "rule_editor": TestUser.staff("rolf", "Rolf Regel", ["rule_editor"], "9999"),
    "operator": TestUser.staff("dina", "Dina Drift", ["operator"], "9999"),
}
SECRET = "test client secret"
ELSEWHERE = "https://embedding.example"
SERVICE_TOKEN = "a bearer token of the biller"


class MovableClock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class Browser:
    """A browser: keeps cookies, says where its forms come from, puts the page's token into them."""

    base: str
    http: aiohttp.ClientSession
    token: str = ""

    async def get(self, path: str, **options: Any) -> aiohttp.ClientResponse:
        response = await self.http.get(self._url(path), **options)
        self._note_token(await self._text(response))
        return response

    async def post(
        self, path: str, fields: Mapping[str, str] | None = None, *, csrf: bool = True, **options: Any
    ) -> aiohttp.ClientResponse:
        """Send a form as a page of ours does."""
        if csrf and not self.token:
            await self.get("/")
        headers = {"Origin": self.base, "Sec-Fetch-Site": "same-origin", **options.pop("headers", {})}
        data = {**({"csrf": self.token} if csrf else {}), **(fields or {})}
        options.setdefault("allow_redirects", False)
        return await self.http.post(self._url(path), data=data, headers=headers, **options)

    async def socket(self, path: str, origin: str | None = None) -> aiohttp.ClientWebSocketResponse:
        return await self.http.ws_connect(self._url(path), origin=origin or self.base, autoping=True)

    async def log_in(self, key: str, *, path: str) -> aiohttp.ClientResponse:
        """Through the provider's page, to where the login leads."""
        page = await self.http.get(self._url(path))
        return await self.choose(page, key)

    async def choose(self, page: aiohttp.ClientResponse, key: str) -> aiohttp.ClientResponse:
        hidden = {
            html.unescape(name): html.unescape(value)
            for name, value in re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', await page.text())
        }
        response = await self.http.post(page.url.with_query(None), data={**hidden, "user": key})
        self._note_token(await self._text(response))
        return response

    def cookie(self, name: str) -> str | None:
        for cookie in self.http.cookie_jar:
            if cookie.key.endswith(f"varde_{name}"):
                return cookie.value
        return None

    def _url(self, path: str) -> URL:
        return URL(path) if path.startswith("http") else URL(self.base + path)

    async def _text(self, response: aiohttp.ClientResponse) -> str:
        return await response.text() if response.content_type == "text/html" else ""

    def _note_token(self, page: str) -> None:
        if found := re.search(r'name="csrf-token" content="([^"]*)"', page):
            self.token = html.unescape(found.group(1))


@dataclass
class Site:
    base: str
    app: web.Application
    parts: Parts
    clock: MovableClock
    residents: LoginProvider
    employees: LoginProvider
    _open: list[aiohttp.ClientSession] = field(default_factory=list)

    def browser(self) -> Browser:
        http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self._open.append(http)
        return Browser(self.base, http)

    async def resident(self, key: str = KARI) -> Browser:
        browser = self.browser()
        response = await browser.log_in(key, path="/login?next=/logged-out")
        assert response.status == 200, await response.text()
        return browser

    async def staff(self, role: str = "case_worker") -> Browser:
        browser = self.browser()
        response = await browser.log_in(STAFF[role].key, path="/login/staff?next=/logged-out")
        assert response.status == 200, await response.text()
        return browser

    async def close(self) -> None:
        for http in self._open:
            await http.close()


@asynccontextmanager
async def running_site(
    database: Database,
    clock: MovableClock,
    provider: type[LoginProvider] = LoginProvider,
    extensions: tuple[Extension, ...] = (),
    **settings: Any,
) -> AsyncIterator[Site]:
    """The site and its two login providers, each on a port of its own."""
    port, provider_port = unused_port(), unused_port()
    base, at = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{provider_port}"
    client = Client(
        "varde", SECRET, (f"{base}/login/callback",), f"{base}/logout/frontchannel", (f"{base}/logged-out",)
    )
    people = [TestUser.resident(key, pid, key.title()) for key, pid in PEOPLE.items()]
    residents = provider(f"{at}/residents", [client], lambda: people, clock)
    employees = provider(f"{at}/staff", [client], lambda: list(STAFF.values()), clock)
    config = Config.model_validate(
        {
            "public_url": base,
            "port": port,
            "widget_origins": (ELSEWHERE,),
            "residents_login": {"issuer": residents.issuer, "client_secret": SECRET},
            "staff_login": {"issuer": employees.issuer, "client_secret": SECRET, "acr": ""},
            "sms": {"secrets": ("what the SMS gateway and we agreed",), "replies_to": "12345"},
            "event_secrets": ("what the registers and we agreed",),
            "api_tokens": {"biller": SERVICE_TOKEN},
            **settings,
        }
    )
    async with AsyncExitStack() as stack:
        keys = stack.enter_context(TemporaryDirectory())
        url = database.url.render_as_string(hide_password=False)
        whole = config.model_copy(update={"database_url": url, "data_dir": Path(keys)})
        assistant = await stack.enter_async_context(assemble(whole, extensions))
        parts = replace(assistant.parts, clock=clock, wall_clock=clock)
        app = make_app(parts)
        await stack.enter_async_context(_served(residents, employees, provider_port))
        await stack.enter_async_context(serve_app(app, "127.0.0.1", port))
        site = Site(base, app, parts, clock, residents, employees)
        stack.push_async_callback(site.close)
        yield site


@asynccontextmanager
async def _served(residents: LoginProvider, employees: LoginProvider, port: int) -> AsyncIterator[None]:
    providers = web.Application()
    providers.add_subapp("/residents", residents.application())
    providers.add_subapp("/staff", employees.application())
    runner = web.AppRunner(providers, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield
    await runner.cleanup()
