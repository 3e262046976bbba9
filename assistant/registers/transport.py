"""Asking a register over HTTP: a token, a time limit, JSON, and its refusals as our own errors.

Nothing is tried again here: the work queue has the one policy for that. The only second try is with a fresh
token, when the register no longer takes the one we kept. No URL is logged or told: the tax administration's
hold identity numbers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any, Protocol

import aiohttp
import structlog

from assistant.config import RegisterSettings
from assistant.registers.errors import (
    Gone,
    MalformedAnswer,
    NotConnected,
    NotFound,
    RegisterRefused,
    RegisterUnavailable,
)

log = structlog.get_logger()

MOST_BYTES = 64 * 1024 * 1024
"""No documented answer comes near it: a thousand person documents are about ten million bytes."""


class Tokens(Protocol):
    async def token(self, scope: str, *, fresh: bool = False) -> str:
        """An access token for the scope; `fresh`: not the one kept from before."""


@dataclass(frozen=True)
class Answer:
    """A register's answer: its status, its ETag and its JSON."""

    status: int
    body: Any = field(repr=False)
    etag: str | None = None


@dataclass(frozen=True)
class Transport:
    """`await get(…)` and `await post(…)` for one register, with its scope at Maskinporten."""

    register: str
    settings: RegisterSettings
    scope: str
    session: aiohttp.ClientSession
    tokens: Tokens
    retry_after_unit: float = 1.0  # seconds; HTTP's own unit is 1, the population register's is a thousandth
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)  # sent with every question

    async def get(
        self, path: str, task: str, *, query: Mapping[str, str] | None = None, etag: str | None = None
    ) -> Answer:
        headers = {"If-None-Match": etag} if etag else {}
        return await self._ask("GET", path, task, query=query, headers=headers)

    async def post(self, path: str, task: str, body: Any) -> Answer:
        return await self._ask("POST", path, task, body=body)

    async def credentials(self, *, fresh: bool) -> Mapping[str, str]:
        """The headers that show who we are; `fresh`: not with what was kept from before."""
        return {"Authorization": f"Bearer {await self.tokens.token(self.scope, fresh=fresh)}"}

    async def _ask(
        self,
        method: str,
        path: str,
        task: str,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
    ) -> Answer:
        if not self.settings.base_url:
            raise NotConnected(self.register, task)
        answer = await self._once(method, path, task, query, headers, body, fresh=False)
        if answer.status == 401:
            answer = await self._once(method, path, task, query, headers, body, fresh=True)
        log.info("register.asked", register=self.register, task=task, status=answer.status)
        self._refuse(answer, task)
        return answer

    async def _once(
        self,
        method: str,
        path: str,
        task: str,
        query: Mapping[str, str] | None,
        headers: Mapping[str, str] | None,
        body: Any,
        *,
        fresh: bool,
    ) -> Answer:
        shown = await self.credentials(fresh=fresh)
        url = f"{self.settings.base_url.rstrip('/')}/{path.lstrip('/')}"
        sent = {
            "Accept": "application/json",
            **shown,
            **self.headers,
            **(headers or {}),
        }
        text = None
        if body is not None:
            text = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
            sent["Content-Type"] = "application/json"
        try:
            async with self.session.request(
                method,
                url,
                params=query,
                data=text,
                headers=sent,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=self.settings.timeout_seconds),
            ) as response:
                if response.status >= 500 or response.status == 429:
                    header = response.headers.get("Retry-After")
                    wait = retry_after(header, datetime.now(UTC), self.retry_after_unit)
                    reason = f"answered with status {response.status}"
                    raise RegisterUnavailable(self.register, task, reason, wait)
                read = await self._read(response, task)
                return Answer(response.status, self._parsed(response.status, read, task), _etag(response))
        except TimeoutError:
            limit = self.settings.timeout_seconds
            raise RegisterUnavailable(self.register, task, f"no answer within {limit:g} seconds") from None
        except aiohttp.InvalidURL:
            raise NotConnected(self.register, task) from None
        except aiohttp.ClientError as error:
            # The error's own text and context may hold the URL; its kind is enough to act upon.
            raise RegisterUnavailable(self.register, task, f"no answer ({type(error).__name__})") from None

    async def _read(self, response: aiohttp.ClientResponse, task: str) -> bytes:
        read = bytearray()
        async for chunk in response.content.iter_chunked(65536):
            read += chunk
            if len(read) > MOST_BYTES:
                raise MalformedAnswer(self.register, task, "", f"the answer is over {MOST_BYTES} bytes")
        return bytes(read)

    def _parsed(self, status: int, text: bytes, task: str) -> Any:
        if status == 304 or (status >= 300 and not text):
            return None
        try:
            return json.loads(text, parse_float=Decimal, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            if status >= 300:
                return None
            raise MalformedAnswer(self.register, task, "", "the answer is not JSON") from None

    def _refuse(self, answer: Answer, task: str) -> None:
        if answer.status in (200, 201, 304):
            return
        code = refusal_code(answer.body)
        if answer.status == 404:
            raise NotFound(self.register, task, code)
        if answer.status == 410:
            raise Gone(self.register, task, code)
        raise RegisterRefused(self.register, task, answer.status, code)


def refusal_code(body: Any) -> str:
    """The register's own code in a refusal ("FREG-001", "SSG-008"), where it gives one."""
    if not isinstance(body, Mapping):
        return ""
    for name in ("kode", "feilkode", "code"):
        code = body.get(name)
        if isinstance(code, str) and 0 < len(code) <= 20 and code.replace("-", "").isalnum():
            return code
    return ""


def retry_after(header: str | None, now: datetime, unit: float = 1.0) -> float | None:
    """The seconds a Retry-After header asks for: a number of units, or a moment (RFC 9110, 10.2.3).

    At least one second, so that a short wait is a wait.
    """
    if header is None:
        return None
    if header.strip().isdigit():
        return max(1.0, int(header) * unit)
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(1.0, (moment - now).total_seconds())


def _etag(response: aiohttp.ClientResponse) -> str | None:
    return response.headers.get("ETag")


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
