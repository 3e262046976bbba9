"""Adding work to the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Any
from zlib import crc32

from sqlalchemy import func, select

from assistant.store.database import Transaction, insert_into
from assistant.store.news import WORK, tell
from assistant.store.tables import job
from assistant.store.work.waking import wake

QUEUES = ("chat", "events", "bulk")
"""The first is served first. What a person sits and waits for; what has happened; what has until tomorrow."""

SOON = QUEUES[:2]
"""Those of which other processes are told, so that nobody who waits waits for their next look."""

QUEUE_LOCKS = 1  # the class of our advisory locks; those of `in_turn` have none
LANES = 64  # few enough that work for a whole town takes no more locks than PostgreSQL has


async def enqueue(
    tx: Transaction,
    task: str,
    args: Mapping[str, Any],
    *,
    now: datetime,
    key: str = "",
    queue: str = "events",
    run_at: datetime | None = None,
    receipt: str | None = None,
) -> None:
    """Add a job to the caller's transaction; it is written right before the commit.

    `key`: jobs with the same key run one at a time, in the order they were enqueued (use the person's id). One
    that waits for its `run_at` holds up those behind it: give it a key of its own where it must not.
    `receipt`: while a job with the same receipt is waiting, this one is not added a second time.
    `args` must not hold identity numbers, names or addresses: they are seen by those who operate the queue.
    """
    if queue not in QUEUES:
        raise ValueError(f"{task}: there is no queue {queue!r}, nobody would do it; give one of {QUEUES}")
    values = {
        "task": task,
        "queue": queue,
        "key": key,
        "args": dict(args),
        "run_at": run_at or now,
        "receipt": receipt,
        "state": "todo",
    }
    if not tx.jobs:
        tx.before_commit(partial(_write, tx))
    if not any(other["queue"] == queue for other in tx.jobs):
        tx.after_commit(partial(wake, queue))
    tx.jobs.append(values)


async def _write(tx: Transaction) -> None:
    """Write what was enqueued, in line with other transactions that bring work for the same key or receipt."""
    new, tx.jobs = tx.jobs, []
    await in_line(tx, [name for values in new for name in (values["key"], values["receipt"])])
    added = insert_into(tx, job)
    # The waiting one is written, not just seen: on PostgreSQL nobody can then begin it, and read
    # what it goes by, before our own news is committed. When it is due stands: it may be put off.
    once = insert_into(tx, job)
    once = once.on_conflict_do_update(index_elements=["receipt"], set_={"receipt": once.excluded.receipt})
    if tx.connection.dialect.name == "postgresql":  # on SQLite there is one process, and it is woken as it is
        for queue in {values["queue"] for values in new if values["queue"] in SOON}:
            await tell(tx, WORK, queue)
    for has_receipt, rows in groupby(new, lambda values: values["receipt"] is not None):
        await tx.execute(once if has_receipt else added, list(rows))


async def in_line(tx: Transaction, names: Iterable[str | None]) -> None:
    """Wait for those who write jobs of these keys and receipts: ids are then committed in their order.

    PostgreSQL gives an id when the row is written, so a later one could else be seen, and begun, first. The
    lanes are taken in one order and after all else, so that no two transactions wait for each other.
    """
    if tx.connection.dialect.name == "postgresql":
        for lane in sorted({crc32(name.encode()) % LANES for name in names if name}):
            await tx.execute(select(func.pg_advisory_xact_lock(QUEUE_LOCKS, lane)))
