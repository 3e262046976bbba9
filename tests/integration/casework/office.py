"""The site with the town's casework behind it, and visitors of every kind who are logged in already."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import MISSING, dataclass, field, fields
from typing import Any

import aiohttp
from aiohttp.test_utils import unused_port
from sqlalchemy import select
from town import NUMBER, Town

from assistant.config import Config
from assistant.documents import Documents
from assistant.store.tables import session
from assistant.web import sessions
from assistant.web.app import make_app
from assistant.web.parts import Parts
from assistant.web.server import serve_app
from channels.chat import ChatChannel

TOKEN = "the biller's own secret"
OTHER_TOKEN = "the secret of another service"


@dataclass
class Caller:
    """A browser with a session, or a machine with a token."""

    base: str
    http: aiohttp.ClientSession
    csrf: str = ""

    async def get(self, path: str, **headers: str) -> aiohttp.ClientResponse:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.http.get(self.base + path, headers=names, allow_redirects=False)

    async def page(self, path: str) -> str:
        response = await self.get(path)
        said = await response.text()
        assert response.status == 200, (path, response.status, said[-2000:])
        return said

    async def json(self, path: str) -> Any:
        response = await self.get(path)
        assert response.status == 200, (path, response.status, await response.text())
        return await response.json()

    async def open_case(self, case_id: str, reason: str = "handle", words: str = "") -> None:
        """Say why the case is opened, as the desk asks."""
        answer = await self.post(f"/desk/cases/{case_id}/open", {"reason": reason, "words": words})
        assert answer.status == 303, await answer.text()

    async def post(self, path: str, fields_: Mapping[str, str]) -> aiohttp.ClientResponse:
        headers = {"Origin": self.base, "Sec-Fetch-Site": "same-origin"}
        data = {"csrf": self.csrf, **fields_}
        return await self.http.post(self.base + path, data=data, headers=headers, allow_redirects=False)


@dataclass
class Office:
    town: Town
    base: str
    parts: Parts
    _open: list[aiohttp.ClientSession] = field(default_factory=list)

    async def staff(
        self, *roles: str, municipality: str = NUMBER, name: str = "Berit Berg (berit)"
    ) -> Caller:
        new = sessions.NewSession("staff", municipality, "nb", staff=name, roles=frozenset(roles))
        return await self._with_session(new)

    async def resident(self, person: str = "mother") -> Caller:
        return await self._with_session(
            sessions.NewSession("resident", NUMBER, "nb", person_id=self.town.ids[person])
        )

    async def _with_session(self, new: sessions.NewSession) -> Caller:
        async with self.town.database.begin() as tx:
            cookie = await sessions.start(tx, new, self.town.now)
            csrf = await tx.scalar(
                select(session.c.csrf).where(session.c.token == sessions.token_hash(cookie))
            )
        http = aiohttp.ClientSession(
            cookies={"varde_session": cookie}, cookie_jar=aiohttp.CookieJar(unsafe=True)
        )
        self._open.append(http)
        return Caller(self.base, http, csrf)

    def machine(self, token: str | None = TOKEN) -> Caller:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        http = aiohttp.ClientSession(headers=headers)
        self._open.append(http)
        return Caller(self.base, http)

    async def close(self) -> None:
        for http in self._open:
            await http.close()


@asynccontextmanager
async def open_office(town: Town) -> AsyncIterator[Office]:
    port = unused_port()
    base = f"http://127.0.0.1:{port}"
    needed = [f.name for f in fields(Parts) if f.default is MISSING and f.default_factory is MISSING]
    given: dict[str, Any] = {
        "config": Config.model_validate(
            {
                "public_url": base,
                "port": port,
                "municipality": NUMBER,
                "api_tokens": {"biller": TOKEN, "somebody": OTHER_TOKEN},
            }
        ),
        "database": town.database,
        "identities": town.identities,
        "clock": town.clock,
        "wall_clock": town.clock,
        "catalogue": town.catalogue,
        "casework": town.casework,
        "documents": Documents(town.identities.keys),
        "chat": ChatChannel(),
    }
    parts = Parts(**{**dict.fromkeys(needed), **given})
    async with serve_app(make_app(parts), "127.0.0.1", port):
        office = Office(town, base, parts)
        try:
            yield office
        finally:
            await office.close()
