"""Bring a database to the shape this version of Varde needs, and refuse to work on any other.

Migrations are numbered and go forward only (`migrations/versions/0001_….py`). One is one step of a single
transaction, on SQLite as on PostgreSQL: an upgrade that fails leaves the database as it was.
"""

from __future__ import annotations

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from assistant.store.database import Database

_LOCK = 0x7661726465  # 'varde': the advisory lock of those who migrate


class UnfitDatabase(RuntimeError):
    """The database has not the shape this version needs; the message says what to do."""


def _alembic(connection: Connection | None = None) -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", "assistant.store:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def newest() -> str:
    """The number of the newest migration there is, such as '0001'."""
    head = ScriptDirectory.from_config(_alembic()).get_current_head()
    if head is None:
        raise UnfitDatabase("assistant/store/migrations holds no migration: install Varde again")
    return head


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


async def current(database: Database) -> str | None:
    """The number of the newest migration the database has been through; None for an empty one."""
    async with database.read() as tx:
        return await tx.connection.run_sync(_current)


async def upgrade(database: Database, to: str = "head") -> tuple[str | None, str]:
    """Run what is missing; the numbers before and after. Two who upgrade at once wait for each other.

    `to` is the last migration to run, for tests of what one does to data from before it.
    """

    def run(connection: Connection) -> tuple[str | None, str]:
        if connection.dialect.name == "postgresql":
            connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        before = _current(connection)
        _refuse_newer(before, database)
        command.upgrade(_alembic(connection), to)
        return before, newest() if to == "head" else to

    async with database.begin() as tx:
        return await tx.connection.run_sync(run)


async def require_current(database: Database) -> None:
    """Raise `UnfitDatabase` unless every migration has been run: call it before serving or working."""
    found = await current(database)
    if found == newest():
        return
    _refuse_newer(found, database)
    shown = database.url.render_as_string(hide_password=True)
    state = (
        "has no tables yet" if found is None else f"is at migration {found}, this version needs {newest()}"
    )
    raise UnfitDatabase(f"database {shown} {state}: run `varde db upgrade`")


def _refuse_newer(found: str | None, database: Database) -> None:
    known = {revision.revision for revision in ScriptDirectory.from_config(_alembic()).walk_revisions()}
    if found is not None and found not in known:
        shown = database.url.render_as_string(hide_password=True)
        raise UnfitDatabase(
            f"database {shown} is at migration {found}, which this version does not know "
            f"(its newest is {newest()}): start the newer version of Varde that made it"
        )
