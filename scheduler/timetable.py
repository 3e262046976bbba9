"""The timetable: what happens by itself, when, why, and what becomes of it where it was missed.

A job only enqueues what is due, in the transaction that keeps that it was fired: two clocks do no harm. Daily
jobs are at 04:xx, when people sleep and no hour comes twice. docs/running.md shows this table.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from assistant.config import Config, local_date
from assistant.events import wake_determinations
from assistant.guidance.telling_again import wake_second_notices
from assistant.operations.tally import enqueue_tally
from assistant.store import Transaction, enqueue
from scheduler.fire_times import Daily, Every, When

Run = Callable[[Transaction, datetime], Awaitable[None]]

ONCE_SOON = "run once, as soon as a process leads again"
NEXT_ASKS = "the next one asks for all that came since"


@dataclass(frozen=True)
class Job:
    """One line of the timetable. `run` enqueues in the transaction it is given, and does nothing else."""

    name: str
    when: When
    run: Run
    why: str
    if_missed: str = ONCE_SOON


def timetable(config: Config) -> tuple[Job, ...]:
    """All that happens by itself."""
    polled = (
        ("population_register", "births, moves, deaths"),
        ("tax_administration", "new tax assessments"),
        ("kindergarten_system", "places and their changes"),
    )
    return (
        *(
            Job(f"poll_{feed}", Every(config.poll_seconds), _poll(feed), why, NEXT_ASKS)
            for feed, why in polled
            if getattr(config, feed).base_url  # one that is not connected has nothing to tell
        ),
        *_letters(config),
        Job(
            "tally",
            Every(900),
            enqueue_tally,
            "what happened today is counted, for /metrics and for the page of what was promised and kept",
        ),
        Job(
            "wake_determinations",
            Daily(4, 5),
            wake_determinations,
            "what comes of the day alone: a birthday, a new rate, two weeks without a new job, a deadline that nears",
        ),
        Job(
            "refresh_contacts",
            Daily(4, 20),
            _once_a_day("refresh_contacts"),
            "addresses, reservations and languages as the contact register has them",
        ),
        Job(
            "renew_decisions",
            Daily(4, 35),
            _once_a_day("renew_decisions"),
            "new decisions for the coming kindergarten year, where one application covers the whole stay",
        ),
        Job(
            "second_notices",
            Daily(4, 40),
            wake_second_notices,
            "what law wants opened and was not within a week is told of once more (eForvaltningsforskriften § 8)",
        ),
        Job(
            "sign_usage",
            Daily(4, 50),
            _once_a_day("sign_usage"),
            "the usage logs that have grown are signed, so that what was logged cannot change unseen",
        ),
    )


def _letters(config: Config) -> tuple[Job, ...]:
    if not config.letter.is_in_a_folder:
        return ()
    why = "what the print house has done with the letters in the print folder"
    return (Job("letter_receipts", Every(900), _letter_receipts, why, NEXT_ASKS),)


def _poll(feed: str) -> Run:
    async def run(tx: Transaction, now: datetime) -> None:
        await enqueue(tx, "poll_feed", {"feed": feed}, now=now, key=f"feed:{feed}", receipt=f"poll:{feed}")

    return run


async def _letter_receipts(tx: Transaction, now: datetime) -> None:
    task = "read_letter_receipts"
    await enqueue(tx, task, {}, now=now, queue="bulk", key=task, receipt=task)


def _once_a_day(task: str) -> Run:
    async def run(tx: Transaction, now: datetime) -> None:
        await enqueue(tx, task, {}, now=now, queue="bulk", receipt=f"{task}:{local_date(now)}")

    return run
