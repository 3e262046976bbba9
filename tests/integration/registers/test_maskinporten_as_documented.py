"""Maskinporten's published grant, request and answer: ours have the same claims, and the same bytes around them."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from joserfc import jwt
from joserfc.jwk import RSAKey
from pydantic import ValidationError

from assistant.config import Config, ConfigurationError, MaskinportenSettings
from assistant.registers import MalformedAnswer, MaskinportenTokens
from assistant.registers.simulators.maskinporten import read_grant
from tests.integration.registers.replaying import Reply, Request, example, replaying

KEY = RSAKey.generate_key(2048)


def issued_at(moment: int) -> datetime:
    return datetime.fromtimestamp(moment, UTC)


def tokens(
    session: aiohttp.ClientSession,
    folder: Path,
    moment: int,
    url: str = "http://127.0.0.1:9/token",
    **more: Any,
) -> MaskinportenTokens:
    key_file = folder / "key.pem"
    key_file.write_bytes(KEY.as_pem(private=True))
    settings = MaskinportenSettings(
        issuer="https://test.maskinporten.no/",
        token_url=url,
        client_id="my_client_id",
        private_key_file=key_file,
        **more,
    )
    return MaskinportenTokens(settings, session, lambda: issued_at(moment))


def certificate(folder: Path) -> Path:
    """An enterprise certificate of our own making."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "VARDEVIK KOMMUNE")])
    private = serialization.load_pem_private_key(KEY.as_pem(private=True), None)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())  # type: ignore[arg-type]
        .serial_number(1)
        .not_valid_before(datetime(2026, 1, 1))
        .not_valid_after(datetime(2028, 1, 1))
        .sign(private, hashes.SHA256())  # type: ignore[arg-type]
    )
    path = folder / "certificate.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return path


async def test_the_grant(session: aiohttp.ClientSession, tmp_path: Path) -> None:
    header, claims, _ = example("maskinporten_5_grant.txt").decode().split("\n.\n")
    documented = json.loads(claims)
    ours = tokens(session, tmp_path, documented["iat"], certificate_file=certificate(tmp_path))

    grant = read_grant(ours.grant("difitest:test2"), KEY)

    assert set(grant.header) - {"typ"} == set(json.loads(header)) == {"x5c", "alg"}
    assert grant.header["alg"] == json.loads(header)["alg"]
    (chain,) = grant.header["x5c"]
    assert x509.load_der_x509_certificate(base64.b64decode(chain)).serial_number == 1
    same = {name: value for name, value in documented.items() if name not in ("exp", "jti")}
    assert {name: grant.claims[name] for name in same} == same
    assert set(grant.claims) == set(documented)
    assert documented["exp"] - documented["iat"] == 120  # the most that is allowed; ours ends before it
    assert grant.claims["exp"] - grant.claims["iat"] == 100


async def test_the_grant_for_somebody_who_has_delegated_to_us(
    session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    documented = json.loads(example("maskinporten_5_delegated_grant.json"))
    ours = tokens(session, tmp_path, documented["iat"], consumer_org="910753614")

    claims = read_grant(ours.grant("difitest:test2"), KEY).claims

    assert set(claims) == set(documented)
    assert claims["consumer_org"] == documented["consumer_org"]
    on_behalf = tokens(session, tmp_path, documented["iat"], on_behalf_of="sub-client")
    assert jwt.decode(on_behalf.grant("a"), KEY).claims["iss_onbehalfof"] == "sub-client"


@pytest.mark.parametrize(
    "wrong", [{"consumer_org": "910753614", "on_behalf_of": "x"}, {"consumer_org": "91075361"}]
)
def test_a_delegation_is_one_of_the_two_and_an_organisation_number(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Config.model_validate({"maskinporten": wrong})


async def test_the_request_and_the_answer(session: aiohttp.ClientSession, tmp_path: Path) -> None:
    documented = Request.published(example("maskinporten_5_request.http"))
    async with replaying(Reply(example("maskinporten_5_answer.json"))) as replayed:
        ours = tokens(session, tmp_path, 1520589808, f"{replayed.url}/token")
        token = await ours.token("difitest:test1")
        clock = issued_at(1520589808) + timedelta(seconds=599 - 31)
        ours.now = lambda: clock
        assert await ours.token("difitest:test1") == token
        clock += timedelta(seconds=2)
        await ours.token("difitest:test1")

    asked, again = replayed.asked
    assert asked.line == documented.line
    assert asked.header("Content-Type") == documented.header("Content-Type")
    before, _, after = documented.body.replace(b"\n", b"").partition(b"<the grant>")
    assert asked.body.startswith(before)
    assert asked.body.endswith(after)
    grant = asked.body[len(before) : -len(after)].decode()
    assert jwt.decode(grant, KEY, algorithms=["RS256"]).claims["scope"] == "difitest:test1"
    assert token == "IxC0B76vlWl3fiQhAwZUmD0hr_PPwC9hSIXRdoUslPU="
    assert again.body != asked.body


@pytest.mark.parametrize(
    "answer", [b"", b"[]", b'{"access_token":"a"}', b'{"access_token":1,"expires_in":5}', b'{"expires_in":5}']
)
async def test_an_answer_without_a_token_that_ends_is_refused(
    session: aiohttp.ClientSession, tmp_path: Path, answer: bytes
) -> None:
    async with replaying(Reply(answer)) as replayed:
        with pytest.raises(MalformedAnswer):
            await tokens(session, tmp_path, 1520589808, f"{replayed.url}/token").token("a")


def test_the_form_of_an_organisations_name() -> None:
    """ISO 6523 with 0192 for Enhetsregisteret. Varde receives no such token; what it sends is the bare number."""
    consumer = json.loads("{" + example("maskinporten_5_consumer.txt").decode() + "}")["consumer"]

    assert consumer == {"authority": "iso6523-actorid-upis", "ID": "0192:991825827"}
    assert MaskinportenSettings(consumer_org=consumer["ID"].partition(":")[2]).consumer_org == "991825827"


async def test_a_certificate_file_that_holds_none_is_told_by_its_name(
    session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("")
    for path, said in ((empty, "holds no certificate"), (tmp_path / "none.pem", "cannot read")):
        with pytest.raises(ConfigurationError, match=f"certificate_file.*{said}"):
            tokens(session, tmp_path, 0, certificate_file=path).grant("a")
