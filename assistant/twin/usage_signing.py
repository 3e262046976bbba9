"""The usage log signed each day and handed out whole: what was logged by a day can be shown to be just that."""

from __future__ import annotations

import json
import os
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import and_, func, insert, or_, select

from assistant.config import Clock, local_date
from assistant.store import Database, Transaction
from assistant.store.tables import usage, usage_head, usage_signature
from assistant.twin.usage import kept_back
from assistant.twin.usage_chain import FORMAT, WITHHELD, Entry, signed_text

UNTIL_LATER = "not shown yet"
"""What an export says of an entry that is delayed without a law being named."""

AT_ONCE = 500  # logs a transaction: others want to write too


@dataclass(frozen=True, repr=False)
class UsageKey:
    """What usage logs are signed with (Ed25519). The public half goes with every export."""

    private: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read the key, or make it at the first start. The file is readable by its owner alone."""
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(".part")
            made = Ed25519PrivateKey.generate().private_bytes_raw().hex()
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(json.dumps({"ed25519": made}))
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        stored = json.loads(path.read_text())
        return cls(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(stored["ed25519"])))

    @property
    def public(self) -> str:
        return self.private.public_key().public_bytes_raw().hex()

    @property
    def id(self) -> str:
        return sha256(bytes.fromhex(self.public)).hexdigest()[:16]

    def __repr__(self) -> str:
        return f"UsageKey({self.id})"


async def sign_logs(tx: Transaction, key: UsageKey, day: date) -> int:
    """Sign, once a day, the newest entry of logs that have grown since they were last signed; how many."""
    latest = (
        select(usage_signature.c.subject_id, func.max(usage_signature.c.number).label("number"))
        .group_by(usage_signature.c.subject_id)
        .subquery()
    )
    today = and_(usage_signature.c.subject_id == usage_head.c.subject_id, usage_signature.c.day == day)
    question = (
        select(usage_head.c.subject_id, usage_head.c.number, usage_head.c.hash)
        .join(latest, latest.c.subject_id == usage_head.c.subject_id, isouter=True)
        .where(or_(latest.c.number.is_(None), latest.c.number < usage_head.c.number))
        .where(usage_head.c.number > 0, ~select(usage_signature.c.number).where(today).exists())
        .order_by(usage_head.c.subject_id)
        .limit(AT_ONCE)
    )
    rows = [
        {
            **row,
            "day": day,
            "key": key.id,
            "signature": key.private.sign(
                signed_text(row["subject_id"], day, row["number"], row["hash"])
            ).hex(),
        }
        for row in await tx.all(question)
    ]
    if rows:
        await tx.execute(insert(usage_signature), rows)
    return len(rows)


OTHERS = "personvernforordningen artikkel 15 nr. 4"
"""By which an entry that names another person is withheld from an export: a copy may not harm others' rights."""


async def exported(
    tx: Transaction, key: UsageKey, subject_id: str, now: datetime, known: Collection[str] = ()
) -> dict[str, Any]:
    """The whole log of a person, for them to keep: `varde usage verify` checks it without us.

    What law hides from the person, and what names a person who is not among the `known` (their own id always is), is
    there as number and hash, with the law that withholds it.
    """
    entries = await tx.all(select(usage).where(usage.c.subject_id == subject_id).order_by(usage.c.number))
    signatures = await tx.all(
        select(usage_signature)
        .where(usage_signature.c.subject_id == subject_id, usage_signature.c.key == key.id)
        .order_by(usage_signature.c.day)
    )
    return {
        "format": FORMAT,
        "subject": subject_id,
        "exported_at": now.isoformat(),
        "key": {"id": key.id, "algorithm": "Ed25519", "public": key.public},
        "entries": [_as_exported(subject_id, row, now, {subject_id, *known}) for row in entries],
        "signatures": [
            {
                "day": row["day"].isoformat(),
                "number": row["number"],
                "hash": row["hash"],
                "signature": row["signature"],
            }
            for row in signatures
        ],
    }


def _as_exported(
    subject_id: str, row: Mapping[str, Any], now: datetime, known: Collection[str]
) -> dict[str, Any]:
    withheld = ""
    if kept_back(row["shown_from"], row["withheld"], now):
        withheld = row["withheld"] or UNTIL_LATER
    elif row["actor_kind"] == "person" and row["actor"] not in known:
        withheld = OTHERS
    if withheld:
        return {"number": row["number"], "hash": row["hash"], WITHHELD: withheld}
    return {**entry_of(subject_id, row).as_json(), "hash": row["hash"]}


def entry_of(subject_id: str, row: Mapping[str, Any]) -> Entry:
    return Entry(
        subject_id,
        row["number"],
        row["at"],
        row["actor_kind"],
        row["actor"],
        row["action"],
        row["purpose"],
        row["basis"],
        tuple(row["concepts"]),
    )


@dataclass(frozen=True)
class UsageSigning:
    """`sign_usage` is the handler of the task of that name: it signs until no log is left to sign."""

    database: Database
    key: UsageKey
    clock: Clock

    def handlers(self) -> Mapping[str, Callable[[Mapping[str, Any]], Awaitable[None]]]:
        return {"sign_usage": self.sign_usage}

    async def sign_usage(self, args: Mapping[str, Any]) -> None:
        day = local_date(self.clock())
        signed = AT_ONCE
        while signed == AT_ONCE:
            async with self.database.begin() as tx:
                signed = await sign_logs(tx, self.key, day)
