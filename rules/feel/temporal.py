"""Dates, times and durations: read from text and written as text (DMN 1.5, 10.3.2.3.4–8; ISO 8601, XML Schema).

Years run from 1 to 9999 and seconds to a millionth, which is what Python's calendar holds.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rules.feel.values import Months

_DATE = r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)"
_TIME = (
    r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?:\.(?P<fraction>\d{1,9}))?"
    r"(?P<zone>Z|z|[+-]\d\d:\d\d(?::\d\d)?|@[A-Za-z][A-Za-z0-9_+/-]*)?"
)
_DATE_ONLY = re.compile(_DATE)
_TIME_ONLY = re.compile(_TIME)
_DATE_TIME = re.compile(f"{_DATE}T{_TIME}")
_DAYS = re.compile(
    r"(?P<sign>-?)P(?=.)(?:(?P<days>\d{1,9})D)?"
    r"(?:T(?=.)(?:(?P<hours>\d{1,10})H)?(?:(?P<minutes>\d{1,12})M)?(?:(?P<seconds>\d{1,14})(?:\.(?P<fraction>\d{1,9}))?S)?)?"
)
_MONTHS = re.compile(r"(?P<sign>-?)P(?=.)(?:(?P<years>\d{1,9})Y)?(?:(?P<months>\d{1,10})M)?")

MIDNIGHT = time(0, 0)


def read_date(text: str) -> date | None:
    """A date from its text, or None when it is none."""
    found = _DATE_ONLY.fullmatch(text)
    return made_date(*(int(found[part]) for part in ("year", "month", "day"))) if found else None


def made_date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except (ValueError, OverflowError):
        return None


def read_time(text: str) -> time | None:
    """A time of day from its text, with offset or zone where it has one; None when it is none."""
    found = _TIME_ONLY.fullmatch(text)
    return _time_of(found) if found else None


def read_date_time(text: str) -> datetime | None:
    """A date and time from its text; a date alone is its midnight. None when it is neither."""
    found = _DATE_TIME.fullmatch(text)
    if not found:
        day = read_date(text)
        return datetime.combine(day, MIDNIGHT) if day else None
    day = made_date(*(int(found[part]) for part in ("year", "month", "day")))
    clock = _time_of(found)
    return datetime.combine(day, clock) if day is not None and clock is not None else None


def _time_of(found: re.Match[str]) -> time | None:
    zone: tzinfo | None = None
    if found["zone"]:
        zone = _zone(found["zone"])
        if zone is None:
            return None
    micro = int((found["fraction"] or "0").ljust(9, "0")[:6])
    try:
        return time(int(found["hour"]), int(found["minute"]), int(found["second"]), micro, tzinfo=zone)
    except ValueError:
        return None


def _zone(written: str) -> tzinfo | None:
    if written in ("Z", "z"):
        return UTC
    if written.startswith("@"):
        try:
            return ZoneInfo(written[1:])
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return None
    parts = [int(part) for part in written[1:].split(":")]
    if parts[0] > 14 or any(part > 59 for part in parts[1:]):
        return None
    offset = timedelta(hours=parts[0], minutes=parts[1], seconds=parts[2] if len(parts) > 2 else 0)
    return offset_zone(-offset if written.startswith("-") else offset)


def offset_zone(offset: timedelta) -> tzinfo | None:
    """A fixed offset from UTC of at most 14 hours."""
    if abs(offset) > timedelta(hours=14):
        return None
    return UTC if not offset else timezone(offset)


def read_duration(text: str) -> timedelta | Months | None:
    """A duration of either kind from its ISO 8601 text, or None when it is none."""
    found = _MONTHS.fullmatch(text)
    if found:
        total = int(found["years"] or 0) * 12 + int(found["months"] or 0)
        return Months(-total if found["sign"] else total)
    found = _DAYS.fullmatch(text)
    if not found:
        return None
    try:
        length = timedelta(
            days=int(found["days"] or 0),
            hours=int(found["hours"] or 0),
            minutes=int(found["minutes"] or 0),
            seconds=int(found["seconds"] or 0),
            microseconds=int((found["fraction"] or "0").ljust(9, "0")[:6]),
        )
        return -length if found["sign"] else length
    except OverflowError:
        return None


def read_at_literal(text: str) -> Any:
    """What `@"text"` stands for, or None when it is none of the four kinds."""
    for read in (read_date, read_time, read_duration):
        value = read(text)
        if value is not None:
            return value
    return read_date_time(text)


def written_zone(zone: tzinfo | None, offset: timedelta | None) -> str:
    """Z, +01:00 or @Europe/Oslo."""
    if isinstance(zone, ZoneInfo):
        return f"@{zone.key}"
    if offset is None:
        return ""
    if not offset:
        return "Z"
    seconds = int(abs(offset).total_seconds())
    sign = "-" if offset < timedelta(0) else "+"
    ending = f":{seconds % 60:02}" if seconds % 60 else ""
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}{ending}"


def written_time(value: time) -> str:
    fraction = f".{value.microsecond:06}".rstrip("0").rstrip(".")
    return f"{value:%H:%M:%S}{fraction}{written_zone(value.tzinfo, value.utcoffset())}"


def written_date_time(value: datetime) -> str:
    clock = value.time()
    zone = written_zone(value.tzinfo, value.utcoffset())
    return f"{value.date().isoformat()}T{written_time(clock)}{zone}"


def written_days(value: timedelta) -> str:
    """P1DT2H3M4.5S; PT0S for nothing."""
    if not value:
        return "PT0S"
    sign = "-" if value < timedelta(0) else ""
    value = abs(value)
    hours, minutes, seconds = value.seconds // 3600, value.seconds // 60 % 60, value.seconds % 60
    fraction = f".{value.microseconds:06}".rstrip("0").rstrip(".")
    clock = (
        (f"{hours}H" if hours else "")
        + (f"{minutes}M" if minutes else "")
        + (f"{seconds}{fraction}S" if seconds or fraction else "")
    )
    return f"{sign}P{f'{value.days}D' if value.days else ''}{f'T{clock}' if clock else ''}"


def written_months(value: Months) -> str:
    """P1Y2M; P0M for nothing."""
    if not value.total:
        return "P0M"
    years, months = divmod(abs(value.total), 12)
    sign = "-" if value.total < 0 else ""
    return f"{sign}P{f'{years}Y' if years else ''}{f'{months}M' if months else ''}"


def seconds_of(value: timedelta) -> Decimal:
    """A days and time duration in seconds, exactly."""
    micro = (value.days * 86400 + value.seconds) * 1_000_000 + value.microseconds
    return Decimal(micro) / 1_000_000


def days_of(seconds: Decimal) -> timedelta | None:
    """The duration of so many seconds, to the millionth; None beyond what there is."""
    try:
        return timedelta(microseconds=int(seconds * 1_000_000))
    except (OverflowError, ValueError):
        return None


def plus_months(day: date, months: int) -> date | None:
    """The same day of the month so many months on; the month's last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        return None
    for last in (day.day, 30, 29, 28):
        if last <= day.day:
            try:
                return day.replace(year=year, month=month + 1, day=last)
            except ValueError:
                continue
    return None
