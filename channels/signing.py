"""DKIM signatures over email (RFC 6376, RFC 8301), so that a receiver can see it is ours and unchanged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import dkim
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

SIGNED = (
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "Content-Language",
    "Auto-Submitted",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
)
"""The headers a signature covers. RFC 8058 section 4 asks for both of the last two."""

ONCE_MORE = ("From", "To", "Subject", "List-Unsubscribe", "List-Unsubscribe-Post")
"""Signed once more than they stand there: nobody can add another without breaking the signature (§ 5.4.2)."""

SHORTEST_KEY = 1024
"""Bits; verifiers take no shorter key (RFC 8301 section 3.2)."""


class UnusableKey(ValueError):
    """The file holds no key to sign with. Says which file and why."""


@dataclass(frozen=True)
class DkimKey:
    """A key for `domain`, whose public half stands in DNS at `<selector>._domainkey.<domain>`."""

    domain: str
    selector: str
    pem: bytes = field(repr=False)

    @classmethod
    def from_file(cls, domain: str, selector: str, path: Path) -> Self:
        """Read an RSA key from PEM (PKCS #1 or PKCS #8, without a passphrase). Raises UnusableKey."""
        try:
            key = load_pem_private_key(path.read_bytes(), password=None)
        except OSError as error:
            raise UnusableKey(f"{path} cannot be read: {error.strerror}") from None
        except (TypeError, ValueError):
            raise UnusableKey(f"{path} is no private key in PEM without a passphrase") from None
        if not isinstance(key, RSAPrivateKey):
            raise UnusableKey(f"{path} is no RSA key: make one with openssl genrsa -out {path} 2048")
        if key.key_size < SHORTEST_KEY:
            raise UnusableKey(
                f"{path} has {key.key_size} bits, and receivers take no less than {SHORTEST_KEY}"
            )
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        return cls(domain, selector, pem)

    def signed(self, message: bytes, headers: Sequence[str]) -> bytes:
        """The message with its signature before it. `headers`: the names it has, as often as it has them."""
        there = {name.lower() for name in headers}
        covered = [*(name for name in SIGNED if name.lower() in there), *ONCE_MORE]
        signature: bytes = dkim.sign(
            message,
            self.selector.encode(),
            self.domain.encode(),
            self.pem,
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=[name.lower().encode() for name in covered],
        )
        return signature + message
