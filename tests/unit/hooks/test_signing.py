"""A delivery is believed only as it was signed: this body, this id, this moment, by one who has the secret."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from assistant.store.signing import (
    ID,
    SIGNATURE,
    TIMESTAMP,
    NotGenuine,
    key_of,
    new_secret,
    sign,
    signed_headers,
    verify,
)

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
OLD, NEW, STRANGERS = new_secret(), new_secret(), new_secret()
BODY = b'{"specversion":"1.0","data":{"monthly_amount":"818"}}'
MESSAGE = "5f6e0d2c-7a43-4d26-9f0a-0d5b3c1f9a77"


def test_the_published_example_of_standard_webhooks():
    signature = sign(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "1614265330",
        b'{"test": 2432232314}',
    )
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_what_was_signed_is_genuine():
    assert verify([NEW], signed_headers([NEW], MESSAGE, NOW, BODY), BODY, NOW) == MESSAGE


def test_no_bit_of_the_body_may_change():
    headers = signed_headers([NEW], MESSAGE, NOW, BODY)
    for position in range(len(BODY) * 8):
        flipped = bytearray(BODY)
        flipped[position // 8] ^= 1 << position % 8
        with pytest.raises(NotGenuine, match="does not match"):
            verify([NEW], headers, bytes(flipped), NOW)


def test_no_bit_of_the_signature_may_change():
    headers = signed_headers([NEW], MESSAGE, NOW, BODY)
    text = headers[SIGNATURE].encode()
    for position in range(len(text) * 8):
        flipped = bytearray(text)
        flipped[position // 8] ^= 1 << position % 8
        changed = {**headers, SIGNATURE: flipped.decode("utf-8", "surrogateescape")}
        with pytest.raises(NotGenuine):
            verify([NEW], changed, BODY, NOW)


def test_the_same_json_written_another_way_is_another_message():
    headers = signed_headers([NEW], MESSAGE, NOW, BODY)
    for again in (json.dumps(json.loads(BODY)).encode(), BODY + b"\n", BODY.decode().encode("utf-16")):
        with pytest.raises(NotGenuine):
            verify([NEW], headers, again, NOW)


@pytest.mark.parametrize("seconds", [301, 3600, -301, -86_400])
def test_one_from_another_time_is_refused_though_it_was_genuine(seconds: int):
    headers = signed_headers([NEW], MESSAGE, NOW, BODY)
    with pytest.raises(NotGenuine, match="300 seconds"):
        verify([NEW], headers, BODY, NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize("seconds", [300, -300, 0])
def test_clocks_may_be_five_minutes_apart(seconds: int):
    verify([NEW], signed_headers([NEW], MESSAGE, NOW, BODY), BODY, NOW + timedelta(seconds=seconds))


def test_a_captured_message_cannot_be_given_another_moment_or_id():
    headers = signed_headers([NEW], MESSAGE, NOW, BODY)
    later = NOW + timedelta(hours=1)
    for changed in ({TIMESTAMP: str(int(later.timestamp()))}, {ID: "another"}):
        with pytest.raises(NotGenuine, match="does not match"):
            verify([NEW], {**headers, **changed}, BODY, later if TIMESTAMP in changed else NOW)


def test_while_a_secret_is_changed_both_sides_may_have_either():
    sent = signed_headers([NEW, OLD], MESSAGE, NOW, BODY)
    for known in ([OLD], [NEW], [OLD, NEW]):
        verify(known, sent, BODY, NOW)
    verify([NEW, OLD], signed_headers([OLD], MESSAGE, NOW, BODY), BODY, NOW)
    with pytest.raises(NotGenuine):
        verify([STRANGERS], sent, BODY, NOW)
    with pytest.raises(NotGenuine):
        verify([], sent, BODY, NOW)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (ID, ""),
        (ID, "a.b"),
        (ID, "x" * 201),
        (TIMESTAMP, ""),
        (TIMESTAMP, "-5"),
        (TIMESTAMP, "1e9"),
        (TIMESTAMP, "٣"),
        (TIMESTAMP, "9" * 12),
        (SIGNATURE, ""),
        (SIGNATURE, "v1,"),
        (SIGNATURE, "v2,AAAA"),
        (SIGNATURE, "\udcff"),
        (SIGNATURE, " ".join(["v1,AAAA"] * 500)),
    ],
)
def test_headers_that_are_not_as_they_should_be(name: str, value: str):
    headers = {**signed_headers([NEW], MESSAGE, NOW, BODY), name: value}
    with pytest.raises(NotGenuine):
        verify([NEW], headers, BODY, NOW)


def test_a_full_stop_cannot_move_from_the_id_into_the_body():
    """`a.b` + body and `a` + `b.body` would else have the same signature."""
    with pytest.raises(ValueError, match="full stop"):
        sign(NEW, "a.1", "2", BODY)


def test_a_secret_is_its_bytes():
    assert len(key_of(NEW)) == 32
    assert NEW != OLD
    assert key_of("an agreed phrase") == b"an agreed phrase"
    with pytest.raises(ValueError, match="base64"):
        key_of("whsec_*")
