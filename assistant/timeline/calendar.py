"""The days as a calendar file (iCalendar, RFC 5545): all-day events, deadlines with a reminder in good time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256

from icalendar import Alarm, Calendar, Event

from assistant.timeline.text import kind_in, laws_of, next_step_of, title_of, values_of
from rules.life_timeline import LifeDay


def as_calendar(days: Iterable[LifeDay], language: str, on: date) -> bytes:
    """The calendar. `on`: the day it is made; the same days made that day give the same bytes.

    What holds already on the first day is no event. A day keeps its UID (RFC 5545, 3.8.4.7) when the calendar is
    made anew, so that a subscriber sees it moved or changed, not twice.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Varde//Timeline//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for one in days:
        if one.kind != "now":
            calendar.add_component(_event(one, language, on))
    made: bytes = calendar.to_ical()
    return made


def _event(day: LifeDay, language: str, on: date) -> Event:
    event = Event()
    event.add("uid", f"{sha256(day.key.encode()).hexdigest()[:32]}@varde")
    event.add("dtstamp", datetime.combine(on, time(), UTC))
    event.add("dtstart", day.day)
    event.add("dtend", day.day + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    event.add("summary", f"{kind_in(day.kind, language)}: {title_of(day, language)}")
    laws = list(laws_of(day))
    told = [*values_of(day, language), next_step_of(day, language), *(name for name, _ in laws)]
    event.add("description", "\n".join(line for line in told if line))
    if url := next((url for _, url in laws if url), ""):
        event.add("url", url)
    if day.told_on is not None and day.told_on < day.day:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", title_of(day, language))
        alarm.add("trigger", day.told_on - day.day)
        event.add_component(alarm)
    return event
