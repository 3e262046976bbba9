"""`varde backup`, `varde restore`: the whole installation's data in one file, and back into an empty place."""

from __future__ import annotations

import argparse
import asyncio
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any

from assistant.commands.arguments import CommandFault, Groups, command, read_file, write_json
from assistant.commands.erasures import erase_again, stones_of


def add(groups: Groups) -> None:
    backup = command(
        groups,
        "backup",
        _backup,
        does="write a backup while Varde runs: one moment of the database, with documents, checked; "
        "the keys are named, and kept apart from it",
        example="varde backup /backup/varde-monday --key /root/backup.key",
    )
    backup.add_argument("file", metavar="FILE", type=Path, help="a file that is not there yet")
    backup.add_argument(
        "--key", type=Path, metavar="FILE", help="seal it with this key: `openssl rand -base64 32` makes one"
    )
    backup.add_argument("--json", action="store_true", help="what is in it, as JSON")
    restore = command(
        groups,
        "restore",
        _restore,
        does="put a backup back into an empty place; notices that waited in it are held until `varde go --restored`",
        example="varde restore /backup/varde-monday --into /var/lib/varde/varde.sqlite3 --erasures erasures.json",
    )
    restore.add_argument("file", metavar="FILE", type=Path, help="what `varde backup` wrote")
    restore.add_argument(
        "--into",
        required=True,
        metavar="PLACE",
        help="an SQLite file that is not there yet, or the URL of an empty PostgreSQL database",
    )
    restore.add_argument("--key", type=Path, metavar="FILE", help="the key it was sealed with")
    erased = restore.add_mutually_exclusive_group(required=True)
    erased.add_argument(
        "--erasures", metavar="FILE", help="what `varde erasures list` printed last: these are erased again"
    )
    erased.add_argument(
        "--no-erasures", action="store_true", help="nobody has had anything erased since the backup"
    )
    restore.add_argument(
        "--json", action="store_true", help="what was restored and how long it took, as JSON"
    )


def _backup(given: argparse.Namespace) -> int:
    from assistant.config import Config
    from assistant.operations.backing_up import back_up
    from assistant.operations.sealing import NotSealed, key_of

    began, config = monotonic(), Config.load()
    try:
        key = None if given.key is None else key_of(given.key)
    except NotSealed as fault:
        raise CommandFault(str(fault)) from None
    contents = _run(back_up(config, given.file, key, config.clock))
    rows, size, seconds = sum(contents.rows.values()), given.file.stat().st_size, monotonic() - began
    if given.json:
        write_json({**contents.as_json(), "file_bytes": size, "seconds": round(seconds, 3)})
    else:
        print(f"{given.file}: {rows} rows at migration {contents.migration}, {size} bytes, {seconds:.1f} s.")
        if key is None:
            print("It is not sealed: whoever has it can read what people were told. Seal it with --key.")
        print(f"It cannot be put back without the keys in {config.data_dir}: keep these apart from it.")
    return 0


def _restore(given: argparse.Namespace) -> int:
    from assistant.config import Config
    from assistant.operations.restoring import restore
    from assistant.operations.sealing import NotSealed, key_of

    began, config = monotonic(), Config.load()
    stones = [] if given.erasures is None else stones_of(given.erasures, read_file(given.erasures, "FILE"))
    erased = 0

    async def then(url: str) -> None:
        nonlocal erased
        if stones:
            erased = await erase_again(
                config.model_copy(update={"database_url": url}), given.erasures, stones, unfinished=True
            )

    try:
        key = None if given.key is None else key_of(given.key)
    except NotSealed as fault:
        raise CommandFault(str(fault)) from None
    done = _run(restore(given.file, given.into, config.data_dir, key, config.clock, then))
    made_at, seconds = done.contents.made_at, monotonic() - began
    lost = config.clock() - made_at
    if given.json:
        write_json(
            {
                **done.contents.as_json(),
                "usage_entries": done.usage_entries,
                "erasures": len(stones),
                "erased_rows": erased,
                "lost_seconds": round(lost.total_seconds()),
                "seconds": round(seconds, 3),
            }
        )
        return 0
    print(f"Restored {sum(done.contents.rows.values())} rows in {seconds:.1f} s; all counts are right.")
    print(f"The usage logs hold: {done.usage_entries} entries, none changed or dropped.")
    print(f"{len(stones)} erasures are done again; {erased} rows that had come back were erased.")
    print(
        f"It is as it was at {_minute(made_at)}: the {_long(lost.total_seconds())} since then are not in it."
    )
    print("Notices that waited are held: `varde status` counts them, `varde go --restored` lets them go.")
    return 0


def _run(doing: Any) -> Any:
    from assistant.operations.backup_file import UnusableBackup
    from assistant.operations.invariants import Broken
    from assistant.operations.postgres_tools import NoTool
    from assistant.operations.restoring import NotEmpty
    from assistant.operations.sealing import NotSealed

    try:
        return asyncio.run(doing)
    except (UnusableBackup, Broken, NoTool, NotEmpty, NotSealed) as fault:
        raise CommandFault(str(fault)) from None


def _minute(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _long(seconds: float) -> str:
    """
    >>> _long(90061)
    '25 h 1 min'
    """
    minutes = int(seconds) // 60
    return f"{minutes // 60} h {minutes % 60} min"
