"""A subscriber on this machine that keeps what it was sent and answers as told, and the room that sends to it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from assistant.hooks import Delivering, Sender, Subscriptions, WithSecret
from assistant.store import Database, IdentityKeys, Work
from assistant.store.outgoing import News, tell_subscribers
from assistant.store.tables import outgoing_delivery

NUMBER = "9999"
OPENED = "no.varde.case.opened.v1"
FLAG = "no.varde.flag.set.v1"
URL = "https://varde.example"


@dataclass
class Receiver:
    """`answers`: the statuses of the next requests; then 204 for ever."""

    got: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    headers: Mapping[str, str] = field(default_factory=dict)
    slow: float = 0
    url: str = ""
    _runner: web.AppRunner | None = None

    async def __aenter__(self) -> Receiver:
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", self._take)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/hook"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        self.got.append((dict(request.headers), await request.read()))
        await asyncio.sleep(self.slow)
        status = self.answers.pop(0) if self.answers else 204
        return web.Response(status=status, headers=self.headers)

    @property
    def events(self) -> list[Any]:
        return [json.loads(body) for _, body in self.got]


@dataclass
class Post:
    """The room, on a clock that stands until it is moved."""

    database: Database
    now: datetime = datetime(2026, 11, 23, 9, tzinfo=UTC)
    keys: IdentityKeys = field(default_factory=IdentityKeys.generate)
    sender: Sender = field(default_factory=lambda: Sender(this_machine=True))

    def clock(self) -> datetime:
        return self.now

    @property
    def subscriptions(self) -> Subscriptions:
        return Subscriptions(self.keys, this_machine=True)

    @property
    def work(self) -> Work:
        room = Delivering(self.database, self.subscriptions, self.sender, URL, self.clock, self.clock)
        return Work(self.database, room.handlers(), self.clock)

    async def subscribe(
        self, url: str, types: Sequence[str] = (OPENED,), municipality: str = NUMBER
    ) -> WithSecret:
        async with self.database.begin() as tx:
            return await self.subscriptions.create(
                tx, municipality, name="Fakturabanken", url=url, types=types, by="Dina", now=self.now
            )

    async def happens(self, subject: str, kind: str = OPENED, municipality: str = NUMBER, **data: Any) -> str:
        async with self.database.begin() as tx:
            return await tell_subscribers(tx, News(municipality, kind, subject, data), self.now)

    async def forward(self, **span: float) -> None:
        self.now += timedelta(**span)
        await self.work.run_until_idle()

    async def deliveries(self) -> list[dict[str, Any]]:
        async with self.database.read() as tx:
            return await tx.all(outgoing_delivery.select().order_by(outgoing_delivery.c.sequence))
