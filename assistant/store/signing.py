"""Signatures over what machines send each other: Standard Webhooks 1.0 (symmetric), pure.

A message has an id, the moment it was sent in seconds since 1970, and a raw body. Its signature is `v1,` and the
base64 of HMAC-SHA-256 over id, '.', moment, '.', body. While a secret is being changed there are two signatures, one
after the other.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
WINDOW = timedelta(minutes=5)
PREFIX = "whsec_"
SECRET_BYTES = 32
LONGEST_ID = 200
MOST_SIGNATURES = 8


class NotGenuine(ValueError):
    """The message cannot be shown to come from who has the secret, now. Says why, never what would have matched."""


def new_secret() -> str:
    """A secret in the form both sides keep it: `whsec_` and the base64 of 32 random bytes."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def key_of(secret: str) -> bytes:
    """The bytes of a secret: decoded where it begins with `whsec_`, else its text as it stands."""
    if not secret.startswith(PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("a secret that begins with whsec_ goes on with base64") from None


def sign(secret: str, message_id: str, timestamp: str, body: bytes) -> str:
    """The signature of one message under one secret.

    >>> secret, message = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek"
    >>> sign(secret, message, "1614265330", b'{"test": 2432232314}')
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    if "." in message_id:
        raise ValueError(f"a message id has no full stop: {message_id!r}")
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    return "v1," + base64.b64encode(hmac.digest(key_of(secret), signed, sha256)).decode()


def signed_headers(live: Sequence[str], message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers of a message, signed with each live secret."""
    timestamp = str(int(at.timestamp()))
    signatures = " ".join(sign(secret, message_id, timestamp, body) for secret in live)
    return {ID: message_id, TIMESTAMP: timestamp, SIGNATURE: signatures}


def verify(live: Sequence[str], headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """The message's id, if it was signed with a live secret no more than five minutes from now.

    Raises `NotGenuine`. The same message sent again within that time is genuine: its id tells that it is known.
    """
    message_id, timestamp = headers.get(ID, ""), headers.get(TIMESTAMP, "")
    if not 0 < len(message_id) <= LONGEST_ID or "." in message_id:
        raise NotGenuine(f"{ID} must be 1 to {LONGEST_ID} characters without a full stop")
    refuse_other_times(timestamp, now, TIMESTAMP)
    given = headers.get(SIGNATURE, "").split(" ")[:MOST_SIGNATURES]
    sent = [one.encode("utf-8", "surrogateescape") for one in given]  # a header may hold any bytes
    message = message_id.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    expected = [sign(secret, message, timestamp, body).encode() for secret in live]
    matching = [hmac.compare_digest(one, right) for one in sent for right in expected]  # each: no early end
    if not any(matching):
        raise NotGenuine(f"{SIGNATURE} does not match")
    return message_id


def refuse_other_times(timestamp: str, now: datetime, name: str) -> None:
    """Raise `NotGenuine` unless the text is seconds since 1970, within five minutes of now. `name`: its header."""
    if not timestamp.isascii() or not timestamp.isdecimal() or len(timestamp) > 11:
        raise NotGenuine(f"{name} must be seconds since 1970")
    if abs(now - datetime.fromtimestamp(int(timestamp), UTC)) > WINDOW:
        raise NotGenuine(f"{name} is more than {WINDOW.seconds} seconds off")
