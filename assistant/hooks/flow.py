"""Where each errand and case is: what it waits for, since when, and the next day on which something happens. Pure.

For those who conduct the work rather than do it. No fact, no name, no amount: ids, states and days.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

from assistant.casework.announcing import WaitsFor
from assistant.config import local_date

WAITS_FOR: tuple[WaitsFor, ...] = get_args(WaitsFor)
"""In the order they are shown."""

What = Literal["errand", "case"]


@dataclass(frozen=True)
class Begun:
    """An errand that a person has begun and not yet sent."""

    id: str
    kind: str
    changed_at: datetime


@dataclass(frozen=True)
class Heard:
    """A reconsideration that is not over (forvaltningsloven §§ 16, 35)."""

    state: str  # found noticed answered
    found_at: datetime
    noticed_at: datetime | None = None
    answer_by: date | None = None
    answered_at: datetime | None = None


@dataclass(frozen=True)
class Appealed:
    """An appeal that is not settled (forvaltningsloven chapter VI)."""

    status: str  # received forwarded
    received_at: datetime
    due_on: date
    forwarded_at: datetime | None = None


@dataclass(frozen=True)
class Opened:
    """A case, with what of it has not come to an end."""

    id: str
    number: int
    kind: str
    status: str  # received manual decided
    received_at: datetime
    due_on: date
    waits_for: WaitsFor = "register"  # while it is open
    waiting_since: datetime | None = None  # when it was last said to wait, or was opened again
    holds_until: date | None = None  # the first day after the newest grant
    decided_at: datetime | None = None
    heard: Heard | None = None
    appealed: Appealed | None = None


@dataclass(frozen=True)
class Standing:
    """Where one errand or case is. `next_day`: when something happens by itself, or must have happened."""

    id: str
    what: What
    kind: str
    waits_for: WaitsFor
    since: datetime
    next_day: date | None
    number: int | None = None

    def is_overdue(self, today: date) -> bool:
        return self.next_day is not None and self.next_day < today


def standing_of_errand(begun: Begun) -> Standing:
    """Only the person can go on with it."""
    return Standing(begun.id, "errand", begun.kind, "person", begun.changed_at, None)


def standing_of_case(opened: Opened, today: date) -> Standing | None:
    """Where a case is; None where nothing more is to come of it by itself.

    What concerns a decision that may be wrong comes before what follows from the decision.
    """

    def stands(waits_for: WaitsFor, since: datetime, next_day: date | None) -> Standing:
        return Standing(opened.id, "case", opened.kind, waits_for, since, next_day, opened.number)

    if opened.status != "decided":
        return stands(opened.waits_for, opened.waiting_since or opened.received_at, opened.due_on)
    if (heard := opened.heard) is not None:
        may_answer = heard.answer_by is not None and today <= heard.answer_by
        if heard.state == "noticed" and may_answer:
            return stands("answer", heard.noticed_at or heard.found_at, heard.answer_by)
        since = heard.answered_at or heard.noticed_at or heard.found_at
        return stands("case_worker", since, heard.answer_by)
    if (appealed := opened.appealed) is not None:
        if appealed.status == "forwarded":
            return stands("appeal", appealed.forwarded_at or appealed.received_at, None)
        return stands("appeal", appealed.received_at, appealed.due_on)
    if opened.holds_until is not None and opened.holds_until > today:
        return stands("deadline", opened.decided_at or opened.received_at, opened.holds_until)
    return None


@dataclass(frozen=True)
class Flow:
    """What was asked for. `counts` are of everything, whatever was chosen; `total` of what was chosen."""

    counts: Mapping[WaitsFor, int]
    overdue: int
    lines: Sequence[Standing]
    total: int


@dataclass(frozen=True)
class Choice:
    """Which of them to show; empty fields choose all."""

    waits_for: str = ""
    kind: str = ""
    overdue: bool = False

    def admits(self, one: Standing, today: date) -> bool:
        return (
            (not self.waits_for or one.waits_for == self.waits_for)
            and (not self.kind or one.kind == self.kind)
            and (not self.overdue or one.is_overdue(today))
        )


def flow_of(standings: Iterable[Standing], choice: Choice, today: date, limit: int) -> Flow:
    """Counted and chosen: what has a day comes first, the nearest day first; then what has waited longest."""
    everything = list(standings)
    chosen = sorted(
        (one for one in everything if choice.admits(one, today)),
        key=lambda one: (one.next_day or date.max, one.since, one.id),
    )
    counts = {what: sum(one.waits_for == what for one in everything) for what in WAITS_FOR}
    overdue = sum(one.is_overdue(today) for one in everything)
    return Flow(counts, overdue, chosen[:limit], len(chosen))


def days_waited(one: Standing, today: date) -> int:
    return max(0, (today - local_date(one.since)).days)
