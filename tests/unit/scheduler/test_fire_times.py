"""Each fire time once, whatever the clock does: nights of summer time, jumps of an hour, processes that were away."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.config import OSLO, local_date
from scheduler.fire_times import Daily, Every, When, between, following, has_jumped, latest, missed, name_of
from scheduler.running import _trigger

MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))
TIMES = st.builds(Daily, st.sampled_from([0, 1, 3, 4, 8, 23]), st.integers(0, 59))
STEPS = st.builds(Every, st.sampled_from([0.5, 5, 60, 3600]))
AT_FOUR = Daily(4, 5)


def oslo(day: str, time: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(f"{day} {time}").replace(tzinfo=OSLO, fold=fold)


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-10-26", 24)], ids=str
)
def test_a_daily_job_comes_once_on_each_date_however_long_the_day(day: str, hours: int) -> None:
    start = oslo(day, "00:00")
    end = start.astimezone(UTC) + timedelta(hours=hours)
    (moment,) = between(AT_FOUR, start, end)
    assert moment.astimezone(OSLO).strftime("%F %H:%M") == f"{day} 04:05"
    assert len(between(Every(3600), start, end)) == hours


@given(TIMES | STEPS, MOMENTS, st.integers(0, 3), st.integers(0, 86_400))
def test_what_lies_between_two_moments_is_the_same_in_one_part_or_two(
    when: When, after: datetime, days: int, seconds: int
) -> None:
    if isinstance(when, Every) and when.seconds < 60:
        days, seconds = 0, seconds % 600
    until = after + timedelta(days=days, seconds=seconds)
    middle = after + (until - after) / 3
    assert between(when, after, until) == between(when, after, middle) + between(when, middle, until)
    assert latest(when, after) <= after < following(when, after)
    assert between(when, latest(when, after), after) == []


@given(TIMES | STEPS, MOMENTS)
def test_the_library_that_winds_the_clock_names_the_same_moments(when: When, now: datetime) -> None:
    said = _trigger(when).get_next_fire_time(None, now)
    assert said is not None
    expected = now if latest(when, now) == now else following(when, now)
    assert abs(said.astimezone(UTC) - expected) < timedelta(milliseconds=1)


@given(TIMES, MOMENTS, st.lists(st.integers(-3600, 6 * 3600), max_size=60))
def test_whatever_the_clock_does_each_date_is_fired_once_and_none_is_left_out(
    when: Daily, now: datetime, jumps: list[int]
) -> None:
    """The clock goes on, or back by up to an hour, between looks; a process may be away for hours."""
    fired: list[tuple[str, str]] = [("job", name_of(when, latest(when, now)))]
    furthest = begun = now
    for jump in jumps:
        now += timedelta(seconds=jump)
        furthest = max(furthest, now)
        for name in missed({"job": when}, fired, now):
            fired.append((name, name_of(when, latest(when, now))))
    dates = [name for _, name in fired]
    assert len(set(dates)) == len(dates)
    expected = {name_of(when, moment) for moment in between(when, begun, furthest)}
    before = latest(when, begun)  # one that goes back at the start may name the day before
    assert (
        expected <= set(dates) <= expected | {name_of(when, before - timedelta(days=n)) for n in (0, 1, 2, 3)}
    )


def test_of_many_days_away_only_the_last_is_made_up_for() -> None:
    fired = {("job", "2026-10-20")}
    now = oslo("2026-10-25", "12:00")
    assert missed({"job": AT_FOUR}, fired, now) == ["job"]
    assert missed({"job": AT_FOUR}, {*fired, ("job", "2026-10-25")}, now) == []
    assert missed({"job": AT_FOUR}, set(), oslo("2026-10-25", "04:04")) == ["job"]  # of the day before


@pytest.mark.parametrize("fold", [0, 1])
def test_the_hour_that_comes_twice_fires_nothing_twice(fold: int) -> None:
    now = oslo("2026-10-25", "02:30", fold)
    assert latest(AT_FOUR, now) == oslo("2026-10-24", "04:05")
    assert local_date(following(AT_FOUR, now)) == date(2026, 10, 25)


def test_an_interval_goes_on_when_the_clock_is_set_back() -> None:
    every, now = Every(5), datetime(2026, 10, 25, 12, tzinfo=UTC)
    fired = {("poll", name_of(every, latest(every, now)))}
    assert missed({"poll": every}, fired, now) == []
    assert missed({"poll": every}, fired, now - timedelta(hours=1)) == ["poll"]


@pytest.mark.parametrize(
    ("by_the_clock", "passed", "jumped"),
    [(30, 30, False), (31.5, 30, False), (3630, 30, True), (-3570, 30, True), (0, 3600, True)],
)
def test_a_clock_that_was_set_is_told_from_one_that_drifts(
    by_the_clock: float, passed: float, jumped: bool
) -> None:
    assert has_jumped(timedelta(seconds=by_the_clock), timedelta(seconds=passed)) is jumped
