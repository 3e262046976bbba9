"""What web push asks of a sender: a message encrypted for one browser (RFC 8291), and who sends it (RFC 8292)."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jwt
from joserfc.jwk import ECKey

from channels.whole_file import write_whole

RECORD_SIZE = 4096
"""One record, the longest a push service must take (RFC 8291 section 4)."""

LONGEST_TEXT = 3000
"""Bytes of what is encrypted: well inside one record."""

VAPID_HOLDS = timedelta(hours=12)  # at most 24 hours (RFC 8292 section 2)


class UnusableKeys(ValueError):
    """What a browser gave is no key for web push."""


def to_base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64url(text: str) -> bytes:
    """Raises UnusableKeys."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise UnusableKeys("not base64url") from None


def browser_key(p256dh: str, auth: str) -> tuple[ec.EllipticCurvePublicKey, bytes]:
    """The browser's public key, a point on P-256, and its secret of 16 bytes. Raises UnusableKeys."""
    point, secret = from_base64url(p256dh), from_base64url(auth)
    if len(point) != 65 or len(secret) != 16:
        raise UnusableKeys("p256dh is 65 bytes and auth 16")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point), secret
    except ValueError:
        raise UnusableKeys("p256dh is no point on P-256") from None


def encrypted(
    text: bytes,
    p256dh: str,
    auth: str,
    private: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """The body of a push message, in `aes128gcm` (RFC 8188). `private` and `salt` are new each time but in tests.

    Raises UnusableKeys, and ValueError for more text than one record takes.
    """
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"a push message is at most {LONGEST_TEXT} bytes, and this is {len(text)}")
    theirs, secret = browser_key(p256dh, auth)
    private = private or ec.generate_private_key(ec.SECP256R1())
    salt = salt or secrets.token_bytes(16)
    ours = _point(private.public_key())
    shared = private.exchange(ec.ECDH(), theirs)
    keying = _derived(shared, secret, b"WebPush: info\0" + from_base64url(p256dh) + ours, 32)
    key = _derived(keying, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(keying, salt, b"Content-Encoding: nonce\0", 12)
    record = AESGCM(key).encrypt(nonce, text + b"\x02", None)
    return salt + RECORD_SIZE.to_bytes(4, "big") + bytes([len(ours)]) + ours + record


def _point(public: ec.EllipticCurvePublicKey) -> bytes:
    return public.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def _derived(material: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(material)


@dataclass(frozen=True)
class VapidKey:
    """Whom push services know us by. A browser's subscription holds for this key alone."""

    private: ec.EllipticCurvePrivateKey = field(repr=False)

    @classmethod
    def generate(cls) -> Self:
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read the key, or make it at the first start. The file is readable by its owner alone."""
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            number = cls.generate().private.private_numbers().private_value
            write_whole(path, json.dumps({"p256": f"{number:064x}"}).encode(), 0o600)
        number = int(json.loads(path.read_text())["p256"], 16)
        return cls(ec.derive_private_key(number, ec.SECP256R1()))

    @property
    def public(self) -> str:
        """`applicationServerKey`, as browsers take it."""
        return to_base64url(_point(self.private.public_key()))

    def authorization(self, origin: str, contact: str, now: datetime) -> str:
        """The Authorization header for a push service at `origin`. `contact`: mailto: or https:, of ours."""
        pem = self.private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        claims = {"aud": origin, "exp": int((now + VAPID_HOLDS).timestamp()), "sub": contact}
        token = jwt.encode(
            {"typ": "JWT", "alg": "ES256"}, claims, ECKey.import_key(pem), algorithms=["ES256"]
        )
        return f"vapid t={token}, k={self.public}"
