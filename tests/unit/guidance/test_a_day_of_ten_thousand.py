"""A day in December and the two days on which the clocks change, for ten thousand people: what the policy promises.

Time is an input: a day takes a second or two. What happens to whom is made up from a seed, more of it at night and
at once than any real day has.
"""

from __future__ import annotations

import heapq
import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property

import pytest
from counting import counted

from assistant.config import OSLO, NoticeSettings, local_date
from assistant.guidance.being_told import PACES, Pace, gathered_at
from assistant.guidance.ladder import FIRST, SECOND, is_told_twice, second_notice_on
from assistant.guidance.timing import WEEK, is_day_off, is_too_late, may_go_at

PEOPLE = 10_000
NOTICES = NoticeSettings()
DAYS = (date(2026, 12, 24), date(2026, 3, 29), date(2026, 10, 25))


@dataclass(frozen=True)
class Notice:
    id: int
    person: int
    written: datetime
    must_reach: bool
    deadline: date | None
    pace: Pace = "at_once"

    @cached_property
    def held_until(self) -> datetime | None:
        """When it is told of with the rest: not what is urgent."""
        urgent = self.must_reach or self.deadline is not None or self.pace == "at_once"
        return None if urgent else gathered_at(self.written, self.pace, NOTICES)


@dataclass
class Town:
    """What is written to whom, when they are done with it, and what has gone out."""

    notices: list[Notice]
    done_at: dict[int, datetime]
    sent: dict[int, datetime] = field(default_factory=dict)
    heard: defaultdict[int, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    dropped: set[int] = field(default_factory=set)
    spoken_for: set[int] = field(default_factory=set)  # by the notice of another
    again: dict[int, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.of: defaultdict[int, list[Notice]] = defaultdict(list)
        for one in self.notices:
            self.of[one.person].append(one)

    def live(self) -> None:
        """Each notice is asked for its permission to go when it was written, and again when it was told to come."""
        waiting = [(one.written, one.id) for one in self.notices]
        heapq.heapify(waiting)
        while waiting:
            now, id = heapq.heappop(waiting)
            one = self.notices[id]
            if id in self.spoken_for:
                continue
            done = id in self.done_at and self.done_at[id] <= now
            if (done or is_too_late(now, one.deadline)) and not one.must_reach:
                self.dropped.add(id)
                continue
            heard = [at for at in self.heard[one.person] if at > now - WEEK]
            at = may_go_at(
                now,
                NOTICES,
                sent=heard,
                deadline=one.deadline,
                must_reach=one.must_reach,
                held_until=one.held_until,
            )
            if at > now:
                heapq.heappush(waiting, (at.astimezone(UTC), id))
                continue
            assert id not in self.sent, "told twice"
            self.sent[id] = now
            self.heard[one.person].append(now)
            if one.held_until is not None:
                self.spoken_for |= {
                    other.id
                    for other in self.of[one.person]
                    if other.id not in self.sent
                    and other.id not in self.dropped
                    and other.held_until is not None
                    and other.held_until <= now
                }
        self.look_again()

    def look_again(self) -> None:
        """A week later, of what law wants opened and was not: once more, and never a third time."""
        for id, at in self.sent.items():
            kind = "decision_made" if self.notices[id].must_reach else "right_found"
            if not is_told_twice(kind, FIRST) or id in self.done_at:
                continue
            morning = datetime.combine(second_notice_on(local_date(at)), time(4, 40), OSLO)
            self.again[id] = may_go_at(morning, NOTICES, must_reach=True)
            assert not is_told_twice(kind, SECOND)


def town_of(day: date) -> Town:
    chance = random.Random(day.isoformat())
    midnight = datetime.combine(day, time(), OSLO).astimezone(UTC)
    notices: list[Notice] = []
    done_at: dict[int, datetime] = {}
    for person in range(PEOPLE):
        for _ in range(chance.choice((1, 1, 1, 2, 5))):
            written = midnight + timedelta(minutes=chance.randrange(24 * 60))
            must = chance.random() < 0.2
            deadline = (
                local_date(written) + timedelta(days=chance.randrange(10)) if chance.random() < 0.3 else None
            )
            id = len(notices)
            pace = PACES[person % len(PACES)]
            notices.append(Notice(id, person, written, must, None if must else deadline, pace))
            if chance.random() < 0.4:
                done_at[id] = written + timedelta(minutes=chance.randrange(36 * 60))
    return Town(notices, done_at)


def could_be_told(one: Notice) -> bool:
    """Whether an hour that is not of the night was left before the deadline."""
    woken = may_go_at(one.written, NOTICES, must_reach=True)
    return one.deadline is not None and local_date(woken) <= one.deadline


def by_day(town: Town) -> dict[int, Counter[date]]:
    """Person → how many gathered notices they had on each day."""
    found: defaultdict[int, Counter[date]] = defaultdict(Counter)
    for id, at in town.sent.items():
        one = town.notices[id]
        if one.held_until is not None:
            found[one.person][local_date(at)] += 1
    return found


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_never_at_night_never_twice_never_after_it_is_done_and_always_in_time(day: date) -> None:
    town = town_of(day)
    town.live()
    assert len(town.sent) + len(town.dropped) + len(town.spoken_for) == len(town.notices), "nothing is lost"
    enough = 0
    for id, at in town.sent.items():
        one, here = town.notices[id], at.astimezone(OSLO)
        assert NOTICES.quiet_until <= here.time() < NOTICES.quiet_from, here
        if one.must_reach:
            assert at - one.written < timedelta(hours=12), "it waits for a night and no more"
            continue
        assert id not in town.done_at or town.done_at[id] > at, "told of what was done"
        assert one.deadline is None or here.date() <= one.deadline, "told of yesterday's deadline"
        earlier = sum(at - WEEK < other < at for other in town.heard[one.person])
        if one.deadline is None:
            assert not is_day_off(here.date())
            assert earlier < NOTICES.a_week
            assert one.held_until is None or at >= one.held_until, (
                "told before what it was to be gathered with"
            )
        enough += earlier >= NOTICES.a_week
    late = [id for id in town.dropped if id not in town.done_at and could_be_told(town.notices[id])]
    assert late == [], "a deadline that could be told of was not"
    assert all(town.notices[id].held_until is not None for id in town.spoken_for), "urgent, and kept back"
    for person, heard in by_day(town).items():
        assert max(heard.values()) == 1, f"person {person} was told twice a day, though they want it gathered"
    for id, at in town.again.items():
        assert town.notices[id].must_reach
        assert local_date(at) == second_notice_on(local_date(town.sent[id]))
        assert NOTICES.quiet_until <= at.astimezone(OSLO).time() < NOTICES.quiet_from
    waited = sum(town.sent[one.id] > one.written for one in town.notices if one.id in town.sent)
    counted(
        f"{day}: {PEOPLE} people, {len(town.notices)} notices, {len(town.sent)} sent ({waited} of them later than"
        f" written, {enough} for a deadline though enough had been sent), {len(town.spoken_for)} spoken for by"
        f" another, {len(town.dropped)} dropped as done or late, {len(town.again)} told of again after a week"
    )
