"""Marks: what stands for an id where others see it. Only we can make one, and only we can read it.

A mark is the id under AES-SIV (RFC 5297): the same id gives the same mark, nobody learns the id from it, and one
that was not made here for the same purpose does not open.
"""

from __future__ import annotations

import base64
import binascii
import uuid
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from assistant.store import IdentityKeys

PATTERN = "[a-z2-7]{52,56}"
"""What a mark looks like: lower-case base32, for mail servers may change case."""

LONGEST = 56


@dataclass(frozen=True)
class Marks:
    """Marks made with the installation's keys, each kind for its `purpose`."""

    keys: IdentityKeys
    purpose: str

    def make(self, name: str) -> str:
        """The mark of one of our ids (a UUID), or of an id and a little more: '<id>-2'."""
        plain = uuid.UUID(name[:36]).bytes + name[36:].encode("ascii")
        sealed = self._cipher().encrypt(plain, [self.purpose.encode()])
        return base64.b32encode(sealed).decode().rstrip("=").lower()

    def read(self, mark: str) -> str | None:
        """The id behind a mark; None for what we have not made."""
        try:
            sealed = base64.b32decode(mark.upper() + "=" * (-len(mark) % 8))
            plain = self._cipher().decrypt(sealed, [self.purpose.encode()])
        except (binascii.Error, InvalidTag, ValueError):
            return None
        name = f"{uuid.UUID(bytes=plain[:16])}{plain[16:].decode('ascii')}"
        return name if self.make(name) == mark.lower() else None  # base32 can spell the same bytes otherwise

    def _cipher(self) -> AESSIV:
        return AESSIV(self.keys.digest("marks", self.purpose))


def unsubscribing(keys: IdentityKeys) -> Marks:
    """Marks of people, for the address by which one stops email."""
    return Marks(keys, "email.unsubscribe")


def of_messages(keys: IdentityKeys) -> Marks:
    """Marks of messages sent by email, for the Message-ID and the address that mail comes back to."""
    return Marks(keys, "email.message")
