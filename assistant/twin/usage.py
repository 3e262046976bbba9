"""The usage log: who used which facts about whom, for what, on what basis. Only added to, each entry chained."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import insert, select

from assistant.store.database import Transaction, insert_once, upsert
from assistant.store.tables import usage, usage_head
from assistant.twin.usage_chain import START, Entry, link

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


_Pending = list[tuple[Use, datetime]]


async def log_usage(tx: Transaction, uses: Iterable[Use], now: datetime) -> None:
    """Write the uses in the caller's transaction: if the log cannot be written, the reading fails too.

    They are written as the last thing before the commit, person by person in one order, so that two who log the
    same family's uses at once wait for each other and never in a ring.
    """
    pending: _Pending | None = tx.memory.get(log_usage)
    if pending is None:
        pending = tx.memory[log_usage] = []
        tx.before_commit(lambda: _append(tx))
    pending += [(use, now) for use in uses]


async def _append(tx: Transaction) -> None:
    by_subject: dict[str, _Pending] = defaultdict(list)
    for use, now in tx.memory.pop(log_usage, []):
        by_subject[use.subject_id].append((use, now))
    rows = []
    for subject_id in sorted(by_subject):
        number, before = await _head(tx, subject_id)
        for use, now in by_subject[subject_id]:
            number += 1
            entry = Entry(
                subject_id,
                number,
                now,
                use.actor_kind,
                use.actor,
                use.action,
                use.purpose,
                use.basis,
                tuple(sorted(use.concepts)),
            )
            before = link(before, entry.as_json())
            rows.append(
                {
                    "subject_id": subject_id,
                    "number": number,
                    "at": now,
                    "actor_kind": use.actor_kind,
                    "actor": use.actor,
                    "action": use.action,
                    "purpose": use.purpose,
                    "basis": use.basis,
                    "concepts": list(entry.concepts),
                    "hash": before,
                }
            )
        await upsert(tx, usage_head, {"subject_id": subject_id}, {"number": number, "hash": before})
    if rows:
        await tx.execute(insert(usage), rows)


async def _head(tx: Transaction, subject_id: str) -> tuple[int, str]:
    """The number and hash of the newest entry, held till the commit: nobody else adds to this log meanwhile."""
    begun = {"subject_id": subject_id, "number": 0, "hash": START}
    await insert_once(tx, usage_head, begun, unique=["subject_id"])
    question = select(usage_head.c.number, usage_head.c.hash).where(usage_head.c.subject_id == subject_id)
    row = await tx.first(question.with_for_update())
    assert row is not None
    return row["number"], row["hash"]


@dataclass(frozen=True)
class UsageRow(Use):
    id: int
    at: datetime
    number: int = 0
    hash: str = ""
    shown_from: datetime | None = None
    withheld: str = ""


async def usage_of(tx: Transaction, subject_id: str, limit: int = 200) -> Sequence[UsageRow]:
    """The newest uses of a subject's facts, for the person to see."""
    question = (
        select(usage).where(usage.c.subject_id == subject_id).order_by(usage.c.number.desc()).limit(limit)
    )
    return [UsageRow(**{**row, "concepts": tuple(row["concepts"])}) for row in await tx.all(question)]
