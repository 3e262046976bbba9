"""`varde status`: how the installation stands, and whether it needs a human."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from assistant.commands.arguments import Groups, command, write_json

if TYPE_CHECKING:
    from assistant.operations.status import Status


def add(groups: Groups) -> None:
    status = command(
        groups,
        "status",
        _status,
        does="how the installation stands: work, messages, switches, feeds, backup; exit 1 where it needs a human",
        example="varde status --json",
    )
    status.add_argument("--json", action="store_true", help="all of it, with what needs a human, as JSON")


def _status(given: argparse.Namespace) -> int:
    from assistant.config import Config
    from assistant.operations.status import needs, status_of
    from assistant.store import Database
    from assistant.store.migrate import current, require_current

    config = Config.load()

    async def run() -> Status:
        database = Database(config.database)
        try:
            await require_current(database)
            migration = await current(database) or ""
            async with database.read() as tx:
                return await status_of(tx, config, migration, config.clock())
        finally:
            await database.close()

    status = asyncio.run(run())
    wanted = needs(status, config.backup_within_hours)
    if given.json:
        write_json({**status.as_json(), "needs": list(wanted)})
    else:
        print("\n".join(lines(status, wanted)))
    return 1 if wanted else 0


def lines(status: Status, wanted: Sequence[str]) -> Iterator[str]:
    """The status for people to read."""
    yield f"database   {status.database}, migration {status.migration}"
    yield f"clock      {status.leader or 'nobody leads'}; last fired {_at(status.clock_fired_at)}"
    for one in status.queues:
        yield f"work       {one.queue}: {one.waiting} waiting{_oldest(one.oldest_seconds)}"
    for task, jobs in sorted(status.parked.items()):
        yield f"given up   {task}: {jobs}"
    for channel in status.channels:
        yield (
            f"messages   {channel.channel}: {channel.waiting} waiting{_oldest(channel.oldest_seconds)}, "
            f"{channel.failed} failed in all"
        )
    for switch in status.switches:
        state = "being let go" if switch.going_since else f"{switch.waiting} waiting"
        yield f"stopped    {switch.key} since {_at(switch.since)}: {switch.reason} ({state})"
    if status.in_trial:
        yield "trial      only those on the list are sent anything"
    for feed in status.feeds:
        yield f"feed       {feed.feed}: asked {_at(feed.asked_at)}, something new {_at(feed.moved_at)}"
    yield f"backup     {_at(status.backup_at)}"
    yield from (f"! {one}" for one in wanted)
    if not wanted:
        yield "Nothing needs a human."


def _oldest(seconds: int | None) -> str:
    return "" if seconds is None else f", the oldest for {timedelta(seconds=seconds)}"


def _at(moment: datetime | None) -> str:
    return "never" if moment is None else moment.isoformat(timespec="seconds")
