"""When a job is to run: moments that follow from its schedule alone, so that any two clocks name the same ones."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from assistant.config import OSLO, local_date

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TWICE_OR_NEVER = 2
"""The hour that comes twice on the last Sunday of October, and not at all on the last of March."""
JUMP = timedelta(seconds=2)


@dataclass(frozen=True)
class Daily:
    """Once on each local date, at this time in Norway."""

    hour: int
    minute: int

    def __post_init__(self) -> None:
        if self.hour == TWICE_OR_NEVER:
            raise ValueError(f"{self}: 02:xx comes twice on a night in October and never on one in March")
        self.on(date(2000, 1, 1))  # raises ValueError where there is no such time of day

    def __str__(self) -> str:
        return f"every day at {self.hour:02}:{self.minute:02}"

    def on(self, day: date) -> datetime:
        """The moment of that local date, in UTC."""
        return datetime.combine(day, time(self.hour, self.minute), OSLO).astimezone(UTC)


@dataclass(frozen=True)
class Every:
    """Each so many seconds, counted from 1970: where a process started does not matter."""

    seconds: float

    def __post_init__(self) -> None:
        if self.seconds <= 0:
            raise ValueError(f"{self}: there must be some time between two runs")

    def __str__(self) -> str:
        return f"every {self.seconds:g} seconds"


When = Daily | Every


def latest(when: When, now: datetime) -> datetime:
    """The last fire time that has come, in UTC.

    >>> latest(Daily(4, 5), datetime(2026, 10, 25, 3, 4, tzinfo=UTC)).isoformat()  # 04:04, after the night
    '2026-10-24T02:05:00+00:00'
    >>> latest(Every(5), datetime(2026, 10, 25, 3, 4, 9, tzinfo=UTC)).isoformat()
    '2026-10-25T03:04:05+00:00'
    """
    if isinstance(when, Every):
        step = timedelta(seconds=when.seconds)
        return EPOCH + (now - EPOCH) // step * step
    today = local_date(now)
    moment = when.on(today)
    return moment if moment <= now else when.on(today - timedelta(days=1))


def following(when: When, moment: datetime) -> datetime:
    """The first fire time after that moment, in UTC."""
    if isinstance(when, Every):
        return latest(when, moment) + timedelta(seconds=when.seconds)
    today = local_date(moment)
    at = when.on(today)
    return at if at > moment else when.on(today + timedelta(days=1))


def between(when: When, after: datetime, until: datetime) -> list[datetime]:
    """The fire times after one moment, up to and with another, in UTC."""
    found, moment = list[datetime](), following(when, after)
    while moment <= until:
        found.append(moment)
        moment = following(when, moment)
    return found


def name_of(when: When, fire_time: datetime) -> str:
    """What a fire time is known by: a daily one by its local date, which has one whatever clocks do.

    >>> name_of(Daily(4, 5), datetime(2026, 10, 25, 3, 5, tzinfo=UTC))
    '2026-10-25'
    """
    if isinstance(when, Daily):
        return local_date(fire_time).isoformat()
    return fire_time.astimezone(UTC).isoformat(timespec="milliseconds")


def missed(whens: Mapping[str, When], fired: Collection[tuple[str, str]], now: datetime) -> list[str]:
    """The jobs whose last fire time has come and was not fired: `fired` holds each job and name that was."""
    return [job for job, when in whens.items() if (job, name_of(when, latest(when, now))) not in fired]


def has_jumped(by_the_clock: timedelta, passed: timedelta) -> bool:
    """Whether the clock was set forward or back while that much time passed; a little drift is no jump."""
    return abs(by_the_clock - passed) > JUMP
