"""Identity numbers: encrypted where they rest, found again by a keyed hash, never anywhere else.

A plain hash of an identity number is no protection: all valid numbers of a century are hashed on one core in
half a minute. Hence HMAC with a key of its own for finding, and AES-GCM for keeping.
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, insert, select

from assistant.store.asking import among
from assistant.store.columns import new_id
from assistant.store.database import Transaction, insert_once
from assistant.store.tables import identity, subject


class UnknownIdentifier(LookupError):
    """No subject here has that identifier. The message never holds the identifier."""


@dataclass(frozen=True, repr=False)
class IdentityKeys:
    """The keys: several for reading, one of them for writing, and one for looking up."""

    current: str
    encryption: Mapping[str, bytes]
    lookup: bytes

    @classmethod
    def generate(cls) -> Self:
        return cls("k1", {"k1": AESGCM.generate_key(256)}, secrets.token_bytes(32))

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read the keys, or make them at the first start. The file is readable by its owner alone."""
        if not path.exists():
            made = cls.generate()
            path.parent.mkdir(parents=True, exist_ok=True)
            text = json.dumps(
                {
                    "current": made.current,
                    "encryption": {k: v.hex() for k, v in made.encryption.items()},
                    "lookup": made.lookup.hex(),
                }
            )
            part = path.with_suffix(".part")
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        stored = json.loads(path.read_text())
        return cls(
            stored["current"],
            {k: bytes.fromhex(v) for k, v in stored["encryption"].items()},
            bytes.fromhex(stored["lookup"]),
        )

    def __repr__(self) -> str:
        return f"IdentityKeys(current={self.current!r})"

    def digest(self, *parts: str | bytes) -> bytes:
        """Keyed hash (HMAC-SHA-256) of the parts, each length-prefixed so that they cannot run together."""
        code = hmac.new(self.lookup, digestmod=sha256)
        for part in parts:
            raw = part.encode() if isinstance(part, str) else part
            code.update(len(raw).to_bytes(8, "big"))
            code.update(raw)
        return code.digest()

    def seal(self, plain: bytes, about: str) -> tuple[str, bytes]:
        """Encrypt; `about` must be given again to open (so that a sealed value cannot be moved elsewhere)."""
        nonce = secrets.token_bytes(12)
        sealed = AESGCM(self.encryption[self.current]).encrypt(nonce, plain, about.encode())
        return self.current, nonce + sealed

    def open(self, key_id: str, sealed: bytes, about: str) -> bytes:
        return AESGCM(self.encryption[key_id]).decrypt(sealed[:12], sealed[12:], about.encode())


_FOUND = select(identity.c.lookup, identity.c.subject_id).where(identity.c.lookup.in_(among("lookups")))


@dataclass(frozen=True)
class Identities:
    """Subjects by their identifiers, within a transaction."""

    keys: IdentityKeys

    async def find(self, tx: Transaction, scheme: str, value: str) -> str | None:
        lookup = self.keys.digest(scheme, value)
        found: str | None = await tx.scalar(
            select(identity.c.subject_id).where(identity.c.scheme == scheme, identity.c.lookup == lookup)
        )
        return found

    async def find_all(self, tx: Transaction, names: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """The subjects there are among those (scheme, value) names, in one query."""
        lookups = {self.keys.digest(*name): name for name in names}
        if not lookups:
            return {}
        rows = await tx.all(_FOUND, {"lookups": list(lookups)})
        return {lookups[bytes(row["lookup"])]: row["subject_id"] for row in rows}

    async def find_or_create(self, tx: Transaction, kind: str, scheme: str, value: str, now: datetime) -> str:
        """The subject with that identifier; a new one of that kind where there is none yet."""
        return await self.find(tx, scheme, value) or await self.create(tx, kind, scheme, value, now)

    async def create(self, tx: Transaction, kind: str, scheme: str, value: str, now: datetime) -> str:
        """A new subject with that identifier; the one another transaction has just made, if one has.

        Two feeds may tell of a person in the same moment: the later one then waits for the earlier to commit.
        """
        subject_id = new_id()
        await tx.execute(insert(subject).values(id=subject_id, kind=kind, created_at=now))
        key_id, sealed = self.keys.seal(value.encode(), about=subject_id)
        values = {
            "subject_id": subject_id,
            "scheme": scheme,
            "lookup": self.keys.digest(scheme, value),
            "key_id": key_id,
            "ciphertext": sealed,
        }
        if await insert_once(tx, identity, values, ("scheme", "lookup")):
            return subject_id
        await tx.execute(delete(subject).where(subject.c.id == subject_id))
        other = await self.find(tx, scheme, value)
        assert other is not None
        return other

    async def reveal(self, tx: Transaction, subject_id: str, scheme: str) -> str:
        """The identifier in clear, for a call to the register that knows the subject by it."""
        row = await tx.first(
            select(identity.c.key_id, identity.c.ciphertext).where(
                identity.c.subject_id == subject_id, identity.c.scheme == scheme
            )
        )
        if row is None:
            raise UnknownIdentifier(f"subject {subject_id} has no {scheme}")
        return self.keys.open(row["key_id"], row["ciphertext"], about=subject_id).decode()
