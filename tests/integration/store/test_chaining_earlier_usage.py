"""What was logged before the usage log was a chain becomes one, in the order it was logged."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text

from assistant.store import Database
from assistant.store.migrate import upgrade
from assistant.twin import UsageKey, Use, exported, log_usage
from assistant.twin.usage_chain import verify


async def test_earlier_entries_are_chained_and_later_ones_follow(tmp_path: Path) -> None:
    from datetime import UTC, datetime

    now = datetime(2026, 9, 1, 8, tzinfo=UTC)
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'earlier.sqlite3'}")
    await upgrade(database, "0001")
    async with database.begin() as tx:
        for number in range(3):
            for subject in ("anne", "bo"):
                row = {"s": subject, "at": f"2026-08-0{number + 1} 10:00:00.000000", "c": '["person.name"]'}
                await tx.execute(
                    text(
                        "insert into usage (subject_id, at, actor_kind, actor, action, purpose, basis, concepts)"
                        " values (:s, :at, 'rule', 'r', 'used', 'p', 'b', :c)"
                    ),
                    row,
                )
    await upgrade(database)
    async with database.begin() as tx:
        await log_usage(tx, [Use("anne", "rule", "r", "used", "p", "b", ("person.name",))], now)
    async with database.begin() as tx:
        verdicts = [verify(await exported(tx, UsageKey(), subject, now)) for subject in ("anne", "bo")]
    assert [(one.entries, one.faults) for one in verdicts] == [(4, ()), (3, ())]
    await database.close()
