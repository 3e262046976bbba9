"""The embedded database as others on the machine see it."""

from __future__ import annotations

import stat
from pathlib import Path

from sqlalchemy import text

from assistant.store import Database


async def test_a_database_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "varde.sqlite3"
    database = Database(f"sqlite+aiosqlite:///{path}")
    try:
        async with database.begin() as tx:
            await tx.execute(text("create table something (id integer)"))
        assert modes(tmp_path) == {0o600}
    finally:
        await database.close()


def modes(folder: Path) -> set[int]:
    return {stat.S_IMODE(path.stat().st_mode) for path in folder.glob("varde.sqlite3*")}
