"""When a notice may interrupt somebody: not at night, not on a day off, not too often, but never too late. Pure.

A notice is what makes a telephone ring or an inbox grow: email, SMS. The chat and the pages interrupt nobody.

No law we have found says at which hours the public sector may write to people: the hours, the days off and how many
notices a week is enough are the municipality's own (`[notices]` in varde.toml). What law says must reach somebody
waits for the morning too, but for nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import cache

from assistant.config import OSLO, NoticeSettings, local_date

WEEK = timedelta(days=7)
SUNDAY = 6


def may_go_at(
    now: datetime,
    notices: NoticeSettings,
    *,
    sent: Sequence[datetime] = (),
    deadline: date | None = None,
    must_reach: bool = False,
    held_until: datetime | None = None,
) -> datetime:
    """The first moment from `now` on at which a notice may go: `now` itself, or a later one in Norwegian time.

    `sent`: when the person was last notified, in any order. `deadline`: the last day on which what it is about can
    be done; a notice that waited past it would be worth nothing, so it goes on the last allowed hour before, be it
    a Sunday or the fourth in a week. `must_reach`: law wants it sent; it only waits for the night to end.
    `held_until`: when the person wants it told of, with what else there is; not for what has a deadline.
    """
    awake = _after_the_night(now, notices)
    if must_reach:
        return awake
    if held_until is not None and deadline is None:
        awake = _after_the_night(max(now, held_until), notices)
    at = _after_days_off(_after_the_week(awake, notices, sent), notices)
    if deadline is not None and local_date(at) > deadline:
        return awake
    return at


def is_too_late(now: datetime, expires_on: date | None) -> bool:
    """Whether what a message is about ended before this day: nobody is told of yesterday's deadline."""
    return expires_on is not None and local_date(now) > expires_on


def _after_the_night(moment: datetime, notices: NoticeSettings) -> datetime:
    """The moment, or the end of the quiet hours it lies in."""
    begins, ends = notices.quiet_from, notices.quiet_until
    here = moment.astimezone(OSLO)
    at = here.time()
    if begins == ends:
        return moment
    quiet = begins <= at or at < ends if begins > ends else begins <= at < ends
    if not quiet:
        return moment
    day = here.date() + timedelta(days=1) if begins > ends and at >= begins else here.date()
    return _at(day, ends)


def _after_days_off(moment: datetime, notices: NoticeSettings) -> datetime:
    """The moment, or the morning of the next day that is not off."""
    day = local_date(moment)
    if not notices.days_off or not is_day_off(day):
        return moment
    while is_day_off(day):
        day += timedelta(days=1)
    return _at(day, notices.quiet_until)


def _after_the_week(moment: datetime, notices: NoticeSettings, sent: Sequence[datetime]) -> datetime:
    """The moment, or the first at which there have been fewer notices in the seven days before than are enough."""
    if not notices.a_week:
        return moment
    newest = sorted(sent, reverse=True)[: notices.a_week]
    if len(newest) < notices.a_week:
        return moment
    return _after_the_night(max(moment, newest[-1] + WEEK), notices)


def is_day_off(day: date) -> bool:
    """A Sunday or a public holiday in Norway.

    >>> is_day_off(date(2026, 12, 25)), is_day_off(date(2026, 12, 28))
    (True, False)
    """
    return day.weekday() == SUNDAY or day in _holidays(day.year)


@cache
def _holidays(year: int) -> frozenset[date]:
    import holidays

    return frozenset(holidays.country_holidays("NO", years=year))


def _at(day: date, at: time) -> datetime:
    """That time of that day in Norway. One that a day in March has not is an hour later, as clocks show it."""
    return datetime.combine(day, at, OSLO)
