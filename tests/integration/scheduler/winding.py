"""A clock to fight over: a job that says who fired it for which moment. As a program it is a process to kill.

python winding.py DATABASE_URL NAME BEAT SILENCE CAUTION
"""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime

from assistant.config import Config
from assistant.store import Database, Transaction, enqueue
from assistant.store.leading import Pace
from scheduler import Daily, Every, Job, Scheduler
from scheduler.fire_times import latest, name_of

OFTEN = Every(0.2)
FAST = Pace(beat=0.1, silence=0.8, caution=1.0)


def a_clock(database: Database, who: str, pace: Pace) -> Scheduler:
    """Its work has no receipt: what is fired twice is enqueued twice."""

    async def often(tx: Transaction, now: datetime) -> None:
        args = {"job": "often", "who": who, "for": name_of(OFTEN, latest(OFTEN, now))}
        await enqueue(tx, "fired", args, now=now)

    async def daily(tx: Transaction, now: datetime) -> None:
        await enqueue(tx, "fired", {"job": "daily", "who": who, "for": "the day"}, now=now)

    jobs = [
        Job("often", OFTEN, often, "to be counted"),
        Job("daily", Daily(4, 5), daily, "to be made up for"),
    ]
    return Scheduler(database, Config(), lambda: datetime.now(UTC), jobs=jobs, pace=pace)


async def main(url: str, who: str, pace: Pace) -> None:
    database = Database(url)
    async with a_clock(database, who, pace):
        print("ready", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], Pace(*map(float, sys.argv[3:6]))))
