"""Stop switches: sending by a channel, about a theme, or altogether is stopped; what waits is kept, in order.

A message that meets a switch waits without a job of its own, so that nothing goes round in vain. When the switch is
turned back, what waits goes in the order it was written; until the last of it is on its way, newer messages wait
behind it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import structlog
from sqlalchemy import Select, case, delete, func, insert, select, update

from assistant.config import Clock
from assistant.guidance import rows
from assistant.guidance.themes import theme_of, titles
from assistant.guidance.trial import Trial
from assistant.store import Database, Transaction, enqueue
from assistant.store.columns import new_id
from assistant.store.database import upsert
from assistant.store.tables import guidance, held_message, message, stop_switch
from assistant.store.work import Handler

log = structlog.get_logger()

ALL: Final = "all"
RESTORED: Final = "restored"
"""All but the chat, after a backup was put back: what waited in it may have been sent since."""

IN_TRIAL: Final = "trial"
"""The state of a message to somebody outside a trial: kept, and never sent."""

CHANNELS: Final = ("chat", "email", "sms", "push", "letter")

START_AGAIN: Final = "start_again"
BATCH: Final = 200


def keys_for(channel: str, rule: str) -> tuple[str, ...]:
    """The switches that stop a message.

    >>> keys_for("sms", "kindergarten.reduced_fee")
    ('all', 'channel:sms', 'theme:kindergarten', 'restored')
    >>> keys_for("chat", "kindergarten.reduced_fee")
    ('all', 'channel:chat', 'theme:kindergarten')
    """
    always = (ALL, f"channel:{channel}", f"theme:{theme_of(rule)}")
    return always if channel == "chat" else (*always, RESTORED)


class UnknownSwitch(ValueError):
    """There is no such channel or theme; the message names the value and those there are."""


def key_of(*, channel: str | None = None, theme: str | None = None, installed: Collection[str] = ()) -> str:
    """The switch of a channel or a theme. `installed`: channels beside our own. Raises UnknownSwitch.

    >>> key_of(channel="sms"), key_of(theme="kindergarten")
    ('channel:sms', 'theme:kindergarten')
    """
    kind, name, known = (
        ("theme", theme, tuple(titles()))
        if channel is None
        else ("channel", channel, (*CHANNELS, *installed))
    )
    if name not in known:
        raise UnknownSwitch(f"{kind}: {name!r} is none of {', '.join(known)}")
    return f"{kind}:{name}"


async def held_back(tx: Transaction, row: Mapping[str, Any], trial: Trial, now: datetime) -> bool:
    """Whether a message that was about to go waits for a switch, or is kept and never sent because of a trial."""
    if not trial.lets(row["channel"], row["person_id"]):
        await rows.set_state(tx, row["id"], IN_TRIAL)
        log.info("message.kept_in_trial", message=row["id"], channel=row["channel"])
        return True
    stopping = await _stopping(tx, keys_for(row["channel"], row["rule"]))
    if not stopping:
        return False
    mine = await tx.first(select(held_message).where(held_message.c.message_id == row["id"]))
    for switch in stopping:
        if switch["going_since"] is not None and mine is not None and mine["released"]:
            continue
        since = now if mine is None else mine["since"]
        held = {"key": switch["key"], "since": since, "released": False}
        await upsert(tx, held_message, {"message_id": row["id"]}, held)
        log.info("message.held", message=row["id"], switch=switch["key"])
        return True
    return False


async def is_stopped(tx: Transaction, channel: str) -> bool:
    """Whether nothing goes by a channel now, whatever it is about."""
    return bool(await _stopping(tx, keys_for(channel, "")))


async def _stopping(tx: Transaction, keys: Collection[str]) -> Sequence[Mapping[str, Any]]:
    """The switches among these that are live, so that none ends before this transaction does."""
    live = select(stop_switch.c.key, stop_switch.c.going_since).where(
        stop_switch.c.key.in_(keys), stop_switch.c.ended_at.is_(None)
    )
    return await tx.all(live.order_by(stop_switch.c.key).with_for_update(read=True))


async def stop(tx: Transaction, key: str, reason: str, by: str, now: datetime) -> bool:
    """Stop sending; False where that is stopped already (its reason then stands)."""
    live = await tx.first(_live(key).with_for_update())
    if live is not None and live["going_since"] is None:
        return False
    if live is not None:  # it was being let go again
        await _set(tx, live["id"], ended_at=now)
    values = {"id": new_id(), "key": key, "reason": reason, "stopped_by": by, "since": now}
    await tx.execute(insert(stop_switch).values(values))
    # What had been let go and not sent yet waits once more.
    await tx.execute(update(held_message).where(held_message.c.key == key).values(released=False))
    return True


async def go(
    tx: Transaction, key: str, by: str, now: datetime, *, take_back: bool = False, keep: Collection[str] = ()
) -> bool:
    """Let go again what was stopped, in order; False where it is not stopped.

    `take_back`: what waits by email, SMS or paper is withdrawn instead, but for the kinds in `keep`.
    """
    live = await tx.first(_live(key).with_for_update())
    if live is None or live["going_since"] is not None:
        return False
    taken_back = {"take_back_but": sorted(keep)} if take_back else {}
    await _set(tx, live["id"], going_since=now, started_by=by, **taken_back)
    receipt = f"{START_AGAIN}:{live['id']}:0"
    await enqueue(
        tx, START_AGAIN, {"switch": live["id"]}, now=now, key=START_AGAIN, queue="bulk", receipt=receipt
    )
    return True


def _live(key: str) -> Select[Any]:
    return select(stop_switch).where(stop_switch.c.key == key, stop_switch.c.ended_at.is_(None))


async def _set(tx: Transaction, switch_id: str, **values: Any) -> None:
    await tx.execute(update(stop_switch).where(stop_switch.c.id == switch_id).values(**values))


@dataclass(frozen=True)
class Switch:
    """Something that is stopped, or was. `waiting`: messages; `statutory`: those among them that law wants sent."""

    key: str
    reason: str
    stopped_by: str
    since: datetime
    started_by: str | None
    going_since: datetime | None
    ended_at: datetime | None
    waiting: int = 0
    statutory: int = 0
    oldest: datetime | None = None  # since when the first of them waits

    def as_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "reason": self.reason,
            "since": self.since,
            "going": self.going_since is not None,
            "waiting": self.waiting,
            "statutory": self.statutory,
            "oldest": self.oldest,
        }


async def live_switches(tx: Transaction, statutory: Collection[str]) -> Sequence[Switch]:
    """What is stopped now, with what waits. `statutory`: the kinds of messages that law wants sent."""
    by_law = case((guidance.c.kind.in_(statutory), 1), else_=0)
    counted = (
        select(
            held_message.c.key,
            func.count().label("waiting"),
            func.sum(by_law).label("statutory"),
            func.min(held_message.c.since).label("oldest"),
        )
        .join(message, message.c.id == held_message.c.message_id)
        .join(guidance, guidance.c.id == message.c.guidance_id)
        .where(message.c.state.in_(("waiting", "manual")), held_message.c.released.is_(False))
        .group_by(held_message.c.key)
    )
    waiting = {row.pop("key"): row for row in await tx.all(counted)}
    live = await tx.all(_COLUMNS.where(stop_switch.c.ended_at.is_(None)).order_by(stop_switch.c.since))
    return [Switch(**row, **waiting.get(row["key"], {})) for row in live]


async def ended_switches(tx: Transaction, limit: int = 20) -> Sequence[Switch]:
    """What was stopped and is no longer, the newest first."""
    ended = _COLUMNS.where(stop_switch.c.ended_at.is_not(None)).order_by(stop_switch.c.ended_at.desc())
    return [Switch(**row) for row in await tx.all(ended.limit(limit))]


_COLUMNS = select(
    stop_switch.c.key,
    stop_switch.c.reason,
    stop_switch.c.stopped_by,
    stop_switch.c.since,
    stop_switch.c.started_by,
    stop_switch.c.going_since,
    stop_switch.c.ended_at,
)


@dataclass(frozen=True)
class StartingAgain:
    """The task that lets go what waited for a switch, some at a time, in the order it was written."""

    database: Database
    clock: Clock

    def handlers(self) -> Mapping[str, Handler]:
        return {START_AGAIN: self.start_again}

    async def start_again(self, args: Mapping[str, Any]) -> None:
        """`args["switch"]`: the id of a switch that has been turned back. One that was stopped anew stays."""
        now = self.clock()
        async with self.database.begin() as tx:
            this = select(stop_switch).where(
                stop_switch.c.id == args["switch"], stop_switch.c.ended_at.is_(None)
            )
            switch = await tx.first(this.with_for_update())
            if switch is None:
                return
            let_go = await _release(tx, switch["key"], switch["take_back_but"], now)
            if not let_go:
                await tx.execute(delete(held_message).where(held_message.c.key == switch["key"]))
                await _set(tx, switch["id"], ended_at=now)
                return
            receipt = f"{START_AGAIN}:{switch['id']}:{int(args.get('part', 0)) + 1}"
            more = {"switch": switch["id"], "part": int(args.get("part", 0)) + 1}
            await enqueue(tx, START_AGAIN, more, now=now, key=START_AGAIN, queue="bulk", receipt=receipt)


async def _release(tx: Transaction, key: str, take_back_but: Collection[str] | None, now: datetime) -> int:
    """Let go of the next that wait, or take them back; how many there were."""
    waiting = (
        select(
            message.c.id,
            message.c.channel,
            message.c.person_id,
            message.c.state,
            message.c.guidance_id,
            guidance.c.kind,
        )
        .join(held_message, held_message.c.message_id == message.c.id)
        .join(guidance, guidance.c.id == message.c.guidance_id)
        .where(held_message.c.key == key, held_message.c.released.is_(False))
        .order_by(message.c.created_at, message.c.id)
        .limit(BATCH)
    )
    found = await tx.all(waiting)
    gone: list[Mapping[str, Any]] = []
    for row in found:
        taken_back = take_back_but is not None and row["kind"] not in take_back_but
        if taken_back and row["channel"] != "chat" and row["state"] in ("waiting", "manual"):
            gone.append(row)
        elif row["state"] == "waiting":
            await rows.enqueue_delivery(tx, row["id"], row["channel"], row["person_id"], now, now)
        elif row["state"] == "manual":  # a letter that people have not sent meanwhile
            await rows.enqueue_posting(tx, row["id"], row["person_id"], now)
    await rows.withdraw_messages(tx, gone, now)
    ids = [row["id"] for row in found]
    await tx.execute(update(held_message).where(held_message.c.message_id.in_(ids)).values(released=True))
    return len(found)
