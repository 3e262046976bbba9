"""So many messages a second through each gateway: those over it are each given a moment to come back at.

They wait in the table of jobs and keep no hand busy, so that a gateway that takes ten a second holds up nobody who
goes another way. The limit holds for all workers together: they count in one row a gateway.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from assistant.config import Clock, Config
from assistant.store import Database, Postpone, Transaction
from assistant.store.database import insert_once
from assistant.store.tables import pace

SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Pace:
    """How many messages a gateway takes in a second."""

    gateway: str
    most_a_second: int


@dataclass(frozen=True)
class Count:
    """`sent` in the clock's `second`; the next moment that is nobody's is `free_at`."""

    free_at: datetime
    second: datetime
    sent: int


def paces_of(config: Config) -> Mapping[str, Pace]:
    """Channel → pace, of those that have one. Two channels through Altinn keep one pace together."""
    found = {}
    for channel, settings in (("email", config.email), ("sms", config.sms)):
        through_altinn = settings.through == "altinn"
        most = config.altinn.most_a_second if through_altinn else settings.most_a_second
        if most:
            found[channel] = Pace("altinn" if through_altinn else channel, most)
    return found


def go_or_wait(count: Count, most: int, now: datetime, *, had_moment: bool) -> tuple[Count, datetime | None]:
    """None where a message may go now, else the moment it is given; and how it stands after that.

    Who comes without a moment goes only where nobody waits for theirs. `had_moment`: it was given one, and waited.
    """
    second = now.replace(microsecond=0)
    sent = count.sent if count.second == second else 0
    gap = SECOND / most
    free_at = max(count.free_at, now)
    if sent < most and (had_moment or count.free_at <= now):
        return Count(free_at if had_moment else now + gap, second, sent + 1), None
    moment = max(free_at, now + gap)
    return Count(moment + gap, second, sent), moment


@dataclass(frozen=True)
class Paced:
    """The handler of the task 'deliver', kept to the pace of the gateway its message goes through."""

    deliver: Callable[[Mapping[str, Any]], Awaitable[None]]
    database: Database
    paces: Mapping[str, Pace]
    clock: Clock

    async def __call__(self, args: Mapping[str, Any]) -> None:
        """Raises Postpone where it is to come back."""
        kept = self.paces.get(args.get("channel", ""))
        if kept is None:
            return await self.deliver(args)
        now = self.clock()
        async with self.database.begin() as tx:
            moment = await _ask(tx, kept, now, had_moment=bool(args.get("had_moment")))
        if moment is not None:
            reason = f"{kept.gateway} takes {kept.most_a_second} a second"
            raise Postpone(reason, moment - now, {"had_moment": True})
        try:
            await self.deliver(args)
        except Postpone as wait:
            wait.noting = {"had_moment": False}  # it has used the one it had
            raise


async def _ask(tx: Transaction, kept: Pace, now: datetime, *, had_moment: bool) -> datetime | None:
    fresh = {"gateway": kept.gateway, "free_at": now, "second": now, "sent": 0}
    await insert_once(tx, pace, fresh, ("gateway",))
    ours = pace.c.gateway == kept.gateway
    row = await tx.first(select(pace.c.free_at, pace.c.second, pace.c.sent).where(ours).with_for_update())
    assert row is not None
    count, moment = go_or_wait(Count(**row), kept.most_a_second, now, had_moment=had_moment)
    values = {"free_at": count.free_at, "second": count.second, "sent": count.sent}
    await tx.execute(update(pace).where(ours).values(values))
    return moment
