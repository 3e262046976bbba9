"""`varde suppressions …`: the addresses no email is sent to because there is no such mailbox, and lifting that."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from typing import Any

from assistant.commands.arguments import CommandFault, Groups, command, group, write_json

SHOWN = 12
"""Hexadecimal digits of an address's keyed hash that tell it from the others."""


def add(groups: Groups) -> None:
    within = group(
        groups,
        "suppressions",
        does="addresses that email came back from for good, and to which no more is sent",
        example="varde suppressions list",
    )
    listing = command(
        within,
        "list",
        _list,
        does="list them by a short code, newest first; the addresses themselves are not kept",
        example="varde suppressions list",
    )
    listing.add_argument(
        "--json", action="store_true", help='print [{"code", "status", "since"}] for a machine'
    )
    lifting = command(
        within,
        "lift",
        _lift,
        does="send there again: by the code of the list, or by the address read from standard input",
        example="varde suppressions lift - < address.txt",
    )
    lifting.add_argument(
        "code", metavar="CODE", help="a code of the list; - reads one address from standard input"
    )


def _list(given: argparse.Namespace) -> int:
    found = asyncio.run(_kept())
    if given.json:
        write_json(found)
    elif not found:
        print("No address is suppressed.")
    else:
        print("\n".join(f"{one['code']}  {one['status']:<8}  {one['since']}" for one in found))
    return 0


async def _kept() -> list[dict[str, Any]]:
    from assistant.config import Config
    from assistant.guidance.email_rows import suppressions
    from assistant.store import Database

    database = Database(Config.load().database)
    try:
        async with database.read() as tx:
            rows = await suppressions(tx)
    finally:
        await database.close()
    return [
        {"code": row["address"].hex()[:SHOWN], "status": row["status"], "since": row["since"].isoformat()}
        for row in rows
    ]


def _lift(given: argparse.Namespace) -> int:
    code = None if given.code == "-" else given.code.lower()
    address = sys.stdin.readline().strip() if code is None else ""
    if code is None and not address:
        raise CommandFault("no address on standard input: write one there, or give a code of the list")
    lifted = asyncio.run(_lifted(code, address))
    if not lifted:
        raise CommandFault("that address is not suppressed: see varde suppressions list")
    print("Email is sent there again.")
    return 0


async def _lifted(code: str | None, address: str) -> bool:
    from assistant.config import Config
    from assistant.guidance.email_rows import lift, lookup_of, suppressions
    from assistant.store import Database, IdentityKeys

    config = Config.load()
    database = Database(config.database)
    try:
        async with database.begin() as tx:
            if code is None:
                keys = IdentityKeys.from_file(config.data_dir / "identity-keys.json")
                return await lift(tx, lookup_of(keys, address))
            kept = [bytes(row["address"]) for row in await suppressions(tx)]
            return await lift(tx, _one(code, kept))
    finally:
        await database.close()


def _one(code: str, kept: Sequence[bytes]) -> bytes:
    """The one suppression that a code names."""
    meant = [address for address in kept if address.hex().startswith(code)]
    if len(meant) != 1 or len(code) < SHOWN:
        raise CommandFault(f"{code!r} is no code of the list: see varde suppressions list")
    return meant[0]
