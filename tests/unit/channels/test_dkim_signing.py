"""A signature covers what a receiver must be able to trust, and breaks when any of it is changed."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from channels.email import WIRE, SmtpServer, compose
from channels.interface import Outgoing
from channels.signing import DkimKey, UnusableKey

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
SERVER = SmtpServer("127.0.0.1", sender="varde@kommune.example", sender_name="Eksempel kommune")
UNSUBSCRIBE = f"<https://varde.kommune-med-et-langt-navn.example/unsubscribe/{'m' * 52}>"
MESSAGE = Outgoing(
    "0b0e8a8a-7a2e-4d0c-9df3-111111111111",
    "kari@post.example",
    "nb",
    "Du har en melding fra Eksempel kommune – æøå",
    "Du har en melding.\n\n.\nLogg inn for å lese den.",
    "https://varde.example/me",
    {"List-Unsubscribe": UNSUBSCRIBE, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
)


@cache
def made() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 1024)


def pem(key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey, secret: bytes = b"") -> bytes:
    closed = BestAvailableEncryption(secret) if secret else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, closed)


@pytest.fixture
def key(tmp_path: Path) -> DkimKey:
    (tmp_path / "dkim.pem").write_bytes(pem(made()))
    return DkimKey.from_file("kommune.example", "varde", tmp_path / "dkim.pem")


def in_dns(name: bytes, timeout: int = 5) -> bytes:
    assert name == b"varde._domainkey.kommune.example."
    public = made().public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)


def signed(key: DkimKey, message: Outgoing = MESSAGE) -> bytes:
    email = compose(message, SERVER, NOW)
    return key.signed(email.as_bytes(policy=WIRE), email.keys())


def test_a_receiver_finds_the_signature_good_and_all_of_it_is_ascii(key: DkimKey) -> None:
    whole = signed(key)
    assert dkim.verify(whole, dnsfunc=in_dns)
    assert whole.isascii()
    assert b"\nContent-Transfer-Encoding: 8bit" not in whole


def test_the_address_to_unsubscribe_at_stands_unfolded_as_receivers_read_it(key: DkimKey) -> None:
    assert f"\r\nList-Unsubscribe: {UNSUBSCRIBE}\r\n".encode() in signed(key)


def test_it_says_which_headers_it_covers_both_of_those_to_unsubscribe_by_among_them(key: DkimKey) -> None:
    signature = signed(key).split(b"\r\nFrom:")[0].decode()
    named = re.search(r"h=([^;]+);", signature)
    assert named is not None
    covered = re.split(r"\s*:\s*", " ".join(named.group(1).split()))
    for name in ("from", "to", "subject", "date", "message-id", "mime-version", "content-type"):
        assert name in covered
    for name in ("from", "to", "subject", "list-unsubscribe", "list-unsubscribe-post"):
        assert covered.count(name) == 2, name


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"varde@kommune.example>\r\nTo:", b"other@kommune.example>\r\nTo:"),
        (b"To: kari@post.example", b"To: ola@post.example"),
        (b"Subject: Du", b"Subject: Vi"),
        (b"List-Unsubscribe-Post: List-Unsubscribe=One-Click", b"List-Unsubscribe-Post: x"),
        (b"/unsubscribe/m", b"/unsubscribe/n"),
        (b"Auto-Submitted: auto-generated", b"Auto-Submitted: no"),
        (b"Logg inn", b"Ring oss"),
        (b"\r\nSubject:", b"\r\nSubject: Vinn!\r\nSubject:"),
        (b"\r\nFrom:", b"\r\nFrom: x@evil.example\r\nFrom:"),
    ],
)
def test_what_is_changed_on_the_way_breaks_it(key: DkimKey, before: bytes, after: bytes) -> None:
    whole = signed(key)
    assert before in whole
    assert not dkim.verify(whole.replace(before, after, 1), dnsfunc=in_dns)


def test_where_there_is_no_address_to_unsubscribe_at_none_can_be_put_in(key: DkimKey) -> None:
    whole = signed(key, Outgoing("id", "kari@post.example", "nb", "Vedtak", "Du har en melding."))
    assert dkim.verify(whole, dnsfunc=in_dns)
    added = whole.replace(b"\r\nTo:", b"\r\nList-Unsubscribe: <https://evil.example>\r\nTo:", 1)
    assert not dkim.verify(added, dnsfunc=in_dns)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read: No such file"),
        (b"not a key", "is no private key in PEM without a passphrase"),
        (pem(ed25519.Ed25519PrivateKey.generate()), "is no RSA key: make one with openssl genrsa"),
        (pem(made(), b"secret"), "is no private key in PEM without a passphrase"),
    ],
    ids=["missing", "no key", "another kind", "with a passphrase"],
)
def test_a_file_that_cannot_be_signed_with_is_named_with_the_reason(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    path = tmp_path / "dkim.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UnusableKey, match=said) as refused:
        DkimKey.from_file("kommune.example", "varde", path)
    assert str(path) in str(refused.value)
    assert "secret" not in str(refused.value)
