"""`varde erasures …`: what people have had erased, kept beside the backups, and done again when one is put back."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from assistant.commands.arguments import CommandFault, Groups, command, group, read_file, write_json

if TYPE_CHECKING:
    from assistant.config import Config


def add(groups: Groups) -> None:
    within = group(
        groups,
        "erasures",
        does="what people have had erased, for when a backup is put back",
        example="varde erasures list > erasures.json",
    )
    command(
        within,
        "list",
        _list,
        does="print all erasures as JSON: ids, what and when, no content; keep it apart from the backups",
        example="varde erasures list > erasures.json",
    )
    applying = command(
        within,
        "apply",
        _apply,
        does="erase again what a backup that was put back has brought back; safe to run twice",
        example="varde erasures apply erasures.json",
    )
    applying.add_argument(
        "file", metavar="FILE", help="what `varde erasures list` printed; - is standard input"
    )
    applying.add_argument("--json", action="store_true", help='print {"erasures", "rows"} for a machine')


def _list(given: argparse.Namespace) -> int:
    from assistant.config import Config
    from assistant.mydata.erasing import tombstones
    from assistant.store import Database

    async def run() -> tuple[dict[str, Any], ...]:
        database = Database(Config.load().database)
        try:
            async with database.read() as tx:
                return await tombstones(tx)
        finally:
            await database.close()

    write_json({"erasures": list(asyncio.run(run()))})
    return 0


def _apply(given: argparse.Namespace) -> int:
    from assistant.config import Config

    name = "stdin" if given.file == "-" else given.file
    stones = stones_of(name, read_file(given.file, "FILE"))
    rows = asyncio.run(erase_again(Config.load(), name, stones))
    if given.json:
        write_json({"erasures": len(stones), "rows": rows})
    else:
        print(f"{len(stones)} erasures are done; {rows} rows that had come back were erased.")
    return 0


async def erase_again(
    config: Config, name: str, stones: Sequence[Mapping[str, Any]], *, unfinished: bool = False
) -> int:
    """Erase again what the stones of the file `name` tell of; how many rows had come back.

    `unfinished`: in a database that is being restored, and says no migration yet.
    """
    from assistant.assembly import assemble

    rows = 0
    async with assemble(config, unfinished=unfinished) as assistant:
        for number, stone in enumerate(stones, 1):
            try:
                async with assistant.database.begin() as tx:
                    rows += await assistant.parts.requests.erase_again(tx, stone, assistant.clock())
            except (KeyError, TypeError, ValueError):
                raise CommandFault(
                    f"{name}: erasure {number} is not as `varde erasures list` prints one: print the list anew"
                ) from None
    return rows


def stones_of(name: str, text: str) -> list[Mapping[str, Any]]:
    """The tombstones in the text of the file `name`, as `varde erasures list` printed it."""
    try:
        read = json.loads(text)
    except json.JSONDecodeError as error:
        raise CommandFault(f"{name}:{error.lineno}: is not JSON: {error.msg}") from None
    stones = read.get("erasures") if isinstance(read, dict) else None
    if not isinstance(stones, list) or not all(isinstance(one, dict) for one in stones):
        raise CommandFault(f"{name}: has no list 'erasures': give what `varde erasures list` printed")
    return stones
