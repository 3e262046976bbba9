"""Is this id_token good? The checks of OpenID Connect Core section 3.1.3.7, decided on values alone."""

from __future__ import annotations

import base64
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey

SKEW = 60
"""Seconds by which two clocks may differ."""

LEVELS = ("idporten-loa-low", "idporten-loa-substantial", "idporten-loa-high")
"""ID-porten's levels of assurance, from low to high."""

MAX_TOKEN = 16 * 1024
MIN_RSA_BITS = 2048
PID = re.compile(r"[0-9]{11}")


class BadToken(Exception):
    """The token is not to be trusted. The message names the claim at fault, never a claim's value."""


@dataclass(frozen=True)
class Expected:
    """What a token must say to be the answer to our question."""

    issuer: str
    client_id: str
    nonce: str
    now: datetime
    acr: str = ""  # the lowest level that will do; empty: any
    authenticated_since: datetime | None = None  # a fresh login was demanded


@dataclass(frozen=True)
class IdToken:
    """What a good token says."""

    subject: str = field(repr=False)
    claims: Mapping[str, Any] = field(repr=False)
    acr: str = ""
    sid: str | None = None

    @property
    def pid(self) -> str | None:
        """The identity number. Some foreign users of ID-porten have none."""
        pid = self.claims.get("pid")
        return pid if isinstance(pid, str) and PID.fullmatch(pid) else None

    @property
    def authenticated_at(self) -> datetime | None:
        """When the person proved who they are (auth_time); before `iat` where the provider's session was used.

        None where the provider does not say: nothing that needs a fresh login may rest on it.
        """
        try:
            return datetime.fromtimestamp(_seconds(self.claims, "auth_time"), UTC)
        except BadToken:
            return None


def key_id(token: str) -> str:
    """Which key the token says it is signed with. Raises BadToken where it does not say."""
    if len(token) > MAX_TOKEN:
        raise BadToken("the token is too long")
    head = token.split(".", maxsplit=1)[0]
    try:
        header = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except (ValueError, RecursionError):
        raise BadToken("the token has no readable header") from None
    kid = header.get("kid") if isinstance(header, dict) else None
    if not isinstance(kid, str) or not kid:
        raise BadToken("the token names no key (kid)")
    return kid


def signing_keys(jwks: object) -> KeySet:
    """The keys of a JWKS that can sign an id_token: RSA of 2048 bits or more, and P-256. Others are left out.

    A symmetric key never counts: whoever can check with it can also sign.
    """
    entries = jwks.get("keys") if isinstance(jwks, dict) else None
    keys: list[RSAKey | ECKey] = []
    for entry in entries if isinstance(entries, list) else []:
        if not isinstance(entry, dict) or entry.get("use", "sig") != "sig" or not entry.get("kid"):
            continue
        public = {name: value for name, value in entry.items() if name in PUBLIC_PARAMETERS}
        try:
            if entry.get("kty") == "RSA" and _rsa_bits(entry) >= MIN_RSA_BITS:
                keys.append(RSAKey.import_key(public))
            elif entry.get("kty") == "EC" and entry.get("crv") == "P-256":
                keys.append(ECKey.import_key(public))
        except (JoseError, ValueError, TypeError):
            continue  # a key we cannot read signs nothing for us
    return KeySet(list(keys))


PUBLIC_PARAMETERS = frozenset({"kty", "kid", "use", "alg", "n", "e", "crv", "x", "y"})


def _rsa_bits(entry: Mapping[str, Any]) -> int:
    modulus = entry.get("n")
    return len(modulus) * 6 if isinstance(modulus, str) else 0  # base64url: six bits a letter


def check_id_token(token: str, keys: KeySet, expected: Expected) -> IdToken:
    """The token's claims, if every check holds. Raises BadToken naming the check that does not.

    The algorithm follows from the type of the provider's key, never from what the token says.
    """
    kid = key_id(token)
    key = next((key for key in keys.keys if key.kid == kid), None)
    if key is None:
        raise BadToken("the token is signed with a key the provider does not have (kid)")
    algorithm = "RS256" if isinstance(key, RSAKey) else "ES256"
    if key.alg is not None and key.alg != algorithm:
        raise BadToken("the provider's key is meant for another algorithm (alg)")
    try:
        claims = jwt.decode(token, key, algorithms=[algorithm]).claims
    except (JoseError, ValueError, RecursionError) as error:
        raise BadToken(f"the signature does not hold ({type(error).__name__})") from None
    _check_claims(claims, expected)
    sid = claims.get("sid")
    return IdToken(claims["sub"], claims, str(claims.get("acr", "")), sid if isinstance(sid, str) else None)


def _check_claims(claims: Mapping[str, Any], expected: Expected) -> None:
    now = expected.now.timestamp()
    if claims.get("iss") != expected.issuer:
        raise BadToken("another issuer (iss)")
    _check_audience(claims, expected.client_id)
    expires, issued = _seconds(claims, "exp"), _seconds(claims, "iat")
    if expires <= now:
        raise BadToken("expired (exp)")
    if abs(now - issued) > SKEW:
        raise BadToken(f"issued more than {SKEW} s from now (iat)")
    if "nbf" in claims and _seconds(claims, "nbf") > now + SKEW:
        raise BadToken("not valid yet (nbf)")
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not hmac.compare_digest(nonce.encode(), expected.nonce.encode()):
        raise BadToken("not the answer to this login (nonce)")
    if not isinstance(claims.get("sub"), str) or not claims["sub"]:
        raise BadToken("names nobody (sub)")
    if expected.acr and not reaches(claims.get("acr"), expected.acr):
        raise BadToken("too low a level of assurance (acr)")
    if expected.authenticated_since is not None:
        since = expected.authenticated_since.timestamp()
        if _seconds(claims, "auth_time") < since - SKEW:
            raise BadToken("an old login where a fresh one was asked for (auth_time)")


def _check_audience(claims: Mapping[str, Any], client_id: str) -> None:
    audience = claims.get("aud")
    if isinstance(audience, str):
        audience = [audience]
    if not isinstance(audience, list) or client_id not in audience:
        raise BadToken("meant for somebody else (aud)")
    if (len(audience) > 1 or "azp" in claims) and claims.get("azp") != client_id:
        raise BadToken("issued to somebody else (azp)")


def _seconds(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1e12:
        raise BadToken(f"no usable moment ({name})")
    return float(value)


def reaches(acr: object, lowest: str) -> bool:
    """Is the level at least the lowest that will do? A level nobody knows reaches only itself.

    >>> reaches("idporten-loa-high", "idporten-loa-substantial"), reaches("Level4", "idporten-loa-low")
    (True, False)
    """
    if acr in LEVELS and lowest in LEVELS:
        return LEVELS.index(str(acr)) >= LEVELS.index(lowest)
    return acr == lowest
