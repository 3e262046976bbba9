"""The seal of a mandate: what was signed, word for word, under Ed25519 (RFC 8032), so that a changed one is found."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from assistant.acting.mandates import Mandate
from assistant.store.columns import to_json
from assistant.twin import UsageKey

FORMAT = "varde mandate 1"
"""Stands first in what is sealed: the same key signs usage logs, and neither can pass for the other."""


def as_signed(mandate: Mandate) -> dict[str, Any]:
    """All that the seal is over: everything but its acceptance and its end."""
    return {
        "format": FORMAT,
        "id": mandate.id,
        "from": mandate.from_id,
        "to": mandate.to_id,
        "themes": list(mandate.themes),
        "may": mandate.may,
        "valid_from": mandate.valid_from.isoformat(),
        "valid_to": mandate.valid_to.isoformat(),
        "text": mandate.text,
        "language": mandate.language,
        "signed_at": mandate.signed_at.astimezone(UTC).isoformat(),
        "evidence": dict(mandate.evidence),
    }


def sealed_bytes(mandate: Mandate) -> bytes:
    return f"{FORMAT}\n{to_json(as_signed(mandate))}".encode()


def seal(mandate: Mandate, key: UsageKey) -> str:
    """The signature, hexadecimal."""
    return key.private.sign(sealed_bytes(mandate)).hex()


def seal_holds(mandate: Mandate, public: str, key_id: str) -> bool:
    """Whether this is what was signed. `public`: the key of that id, hexadecimal."""
    if mandate.key != key_id:
        return False
    try:
        known = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
        known.verify(bytes.fromhex(mandate.seal), sealed_bytes(mandate))
    except (InvalidSignature, ValueError):
        return False
    return True
