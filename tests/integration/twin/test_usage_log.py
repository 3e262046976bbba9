"""The usage log as kept: each person's entries follow one another, whoever writes at once, and are signed daily."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime

from sqlalchemy import delete, select, update

from assistant.store import Database
from assistant.store.tables import usage, usage_signature
from assistant.twin import UsageKey, Use, exported, log_usage
from assistant.twin.usage_chain import verify
from assistant.twin.usage_signing import sign_logs

NOW = datetime(2026, 9, 1, 8, tzinfo=UTC)
KEY = UsageKey()


def use(subject: str, actor: str = "kindergarten.reduced_fee") -> Use:
    return Use(subject, "rule", actor, "used", "to find rights and duties", "§ 11", ("person.name",))


async def log(database: Database, *uses: Use) -> None:
    async with database.begin() as tx:
        await log_usage(tx, uses[:1], NOW)
        await log_usage(tx, uses[1:], NOW)


async def test_those_who_write_at_once_and_in_another_order_make_one_chain(database: Database) -> None:
    rounds = [(use("anne"), use("bo")), (use("bo"), use("anne"))] * 10
    await asyncio.gather(*(log(database, *uses) for uses in rounds))
    async with database.begin() as tx:
        for subject in ("anne", "bo"):
            verdict = verify(await exported(tx, KEY, subject, NOW))
            assert (verdict.entries, verdict.faults) == (20, ())


async def test_the_log_is_signed_once_a_day_where_it_has_grown(database: Database) -> None:
    await log(database, use("anne"), use("bo"))
    async with database.begin() as tx:
        assert await sign_logs(tx, KEY, date(2026, 9, 1)) == 2
        assert await sign_logs(tx, KEY, date(2026, 9, 1)) == 0
        assert await sign_logs(tx, KEY, date(2026, 9, 2)) == 0
    await log(database, use("anne"), use("anne"))
    async with database.begin() as tx:
        assert await sign_logs(tx, KEY, date(2026, 9, 2)) == 1
        verdict = verify(await exported(tx, KEY, "anne", NOW))
    assert (verdict.entries, verdict.signed_to, verdict.signed_on, verdict.faults) == (
        3,
        3,
        date(2026, 9, 2),
        (),
    )


async def test_a_row_changed_in_the_database_is_named(database: Database) -> None:
    await log(database, use("anne"), use("anne"), use("anne"))
    async with database.begin() as tx:
        await sign_logs(tx, KEY, date(2026, 9, 1))
        await tx.execute(
            update(usage).where(usage.c.subject_id == "anne", usage.c.number == 2).values(actor="another")
        )
        assert [str(one) for one in verify(await exported(tx, KEY, "anne", NOW)).faults] == [
            "entry 2: is not as it was logged, or the one before it is not"
        ]


async def test_the_last_rows_cannot_go_unseen_once_signed(database: Database) -> None:
    await log(database, use("anne"), use("anne"))
    async with database.begin() as tx:
        await sign_logs(tx, KEY, date(2026, 9, 1))
        await tx.execute(delete(usage).where(usage.c.number == 2))
        assert [one.number for one in verify(await exported(tx, KEY, "anne", NOW)).faults] == [2]


async def test_a_transaction_that_fails_leaves_no_entry_and_no_gap(database: Database) -> None:
    await log(database, use("anne"))
    try:
        async with database.begin() as tx:
            await log_usage(tx, [use("anne")], NOW)
            raise RuntimeError("broken off")
    except RuntimeError:
        pass
    await log(database, use("anne"))
    async with database.begin() as tx:
        numbers = [row["number"] for row in await tx.all(select(usage.c.number).order_by(usage.c.number))]
        assert numbers == [1, 2]
        assert await tx.first(select(usage_signature)) is None
