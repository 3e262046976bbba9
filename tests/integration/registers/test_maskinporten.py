"""Our grant holds before a Maskinporten that checks it, and grants that break its rules do not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from assistant.config import ConfigurationError, MaskinportenSettings
from assistant.registers import MaskinportenTokens, RegisterRefused, RegisterUnavailable
from assistant.registers.maskinporten import GRANT_TYPE
from assistant.registers.simulators import Client, MaskinportenSimulator, serving

KEY = RSAKey.generate_key(2048)
SOMEBODY_ELSES_KEY = RSAKey.generate_key(2048)
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SCOPE = "varde:one"


class Clock:
    def __init__(self) -> None:
        self.moment = NOW

    def __call__(self) -> datetime:
        return self.moment


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def maskinporten(clock: Clock) -> AsyncIterator[MaskinportenSimulator]:
    simulator = MaskinportenSimulator(clients={"us": Client(KEY, frozenset({SCOPE, "varde:two"}))}, now=clock)
    async with serving(simulator) as url:
        simulator.issuer = f"{url}/"
        yield simulator


@pytest.fixture
async def tokens(
    maskinporten: MaskinportenSimulator, session: aiohttp.ClientSession, tmp_path: Path, clock: Clock
) -> MaskinportenTokens:
    key_file = tmp_path / "key.pem"
    key_file.write_bytes(KEY.as_pem(private=True))
    settings = MaskinportenSettings(
        issuer=maskinporten.issuer,
        token_url=f"{maskinporten.issuer}token",
        client_id="us",
        private_key_file=key_file,
    )
    return MaskinportenTokens(settings, session, clock)


async def test_a_token_is_kept_until_shortly_before_it_ends(
    tokens: MaskinportenTokens, maskinporten: MaskinportenSimulator, clock: Clock
) -> None:
    first = await tokens.token(SCOPE)
    clock.moment += timedelta(seconds=560)
    kept = await tokens.token(SCOPE)
    clock.moment += timedelta(seconds=15)
    renewed = await tokens.token(SCOPE)

    assert kept == first
    assert renewed != first
    assert maskinporten.allows(renewed, SCOPE)
    assert not maskinporten.allows(renewed, "varde:two")


async def test_each_scope_has_its_own_token(tokens: MaskinportenTokens) -> None:
    assert await tokens.token(SCOPE) != await tokens.token("varde:two")


async def test_no_two_grants_are_the_same(tokens: MaskinportenTokens) -> None:
    claims = [jwt.decode(tokens.grant(SCOPE), KEY, algorithms=["RS256"]).claims for _ in range(3)]

    assert len({one["jti"] for one in claims}) == 3
    assert all(0 < one["exp"] - one["iat"] <= 120 for one in claims)
    assert "RSAKey" not in repr(tokens)


async def test_a_scope_we_were_not_granted_is_refused_by_name(tokens: MaskinportenTokens) -> None:
    with pytest.raises(RegisterRefused, match=r"token for varde:three.*invalid-scope"):
        await tokens.token("varde:three")


async def test_a_silent_or_broken_maskinporten_is_unavailable(
    tokens: MaskinportenTokens, maskinporten: MaskinportenSimulator
) -> None:
    maskinporten.misbehave("broken")
    with pytest.raises(RegisterUnavailable):
        await tokens.token(SCOPE)
    assert await tokens.token(SCOPE)


async def _ask(session: aiohttp.ClientSession, url: str, assertion: str) -> tuple[int, dict[str, Any]]:
    form = {"grant_type": GRANT_TYPE, "assertion": assertion}
    async with session.post(url, data=form) as response:
        return response.status, await response.json()


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"aud": "https://maskinporten.no/"}, "invalid_grant"),
        ({"iat": int(NOW.timestamp()) - 11, "exp": int(NOW.timestamp()) + 90}, "invalid_grant"),
        ({"iat": int(NOW.timestamp()) + 11}, "invalid_grant"),
        ({"exp": int(NOW.timestamp()) + 121}, "invalid_grant"),
        ({"exp": int(NOW.timestamp()) - 1}, "invalid_grant"),
        ({"jti": ""}, "invalid_grant"),
        ({"iss": "them"}, "invalid_grant"),
        ({"scope": "varde:three"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
        ({}, None),
    ],
)
async def test_a_grant_that_breaks_a_rule_is_refused(
    maskinporten: MaskinportenSimulator,
    session: aiohttp.ClientSession,
    changed: dict[str, Any],
    error: str | None,
) -> None:
    claims = {
        "aud": maskinporten.issuer,
        "iss": "us",
        "scope": SCOPE,
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 120,
        "jti": "once",
    } | changed
    assertion = jwt.encode({"alg": "RS256"}, claims, KEY)

    status, answer = await _ask(session, f"{maskinporten.issuer}token", assertion)

    assert (status, answer.get("error")) == ((200, None) if error is None else (400, error))


async def test_a_grant_is_good_once_and_only_if_we_signed_it(
    maskinporten: MaskinportenSimulator, session: aiohttp.ClientSession, tokens: MaskinportenTokens
) -> None:
    url = f"{maskinporten.issuer}token"
    grant = tokens.grant(SCOPE)
    claims = jwt.decode(grant, KEY).claims | {"jti": "other"}
    forged = jwt.encode({"alg": "RS256"}, claims, SOMEBODY_ELSES_KEY)

    assert (await _ask(session, url, forged))[0] == 400
    assert (await _ask(session, url, grant))[0] == 200
    assert (await _ask(session, url, grant))[0] == 400
    assert (await _ask(session, url, "nonsense"))[0] == 400


@pytest.mark.parametrize("content", ["", "-----BEGIN", "{}", KEY.as_pem(private=False).decode()])
async def test_a_key_file_that_is_no_private_key_is_told_by_its_name(
    session: aiohttp.ClientSession, tmp_path: Path, content: str
) -> None:
    key_file = tmp_path / "key.pem"
    key_file.write_text(content)
    settings = MaskinportenSettings(token_url="http://127.0.0.1:9/token", private_key_file=key_file)

    with pytest.raises(ConfigurationError, match=r"key\.pem is not a private RSA key"):
        await MaskinportenTokens(settings, session).token(SCOPE)
