"""How the installation stands at a moment: the database, the clock, the work, what waits, what is stopped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select

from assistant.config import Config
from assistant.guidance.ladder import MUST_REACH
from assistant.guidance.switches import Switch, live_switches
from assistant.store import Transaction
from assistant.store.leading import who_leads
from assistant.store.migrate import newest
from assistant.store.tables import backup_made, feed_pointer, fired, message
from assistant.store.work import QUEUES, oldest, parked, waiting

TOO_OLD: Final = {"chat": timedelta(minutes=1), "events": timedelta(minutes=15), "bulk": timedelta(hours=2)}
"""Work that has waited longer than this says that there are too few workers, or none."""
CLOCK_SILENT: Final = timedelta(hours=1)
"""The tally is fired four times an hour, so a clock that has fired nothing for so long stands still."""
FEED_SILENT: Final = timedelta(minutes=15)
WAITS_TOO_LONG: Final = timedelta(hours=24)
"""How long a message that is due may wait before somebody should look."""


@dataclass(frozen=True)
class QueueState:
    queue: str
    waiting: int
    oldest_seconds: int | None


@dataclass(frozen=True)
class ChannelState:
    """Messages that are due and not sent, and those that failed in all."""

    channel: str
    waiting: int
    oldest_seconds: int | None
    failed: int


@dataclass(frozen=True)
class FeedState:
    """A register's feed: when the clock last had it asked, and when it last had something new."""

    feed: str
    asked_at: datetime | None
    moved_at: datetime | None


@dataclass(frozen=True)
class Status:
    """`needs`: what a human should do something about, one sentence each; none where all is well."""

    at: datetime
    database: str  # sqlite or postgresql
    migration: str
    newest_migration: str
    leader: str
    clock_fired_at: datetime | None
    queues: Sequence[QueueState]
    parked: Mapping[str, int]  # task → jobs
    channels: Sequence[ChannelState]
    switches: Sequence[Switch]
    in_trial: bool
    feeds: Sequence[FeedState]
    backup_at: datetime | None

    def as_json(self) -> dict[str, Any]:
        plain = asdict(self)
        return {**plain, "switches": [one.as_json() for one in self.switches]}


async def status_of(tx: Transaction, config: Config, migration: str, now: datetime) -> Status:
    """Read it all. `migration`: the number the database is at."""
    ages = {queue: _seconds(now - at) for queue, at in (await oldest(tx, now)).items()}
    due = await waiting(tx, now)
    stopped: dict[str, int] = {}
    for job in await parked(tx):
        stopped[job.task] = stopped.get(job.task, 0) + 1
    return Status(
        at=now,
        database=tx.connection.dialect.name,
        migration=migration,
        newest_migration=newest(),
        leader=await who_leads(tx, "clock"),
        clock_fired_at=await tx.scalar(select(func.max(fired.c.at))),
        queues=[QueueState(queue, due[queue], ages.get(queue)) for queue in QUEUES],
        parked=stopped,
        channels=await channel_states(tx, now),
        switches=await live_switches(tx, MUST_REACH),
        in_trial=config.trial.only_to is not None or config.trial.only_to_file is not None,
        feeds=await _feeds(tx, config),
        backup_at=await tx.scalar(select(func.max(backup_made.c.at))),
    )


async def channel_states(tx: Transaction, now: datetime) -> Sequence[ChannelState]:
    """Each channel that has something waiting or failed, by name."""
    due = select(
        message.c.channel, func.count().label("waiting"), func.min(message.c.send_at).label("oldest")
    ).where(message.c.state == "waiting", message.c.send_at <= now)
    waits = {row["channel"]: row for row in await tx.all(due.group_by(message.c.channel))}
    lost = select(message.c.channel, func.count().label("failed")).where(message.c.state == "failed")
    failed = {row["channel"]: row["failed"] for row in await tx.all(lost.group_by(message.c.channel))}
    return [
        ChannelState(
            channel=name,
            waiting=waits[name]["waiting"] if name in waits else 0,
            oldest_seconds=_seconds(now - waits[name]["oldest"]) if name in waits else None,
            failed=failed.get(name, 0),
        )
        for name in sorted({*waits, *failed})
    ]


async def _feeds(tx: Transaction, config: Config) -> Sequence[FeedState]:
    names = [
        one
        for one in ("population_register", "tax_administration", "kindergarten_system")
        if getattr(config, one).base_url
    ]
    asked = select(fired.c.job, func.max(fired.c.at).label("at")).where(
        fired.c.job.in_([f"poll_{one}" for one in names])
    )
    when = {row["job"]: row["at"] for row in await tx.all(asked.group_by(fired.c.job))}
    moved = select(feed_pointer.c.feed, feed_pointer.c.moved_at)
    new = {row["feed"]: row["moved_at"] for row in await tx.all(moved)}
    return [FeedState(one, when.get(f"poll_{one}"), new.get(one)) for one in names]


def _seconds(age: timedelta) -> int:
    return max(0, int(age.total_seconds()))


def needs(status: Status, backup_within_hours: int) -> Sequence[str]:
    """What a human should see to, with the command that helps; empty where all is well."""
    said = []
    if status.migration != status.newest_migration:
        said.append(
            f"the database is at migration {status.migration}, this version needs {status.newest_migration}: "
            "run `varde db upgrade`"
        )
    if status.clock_fired_at is None or status.at - status.clock_fired_at > CLOCK_SILENT:
        said.append("the clock has fired nothing for an hour: start `varde worker` (on SQLite `varde serve`)")
    said += [
        f"work in the queue {one.queue} has waited {one.oldest_seconds} s: start more `varde worker`"
        for one in status.queues
        if one.oldest_seconds is not None and timedelta(seconds=one.oldest_seconds) > TOO_OLD[one.queue]
    ]
    if jobs := sum(status.parked.values()):
        said.append(f"{jobs} jobs have given up: look at /desk/work")
    held = {one.key.removeprefix("channel:") for one in status.switches}
    said += [
        f"messages by {one.channel} have waited {one.oldest_seconds} s: look at the log for message.attempted"
        for one in status.channels
        if one.oldest_seconds is not None
        and timedelta(seconds=one.oldest_seconds) > WAITS_TOO_LONG
        and not held & {one.channel, "all", "restored"}
    ]
    said += [
        f"{one.key} is stopped and {one.waiting} messages wait ({one.statutory} that law wants sent): "
        f"when it is put right, `varde go {_option(one.key)}`"
        for one in status.switches
    ]
    said += [
        f"the feed of {one.feed} was last asked {one.asked_at or 'never'}: look at /desk/work"
        for one in status.feeds
        if one.asked_at is None or status.at - one.asked_at > FEED_SILENT
    ]
    within = timedelta(hours=backup_within_hours)
    if within and (status.backup_at is None or status.at - status.backup_at > within):
        said.append(f"the last backup was made {status.backup_at or 'never'}: run `varde backup FILE`")
    return said


def _option(key: str) -> str:
    """
    >>> _option("all"), _option("channel:sms")
    ('--all', '--channel sms')
    """
    return "--" + key.replace(":", " ")
