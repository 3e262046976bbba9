"""The OpenID provider we log people in with: its metadata, its keys, and a code for a token."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import aiohttp
from joserfc.jwk import KeySet
from yarl import URL

from assistant.config import Clock, LoginSettings
from assistant.web.faults import BadRequest, Unavailable
from assistant.web.id_token import key_id, signing_keys
from assistant.web.json_body import parse_json

KEEP = timedelta(hours=1)
"""How long metadata and keys are good without asking again."""

ASK_AGAIN = timedelta(seconds=60)
"""How often a key nobody knows may make us ask: a stranger's token must not make us a hammer."""

WELL_KNOWN = "/.well-known/openid-configuration"
TIMEOUT = aiohttp.ClientTimeout(total=10)
MAX_ANSWER = 256 * 1024
MAX_KEYS = 2000


class ExchangeRefused(Exception):
    """The provider would not give a token for the code; the message holds its error code only."""


@dataclass(frozen=True)
class Metadata:
    """What the provider's discovery document says (OpenID Connect Discovery section 3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str | None


def challenge(verifier: str) -> str:
    """The S256 code challenge of a verifier (RFC 7636 section 4.2).

    >>> challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
    """
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


class Provider:
    """One provider, as configured. Every method raises Unavailable (503) when it does not answer rightly."""

    def __init__(self, settings: LoginSettings, http: aiohttp.ClientSession, clock: Clock) -> None:
        self.settings = settings
        self._http = http
        self._clock = clock
        self._metadata: Metadata | None = None
        self._metadata_at: datetime | None = None
        self._keys = KeySet([])
        self._keys_at: datetime | None = None
        self._asking = asyncio.Lock()

    async def metadata(self) -> Metadata:
        async with self._asking:
            now = self._clock()
            if self._metadata is None or self._metadata_at is None or now - self._metadata_at > KEEP:
                self._metadata = self._check(
                    await self._get(f"{self.settings.issuer.rstrip('/')}{WELL_KNOWN}")
                )
                self._metadata_at = now
            return self._metadata

    async def keys_for(self, token: str) -> KeySet:
        """The provider's signing keys, asked for anew when the token names one we have not seen.

        Raises BadToken where the token names none.
        """
        wanted = key_id(token)
        metadata = await self.metadata()
        async with self._asking:
            now = self._clock()
            age = None if self._keys_at is None else now - self._keys_at
            known = any(key.kid == wanted for key in self._keys.keys)
            if age is None or age > KEEP or (not known and age > ASK_AGAIN):
                self._keys = signing_keys(await self._get(metadata.jwks_uri))
                self._keys_at = now
            return self._keys

    async def exchange(self, code: str, verifier: str, redirect_uri: str) -> str:
        """The id_token for a code (RFC 6749 section 4.1.3, RFC 7636 section 4.5). Raises ExchangeRefused."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
            "client_id": self.settings.client_id,
        }
        headers = {"Accept": "application/json"}
        if secret := self.settings.client_secret.get_secret_value():
            pair = f"{quote(self.settings.client_id, safe='')}:{quote(secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        endpoint = (await self.metadata()).token_endpoint
        status, answer = await self._ask("POST", endpoint, data=form, headers=headers)
        if 400 <= status < 500 and status != 429:
            raise ExchangeRefused(str(answer.get("error", status))[:60])
        if status != 200:
            raise Unavailable
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise ExchangeRefused("no id_token in the answer")
        return token

    async def _get(self, url: str) -> Mapping[str, Any]:
        status, answer = await self._ask("GET", url)
        if status != 200:
            raise Unavailable
        return answer

    async def _ask(self, method: str, url: str, **options: Any) -> tuple[int, Mapping[str, Any]]:
        try:
            async with self._http.request(
                method, url, timeout=TIMEOUT, allow_redirects=False, **options
            ) as response:
                body = bytearray()
                async for chunk in response.content.iter_any():
                    body += chunk
                    if len(body) > MAX_ANSWER:
                        raise Unavailable
                answer = parse_json(bytes(body), max_keys=MAX_KEYS) if body else {}
        except (aiohttp.ClientError, TimeoutError, BadRequest, ValueError) as error:
            raise Unavailable from error
        if not isinstance(answer, dict):
            raise Unavailable
        return response.status, answer

    def _check(self, document: Mapping[str, Any]) -> Metadata:
        issuer = self.settings.issuer
        if document.get("issuer") != issuer:
            raise Unavailable  # somebody else's metadata (Discovery section 4.3)

        def endpoint(name: str) -> str:
            value = document.get(name)
            if not isinstance(value, str) or URL(value).scheme not in {"https", URL(issuer).scheme}:
                raise Unavailable
            return value

        return Metadata(
            issuer=issuer,
            authorization_endpoint=endpoint("authorization_endpoint"),
            token_endpoint=endpoint("token_endpoint"),
            jwks_uri=endpoint("jwks_uri"),
            end_session_endpoint=(
                endpoint("end_session_endpoint") if "end_session_endpoint" in document else None
            ),
        )
