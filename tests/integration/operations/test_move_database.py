"""From SQLite to PostgreSQL: every row, with its numbers going on from where they were."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import func, insert, null, select

from assistant.cli import main
from assistant.store import Database
from assistant.store.columns import new_id
from assistant.store.migrate import upgrade
from assistant.store.tables import chat_line, data_request, job, subject
from assistant.twin import Use, log_usage

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
async def empty(database_url: str) -> AsyncIterator[str]:
    name = f"varde_test_{os.getpid()}_{secrets.token_hex(4)}"
    server = database_url.replace("+psycopg", "")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    yield f"{database_url.rpartition('/')[0]}/{name}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


async def test_everything_is_copied_and_new_rows_get_new_numbers(
    empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VARDE_DATA_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    old = Database(f"sqlite+aiosqlite:///{tmp_path}/varde.sqlite3")
    await upgrade(old)
    now, person = datetime.now(UTC), new_id()
    async with old.begin() as tx:
        await tx.execute(insert(subject).values(id=person, kind="person", created_at=now))
        for _ in range(2):
            await log_usage(tx, [Use(person, "service", "varde", "used", "to tell", "law", ("a.b",))], now)
            line = {"author": "person", "content": {"text": "hei", "none": None}, "at": now}
            await tx.execute(insert(chat_line).values(person_id=person, **line))
        asked = {
            **dict.fromkeys(("person_id", "subject_id"), person),
            "kind": "erasure",
            "municipality": "9999",
            "about": {},
            "reason": "",
            "effect": [],
            "language": "nb",
            "status": "received",
            "received_at": now,
            "due_on": now.date(),
        }
        await tx.execute(insert(data_request).values(id=new_id(), number=1, **asked))
        await tx.execute(insert(data_request).values(id=new_id(), number=2, receipt={"gone": {}}, **asked))
    await old.close()
    assert await asyncio.to_thread(main, ["move-database", "--into", empty]) == 0
    assert "all counts are right" in capsys.readouterr().out
    new = Database(empty)
    async with new.begin() as tx:
        assert [row["content"] for row in await tx.all(select(chat_line.c.content))] == [
            {"text": "hei", "none": None}
        ] * 2
        line = {"author": "person", "content": {}, "at": now}
        added = await tx.execute(insert(chat_line).values(person_id=person, **line).returning(chat_line.c.id))
        assert added.scalar() == 3
        unanswered = select(func.count()).where(data_request.c.receipt.is_(null()))
        assert await tx.scalar(unanswered) == 1
        of_it = {"task": "t", "queue": "bulk", "args": {}, "run_at": now}
        assert (await tx.execute(insert(job).values(**of_it).returning(job.c.id))).scalar() == 1
    await new.close()
    assert await asyncio.to_thread(main, ["move-database", "--into", empty]) == 1
    assert "create a new one" in capsys.readouterr().err
