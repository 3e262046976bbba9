"""A day in December and the two days on which the clocks change, for ten thousand people: what the policy promises.

Time is an input: a day takes a second or two. What happens to whom is made up from a seed, more of it at night and
at once than any real day has.
"""

from __future__ import annotations

import heapq
import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

import pytest

from assistant.config import OSLO, NoticeSettings, local_date
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


@dataclass
class Town:
    """What is written to whom, when they are done with it, and what has gone out."""

    notices: list[Notice]
    done_at: dict[int, datetime]
    sent: dict[int, datetime] = field(default_factory=dict)
    heard: defaultdict[int, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    dropped: set[int] = field(default_factory=set)

    def live(self) -> None:
        """Each notice is asked for its permission to go when it was written, and again when it was told to come."""
        waiting = [(one.written, one.id) for one in self.notices]
        heapq.heapify(waiting)
        while waiting:
            now, id = heapq.heappop(waiting)
            one = self.notices[id]
            done = id in self.done_at and self.done_at[id] <= now
            if (done or is_too_late(now, one.deadline)) and not one.must_reach:
                self.dropped.add(id)
                continue
            heard = [at for at in self.heard[one.person] if at > now - WEEK]
            at = may_go_at(now, NOTICES, sent=heard, deadline=one.deadline, must_reach=one.must_reach)
            if at > now:
                heapq.heappush(waiting, (at.astimezone(UTC), id))
                continue
            assert id not in self.sent, "told twice"
            self.sent[id] = now
            self.heard[one.person].append(now)


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
            notices.append(Notice(id, person, written, must, None if must else deadline))
            if chance.random() < 0.4:
                done_at[id] = written + timedelta(minutes=chance.randrange(36 * 60))
    return Town(notices, done_at)


def could_be_told(one: Notice) -> bool:
    """Whether an hour that is not of the night was left before the deadline."""
    woken = may_go_at(one.written, NOTICES, must_reach=True)
    return one.deadline is not None and local_date(woken) <= one.deadline


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_never_at_night_never_twice_never_after_it_is_done_and_always_in_time(day: date) -> None:
    town = town_of(day)
    town.live()
    assert len(town.sent) + len(town.dropped) == len(town.notices), "nothing is lost"
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
        enough += earlier >= NOTICES.a_week
    late = [id for id in town.dropped if id not in town.done_at and could_be_told(town.notices[id])]
    assert late == [], "a deadline that could be told of was not"
    waited = sum(town.sent[one.id] > one.written for one in town.notices if one.id in town.sent)
    print(
        f"\n{day}: {PEOPLE} people, {len(town.notices)} notices, {len(town.sent)} sent ({waited} of them later than"
        f" written, {enough} for a deadline though enough had been sent), {len(town.dropped)} dropped as done or late"
    )
