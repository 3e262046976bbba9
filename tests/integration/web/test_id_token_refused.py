"""Every way an id_token can be wrong, each signed and served by a provider that is otherwise right."""

from __future__ import annotations

import base64
import hmac
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, RSAKey
from site_under_test import KARI, MovableClock, running_site

from assistant.demo.login_provider import LoginProvider
from assistant.store import Database
from assistant.web.id_token import signing_keys
from assistant.web.limits import LIMITS

Claims = dict[str, Any]
Change = Callable[[Claims, "BendableProvider"], Claims | str]

OTHER_KEY = RSAKey.generate_key(2048, auto_kid=True)


class BendableProvider(LoginProvider):
    """Issues what `bend` makes of a right token's claims."""

    bend: Change | None = None

    def id_token(self, code: Any) -> str:
        token = super().id_token(code)
        if type(self).bend is None:
            return token
        claims = json.loads(_unpack(token.split(".")[1]))
        bent = type(self).bend(claims, self)
        return bent if isinstance(bent, str) else self.signed(bent)

    async def _jwks(self, request: web.Request) -> web.Response:
        # Without `alg`: nothing but our own pinning says what the key is for.
        return web.json_response({"keys": [self.key.as_dict(private=False)]})

    def signed(self, claims: Claims, **header: Any) -> str:
        return jwt.encode({"alg": "RS256", "kid": self.key.kid, **header}, claims, self.key)


def _unpack(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _pack(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _without(name: str) -> Change:
    return lambda claims, _: {key: value for key, value in claims.items() if key != name}


def _with(**changed: Any) -> Change:
    return lambda claims, _: {**claims, **changed}


def _later(name: str, seconds: float) -> Change:
    return lambda claims, _: {**claims, name: claims[name] + seconds}


def _unsigned(claims: Claims, provider: BendableProvider) -> str:
    return f"{_pack({'alg': 'none', 'kid': provider.key.kid})}.{_pack(claims)}."


def _hmac_with_the_public_key(claims: Claims, provider: BendableProvider) -> str:
    # By hand: the library itself refuses to make such a token.
    signed = f"{_pack({'alg': 'HS256', 'kid': provider.key.kid})}.{_pack(claims)}"
    public = provider.key.as_pem(private=False)
    return f"{signed}.{_pack(hmac.digest(public, signed.encode(), 'sha256'))}"


def _other_key_same_name(claims: Claims, provider: BendableProvider) -> str:
    return jwt.encode({"alg": "RS256", "kid": provider.key.kid}, claims, OTHER_KEY)


def _other_algorithm(claims: Claims, provider: BendableProvider) -> str:
    return jwt.encode({"alg": "PS256", "kid": provider.key.kid}, claims, provider.key, algorithms=["PS256"])


def _other_key_type(claims: Claims, provider: BendableProvider) -> str:
    key = ECKey.generate_key("P-256")
    return jwt.encode({"alg": "ES256", "kid": provider.key.kid}, claims, key, algorithms=["ES256"])


def _key_in_the_header(claims: Claims, provider: BendableProvider) -> str:
    header = {"alg": "RS256", "kid": OTHER_KEY.kid, "jwk": OTHER_KEY.as_dict(private=False)}
    return jwt.encode(header, claims, OTHER_KEY)


def _no_key_named(claims: Claims, provider: BendableProvider) -> str:
    return jwt.encode({"alg": "RS256"}, claims, provider.key)


def _claims_changed_after_signing(claims: Claims, provider: BendableProvider) -> str:
    head, _, signature = provider.signed(claims).split(".")
    return f"{head}.{_pack({**claims, 'pid': '21868497414'})}.{signature}"


def _signature_cut(claims: Claims, provider: BendableProvider) -> str:
    return provider.signed(claims).rsplit(".", 1)[0] + "."


BAD: dict[str, Change] = {
    "no issuer": _without("iss"),
    "another issuer": _with(iss="https://evil.example"),
    "an issuer that only begins alike": lambda claims, _: {**claims, "iss": claims["iss"] + ".evil"},
    "no audience": _without("aud"),
    "another audience": _with(aud="somebody-else"),
    "an audience of two without azp": _with(aud=["varde", "somebody-else"]),
    "issued to somebody else": _with(azp="somebody-else"),
    "no expiry": _without("exp"),
    "expired": _later("exp", -121),
    "an expiry that is no number": _with(exp="tomorrow"),
    "an expiry that is true": _with(exp=True),
    "no moment of issue": _without("iat"),
    "issued 61 s in the future": _later("iat", 62),
    "issued 61 s ago": _later("iat", -62),
    "not valid yet": lambda claims, _: {**claims, "nbf": claims["iat"] + 600},
    "no nonce": _without("nonce"),
    "another nonce": _with(nonce="another"),
    "a nonce that is a list": lambda claims, _: {**claims, "nonce": [claims["nonce"]]},
    "no level": _without("acr"),
    "too low a level": _with(acr="idporten-loa-substantial"),
    "a level nobody knows": _with(acr="Level4"),
    "no subject": _without("sub"),
    "an empty subject": _with(sub=""),
    "no identity number": _without("pid"),
    "an identity number with letters": _with(pid="1788549635x"),
    "not signed": _unsigned,
    "signed with the public key as a secret": _hmac_with_the_public_key,
    "signed with another key of the same name": _other_key_same_name,
    "signed with another algorithm": _other_algorithm,
    "signed with another type of key": _other_key_type,
    "signed with the key it brings": _key_in_the_header,
    "naming no key": _no_key_named,
    "changed after it was signed": _claims_changed_after_signing,
    "its signature cut off": _signature_cut,
    "no token at all": lambda claims, _: "rubbish",
    "too long": lambda claims, provider: provider.signed({**claims, "more": "x" * 20_000}),
}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_no_bad_token_logs_anybody_in_and_a_good_one_does(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running_site(database, MovableClock(), BendableProvider) as site:
        site.app[LIMITS].login.burst = 1000
        let_in = []
        for name, bend in BAD.items():
            monkeypatch.setattr(BendableProvider, "bend", staticmethod(bend))
            browser = site.browser()
            response = await browser.log_in(KARI, path="/login?next=/logged-out")
            if response.status != 400 or browser.cookie("session") is not None:
                let_in.append(name)
        assert let_in == []
        monkeypatch.setattr(BendableProvider, "bend", None)
        good = await site.resident()
        assert good.cookie("session") is not None
        monkeypatch.setattr(BendableProvider, "bend", staticmethod(_later("iat", 58)))
        assert (await site.resident()).cookie("session") is not None, "clocks may differ by a minute"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_new_key_of_the_provider_is_found_but_not_asked_for_without_end(database: Database) -> None:
    clock = MovableClock()
    async with running_site(database, clock) as site:
        await site.resident()
        site.residents.key = RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True)
        at_once = await site.browser().log_in(KARI, path="/login?next=/logged-out")
        assert at_once.status == 400, "within a minute of the last look the new key is not asked for"
        clock.forward(seconds=61)
        assert (await site.resident()).cookie("session") is not None


def test_only_keys_that_can_sign_for_the_provider_alone_count() -> None:
    good = RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True).as_dict(private=False)
    with pytest.warns(SecurityWarning):
        weak = RSAKey.generate_key(1024, {"use": "sig"}, auto_kid=True).as_dict(private=False)
    shared = {"kty": "oct", "kid": "s", "k": "c2VjcmV0"}
    keys = [good, weak, shared, {**good, "kid": "e", "use": "enc"}, {"kty": "RSA", "kid": "b"}, "rubbish", {}]
    assert [key.kid for key in signing_keys({"keys": keys}).keys] == [good["kid"]]
    for rubbish in (None, [], {"keys": None}, {"keys": 7}, "x"):
        assert signing_keys(rubbish).keys == []


def test_no_token_is_read_without_saying_which_algorithm() -> None:
    root = Path(__file__).parents[3]
    calls = [
        (file.name, call)
        for folder in ("assistant", "channels")
        for file in (root / folder).rglob("*.py")
        for call in re.findall(r"\bjw[ts]\.(?:decode|deserialize_compact)\(.*?\)", file.read_text(), re.S)
    ]
    assert calls
    assert [where for where in calls if "algorithms=" not in where[1]] == []
