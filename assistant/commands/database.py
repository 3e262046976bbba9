"""`varde db …`: the database's shape."""

from __future__ import annotations

import argparse
import asyncio

from assistant.commands.arguments import CommandFault, Groups, command, group, write_json


def add(groups: Groups) -> None:
    within = group(groups, "db", does="the database", example="varde db upgrade")
    upgrade = command(
        within,
        "upgrade",
        _upgrade,
        does="bring the database to the shape this version needs; all of it or nothing",
        example="VARDE_DATABASE_URL=postgresql+psycopg://varde@db.example/varde varde db upgrade",
    )
    moving = command(
        groups,
        "move-database",
        _move,
        does="copy everything from SQLite into an empty PostgreSQL database; stop Varde first",
        example="varde move-database --into postgresql+psycopg://varde@db.example/varde",
    )
    moving.add_argument(
        "--into", required=True, metavar="URL", help="the URL of an empty PostgreSQL database"
    )
    upgrade.add_argument("--json", action="store_true", help='print {"from", "to"} for a machine')


def _upgrade(given: argparse.Namespace) -> int:
    from assistant.config import Config
    from assistant.store import Database
    from assistant.store.migrate import upgrade

    async def run() -> tuple[str | None, str]:
        database = Database(Config.load().database)
        try:
            return await upgrade(database)
        finally:
            await database.close()

    before, after = asyncio.run(run())
    if given.json:
        write_json({"from": before, "to": after})
    elif before == after:
        print(f"The database is at migration {after} already.")
    else:
        print(f"The database went from {before or 'empty'} to migration {after}.")
    return 0


def _move(given: argparse.Namespace) -> int:
    from assistant.config import Config
    from assistant.operations.invariants import Broken
    from assistant.operations.moving import move
    from assistant.operations.restoring import NotEmpty
    from assistant.store import Database

    async def run() -> dict[str, int]:
        source, target = Database(Config.load().database), Database(given.into)
        try:
            return await move(source, target)
        finally:
            await source.close()
            await target.close()

    try:
        rows = asyncio.run(run())
    except (NotEmpty, Broken) as fault:
        raise CommandFault(str(fault)) from None
    print(f"{sum(rows.values())} rows of {len(rows)} tables were copied; all counts are right.")
    print("Set database_url to the new database, and keep the old file until you are sure.")
    return 0
