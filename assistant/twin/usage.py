"""The usage log: who used which facts about whom, for what, on what basis. Only added to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import insert, select

from assistant.store.database import Transaction
from assistant.store.tables import usage

ActorKind = Literal["rule", "person", "staff", "service"]
Action = Literal["read", "used", "fetched", "disclosed", "denied"]


@dataclass(frozen=True)
class Use:
    """One use of one subject's facts. `actor` is a rule id, a subject id, a staff or service name."""

    subject_id: str
    actor_kind: ActorKind
    actor: str
    action: Action
    purpose: str
    basis: str
    concepts: tuple[str, ...]


async def log_usage(tx: Transaction, uses: Iterable[Use], now: datetime) -> None:
    """Write the uses in the caller's transaction: if the log cannot be written, the reading fails too."""
    rows = [
        {
            "subject_id": use.subject_id,
            "at": now,
            "actor_kind": use.actor_kind,
            "actor": use.actor,
            "action": use.action,
            "purpose": use.purpose,
            "basis": use.basis,
            "concepts": sorted(use.concepts),
        }
        for use in uses
    ]
    if rows:
        await tx.execute(insert(usage), rows)


@dataclass(frozen=True)
class UsageRow(Use):
    id: int
    at: datetime


async def usage_of(tx: Transaction, subject_id: str, limit: int = 200) -> Sequence[UsageRow]:
    """The newest uses of a subject's facts, for the person to see."""
    question = select(usage).where(usage.c.subject_id == subject_id).order_by(usage.c.id.desc()).limit(limit)
    return [UsageRow(**{**row, "concepts": tuple(row["concepts"])}) for row in await tx.all(question)]
