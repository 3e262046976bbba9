"""Jobs at hand, and what is asked and written of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, or_, select, update

from assistant.store.asking import among
from assistant.store.tables import job


@dataclass(frozen=True)
class Claimed:
    """A job that is ours until its lease runs out. `receipt`: the one it had, and lets go of while it is done."""

    id: int
    task: str
    queue: str
    key: str
    args: Mapping[str, Any]
    attempts: int
    receipt: str | None


def still_ours(*claimed: Claimed) -> ColumnElement[bool]:
    """That nobody has taken over the jobs: whoever finds a lease run out counts an attempt."""
    by_attempts = groupby(sorted(claimed, key=lambda one: one.attempts), key=lambda one: one.attempts)
    same = [
        and_(job.c.id.in_([one.id for one in ours]), job.c.attempts == count) for count, ours in by_attempts
    ]
    return and_(job.c.state == "doing", or_(*same))


TAKEN = (
    update(job)
    .where(job.c.id.in_(among("ids")))
    .values({name: bindparam(name) for name in ("state", "leased_until", "receipt")})
)
BEHIND = select(job.c.queue).where(job.c.key.in_(among("keys")), job.c.state != "parked").distinct()
