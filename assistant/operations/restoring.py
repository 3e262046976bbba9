"""Putting a backup back, into an empty place only: all of it or nothing, checked, and with what waited held.

Until the last step the place is none that Varde starts on.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

from sqlalchemy import URL, inspect, make_url, text

from assistant.guidance.switches import RESTORED, stop
from assistant.operations import postgres_tools
from assistant.operations.backing_up import Keys
from assistant.operations.backup_file import COPIED, Contents, UnusableBackup, opened, working_folder
from assistant.operations.invariants import check_rows, check_usage
from assistant.operations.sealing import sync
from assistant.store import Database
from assistant.store.migrate import newest, upgrade

VERSION: Final = "alembic_version"


class NotEmpty(ValueError):
    """There is something already where a backup was to be put back; the message names it."""


@dataclass(frozen=True)
class Restored:
    """`url`: where Varde now finds it."""

    contents: Contents
    url: str
    usage_entries: int


async def restore(
    path: Path,
    into: str,
    data_dir: Path,
    key: bytes | None,
    now: Callable[[], datetime],
    then: Callable[[str], Awaitable[None]],
) -> Restored:
    """Put a backup back into an empty PostgreSQL database or a new SQLite file.

    `data_dir` must hold the keys the backup names. `then(url)` is done before anybody can start on it: what was
    erased since is erased again. Raises NotEmpty, UnusableBackup, NotSealed, Broken, NoTool,
    ConfigurationError or OSError, and the place is as it was; on PostgreSQL it may hold tables that Varde does not
    start on.
    """
    url = place_of(into)
    with (
        opened(path, key) as (contents, dumped),
        working_folder(_room(url, path)) as beside,
    ):
        _fits(contents, url, Keys.of(data_dir))
        unpacked = beside / "database"
        hashed = sha256()
        with unpacked.open("wb") as file:
            while piece := dumped.read(COPIED):
                hashed.update(piece)
                file.write(piece)
        if hashed.hexdigest() != contents.sha256:
            raise UnusableBackup(f"{path} is not as it was written: take another copy")
        if url.get_backend_name() == "sqlite":
            target = Path(str(url.database))
            beside_url = make_url(f"sqlite+aiosqlite:///{unpacked}")
            entries = await _check(beside_url, contents, now)
            await then(f"sqlite+aiosqlite:///{unpacked}")
            await _finish(beside_url)
            _settle(unpacked)
            unpacked.chmod(0o600)
            sync(unpacked)
            shutil.move(unpacked, target)
            sync(target.parent)
        else:
            await _require_empty(url)
            postgres_tools.put_back(unpacked, url, leave_out=VERSION)
            entries = await _check(url, contents, now)
            await then(url.render_as_string(hide_password=False))
            await _finish(url)
    return Restored(contents, url.render_as_string(hide_password=False), entries)


def place_of(into: str) -> URL:
    """A database URL, or the path of an SQLite file that is not there yet. Raises NotEmpty."""
    url = make_url(into if "://" in into else f"sqlite+aiosqlite:///{Path(into).absolute()}")
    if url.get_backend_name() == "sqlite" and Path(str(url.database)).exists():
        raise NotEmpty(f"--into {url.database} is there already: name a file that is not")
    return url


def _room(url: URL, path: Path) -> Path:
    """On the disk it is to end on, so that the last step is a change of name."""
    if url.get_backend_name() != "sqlite":
        return path.absolute().parent
    folder = Path(str(url.database)).parent
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _fits(contents: Contents, url: URL, keys: Keys) -> None:
    if contents.kind != url.get_backend_name():
        raise UnusableBackup(f"the backup is of {contents.kind}: put it back into {contents.kind}")
    if contents.migration > newest():
        raise UnusableBackup(
            f"the backup is at migration {contents.migration}, which this version does not know: "
            "install the version that made it, or a newer one"
        )
    if keys.identity != contents.identity_keys or not set(contents.encryption_keys) <= set(keys.encryption):
        raise UnusableBackup(
            "identity-keys.json in data_dir is not the one this database was sealed with: put that one there"
        )


async def _require_empty(url: URL) -> None:
    database = Database(url.render_as_string(hide_password=False))
    try:
        async with database.read() as tx:
            tables = await tx.connection.run_sync(lambda sync_: inspect(sync_).get_table_names())
    finally:
        await database.close()
    if tables:
        raise NotEmpty(f"--into: the database has {len(tables)} tables: create a new one and name that")


async def _check(url: URL, contents: Contents, now: Callable[[], datetime]) -> int:
    """Check it and hold what waits; the entries of the usage logs. It says no migration then: nobody starts on it."""
    database = Database(url.render_as_string(hide_password=False))
    at_newest = contents.migration == newest()
    try:
        if not at_newest:
            await _say_migration(database, contents.migration)
            await upgrade(database)
        async with database.begin() as tx:
            if at_newest:  # an upgrade may have moved rows, and counts them no more
                await check_rows(tx, contents.rows)
            entries = await check_usage(tx)
            told = f"restored from a backup of {contents.made_at.isoformat(timespec='seconds')}"
            await stop(tx, RESTORED, told, "varde restore", now())
            await tx.execute(text("delete from alembic_version"))
        return entries
    finally:
        await database.close()


async def _finish(url: URL) -> None:
    """Say which migration it is at, without which Varde does not start: the last of all."""
    database = Database(url.render_as_string(hide_password=False))
    try:
        await _say_migration(database, newest())
    finally:
        await database.close()


async def _say_migration(database: Database, migration: str) -> None:
    async with database.begin() as tx:
        await tx.execute(text("delete from alembic_version"))
        await tx.execute(text("insert into alembic_version values (:version)").bindparams(version=migration))


def _settle(path: Path) -> None:
    """Everything into the one file: no log beside it that could be left behind."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
        connection.execute("pragma journal_mode=delete")
