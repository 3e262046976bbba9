"""Making a backup of a running installation: one moment of the database, checked, with its keys named."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic

import psycopg
from sqlalchemy import insert

from assistant.config import Config, ConfigurationError
from assistant.operations import postgres_tools
from assistant.operations.backup_file import Contents, digest_of, working_folder, write_backup
from assistant.operations.invariants import Broken
from assistant.store import Database, IdentityKeys
from assistant.store.columns import new_id
from assistant.store.migrate import require_current
from assistant.store.tables import backup_made, metadata
from assistant.twin import UsageKey

IDENTITY_KEYS = "identity-keys.json"
USAGE_KEY = "usage-key.json"


@dataclass(frozen=True)
class Keys:
    """What the keys in a data directory are known by; the keys themselves are in no backup."""

    identity: str
    encryption: tuple[str, ...]
    usage: str

    @classmethod
    def of(cls, data_dir: Path) -> Keys:
        """Raises ConfigurationError where they are not there: made anew, they would open nothing."""
        for name in (IDENTITY_KEYS, USAGE_KEY):
            if not (data_dir / name).exists():
                raise ConfigurationError(
                    f"data_dir {data_dir} has no {name}: put it there first; without it the database is of no use"
                )
        keys = IdentityKeys.from_file(data_dir / IDENTITY_KEYS)
        usage = UsageKey.from_file(data_dir / USAGE_KEY)
        return cls(keys.digest("backup", "keys").hex(), tuple(sorted(keys.encryption)), usage.public)


async def back_up(config: Config, path: Path, key: bytes | None, now: Callable[[], datetime]) -> Contents:
    """Write a backup of the configured database to a file that is not there yet.

    Raises UnfitDatabase, ConfigurationError, NoTool, Broken, UnusableBackup or OSError; then there is no such file.
    """
    _require_absent(path)
    began = monotonic()
    keys = Keys.of(config.data_dir)
    database = Database(config.database)
    try:
        await require_current(database)
        made_at = now()
        # Beside the backup: the same disk has room for both or for none.
        with working_folder(path.parent) as beside:
            dumped = beside / "database"
            copy = _copy_sqlite if database.is_sqlite else _copy_postgresql
            migration, rows = copy(database, dumped)
            contents = Contents(
                made_at=made_at,
                kind=database.url.get_backend_name(),
                migration=migration,
                rows=rows,
                identity_keys=keys.identity,
                encryption_keys=keys.encryption,
                usage_key=keys.usage,
                bytes=_size(dumped),
                sha256=digest_of(dumped),
            )
            write_backup(path, contents, dumped, key)
        took = round(1000 * (monotonic() - began))
        of_it = {"id": new_id(), "at": made_at, "bytes": _size(path), "milliseconds": took}
        async with database.begin() as tx:
            await tx.execute(insert(backup_made).values(of_it))
    finally:
        await database.close()
    return contents


def _require_absent(path: Path) -> None:
    if path.exists():
        raise FileExistsError(f"FILE {path} is there already: choose another name")


def _size(path: Path) -> int:
    return path.stat().st_size


def _copy_sqlite(database: Database, to: Path) -> tuple[str, dict[str, int]]:
    """One moment of it, while others write: the migration it is at, and its rows."""
    with closing(sqlite3.connect(str(database.url.database), timeout=30)) as source:
        source.execute("vacuum into ?", (str(to),))
    with closing(sqlite3.connect(to)) as copy:
        if (said := copy.execute("pragma integrity_check").fetchone()) != ("ok",):
            raise Broken(f"the database is damaged: {said[0]}: put the last good backup back")
        if copy.execute("pragma foreign_key_check").fetchone() is not None:
            raise Broken("the database is damaged: a row points to one that is gone")
        migration = copy.execute("select version_num from alembic_version").fetchone()[0]
        rows = {
            name: copy.execute(f'select count(*) from "{name}"').fetchone()[0]  # noqa: S608  (our own names)
            for name in metadata.tables
        }
    return migration, rows


def _copy_postgresql(database: Database, to: Path) -> tuple[str, dict[str, int]]:
    """As of one snapshot, in which the rows are counted and from which pg_dump reads."""
    url = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        connection.execute("set transaction isolation level repeatable read, read only")

        def one(question: str) -> str:
            row = connection.execute(question).fetchone()
            return str(row[0]) if row else ""

        snapshot = one("select pg_export_snapshot()")
        migration = one("select version_num from alembic_version")
        rows = {
            name: int(one(f'select count(*) from "{name}"'))  # noqa: S608  (our own names)
            for name in metadata.tables
        }
        postgres_tools.dump(database.url, to, snapshot)
    postgres_tools.check(to, database.url)
    return migration, rows
