"""When a notice may interrupt somebody: the night, days off, enough in a week, and what may not be late."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.config import AT_ANY_TIME, OSLO, local_date
from assistant.config import NoticeSettings as Notices
from assistant.guidance.timing import WEEK, is_day_off, is_too_late, may_go_at

DEFAULT = Notices()


def oslo(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=OSLO)


@pytest.mark.parametrize(
    ("now", "goes"),
    [
        ("2026-11-02T08:00", "2026-11-02T08:00"),  # a Monday: the first minute of the day
        ("2026-11-02T07:59", "2026-11-02T08:00"),
        ("2026-11-02T20:59", "2026-11-02T20:59"),
        ("2026-11-02T21:00", "2026-11-03T08:00"),
        ("2026-11-03T00:00", "2026-11-03T08:00"),
        ("2026-11-07T21:30", "2026-11-09T08:00"),  # Saturday night: not on the Sunday
        ("2026-11-08T12:00", "2026-11-09T08:00"),
        ("2026-12-24T20:00", "2026-12-24T20:00"),  # Christmas Eve is no public holiday
        ("2026-12-24T22:00", "2026-12-28T08:00"),  # Friday and Saturday are holidays, then Sunday
        ("2026-04-01T22:00", "2026-04-04T08:00"),  # Maundy Thursday, Good Friday; a Saturday is no day off
        ("2026-04-04T22:00", "2026-04-07T08:00"),  # Easter Sunday and Monday
        ("2026-05-17T09:00", "2026-05-18T08:00"),
        ("2026-03-28T23:00", "2026-03-30T08:00"),  # the clocks go forward on the Sunday
        ("2026-10-24T23:00", "2026-10-26T08:00"),  # and back
    ],
)
def test_a_notice_waits_for_the_morning_of_a_day_that_is_not_off(now: str, goes: str) -> None:
    assert may_go_at(oslo(now), DEFAULT) == oslo(goes)


def test_what_law_says_must_reach_them_waits_for_the_night_alone() -> None:
    sunday_night, enough = oslo("2026-11-08T03:00"), [oslo("2026-11-07T12:00")] * 9
    assert may_go_at(sunday_night, DEFAULT, sent=enough, must_reach=True) == oslo("2026-11-08T08:00")


def test_enough_in_a_week_is_enough_until_the_oldest_is_a_week_old() -> None:
    sent = [oslo("2026-11-02T10:00"), oslo("2026-11-04T11:00"), oslo("2026-11-03T09:00")]
    now = oslo("2026-11-05T12:00")
    assert may_go_at(now, DEFAULT, sent=sent[:2]) == now
    assert may_go_at(now, DEFAULT, sent=sent) == oslo("2026-11-09T10:00")
    assert may_go_at(now, Notices(a_week=0), sent=sent * 9) == now


def test_a_deadline_is_told_of_in_time_though_it_is_a_sunday_or_the_fourth_in_a_week() -> None:
    saturday_night = oslo("2026-11-07T22:00")
    assert may_go_at(saturday_night, DEFAULT, deadline=date(2026, 11, 8)) == oslo("2026-11-08T08:00")
    assert may_go_at(saturday_night, DEFAULT, deadline=date(2026, 11, 9)) == oslo("2026-11-09T08:00")
    sent = [oslo("2026-11-04T11:00")] * 3
    assert may_go_at(oslo("2026-11-05T12:00"), DEFAULT, sent=sent, deadline=date(2026, 11, 6)) == oslo(
        "2026-11-05T12:00"
    )


def test_the_clocks_of_a_night_that_has_an_hour_more_or_less_end_it_at_the_same_time() -> None:
    for day, utc_hour in ((date(2026, 3, 29), 6), (date(2026, 10, 25), 7)):
        woken = may_go_at(datetime.combine(day, time(0, 30), OSLO), Notices(days_off=False))
        assert woken.astimezone(UTC) == datetime(day.year, day.month, day.day, utc_hour, tzinfo=UTC)


def test_no_hours_are_quiet_where_a_municipality_says_so() -> None:
    now = oslo("2026-11-03T03:00")
    assert may_go_at(now, AT_ANY_TIME) == now
    midday_sleep = Notices(quiet_from=time(12), quiet_until=time(13), days_off=False)
    assert may_go_at(oslo("2026-11-03T12:30"), midday_sleep) == oslo("2026-11-03T13:00")
    assert may_go_at(now, midday_sleep) == now


def test_news_of_yesterday_is_no_news() -> None:
    assert is_too_late(oslo("2026-11-03T00:00"), date(2026, 11, 2))
    assert not is_too_late(oslo("2026-11-02T23:59"), date(2026, 11, 2))
    assert not is_too_late(oslo("2026-11-02T23:59"), None)


MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2028, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))
TIMES = st.integers(0, 24 * 60 - 1).map(lambda minute: time(minute // 60, minute % 60))
NOTICES = st.builds(
    Notices, quiet_from=TIMES, quiet_until=TIMES, days_off=st.booleans(), a_week=st.integers(0, 4)
)


@given(
    now=MOMENTS, notices=NOTICES, ago=st.lists(st.integers(0, 14 * 24 * 60), max_size=8), must=st.booleans()
)
def test_never_before_now_never_in_the_night_and_never_in_vain(
    now: datetime, notices: Notices, ago: list[int], must: bool
) -> None:
    sent = [now - timedelta(minutes=one) for one in ago]
    at = may_go_at(now, notices, sent=sent, must_reach=must)
    assert at >= now
    assert may_go_at(at, notices, must_reach=True) == at, "it lies in the quiet hours"
    assert may_go_at(at, notices, sent=sent, must_reach=must) == at, "asked again then, it goes"
    if not must:
        assert not (notices.days_off and is_day_off(local_date(at)))
        if notices.a_week:
            assert sum(at - WEEK < one for one in sent) < notices.a_week


@given(now=MOMENTS, notices=NOTICES, days=st.integers(0, 20), enough=st.booleans())
def test_a_deadline_that_can_be_met_is_met(now: datetime, notices: Notices, days: int, enough: bool) -> None:
    sent = [now] * 9 if enough else []
    deadline = local_date(now) + timedelta(days=days)
    at = may_go_at(now, notices, sent=sent, deadline=deadline)
    if local_date(may_go_at(now, notices, must_reach=True)) <= deadline:
        assert local_date(at) <= deadline
