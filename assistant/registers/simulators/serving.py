"""What all simulators share: they serve on the loopback only, check tokens, and misbehave when told to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from aiohttp import web

LOOPBACK = "127.0.0.1"

Fault = Literal["not_found", "gone", "busy", "broken", "garbage", "silent", "redirect", "unauthorised"]

FeedFault = Literal["repeats", "disordered", "short"]
"""A page that begins with what was read before, one whose lines lie in disorder, one that ends after a line."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


GAP: dict[str, Any] = {}
"""Stands in a feed for a number that was never used."""


class TokenCheck(Protocol):
    def allows(self, token: str, scope: str) -> bool:
        """Whether the token is one that was given out for that scope and still holds."""


@dataclass
class Misbehaviour:
    """How a simulator should fail, for how many requests (None: until told otherwise)."""

    fault: Fault
    times: int | None = 1
    retry_after: str | None = None
    code: str = ""


@dataclass
class Simulated:
    """The base of every simulator: `routes()` serve the register's documented shapes under `base_path`."""

    tokens: TokenCheck | None = None
    misbehaviour: Misbehaviour | None = None
    asked: list[str] = field(default_factory=list)  # methods and route patterns, never addresses with numbers

    feed_fault: FeedFault | None = None

    scope: str = ""
    base_path: str = ""

    def misbehave(
        self, fault: Fault, *, times: int | None = 1, retry_after: str | None = None, code: str = ""
    ) -> None:
        """Fail the next requests in that way."""
        self.misbehaviour = Misbehaviour(fault, times, retry_after, code)

    def behave(self) -> None:
        self.misbehaviour = None
        self.feed_fault = None

    def page(self, feed: list[dict[str, Any]], first: int, count: int) -> list[dict[str, Any]]:
        """So many lines of a feed from the place `first` on, as this register gives them.

        A line of `GAP` was a number nobody was ever given: it is left out, and the page goes on behind it.
        """
        lines = [line for line in feed[first:] if line][:count]
        if self.feed_fault == "repeats" and lines:
            earlier = [line for line in feed[max(0, first - 3) : first] if line]
            return [*earlier, *lines[: count - len(earlier)]]
        if self.feed_fault == "disordered":
            return lines[::-1]
        return lines[:1] if self.feed_fault == "short" else lines

    def routes(self) -> list[web.RouteDef]:
        raise NotImplementedError

    def refusal(self, status: int, code: str) -> Mapping[str, Any]:
        """The body of a refusal, in the register's own form."""
        return {"kode": code or "SIM-000", "melding": f"status {status}"}

    def bearer(self, request: web.Request) -> str:
        """The token of Maskinporten's that is shown; '' where none is."""
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        return token if kind == "Bearer" else ""

    def application(self) -> web.Application:
        app = web.Application(middlewares=[self._guard], client_max_size=4 * 1024 * 1024)
        app.add_routes(self.routes())
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        resource = request.match_info.route.resource
        self.asked.append(f"{request.method} {resource.canonical if resource else '?'}")
        failed = await self._fail()
        if failed is not None:
            return failed
        if self.tokens is not None:
            token = self.bearer(request)
            if not token or not self.tokens.allows(token, self.scope):
                return self.refuse(401)
        return await handler(request)

    async def _fail(self) -> web.Response | None:
        wrong = self.misbehaviour
        if wrong is None:
            return None
        if wrong.times is not None:
            wrong.times -= 1
            if wrong.times <= 0:
                self.misbehaviour = None
        if wrong.fault == "silent":
            await asyncio.sleep(3600)
        if wrong.fault == "garbage":
            return web.Response(text="<html>We will be back soon", content_type="application/json")
        if wrong.fault == "redirect":
            return web.Response(status=302, headers={"Location": "http://127.0.0.1:9/elsewhere"})
        status = {"not_found": 404, "gone": 410, "busy": 429, "broken": 500, "unauthorised": 401}[wrong.fault]
        headers = {"Retry-After": wrong.retry_after} if wrong.retry_after else {}
        return self.refuse(status, wrong.code, headers)

    def refuse(self, status: int, code: str = "", headers: Mapping[str, str] | None = None) -> web.Response:
        return web.json_response(self.refusal(status, code), status=status, headers=headers)


@asynccontextmanager
async def serving(simulated: Simulated, port: int = 0) -> AsyncIterator[str]:
    """Serve until the block ends; gives the base URL. Only this machine reaches it; nothing is logged."""
    runner = web.AppRunner(simulated.application(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, LOOPBACK, port)
        await site.start()
        yield f"http://{LOOPBACK}:{runner.addresses[0][1]}{simulated.base_path}"
    finally:
        await runner.cleanup()
