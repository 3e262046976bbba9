"""`varde stop`, `varde go`: stop sending, and let go again what waits. `varde person`: our ids of people."""

from __future__ import annotations

import argparse
import asyncio
import getpass
from datetime import datetime
from typing import Any

from assistant.commands.arguments import CommandFault, Groups, OneLineParser, command, read_file, write_json


def add(groups: Groups) -> None:
    stop = command(
        groups,
        "stop",
        _stop,
        does="stop sending by a channel, about a theme, or altogether; what would have gone waits, in order",
        example='varde stop --channel sms --reason "the gateway sends twice"',
    )
    _what(stop, restored=False)
    stop.add_argument("--reason", required=True, help="why, for those who come after; no names")
    go = command(
        groups,
        "go",
        _go,
        does="let go again what was stopped: what waits is sent in the order it was written",
        example="varde go --channel sms",
    )
    _what(go, restored=True)
    go.add_argument(
        "--take-back",
        action="store_true",
        help="withdraw what waits by email, SMS or paper instead, but for what law wants sent",
    )
    person = command(
        groups,
        "person",
        _person,
        does="print our ids of the people whose identity numbers are read from a file, one a line",
        example="varde person - < numbers.txt > trial.txt",
    )
    person.add_argument("file", metavar="FILE", help="identity numbers, one a line; - is standard input")


def _what(parser: OneLineParser, *, restored: bool) -> None:
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--channel", metavar="CHANNEL", help="such as email, sms or chat")
    what.add_argument("--theme", metavar="THEME", help="a folder of the catalogue, such as kindergarten")
    what.add_argument("--all", action="store_true", help="everything")
    if restored:
        what.add_argument("--restored", action="store_true", help="what waits since a backup was put back")
    parser.add_argument("--json", action="store_true", help="what is stopped after this, as JSON")


def _key(given: argparse.Namespace) -> str:
    from assistant.config import Config
    from assistant.guidance.switches import ALL, RESTORED, UnknownSwitch, key_of

    if given.all:
        return ALL
    if getattr(given, "restored", False):
        return RESTORED
    try:
        return key_of(channel=given.channel, theme=given.theme, installed=Config.load().channel)
    except UnknownSwitch as fault:
        raise CommandFault(str(fault)) from None


def _stop(given: argparse.Namespace) -> int:
    from assistant.guidance.switches import stop
    from assistant.journal import clean

    key, reason = _key(given), clean(given.reason.strip())
    if not reason:
        raise CommandFault("--reason is empty: say why, for those who come after")

    async def do(tx: Any, now: datetime) -> None:
        if not await stop(tx, key, reason, _by(), now):
            raise CommandFault(f"{key} is stopped already: `varde status` shows why and since when")

    return _changed(given, do, f"Stopped: {key}. What would have gone waits; `varde go` lets it go.")


def _go(given: argparse.Namespace) -> int:
    from assistant.guidance.ladder import MUST_REACH
    from assistant.guidance.switches import go

    key = _key(given)

    async def do(tx: Any, now: datetime) -> None:
        if not await go(tx, key, _by(), now, take_back=given.take_back, keep=MUST_REACH):
            raise CommandFault(f"{key} is not stopped: `varde status` shows what is")

    return _changed(given, do, f"Started again: {key}. What waited goes in the order it was written.")


def _changed(given: argparse.Namespace, do: Any, said: str) -> int:
    from assistant.config import Config
    from assistant.guidance.ladder import MUST_REACH
    from assistant.guidance.switches import live_switches
    from assistant.store import Database
    from assistant.store.migrate import require_current

    config = Config.load()

    async def run() -> list[dict[str, Any]]:
        database = Database(config.database)
        try:
            await require_current(database)
            async with database.begin() as tx:
                await do(tx, config.clock())
            async with database.read() as tx:
                return [one.as_json() for one in await live_switches(tx, MUST_REACH)]
        finally:
            await database.close()

    live = asyncio.run(run())
    if given.json:
        write_json({"stopped": live})
    else:
        print(said)
    return 0


def _by() -> str:
    try:
        return f"command line ({getpass.getuser()})"
    except (KeyError, OSError):  # a user the machine has no name for
        return "command line"


def _person(given: argparse.Namespace) -> int:
    from assistant.config import Config
    from assistant.store import Database, Identities, IdentityKeys

    numbers = [line.strip() for line in read_file(given.file, "FILE").splitlines() if line.strip()]
    config = Config.load()
    identities = Identities(IdentityKeys.from_file(config.data_dir / "identity-keys.json"))

    async def run() -> list[str]:
        database = Database(config.database)
        try:
            async with database.read() as tx:
                found = [await identities.find(tx, "national_id", number) for number in numbers]
        finally:
            await database.close()
        for line, one in enumerate(found, 1):
            if one is None:  # the number is not repeated: this is read over shoulders, and kept in logs
                raise CommandFault(f"{given.file}: number {line} is nobody known here: take it out")
        return [one for one in found if one is not None]

    print("\n".join(asyncio.run(run())))
    return 0
