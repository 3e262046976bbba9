"""`varde db …`: the database's shape."""

from __future__ import annotations

import argparse
import asyncio

from assistant.commands.arguments import Groups, command, group, write_json


def add(groups: Groups) -> None:
    within = group(groups, "db", does="the database", example="varde db upgrade")
    upgrade = command(
        within,
        "upgrade",
        _upgrade,
        does="bring the database to the shape this version needs; all of it or nothing",
        example="VARDE_DATABASE_URL=postgresql+psycopg://varde@db.example/varde varde db upgrade",
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
