"""The usage log as a chain: each entry holds the one before it, so that what is changed, dropped or moved is seen.

Pure, and small enough to be written again by whoever would rather not trust us: an entry's hash is SHA-256 of the
previous hash and the entry's fields as JSON (RFC 8785's way: sorted keys, no spaces, UTF-8). Once a day the newest
hash of each changed chain is signed with Ed25519 (RFC 8032); who has an export needs nothing of ours to check it.

What law hides or delays, and what is about somebody else, stands in an export as number, hash and the law that keeps
it back. The chain runs through it: its hash was made when it was logged, and the entry after it holds that hash.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT = "varde-usage-1"
START = "0" * 64
"""What stands in the place of the hash before the first entry's."""

FIELDS = ("subject", "number", "at", "actor_kind", "actor", "action", "purpose", "basis", "concepts")
CONTENT = frozenset(FIELDS) - {"number"}
WITHHELD = "withheld"
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Entry:
    """One use of a person's facts, as it is chained. `number` counts from 1 within the person's log."""

    subject: str
    number: int
    at: datetime
    actor_kind: str
    actor: str
    action: str
    purpose: str
    basis: str
    concepts: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        at = self.at.astimezone(UTC).isoformat(timespec="microseconds")
        return {**{name: getattr(self, name) for name in FIELDS}, "at": at, "concepts": list(self.concepts)}


@dataclass(frozen=True)
class Fault:
    """What is wrong with an exported log: which entry (0: the log as a whole), and what."""

    number: int
    message: str

    def __str__(self) -> str:
        return f"entry {self.number}: {self.message}" if self.number else self.message


@dataclass(frozen=True)
class Verdict:
    """What a check of an export found. `signed_to` is the last entry a signature vouches for."""

    entries: int
    signed_to: int
    signed_on: date | None
    faults: tuple[Fault, ...]
    withheld: int = 0  # how many of the entries stand without their content


def link(before: str, entry: Mapping[str, Any]) -> str:
    """The hash of an entry that follows one with the hash `before`.

    >>> link(START, {"number": 1})[:12]
    '0afc4e3961bc'
    """
    return sha256(before.encode() + _canonical({name: entry.get(name) for name in FIELDS})).hexdigest()


def signed_text(subject: str, day: date | str, number: int, digest: str) -> bytes:
    """What is signed: that on this day the person's log had so many entries, the last with this hash."""
    return _canonical({"subject": subject, "day": str(day), "number": number, "hash": digest})


def verify(export: Any, key: bytes | None = None) -> Verdict:
    """Check an export by itself, or against a public key (32 bytes) one has from elsewhere.

    Raises `ValueError` for what is no export; what is wrong within one is in the verdict's faults, in order.
    """
    entries, signatures, subject, own_key = _parts(export)
    faults: list[Fault] = []
    hashes: dict[int, str] = {}
    withheld = 0
    before, wanted = START, 1
    for entry in entries:
        number = entry.get("number")
        kept_back = not CONTENT.intersection(entry)
        if not kept_back and entry.get("subject") != subject:
            faults.append(Fault(wanted, "is about somebody else"))
        if number != wanted:
            faults.append(Fault(wanted, _misplaced(number, wanted)))
            break
        if (fault := _unexplained(entry) if kept_back else _contradiction(entry)) is not None:
            faults.append(Fault(wanted, fault))
            break
        withheld += kept_back
        digest = str(entry["hash"]) if kept_back else link(before, entry)
        if digest != entry.get("hash"):
            faults.append(Fault(wanted, "is not as it was logged, or the one before it is not"))
            break
        hashes[wanted] = before = digest
        wanted += 1
    signed_to, signed_on = 0, None
    for one in signatures:
        number, day = int(one["number"]), date.fromisoformat(one["day"])
        text = signed_text(subject, day, number, str(one["hash"]))
        if not _vouched(key or own_key, bytes.fromhex(one["signature"]), text):
            faults.append(Fault(0, f"the signature of {day} was not made with this key, or not of this log"))
        elif number not in hashes:
            if not any(fault.number for fault in faults):
                faults.append(Fault(number, f"is missing, and was there when the log was signed on {day}"))
        elif hashes[number] != one["hash"]:
            faults.append(Fault(number, f"is not the one that was signed on {day}"))
        elif number >= signed_to:
            signed_to, signed_on = number, day
    return Verdict(len(hashes), signed_to, signed_on, tuple(faults), withheld)


def _unexplained(entry: Mapping[str, Any]) -> str | None:
    """What is wrong with an entry without content: it must say by which law, and have the hash it was logged with."""
    law, digest = entry.get(WITHHELD), entry.get("hash")
    if not isinstance(law, str) or not law.strip():
        return "has no content, and does not say which law withholds it"
    if not isinstance(digest, str) or not _HASH.fullmatch(digest):
        return "is withheld, and has no hash to check what follows it by"
    return None


def _contradiction(entry: Mapping[str, Any]) -> str | None:
    return "is said to be withheld, and has content" if entry.get(WITHHELD) else None


def _parts(export: Any) -> tuple[Sequence[Mapping[str, Any]], Sequence[Mapping[str, Any]], str, bytes]:
    if not isinstance(export, dict) or export.get("format") != FORMAT:
        raise ValueError(f"is no exported usage log: its 'format' is not '{FORMAT}'")
    try:
        entries, signatures = list(export["entries"]), list(export["signatures"])
        key = bytes.fromhex(export["key"]["public"])
        if not all(isinstance(one, dict) for one in (*entries, *signatures)):
            raise TypeError
        return entries, signatures, str(export["subject"]), key
    except (KeyError, TypeError, ValueError):
        raise ValueError("is no exported usage log: entries, signatures, subject or key is missing") from None


def _misplaced(number: Any, wanted: int) -> str:
    if isinstance(number, int) and number > wanted:
        return f"is missing: number {number} stands in its place"
    return f"is out of order: number {number} stands in its place"


def _vouched(key: bytes, signature: bytes, text: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, text)
    except (InvalidSignature, ValueError):
        return False
    return True


def _canonical(values: Mapping[str, Any]) -> bytes:
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def chained(before: str, entries: Iterable[Entry]) -> list[str]:
    """The hashes of entries that follow one another."""
    found = []
    for entry in entries:
        before = link(before, entry.as_json())
        found.append(before)
    return found
