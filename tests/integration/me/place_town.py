"""A small town with everything real but the registers: what they would say is recorded as they say it.

Siri lives alone with Emil, who has a place in a kindergarten. Omar is his other guardian, and lives elsewhere.
Per has nothing to do with them.
"""

from __future__ import annotations

import contextlib
import functools
import html
import itertools
import os
import random
import re
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from sqlalchemy import delete, insert, select

from assistant.assembly import Assistant, assemble
from assistant.config import Config
from assistant.demo.login_provider import Client, LoginProvider, TestUser
from assistant.store.tables import job, municipality, usage
from assistant.twin import Identifier, Provenance, Span, Statement, SubjectRef
from assistant.web.app import make_app
from assistant.web.server import serve_app

SECRET = "test client secret"
NUMBERS = {"siri": "17889599960", "omar": "28869499899", "per": "01818799949", "emil": "09832399989"}
FOLK = Provenance("population_register", "folkeregisterloven § 10-1")
TAX = Provenance("tax_administration", "FOR-2005-12-16-1478 § 3e")
PLACES = Provenance("kindergarten_system", "barnehageloven § 20")
TODAY = datetime.now(UTC).date()
YEAR = TODAY.year if TODAY.month >= 8 else TODAY.year - 1
BORN = date(YEAR - 3, 3, 9)
ASK_REGISTERS = ("refresh_person", "refresh_contacts", "fetch_income")


def person(name: str) -> SubjectRef:
    return SubjectRef("person", Identifier("national_id", NUMBERS[name]))


PLACE = SubjectRef("kindergarten_place", Identifier("place_number", "BHG-1"))


def says(about: SubjectRef, **facts: Any) -> list[Statement]:
    """Statements about one subject: lists are many spans, everything else is one."""
    made = []
    for name, value in facts.items():
        values = value if isinstance(value, list) else [value]
        spans = tuple(one if isinstance(one, Span) else Span(one) for one in values)
        made.append(Statement(about, f"{about.kind}.{name}", spans, empty_is_known=isinstance(value, list)))
    return made


def folk() -> list[Statement]:
    emil, siri, omar, per = person("emil"), person("siri"), person("omar"), person("per")
    everybody: list[Statement] = []
    for one, name, home in (
        (siri, "Siri Steen", "home-1"),
        (omar, "Omar Dal", "home-2"),
        (per, "Per Berg", "home-3"),
        (emil, "Emil Steen", "home-1"),
    ):
        everybody += says(one, name=name, address_key=home, address_protection="none", municipality="9999")
    for one, born in ((siri, "1995-08-17"), (omar, "1994-06-28"), (per, "1987-01-01")):
        everybody += says(one, birth_date=born, marital_status="unmarried")
    everybody += says(siri, children=[emil]) + says(omar, children=[emil]) + says(per, children=[])
    everybody += says(emil, birth_date=BORN.isoformat(), parents=[siri, omar], guardians=[siri, omar])
    return everybody + says(emil, shared_residence=[])


def place(price: int = 1200) -> list[Statement]:
    begins = date(YEAR, 8, 1)
    about = says(
        PLACE,
        place_number="BHG-1",
        kindergarten="Steinrøysa barnehage",
        municipality="9999",
        weekly_hours=45,
        price=price,
        food=300,
        starts_on=begins.isoformat(),
    )
    return about + says(person("emil"), kindergarten_place=Span(PLACE, begins, None))


def income(name: str, amount: int) -> list[Statement]:
    first = date(TODAY.year, 1, 1)
    span = Span(
        amount, first, date(TODAY.year + 2, 1, 1), {"income_year": TODAY.year - 1, "stage": "OPPGJOER"}
    )
    return says(person(name), assessed_income=span, income_shielded=False)


@dataclass
class Browser:
    base: str
    http: aiohttp.ClientSession
    token: str = ""

    async def page(self, path: str, status: int = 200) -> str:
        response = await self.http.get(self.base + path)
        text = await response.text()
        assert response.status == status, (response.status, text[:2000])
        self._note(text)
        return text

    async def send(self, path: str, status: int = 200, **fields: str) -> str:
        """Send a form as a page of ours does, and follow to the page it leads to."""
        headers = {"Origin": self.base, "Sec-Fetch-Site": "same-origin"}
        data = {"csrf": self.token, **fields}
        response = await self.http.post(self.base + path, data=data, headers=headers)
        text = await response.text()
        assert response.status == status, (response.status, text[:2000])
        self._note(text)
        self.at = response.url.path
        return text

    def _note(self, page: str) -> None:
        if found := re.search(r'name="csrf-token" content="([^"]*)"', page):
            self.token = html.unescape(found[1])

    async def log_in(self, key: str) -> None:
        page = await self.http.get(f"{self.base}/login?next=/me")
        hidden = {
            html.unescape(name): html.unescape(value)
            for name, value in re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', await page.text())
        }
        response = await self.http.post(page.url.with_query(None), data={**hidden, "user": key})
        text = await response.text()
        assert response.status == 200, text[:2000]
        self._note(text)

    async def chat(self, since: int = 0) -> aiohttp.ClientWebSocketResponse:
        return await self.http.ws_connect(f"{self.base}/chat?since={since}", origin=self.base)


@dataclass
class Town:
    base: str
    assistant: Assistant
    app: web.Application
    _open: list[aiohttp.ClientSession] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)

    async def tell(self, source: Provenance, statements: list[Statement]) -> None:
        """A register says something, and all that follows from it is done."""
        parts = self.assistant.parts
        async with self.assistant.database.begin() as tx:
            now = self.assistant.clock()
            await parts.processes.recording.record(tx, [(source, statements)], f"test:{now}", now)
        await self.settle()

    async def settle(self) -> None:
        async with self.assistant.database.begin() as tx:
            await tx.execute(delete(job).where(job.c.task.in_(ASK_REGISTERS)))
        await self.assistant.work.run_until_idle()

    async def know_people(self) -> None:
        async with self.assistant.database.read() as tx:
            for name, number in NUMBERS.items():
                found = await self.assistant.parts.identities.find(tx, "national_id", number)
                assert found is not None
                self.ids[name] = found

    async def browser(self, name: str | None = None) -> Browser:
        http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self._open.append(http)
        browser = Browser(self.base, http)
        if name is not None:
            await browser.log_in(name)
        return browser

    async def uses(self, name: str, action: str = "read") -> list[Mapping[str, Any]]:
        async with self.assistant.database.read() as tx:
            question = select(usage).where(usage.c.subject_id == self.ids[name], usage.c.action == action)
            return [dict(row) for row in await tx.all(question)]

    async def close(self) -> None:
        for http in self._open:
            await http.close()


def own_port() -> int:
    """A free port that no other process of the tests picks: below those the system hands out, a range for each.

    No number comes again before all the others have: two that are asked for at once are two.
    """
    for port in itertools.islice(_ports(), 50):
        with socket.socket() as tried, contextlib.suppress(OSError):
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(("127.0.0.1", port))  # one that nobody answers at may still be taken
            return port
    raise OSError("none of 50 ports is free")


@functools.cache
def _ports() -> Iterator[int]:
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    numbers = range(20_000 + 1000 * worker, 21_000 + 1000 * worker)
    return itertools.cycle(random.sample(numbers, len(numbers)))


@asynccontextmanager
async def running_town(database_url: str, folder: Path, **settings: Any) -> AsyncIterator[Town]:
    """The assembled assistant on two ports, itself and its login provider."""
    port, provider_port = own_port(), own_port()
    base, at = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{provider_port}"
    client = Client(
        "varde", SECRET, (f"{base}/login/callback",), f"{base}/logout/frontchannel", (f"{base}/logged-out",)
    )
    people = [TestUser.resident(name, number, name.title()) for name, number in NUMBERS.items()]
    provider = LoginProvider(f"{at}/residents", [client], lambda: people, lambda: datetime.now(UTC))
    config = Config.model_validate(
        {
            "data_dir": folder,
            "database_url": database_url,
            "public_url": base,
            "port": port,
            "residents_login": {"issuer": provider.issuer, "client_secret": SECRET},
            **settings,
        }
    )
    providers = web.Application()
    providers.add_subapp("/residents", provider.application())
    runner = web.AppRunner(providers, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", provider_port).start()
    try:
        async with assemble(config) as assistant:
            async with assistant.database.begin() as tx:
                own = {"contact": {"phone": "00 00 00 00", "hours": "9–15"}, "first_child": "youngest"}
                settled = own | {"application_on_first_of_month": "same_month"}
                row = {"number": "9999", "name": "Vardevik kommune", "settings": settled}
                await tx.execute(insert(municipality).values(**row))
            app = make_app(assistant.parts)
            async with serve_app(app, "127.0.0.1", port):
                town = Town(base, assistant, app)
                try:
                    await town.tell(FOLK, folk())
                    await town.know_people()
                    yield town
                finally:
                    await town.close()
    finally:
        await runner.cleanup()


def a_day_ago() -> datetime:
    return datetime.now(UTC) - timedelta(days=1)
