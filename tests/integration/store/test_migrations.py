"""Migrations lead to the tables the code is written against, on both databases, and only they do."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Connection, MetaData, Table, Text, text

from assistant.store import Database
from assistant.store.migrate import UnfitDatabase, current, newest, require_current, upgrade
from assistant.store.tables import metadata


def differences(connection: Connection, wanted: MetaData = metadata) -> list[object]:
    # SQLite keeps a default as text, quotes and all, which Alembic takes for another one.
    defaults = connection.dialect.name != "sqlite"
    options = {"compare_type": True, "compare_server_default": defaults}
    context = MigrationContext.configure(connection, opts=options)
    return list(compare_metadata(context, wanted))


async def test_migrations_lead_to_the_tables_the_code_is_written_against(database: Database) -> None:
    async with database.read() as tx:
        assert await tx.connection.run_sync(differences) == []


async def test_the_comparison_sees_a_table_that_no_migration_makes(database: Database) -> None:
    wanted = MetaData(naming_convention=metadata.naming_convention)
    for table in metadata.tables.values():
        table.to_metadata(wanted)
    Table("forgotten", wanted, Column("name", Text))
    async with database.read() as tx:
        assert await tx.connection.run_sync(differences, wanted)


async def test_an_upgrade_of_an_upgraded_database_does_nothing(database: Database) -> None:
    assert await upgrade(database) == (newest(), newest())
    await require_current(database)


@pytest.fixture
async def empty(tmp_path: Path) -> Database:
    return Database(f"sqlite+aiosqlite:///{tmp_path / 'empty.sqlite3'}")


async def test_an_empty_database_is_refused_with_the_way_out(empty: Database) -> None:
    assert await current(empty) is None
    with pytest.raises(UnfitDatabase, match=r"empty\.sqlite3 has no tables yet: run `varde db upgrade`"):
        await require_current(empty)
    await empty.close()


async def test_a_database_of_a_newer_version_is_refused_and_left_alone(database: Database) -> None:
    async with database.begin() as tx:
        await tx.execute(text("update alembic_version set version_num = '9876'"))
    with pytest.raises(UnfitDatabase, match="9876, which this version does not know"):
        await require_current(database)
    with pytest.raises(UnfitDatabase, match="9876, which this version does not know"):
        await upgrade(database)
    assert await current(database) == "9876"
    async with database.begin() as tx:
        await tx.execute(text("update alembic_version set version_num = :newest"), {"newest": newest()})


async def test_the_password_of_the_database_is_not_in_the_message() -> None:
    database = Database("postgresql+psycopg://varde:hemmelig@127.0.0.1:1/varde")
    assert "hemmelig" not in database.url.render_as_string(hide_password=True)
    await database.close()


def test_numbers_of_migrations_are_their_files_first_letters_and_follow_each_other() -> None:
    files = sorted(Path("assistant/store/migrations/versions").glob("*.py"))
    assert [file.name[:4] for file in files] == [f"{n:04}" for n in range(1, len(files) + 1)]
    assert newest() == files[-1].name[:4]
