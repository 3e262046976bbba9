"""Encryption for web push is that of RFC 8291: its own example, and that only the browser can read it."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.push_crypto import (
    LONGEST_TEXT,
    UnusableKeys,
    VapidKey,
    browser_key,
    encrypted,
    from_base64url,
    to_base64url,
)
from tests.integration.channels.push_service import BrowserAtService

# RFC 8291 section 5 and appendix A.
P256DH = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
PRIVATE = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBr"
    "u3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_the_example_of_the_standard() -> None:
    private = ec.derive_private_key(int.from_bytes(from_base64url(PRIVATE), "big"), ec.SECP256R1())
    text = b"When I grow up, I want to be a watermelon"
    assert to_base64url(encrypted(text, P256DH, AUTH, private, from_base64url(SALT))) == BODY


@settings(max_examples=25, deadline=None)
@given(text=st.binary(max_size=LONGEST_TEXT))
def test_the_browser_reads_it_and_another_does_not(text: bytes) -> None:
    browser, another = BrowserAtService("a"), BrowserAtService("b")
    fields = browser.fields("")
    body = encrypted(text, fields["p256dh"], fields["auth"])
    assert browser.read(body) == text
    assert len(body) <= 4096
    assert body != encrypted(text, fields["p256dh"], fields["auth"])
    with pytest.raises(InvalidTag):
        another.read(body)


@pytest.mark.parametrize(
    ("p256dh", "auth"),
    [("", AUTH), (P256DH, ""), (P256DH[:-2], AUTH), ("A" * 87, AUTH), (P256DH, AUTH + "A"), ("å" * 87, AUTH)],
)
def test_keys_that_are_none_are_refused(p256dh: str, auth: str) -> None:
    with pytest.raises(UnusableKeys):
        browser_key(p256dh, auth)


def test_more_than_a_record_takes_is_our_own_fault() -> None:
    with pytest.raises(ValueError, match="at most 3000 bytes"):
        encrypted(b"a" * (LONGEST_TEXT + 1), P256DH, AUTH)


def test_the_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "data" / "push-key.json"
    assert VapidKey.from_file(path).public == VapidKey.from_file(path).public
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(from_base64url(VapidKey.from_file(path).public)) == 65
