"""A Maskinporten that really checks the grant: signature, audience, times, single use and scopes."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from joserfc.jws import JWSRegistry

from assistant.registers.maskinporten import GRANT_TYPE
from assistant.registers.simulators.serving import Simulated

MOST_SECONDS = 120
SKEW_SECONDS = 10
ALGORITHMS = ["RS256", "RS384", "RS512"]


class _LongHeaders(JWSRegistry):
    max_header_length = 16 * 1024  # a chain of certificates (x5c) is long


def read_grant(assertion: str, key: RSAKey) -> jwt.Token:
    """A grant whose signature holds, with header and claims. Raises JoseError."""
    return jwt.decode(assertion, key, registry=_LongHeaders(algorithms=ALGORITHMS))


class RefusedGrant(Exception):
    """The grant does not hold: the OAuth error (RFC 6749, 5.2) and what is wrong with it."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error


@dataclass(frozen=True)
class Client:
    """A client that has registered: its public key and the scopes it was granted."""

    key: RSAKey
    scopes: frozenset[str]


def _real_time() -> datetime:
    return datetime.now(UTC)


@dataclass
class MaskinportenSimulator(Simulated):
    """`POST /token`. It is also what the simulated registers ask whether a token holds."""

    clients: dict[str, Client] = field(default_factory=dict)
    issuer: str = "http://127.0.0.1/"
    token_lives: timedelta = timedelta(seconds=599)
    now: Callable[[], datetime] = _real_time
    issued: dict[str, tuple[frozenset[str], datetime]] = field(default_factory=dict, repr=False)
    _used: set[str] = field(default_factory=set, repr=False)

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/token", self._token)]

    def refusal(self, status: int, code: str) -> Mapping[str, Any]:
        return {"error": code or "server_error", "error_description": f"status {status}"}

    def allows(self, token: str, scope: str) -> bool:
        scopes, until = self.issued.get(token, (frozenset(), _real_time()))
        return scope in scopes and self.now() < until

    def revoke_all(self) -> None:
        """No token that was given out holds any longer."""
        self.issued.clear()

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        try:
            scopes = self.check(str(form.get("grant_type", "")), str(form.get("assertion", "")))
        except RefusedGrant as refused:
            body = {"error": refused.error, "error_description": str(refused)}
            return web.json_response(body, status=400)
        token = secrets.token_urlsafe(32)
        self.issued[token] = (scopes, self.now() + self.token_lives)
        return web.json_response(
            {
                "access_token": token,
                "token_type": "Bearer",
                "expires_in": int(self.token_lives.total_seconds()),
                "scope": " ".join(sorted(scopes)),
            }
        )

    def check(self, grant_type: str, assertion: str) -> frozenset[str]:
        """The scopes the grant is good for; raises RefusedGrant."""
        if grant_type != GRANT_TYPE:
            raise RefusedGrant("unsupported_grant_type", "not a JWT bearer grant")
        claims = self._signed(assertion)
        if claims.get("aud") != self.issuer:
            raise RefusedGrant("invalid_grant", "aud is not this Maskinporten")
        issued_at, expires = claims.get("iat"), claims.get("exp")
        if not isinstance(issued_at, int) or not isinstance(expires, int):
            raise RefusedGrant("invalid_grant", "iat and exp are required")
        now = self.now().timestamp()
        if abs(issued_at - now) > SKEW_SECONDS:
            raise RefusedGrant("invalid_grant", f"iat is more than {SKEW_SECONDS} seconds from now")
        if expires - issued_at > MOST_SECONDS:
            raise RefusedGrant("invalid_grant", f"the grant lives more than {MOST_SECONDS} seconds")
        if expires <= now:
            raise RefusedGrant("invalid_grant", "the grant has expired")
        once = claims.get("jti")
        if not isinstance(once, str) or not once or once in self._used:
            raise RefusedGrant("invalid_grant", "jti is missing or has been used")
        wanted = frozenset(str(claims.get("scope", "")).split())
        if not wanted or not wanted <= self.clients[claims["iss"]].scopes:
            raise RefusedGrant("invalid_scope", "the client was not granted the scope")
        self._used.add(once)
        return wanted

    def _signed(self, assertion: str) -> dict[str, Any]:
        """The claims, once the signature is found to be that of the client they name."""
        for client_id, client in self.clients.items():
            try:
                claims = read_grant(assertion, client.key).claims
            except (JoseError, ValueError):
                continue
            if claims.get("iss") == client_id:
                return dict(claims)
        raise RefusedGrant("invalid_grant", "no registered client has signed this")
