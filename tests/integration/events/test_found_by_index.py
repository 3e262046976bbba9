"""What an event asks of the database is found by an index: a town of two hundred thousand is not read for each."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from house import House, open_house
from sqlalchemy import event, text

from assistant.store import Database

SMALL = ("rule_version", "template_version", "reached", "feed_pointer")
"""Rules and texts as edited here, what a question has itself gathered, one row a register."""

FROM_ITS_FIRST = ("ix_job_waiting", "ix_job_doing")
"""Indexes that are read from their first entry to one that will do, and hold only what waits or is at hand."""


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_no_event_has_a_whole_table_read(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_house(tmp_path, database_url, ["ingrid"], monkeypatch) as house:
        await house.listen()
        asked = statements_of(house.database)
        await house.play("nora_gets_place")
        assert len(asked) > 40
        assert await scans(house, asked) == []
        everybody = {"SELECT id FROM fact WHERE value = ?": ("x",)}
        assert await scans(house, everybody) == ["fact: SELECT id FROM fact WHERE value = ?"]


def statements_of(database: Database) -> dict[str, Any]:
    """What is asked from now on, with the values of the first time; grows as more is asked."""
    asked: dict[str, Any] = {}

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, many: bool) -> None:
        if statement.lstrip().startswith(("SELECT", "WITH", "UPDATE", "DELETE")):
            asked.setdefault(statement, values[0] if many else values)

    for engine in (database._writer, database._reader):
        event.listen(engine.sync_engine, "before_cursor_execute", note)
    return asked


async def scans(house: House, asked: dict[str, Any]) -> list[str]:
    found = []
    async with house.database.read() as tx:
        for statement, values in list(asked.items()):
            rows = await tx.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            for row in rows:
                scanned = re.fullmatch(r"SCAN (\w+)(?! CONSTANT).*", str(row[3]))
                in_order = str(row[3]).endswith(FROM_ITS_FIRST)
                if scanned and not scanned[1].startswith((*SMALL, "anon_")) and not in_order:
                    found.append(f"{scanned[1]}: {' '.join(statement.split())[:300]}")
        assert await tx.scalar(text("SELECT 1")) == 1
    return found
