"""Showing who we are: an access token from Maskinporten for a signed grant, kept until it is about to end.

Maskinporten's protocol for JWT grants (RFC 7523): signed RS256, lives at most 120 seconds, used once.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from base64 import b64encode
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificates
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from assistant.config import ConfigurationError, MaskinportenSettings
from assistant.registers.errors import MalformedAnswer, RegisterRefused, RegisterUnavailable
from assistant.registers.reading import Fields
from assistant.registers.transport import refusal_code

REGISTER = "maskinporten"
GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"
GRANT_LIVES = timedelta(seconds=100)  # the limit is 120; clocks differ
RENEW_BEFORE = timedelta(seconds=30)
TIME_LIMIT_SECONDS = 10.0


def _real_time() -> datetime:
    # Never the assistant's own clock, which a demonstration may move: Maskinporten has the real one.
    return datetime.now(UTC)


@dataclass(frozen=True)
class _Kept:
    token: str = field(repr=False)
    until: datetime


@dataclass
class MaskinportenTokens:
    """`await token(scope)`. Many may ask at once: one of them fetches, the others wait for it."""

    settings: MaskinportenSettings
    session: aiohttp.ClientSession
    now: Callable[[], datetime] = _real_time
    _kept: dict[str, _Kept] = field(default_factory=dict, repr=False)
    _locks: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock), repr=False)
    _key: RSAKey | None = field(default=None, repr=False)
    _chain: list[str] = field(default_factory=list, repr=False)

    async def token(self, scope: str, *, fresh: bool = False) -> str:
        """A token for the scope. `fresh`: not the one kept so far, which the register did not take.

        Raises RegisterUnavailable, RegisterRefused or MalformedAnswer; ConfigurationError without a key.
        """
        refused = self._kept.get(scope) if fresh else None
        async with self._locks[scope]:
            kept = self._kept.get(scope)
            if kept is not None and kept is not refused and self.now() < kept.until - RENEW_BEFORE:
                return kept.token
            self._kept[scope] = await self._fetch(scope)
            return self._kept[scope].token

    def grant(self, scope: str) -> str:
        """The signed grant: who we are, for whom it is meant, what we ask for, once, for a short time.

        For somebody who has delegated to us (the settings consumer_org, on_behalf_of) it says whom.
        """
        now = self.now()
        claims = {
            "aud": self.settings.issuer,
            "iss": self.settings.client_id,
            "scope": scope,
            "iat": int(now.timestamp()),
            "exp": int((now + GRANT_LIVES).timestamp()),
            "jti": str(uuid.uuid4()),
        }
        if self.settings.consumer_org:
            claims["consumer_org"] = self.settings.consumer_org
        if self.settings.on_behalf_of:
            claims["iss_onbehalfof"] = self.settings.on_behalf_of
        key = self._signing_key()
        header: dict[str, Any] = {"alg": "RS256"}
        if self.settings.certificate_file is not None:
            self._chain = self._chain or read_certificate_chain(self.settings.certificate_file)
            header["x5c"] = self._chain
        elif key.kid:
            header["kid"] = key.kid
        return jwt.encode(header, claims, key, algorithms=["RS256"])

    def _signing_key(self) -> RSAKey:
        if self._key is None:
            path = self.settings.private_key_file
            if path is None or not self.settings.token_url:
                raise ConfigurationError(
                    "maskinporten: token_url and private_key_file are needed to ask a register; "
                    "set them in varde.toml (docs/registers.md)"
                )
            self._key = read_signing_key(path)
        return self._key

    async def _fetch(self, scope: str) -> _Kept:
        task = f"token for {scope}"
        asked_at = self.now()
        form = {"assertion": self.grant(scope), "grant_type": GRANT_TYPE}
        try:
            async with self.session.post(
                self.settings.token_url,
                data=form,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=TIME_LIMIT_SECONDS),
            ) as response:
                text = await response.read()
                status = response.status
        except (TimeoutError, aiohttp.ClientError) as error:
            raise RegisterUnavailable(REGISTER, task, f"no answer ({type(error).__name__})") from None
        if status >= 500 or status == 429:
            raise RegisterUnavailable(REGISTER, task, f"answered with status {status}")
        try:
            body = json.loads(text)
        except ValueError:
            body = None
        if status != 200:
            code = body.get("error", "") if isinstance(body, dict) else ""
            raise RegisterRefused(REGISTER, task, status, refusal_code({"code": str(code).replace("_", "-")}))
        answer = Fields.of(REGISTER, task, body)
        seconds = answer.whole("expires_in")
        if seconds <= 0:
            raise MalformedAnswer(REGISTER, task, "expires_in", "is not positive")
        return _Kept(answer.text("access_token"), asked_at + timedelta(seconds=seconds))


def read_certificate_chain(path: Path) -> list[str]:
    """The enterprise certificate and those above it, as a grant's `x5c` holds them: DER in base64 (RFC 7515)."""
    try:
        certificates = load_pem_x509_certificates(path.read_bytes())
    except OSError as error:
        raise ConfigurationError(
            f"maskinporten.certificate_file: cannot read {path}: {error.strerror}"
        ) from None
    except ValueError:
        raise ConfigurationError(
            f"maskinporten.certificate_file: {path} holds no certificate as PEM"
        ) from None
    return [b64encode(one.public_bytes(Encoding.DER)).decode() for one in certificates]


def read_signing_key(path: Path) -> RSAKey:
    """The private RSA key of our client at Maskinporten: PEM, or JWK with its `kid`."""
    try:
        text = path.read_text()
    except OSError as error:
        raise ConfigurationError(
            f"maskinporten.private_key_file: cannot read {path}: {error.strerror}"
        ) from None
    try:
        key = RSAKey.import_key(json.loads(text) if text.lstrip().startswith("{") else text)
        if not key.is_private:
            raise ValueError
    except (ValueError, TypeError, KeyError, JoseError):
        raise ConfigurationError(
            f"maskinporten.private_key_file: {path} is not a private RSA key as PEM or JWK"
        ) from None
    return key
